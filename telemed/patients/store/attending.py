"""Médecins traitants: of a person, whichever of his merged records they were declared under."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql import Subquery
from sqlmodel import col

from telemed.patients.model import AttendingDoctor
from telemed.patients.tables import AttendingDoctorRow, PatientRow


class AttendingDoctorStore:
    """A declaration keeps the record that it was made under: undoing a merge gives it back to it."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add_attending_doctor(self, patient_id: UUID, entry: AttendingDoctor, *, by: UUID | None) -> None:
        row = AttendingDoctorRow(
            patient_id=patient_id,
            rpps=entry.rpps,
            name=entry.name,
            from_on=entry.from_on,
            recorded_at=entry.recorded_at,
            recorded_by=by,
        )
        self._session.add(row)
        await self._session.flush()

    async def attending_doctors(self, patient_id: UUID) -> tuple[AttendingDoctor, ...]:
        """The person's whole history, the oldest start first: what `attending_doctor_on` reads (R-17)."""
        of_person = records_of_persons([patient_id])
        query = select(AttendingDoctorRow).join(of_person, of_person.c.record == col(AttendingDoctorRow.patient_id))
        rows = await self._session.scalars(query.order_by(col(AttendingDoctorRow.from_on), col(AttendingDoctorRow.id)))
        return tuple(AttendingDoctor(row.from_on, row.recorded_at, row.rpps, row.name) for row in rows)

    async def own_patients(self, rpps: str, patient_ids: Sequence[UUID], day: date) -> set[UUID]:
        """Of these patients, those whose médecin traitant this doctor is on `day` (R-17), in one statement."""
        of_persons = records_of_persons(set(patient_ids))
        query = (
            select(of_persons.c.asked, col(AttendingDoctorRow.rpps))
            .join(of_persons, of_persons.c.record == col(AttendingDoctorRow.patient_id))
            .where(col(AttendingDoctorRow.from_on) <= day)
            .order_by(col(AttendingDoctorRow.from_on), col(AttendingDoctorRow.recorded_at))
        )
        latest = {row[0]: row[1] for row in await self._session.execute(query)}
        return {patient_id for patient_id, doctor in latest.items() if doctor == rpps}


def records_of_persons(patient_ids: Iterable[UUID]) -> Subquery:
    """Pairs (`asked`, `record`): up from each record asked for to the one that took it in, then all that this holds."""
    up = (
        select(col(PatientRow.id).label("asked"), col(PatientRow.id).label("record"), col(PatientRow.merged_into))
        .where(col(PatientRow.id).in_(patient_ids))
        .cte("up", recursive=True)
    )
    above, below = aliased(PatientRow), aliased(PatientRow)
    up = up.union_all(
        select(up.c.asked, col(above.id), col(above.merged_into)).join(up, up.c.merged_into == col(above.id))
    )
    held = select(up.c.asked, up.c.record).where(up.c.merged_into.is_(None)).cte("held", recursive=True)
    held = held.union_all(select(held.c.asked, col(below.id)).join(held, held.c.record == col(below.merged_into)))
    return select(held.c.asked, held.c.record).subquery()
