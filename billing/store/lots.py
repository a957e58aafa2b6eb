"""Lots, the attempts to send them, their timers, and what came back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing.model.exchange import LotReference, SealedLot
from billing.model.life import LIVE, Stage
from billing.model.lot import (
    Attempt,
    AttemptOutcome,
    KeptLot,
    KeptReturn,
    LotStanding,
    ReturnKind,
    ReturnState,
)
from billing.store.dialects import insert_into
from billing.tables import AttemptRow, CursorRow, LotItemRow, LotRow, LotStandingRow, ReturnRow, StandingRow
from telemed.law.calendar import CalendarZone

_FRESH = {"populate_existing": True}
_UNSETTLED = (*LIVE, Stage.REJECTED)


@dataclass(frozen=True)
class Group:
    """The claims that go in one lot: one issuer, in one practice, for one organism."""

    rpps: str
    practice_id: UUID
    professional_id: UUID
    organism: str
    claim_ids: tuple[UUID, ...]


class LotStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def take_group(self, *, limit: int) -> Group | None:
        """Some invoiced claims of one issuer for one organism, locked; what another process holds is left to it."""
        ready = (
            select(StandingRow)
            .where(col(StandingRow.stage) == Stage.INVOICED.value)
            .order_by(col(StandingRow.rpps), col(StandingRow.practice_id), col(StandingRow.organism))
            .with_for_update(skip_locked=True)
        )
        first = await self._session.scalar(ready.limit(1), execution_options=_FRESH)
        if first is None or first.organism is None:
            return None
        same = ready.where(
            col(StandingRow.rpps) == first.rpps,
            col(StandingRow.practice_id) == first.practice_id,
            col(StandingRow.organism) == first.organism,
        )
        rows = (await self._session.scalars(same.limit(limit), execution_options=_FRESH)).all()
        ids = tuple(sorted(row.claim_id for row in rows))
        return Group(first.rpps, first.practice_id, first.professional_id, first.organism, ids)

    async def add(self, lot: KeptLot, sealed: SealedLot, content: bytes, items: dict[int, tuple[UUID, UUID]]) -> None:
        """Keep a sealed lot; `items` says which invoice and claim each FSE number is of."""
        self._session.add(
            LotRow(
                id=lot.id,
                issuer_rpps=lot.issuer_rpps,
                number=lot.number,
                organism=lot.organism,
                practice_id=lot.practice_id,
                professional_id=lot.professional_id,
                zone=lot.zone.value,
                fse_count=lot.fse_count,
                total_cents=lot.total_cents,
                made_at=lot.made_at,
                sha256=sealed.sha256,
                signature=sealed.signature,
                content=content,
            )
        )
        await self._session.flush()
        for number, (invoice_id, claim_id) in items.items():
            self._session.add(LotItemRow(lot_id=lot.id, fse_number=number, invoice_id=invoice_id, claim_id=claim_id))
        standing = lot.standing
        self._session.add(LotStandingRow(lot_id=lot.id, **_columns(standing)))
        await self._session.flush()

    async def lock(self, lot_id: UUID) -> LotStanding:
        """The standing of a lot, whose row stays locked until the transaction ends."""
        query = select(LotStandingRow).where(col(LotStandingRow.lot_id) == lot_id).with_for_update()
        return _to_standing((await self._session.scalars(query, execution_options=_FRESH)).one())

    async def take_due(self, stages: Collection[Stage], *, at: datetime) -> LotStanding | None:
        """The lot whose timer has been over longest, locked; one that another process holds is left to it."""
        query = (
            select(LotStandingRow)
            .where(col(LotStandingRow.stage).in_([stage.value for stage in stages]), col(LotStandingRow.next_at) <= at)
            .order_by(col(LotStandingRow.next_at), col(LotStandingRow.lot_id))
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = await self._session.scalar(query, execution_options=_FRESH)
        return None if row is None else _to_standing(row)

    async def take_late(self, stages: Collection[Stage], *, before: date, without: Collection[UUID]) -> list[UUID]:
        """Lots at those stages whose last day is before that one, without those already looked at."""
        query = (
            select(col(LotStandingRow.lot_id))
            .where(col(LotStandingRow.stage).in_([stage.value for stage in stages]))
            .where(col(LotStandingRow.due_on) < before, col(LotStandingRow.lot_id).not_in(without))
            .order_by(col(LotStandingRow.due_on), col(LotStandingRow.lot_id))
            .limit(50)
        )
        return list(await self._session.scalars(query))

    async def save(self, standing: LotStanding) -> None:
        """What a locked lot has become."""
        where = col(LotStandingRow.lot_id) == standing.lot_id
        await self._session.execute(update(LotStandingRow).where(where).values(_columns(standing)))

    async def add_attempt(self, lot_id: UUID, attempt: Attempt) -> None:
        self._session.add(
            AttemptRow(
                lot_id=lot_id,
                number=attempt.number,
                is_retransmission=attempt.is_retransmission,
                started_at=attempt.started_at,
            )
        )
        await self._session.flush()

    async def end_attempt(self, lot_id: UUID, number: int, outcome: AttemptOutcome, *, at: datetime) -> None:
        where = (col(AttemptRow.lot_id) == lot_id) & (col(AttemptRow.number) == number)
        await self._session.execute(update(AttemptRow).where(where).values(ended_at=at, outcome=outcome.value))

    async def attempts(self, lot_id: UUID) -> list[Attempt]:
        query = select(AttemptRow).where(col(AttemptRow.lot_id) == lot_id).order_by(col(AttemptRow.number))
        return [_to_attempt(row) for row in await self._session.scalars(query)]

    async def find(self, lot_id: UUID) -> KeptLot | None:
        row = await self._session.get(LotRow, lot_id)
        standing = await self._session.get(LotStandingRow, lot_id, populate_existing=True)
        return None if row is None or standing is None else _to_lot(row, _to_standing(standing))

    async def content(self, lot_id: UUID) -> tuple[bytes, str] | None:
        """The bytes of a lot and their signature; None once purged."""
        row = await self._session.get(LotRow, lot_id)
        return None if row is None or row.content is None else (row.content, row.signature)

    async def find_by_reference(self, reference: LotReference) -> KeptLot | None:
        """The lot of which a return speaks: all of its reference must be that of one of ours."""
        query = select(col(LotRow.id)).where(
            col(LotRow.issuer_rpps) == reference.issuer_rpps,
            col(LotRow.number) == reference.number,
            col(LotRow.organism) == reference.organism,
            col(LotRow.sha256) == reference.sha256,
        )
        lot_id = await self._session.scalar(query)
        return None if lot_id is None else await self.find(lot_id)

    async def claims_of(self, lot_id: UUID) -> dict[int, UUID]:
        """The claim of each FSE number of a lot."""
        query = select(LotItemRow).where(col(LotItemRow.lot_id) == lot_id).order_by(col(LotItemRow.fse_number))
        return {row.fse_number: row.claim_id for row in await self._session.scalars(query)}

    async def page(
        self, *, limit: int, practice_id: UUID | None, professional_id: UUID | None, after: UUID | None
    ) -> list[KeptLot]:
        """Lots, the latest first."""
        query = select(LotRow, LotStandingRow).join(LotStandingRow, col(LotStandingRow.lot_id) == col(LotRow.id))
        if practice_id is not None:
            query = query.where(col(LotRow.practice_id) == practice_id)
        if professional_id is not None:
            query = query.where(col(LotRow.professional_id) == professional_id)
        if after is not None:
            query = query.where(col(LotRow.id) < after)
        rows = await self._session.execute(query.order_by(col(LotRow.id).desc()).limit(limit))
        return [_to_lot(lot, _to_standing(standing)) for lot, standing in rows]

    async def is_kept(self, return_id: str, content_sha256: str) -> bool:
        """Was this very return, or the same content, kept already?"""
        query = select(func.count()).where(
            (col(ReturnRow.return_id) == return_id) | (col(ReturnRow.content_sha256) == content_sha256)
        )
        return bool(await self._session.scalar(query))

    def add_return(self, kept: KeptReturn, *, content_sha256: str, practice_id: UUID | None) -> None:
        self._session.add(
            ReturnRow(
                id=kept.id,
                return_id=kept.return_id,
                content_sha256=content_sha256,
                kind=kept.kind.value,
                state=kept.state.value,
                lot_id=kept.lot_id,
                claim_id=kept.claim_id,
                practice_id=practice_id,
                content=kept.content,
                received_at=kept.received_at,
            )
        )

    async def returns(
        self,
        *,
        limit: int,
        lot_id: UUID | None = None,
        practice_id: UUID | None = None,
        professional_id: UUID | None = None,
        states: Collection[ReturnState] = (),
        after: UUID | None = None,
    ) -> list[KeptReturn]:
        """Returns, the latest first; those that are of no practice, or of no lot, go to everybody."""
        query = select(ReturnRow)
        if lot_id is not None:
            query = query.where(col(ReturnRow.lot_id) == lot_id)
        if practice_id is not None:
            query = query.where((col(ReturnRow.practice_id) == practice_id) | col(ReturnRow.practice_id).is_(None))
        if professional_id is not None:
            own = select(col(LotRow.id)).where(col(LotRow.professional_id) == professional_id)
            query = query.where(col(ReturnRow.lot_id).in_(own) | col(ReturnRow.lot_id).is_(None))
        if states:
            query = query.where(col(ReturnRow.state).in_([state.value for state in states]))
        if after is not None:
            query = query.where(col(ReturnRow.id) < after)
        rows = await self._session.scalars(query.order_by(col(ReturnRow.id).desc()).limit(limit))
        return [_to_return(row) for row in rows]

    async def cursor(self, name: str) -> str | None:
        row = await self._session.get(CursorRow, name, populate_existing=True)
        return None if row is None else row.value

    async def set_cursor(self, name: str, value: str) -> None:
        statement = insert_into(self._session, CursorRow).values({"name": name, "value": value})
        await self._session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))

    async def purge(self, before: date, *, at: datetime, limit: int) -> int:
        """Forget the bytes of lots whose last day is before that one and whose claims are settled; returns how many."""
        unsettled = (
            select(col(LotItemRow.lot_id))
            .join(StandingRow, col(StandingRow.claim_id) == col(LotItemRow.claim_id))
            .where(col(StandingRow.stage).in_([stage.value for stage in _UNSETTLED]))
        )
        over = (
            select(col(LotRow.id))
            .join(LotStandingRow, col(LotStandingRow.lot_id) == col(LotRow.id))
            .where(col(LotStandingRow.keep_until) < before, col(LotRow.purged_at).is_(None))
            .where(col(LotRow.id).not_in(unsettled))
            .order_by(col(LotStandingRow.keep_until), col(LotRow.id))
            .limit(limit)
        )
        found = (await self._session.scalars(over)).all()
        await self._session.execute(update(LotRow).where(col(LotRow.id).in_(found)).values(content=None, purged_at=at))
        return len(found)


def _columns(standing: LotStanding) -> dict[str, Any]:
    return {
        "stage": standing.stage.value,
        "since": standing.since,
        "due_on": standing.due_on,
        "next_at": standing.next_at,
        "tries": standing.tries,
        "keep_until": standing.keep_until,
    }


def _to_standing(row: LotStandingRow) -> LotStanding:
    return LotStanding(row.lot_id, Stage(row.stage), row.since, row.due_on, row.next_at, row.tries, row.keep_until)


def _to_lot(row: LotRow, standing: LotStanding) -> KeptLot:
    return KeptLot(
        id=row.id,
        issuer_rpps=row.issuer_rpps,
        number=row.number,
        organism=row.organism,
        practice_id=row.practice_id,
        professional_id=row.professional_id,
        zone=CalendarZone(row.zone),
        fse_count=row.fse_count,
        total_cents=row.total_cents,
        made_at=row.made_at,
        sha256=row.sha256,
        purged_at=row.purged_at,
        standing=standing,
    )


def _to_attempt(row: AttemptRow) -> Attempt:
    outcome = None if row.outcome is None else AttemptOutcome(row.outcome)
    return Attempt(row.number, row.is_retransmission, row.started_at, row.ended_at, outcome)


def _to_return(row: ReturnRow) -> KeptReturn:
    return KeptReturn(
        id=row.id,
        return_id=row.return_id,
        kind=ReturnKind(row.kind),
        state=ReturnState(row.state),
        lot_id=row.lot_id,
        claim_id=row.claim_id,
        received_at=row.received_at,
        content=row.content,
    )
