"""Teleconsultations: find, list, save."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.teleconsultation.model import State, Teleconsultation
from telemed.acts.teleconsultation.store.rows import to_act, to_values
from telemed.acts.teleconsultation.tables import IS_OPEN, TeleconsultationRow
from telemed.kernel.errors import Conflict
from telemed.kernel.period import Interval
from telemed.storage.engine import violated_constraint

_VIOLATIONS = {
    "uq_teleconsultations_professional_slot": ("booking.slot_taken", "Ce créneau vient d'être pris."),
    "uq_teleconsultations_professional_in_call": ("room.other_call", "Une autre téléconsultation est déjà en cours."),
}
_RECENT = 20


@dataclass(frozen=True)
class ActFilter:
    """Which acts to list: those of a practice, narrowed; listed from `start` (included) to `end` (excluded)."""

    practice_id: UUID
    professional_id: UUID | None = None
    patient_id: UUID | None = None
    states: frozenset[State] = frozenset()
    start: datetime | None = None
    end: datetime | None = None


class ActStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, act_id: UUID, *, lock: bool = False) -> Teleconsultation | None:
        """One act, locked until the end of the transaction if asked."""
        query = select(TeleconsultationRow).where(col(TeleconsultationRow.id) == act_id)
        row = await self._session.scalar(query.with_for_update() if lock else query)
        return to_act(row) if row else None

    async def find_by_room(self, room: str) -> Teleconsultation | None:
        row = await self._session.scalar(select(TeleconsultationRow).where(col(TeleconsultationRow.room) == room))
        return to_act(row) if row else None

    async def add(self, act: Teleconsultation) -> None:
        """Raises Conflict when the slot was taken meanwhile."""
        self._session.add(TeleconsultationRow(id=act.id, **to_values(act)))
        await self._flush()

    async def save(self, act: Teleconsultation) -> Teleconsultation:
        """Write a changed act over the version that was read. Raises Conflict if another writer came first."""
        saved = replace(act, version=act.version + 1)
        statement = (
            update(TeleconsultationRow)
            .where(col(TeleconsultationRow.id) == act.id, col(TeleconsultationRow.version) == act.version)
            .values(**to_values(saved))
        )
        try:
            result = await self._session.execute(statement)
        except IntegrityError as err:
            raise _conflict(err) from err
        if getattr(result, "rowcount", 0) != 1:
            raise Conflict("Cette téléconsultation a changé entre-temps : relisez-la.", code="stale")
        self._session.expire_all()
        return saved

    async def page(
        self, which: ActFilter, *, limit: int, after: tuple[datetime, UUID] | None = None, newest_first: bool = False
    ) -> list[Teleconsultation]:
        """Acts by their listed time (the slot, else the arrival), from `after` (excluded)."""
        key = tuple_(col(TeleconsultationRow.listed_at), col(TeleconsultationRow.id))
        query = _filtered(select(TeleconsultationRow), which).limit(limit)
        if newest_first:
            query = query.order_by(col(TeleconsultationRow.listed_at).desc(), col(TeleconsultationRow.id).desc())
        else:
            query = query.order_by(col(TeleconsultationRow.listed_at), col(TeleconsultationRow.id))
        if after is not None:
            query = query.where(key < after if newest_first else key > after)
        return [to_act(row) for row in await self._session.scalars(query)]

    async def waiting(self, professional_ids: Sequence[UUID]) -> list[Teleconsultation]:
        """Everybody in these professionals' waiting rooms."""
        query = select(TeleconsultationRow).where(
            col(TeleconsultationRow.state) == State.WAITING.value,
            col(TeleconsultationRow.professional_id).in_(professional_ids),
        )
        return [to_act(row) for row in await self._session.scalars(query)]

    async def all_waiting(self) -> list[Teleconsultation]:
        """Everybody in every waiting room."""
        query = select(TeleconsultationRow).where(col(TeleconsultationRow.state) == State.WAITING.value)
        return [to_act(row) for row in await self._session.scalars(query)]

    async def in_call(self, professional_id: UUID) -> Teleconsultation | None:
        query = select(TeleconsultationRow).where(
            col(TeleconsultationRow.professional_id) == professional_id,
            col(TeleconsultationRow.state) == State.IN_CALL.value,
        )
        row = await self._session.scalar(query)
        return to_act(row) if row else None

    async def recent_lengths(self, professional_id: UUID) -> list[timedelta]:
        """How long the professional's last visits took."""
        query = (
            select(col(TeleconsultationRow.started_at), col(TeleconsultationRow.finished_at))
            .where(
                col(TeleconsultationRow.professional_id) == professional_id,
                col(TeleconsultationRow.state).in_((State.FINISHED.value, State.CLOSED.value)),
            )
            .order_by(col(TeleconsultationRow.listed_at).desc())
            .limit(_RECENT)
        )
        rows = (await self._session.execute(query)).all()
        return [end - start for start, end in rows if start is not None and end is not None]

    async def taken(
        self, *, start: datetime, end: datetime, professional_id: UUID | None = None, patient_id: UUID | None = None
    ) -> list[tuple[UUID, Interval]]:
        """Booked times that overlap `start`..`end`, of a professional or of a patient."""
        query = select(
            col(TeleconsultationRow.id), col(TeleconsultationRow.slot_start), col(TeleconsultationRow.slot_end)
        ).where(
            col(TeleconsultationRow.slot_start) < end,
            col(TeleconsultationRow.slot_end) > start,
            col(TeleconsultationRow.state).not_in((State.CANCELLED.value, State.NO_SHOW.value)),
        )
        if professional_id is not None:
            query = query.where(
                col(TeleconsultationRow.professional_id) == professional_id,
                col(TeleconsultationRow.listed_at) > start - timedelta(days=1),
                col(TeleconsultationRow.listed_at) < end,
            )
        if patient_id is not None:
            query = query.where(col(TeleconsultationRow.patient_id) == patient_id)
        rows = (await self._session.execute(query)).all()
        return [(act_id, Interval(first, last)) for act_id, first, last in rows if first and last]

    async def open_patients(
        self, professional_ids: Sequence[UUID], *, start: datetime, end: datetime, since: datetime
    ) -> list[UUID]:
        """The patient of each act of these professionals, from `start` to `end` (excluded), that is not closed.

        Booked before `since` and never come: not expected any more. Reads the index of open acts only.
        """
        query = select(col(TeleconsultationRow.patient_id)).where(
            col(TeleconsultationRow.professional_id).in_(professional_ids),
            IS_OPEN,
            col(TeleconsultationRow.listed_at) >= start,
            col(TeleconsultationRow.listed_at) < end,
            (col(TeleconsultationRow.listed_at) >= since) | (col(TeleconsultationRow.state) != State.BOOKED.value),
        )
        return list(await self._session.scalars(query))

    async def booked_for_patient(self, patient_ids: Sequence[UUID]) -> list[Teleconsultation]:
        """Open acts of these patients."""
        query = select(TeleconsultationRow).where(
            col(TeleconsultationRow.patient_id).in_(patient_ids),
            col(TeleconsultationRow.state).in_((State.BOOKED.value, State.WAITING.value, State.IN_CALL.value)),
        )
        return [to_act(row) for row in await self._session.scalars(query)]

    async def _flush(self) -> None:
        try:
            await self._session.flush()
        except IntegrityError as err:
            raise _conflict(err) from err


def _conflict(error: IntegrityError) -> Conflict:
    name = violated_constraint(error)
    if name not in _VIOLATIONS:
        raise error
    code, text = _VIOLATIONS[name]
    return Conflict(text, code=code)


def _filtered(query: Select[TeleconsultationRow], which: ActFilter) -> Select[TeleconsultationRow]:
    query = query.where(col(TeleconsultationRow.practice_id) == which.practice_id)
    if which.professional_id is not None:
        query = query.where(col(TeleconsultationRow.professional_id) == which.professional_id)
    if which.patient_id is not None:
        query = query.where(col(TeleconsultationRow.patient_id) == which.patient_id)
    if which.states:
        query = query.where(col(TeleconsultationRow.state).in_([state.value for state in which.states]))
    if which.start is not None:
        query = query.where(col(TeleconsultationRow.listed_at) >= which.start)
    if which.end is not None:
        query = query.where(col(TeleconsultationRow.listed_at) < which.end)
    return query
