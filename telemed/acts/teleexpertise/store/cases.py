"""Cases with their offers, and their history."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.teleexpertise.model import END_STATES, Case, Move, Offer, State
from telemed.acts.teleexpertise.store.rows import offer_values, to_case, to_move, to_move_row, to_offer, to_values
from telemed.acts.teleexpertise.tables import CaseRow, MoveRow, OfferRow
from telemed.kernel.errors import Conflict
from telemed.kernel.ids import new_id
from telemed.storage.engine import violated_constraint

_NOT_TO_STOP = (State.DRAFT, State.ANSWERED, *END_STATES)


class CaseStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, case_id: UUID, *, lock: bool = False) -> Case | None:
        """One case, locked until the end of the transaction if asked; what was read before is read again."""
        query = select(CaseRow).where(col(CaseRow.id) == case_id).execution_options(populate_existing=True)
        row = await self._session.scalar(query.with_for_update() if lock else query)
        return (await self.with_offers([row]))[0] if row else None

    async def with_offers(self, rows: Sequence[CaseRow]) -> list[Case]:
        """Rows as cases, their offers read in one statement."""
        query = select(OfferRow).where(col(OfferRow.case_id).in_([row.id for row in rows])).order_by(col(OfferRow.id))
        query = query.execution_options(populate_existing=True)
        offers: dict[UUID, list[Offer]] = {}
        for offer in await self._session.scalars(query):
            offers.setdefault(offer.case_id, []).append(to_offer(offer))
        return [to_case(row, tuple(offers.get(row.id, ()))) for row in rows]

    async def never_sent(self, ids: Collection[UUID]) -> set[UUID]:
        """Those of these cases that are over and never left."""
        ended = [state.value for state in END_STATES]
        query = select(col(CaseRow.id)).where(
            col(CaseRow.id).in_(list(ids)), col(CaseRow.sent_at).is_(None), col(CaseRow.state).in_(ended)
        )
        return set((await self._session.scalars(query)).all())

    async def add(self, case: Case) -> None:
        self._session.add(CaseRow(id=case.id, **to_values(case)))
        await self._session.flush()

    async def save(self, case: Case, former: Case) -> Case:
        """Write a changed case and its offers over the version that was read. Raises Conflict if another came first."""
        saved = replace(case, version=former.version + 1)
        statement = (
            update(CaseRow)
            .where(col(CaseRow.id) == case.id, col(CaseRow.version) == former.version)
            .values(**to_values(saved))
        )
        try:
            result = await self._session.execute(statement)
            await self._save_offers(saved, former)
        except IntegrityError as err:
            if violated_constraint(err) in ("uq_teleexpertise_offers_accepted", "uq_teleexpertise_offers_pending"):
                raise Conflict("Cette demande vient d'être prise.", code="teleexpertise.taken") from err
            raise
        if getattr(result, "rowcount", 0) != 1:
            raise Conflict("Cette demande a changé entre-temps : relisez-la.", code="stale")
        self._session.expire_all()
        return saved

    async def _save_offers(self, case: Case, former: Case) -> None:
        known = {offer.id: offer for offer in former.offers}
        for offer in case.offers:
            values = offer_values(case, offer)
            if offer.id not in known:
                self._session.add(OfferRow(id=offer.id, **values))
            elif known[offer.id] != offer or offer.holds:
                await self._session.execute(update(OfferRow).where(col(OfferRow.id) == offer.id).values(**values))
        await self._session.flush()

    async def add_move(self, move: Move) -> None:
        self._session.add(to_move_row(move, new_id()))
        await self._session.flush()

    async def last_position(self, case_id: UUID) -> int:
        """How many moves the case has made."""
        query = select(func.max(col(MoveRow.position))).where(col(MoveRow.case_id) == case_id)
        return await self._session.scalar(query) or 0

    async def moves(self, case_id: UUID, *, after: int, limit: int) -> list[Move]:
        """The history of a case, the oldest first."""
        query = select(MoveRow).where(col(MoveRow.case_id) == case_id, col(MoveRow.position) > after)
        rows = await self._session.scalars(query.order_by(col(MoveRow.position)).limit(limit))
        return [to_move(row) for row in rows]

    async def unanswered_of(self, patient_ids: Sequence[UUID]) -> list[UUID]:
        """The cases of these records that were sent and are neither answered nor over, in the order of locking."""
        query = select(col(CaseRow.id)).where(
            col(CaseRow.patient_id).in_(patient_ids), col(CaseRow.state).not_in([state.value for state in _NOT_TO_STOP])
        )
        return list(await self._session.scalars(query.order_by(col(CaseRow.id))))
