"""Quotas: the counters that own each count, and the place of each act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, func, literal, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing.model.quotas import KeptReservation, QuotaPlace, ReservationState
from billing.store.at_once import HOLD, RESERVE_AT_ONCE, hold_key
from billing.store.dialects import insert_into
from billing.tables import QuotaCounterRow, QuotaPersonRow, QuotaReservationRow

_FRESH = {"populate_existing": True}


@dataclass(frozen=True)
class Taken:
    """Places of a quota that are taken."""

    reserved: int = 0
    consumed: int = 0


@dataclass(frozen=True)
class Attempt:
    """What deciding in one statement came to: `taken` with this act's place, None where there was no room.

    Not `is_new`: the act has a place already, or the person has several records: nothing was written.
    """

    is_new: bool
    taken: Taken | None = None


class QuotaStore:
    """Whoever decides holds the person: by `hold_person`, or by `reserve_at_once`, which does it all."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    @property
    def decides_at_once(self) -> bool:
        """Can this database decide in one statement? SQLite has no INSERT in a WITH, and one writer anyway."""
        return self._session.get_bind().dialect.name == "postgresql"

    async def reserve_at_once(self, act_id: UUID, place: QuotaPlace, *, limit: int, at: datetime) -> Attempt:
        """Hold the person, keep the act's place as reserved and count it if there is room: one statement.

        A new act without room is kept as reserved and not counted: the same transaction must `keep` it as exhausted.
        """
        values = {"act_id": act_id, "limit": limit, "at": at, "hold": hold_key(place.patient_id), **_values(place)}
        found = (await self._session.execute(RESERVE_AT_ONCE, values)).one_or_none()
        if found is None:
            return Attempt(is_new=False)
        return Attempt(is_new=True, taken=None if found.reserved is None else Taken(found.reserved, found.consumed))

    async def hold_person(self, person_id: UUID) -> None:
        """Make other decisions on a person wait until this transaction ends; SQLite has one writer anyway."""
        if self.decides_at_once:
            await self._session.execute(select(HOLD), {"hold": hold_key(person_id)})

    async def find_person(self, patient_id: UUID) -> UUID:
        """The person behind a record: itself unless it was merged. No merge runs until this transaction ends."""
        query = select(col(QuotaPersonRow.person_id)).where(col(QuotaPersonRow.patient_id) == patient_id)
        return await self._session.scalar(query) or patient_id

    async def find(self, act_id: UUID, code: str) -> KeptReservation | None:
        query = select(QuotaReservationRow).where(
            col(QuotaReservationRow.act_id) == act_id, col(QuotaReservationRow.code) == code
        )
        row = await self._session.scalar(query, execution_options=_FRESH)
        return None if row is None else _to_kept(row)

    async def of_act(self, act_id: UUID) -> list[KeptReservation]:
        """The places of one act, in order of code."""
        query = select(QuotaReservationRow).where(col(QuotaReservationRow.act_id) == act_id)
        rows = await self._session.scalars(query.order_by(col(QuotaReservationRow.code)), execution_options=_FRESH)
        return [_to_kept(row) for row in rows]

    async def has_acts(self, person_id: UUID, rpps: str) -> bool:
        """Has this professional ever had a place in a quota of this person?"""
        query = select(col(QuotaCounterRow.code)).where(self._is_of(person_id), col(QuotaCounterRow.rpps) == rpps)
        return await self._session.scalar(query.limit(1)) is not None

    async def taken(self, person_id: UUID, code: str, year: int, *, rpps: str | None) -> Taken:
        """What is taken by one professional, or by all (`rpps` None): a few rows of the primary key."""
        reserved, consumed = col(QuotaCounterRow.reserved), col(QuotaCounterRow.consumed)
        query = select(func.coalesce(func.sum(reserved), 0), func.coalesce(func.sum(consumed), 0)).where(
            self._is_of(person_id), col(QuotaCounterRow.code) == code, col(QuotaCounterRow.year) == year
        )
        if rpps is not None:
            query = query.where(col(QuotaCounterRow.rpps) == rpps)
        found = (await self._session.execute(query)).one()
        return Taken(found[0], found[1])

    async def taken_by_each(self, person_id: UUID, code: str, year: int, rpps: Sequence[str]) -> dict[str, int]:
        """What each of these professionals has taken; who took nothing is left out."""
        if not rpps:
            return {}
        table = QuotaCounterRow
        query = select(col(table.rpps), func.sum(col(table.reserved) + col(table.consumed))).where(
            self._is_of(person_id), col(table.code) == code, col(table.year) == year, col(table.rpps).in_(rpps)
        )
        rows = (await self._session.execute(query.group_by(col(table.rpps)))).all()
        return {row[0]: int(row[1]) for row in rows if row[1]}

    @staticmethod
    def _is_of(person_id: UUID) -> ColumnElement[bool]:
        """The counters of a person: those of his record, and of the records merged into it."""
        merged = select(col(QuotaPersonRow.patient_id)).where(col(QuotaPersonRow.person_id) == person_id)
        records = union_all(select(literal(person_id, Uuid())), merged)
        return col(QuotaCounterRow.patient_id).in_(records)

    async def keep(
        self, act_id: UUID, place: QuotaPlace, state: ReservationState, *, at: datetime, why: str | None = None
    ) -> None:
        """Keep where an act stands; its counters are moved by `shift`."""
        values = _values(place)
        key = {"act_id": act_id, "code": values.pop("code")}
        changes = {**values, "state": state.value, "why": why, "changed_at": at}
        added = insert_into(self._session, QuotaReservationRow).values(**key, **changes)
        await self._session.execute(added.on_conflict_do_update(index_elements=list(key), set_=changes))

    async def shift(self, place: QuotaPlace, *, reserved: int = 0, consumed: int = 0) -> None:
        """Add to a counter, or take away from one that exists; the database refuses less than nothing."""
        key = _values(place)
        sums = {
            "reserved": col(QuotaCounterRow.reserved) + reserved,
            "consumed": col(QuotaCounterRow.consumed) + consumed,
        }
        if min(reserved, consumed) < 0:
            await self._session.execute(update(QuotaCounterRow).where(*_is_counter(key)).values(**sums))
            return
        added = insert_into(self._session, QuotaCounterRow).values(reserved=reserved, consumed=consumed, **key)
        await self._session.execute(added.on_conflict_do_update(index_elements=list(key), set_=sums))

    async def counters(self) -> dict[QuotaPlace, Taken]:
        """Every counter that holds something."""
        rows = await self._session.scalars(select(QuotaCounterRow), execution_options=_FRESH)
        places = {
            QuotaPlace(row.code, row.rpps, row.patient_id, row.year): Taken(row.reserved, row.consumed) for row in rows
        }
        return {place: taken for place, taken in places.items() if taken != Taken()}

    async def recount(self) -> dict[QuotaPlace, Taken]:
        """The same from the acts' places themselves: it must always equal the counters."""
        table = QuotaReservationRow
        key = (col(table.code), col(table.rpps), col(table.patient_id), col(table.year))
        numbers = [func.count().filter(col(table.state) == state) for state in ("reserved", "consumed")]
        rows = (await self._session.execute(select(*key, numbers[0], numbers[1]).group_by(*key))).all()
        return {QuotaPlace(row[0], row[1], row[2], row[3]): Taken(row[4], row[5]) for row in rows if row[4] or row[5]}


def _is_counter(key: dict[str, object]) -> list[ColumnElement[bool]]:
    return [col(getattr(QuotaCounterRow, name)) == value for name, value in key.items()]


def _values(place: QuotaPlace) -> dict[str, object]:
    return {"code": place.code, "rpps": place.rpps, "patient_id": place.patient_id, "year": place.year}


def _to_kept(row: QuotaReservationRow) -> KeptReservation:
    return KeptReservation(
        act_id=row.act_id,
        place=QuotaPlace(row.code, row.rpps, row.patient_id, row.year),
        state=ReservationState(row.state),
        why=row.why,
        changed_at=row.changed_at,
    )
