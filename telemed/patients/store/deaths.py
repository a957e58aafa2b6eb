"""Deaths: of a person, whichever of his merged records they were recorded under."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.patients.model import DeathRecord, DeathSource
from telemed.patients.store.attending import records_of_persons
from telemed.patients.tables import PatientDeathRow


class DeathStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add_death(self, patient_id: UUID, record: DeathRecord) -> None:
        self._session.add(
            PatientDeathRow(
                id=record.id,
                patient_id=patient_id,
                died_on=record.died_on,
                source=record.source.value if record.source else None,
                reason=record.reason,
                recorded_at=record.recorded_at,
                recorded_by=record.recorded_by,
            )
        )
        await self._session.flush()

    async def deaths(self, patient_id: UUID) -> list[DeathRecord]:
        """Everything that was recorded of this person, the newest first: the first one holds."""
        of_person = records_of_persons([patient_id])
        query = select(PatientDeathRow).join(of_person, of_person.c.record == col(PatientDeathRow.patient_id))
        rows = await self._session.scalars(query.order_by(col(PatientDeathRow.id).desc()))
        return [_to_record(row) for row in rows]

    async def died_on(self, patient_id: UUID) -> date | None:
        """The day of the person's death as it is known now; None for who lives."""
        found = await self.deaths(patient_id)
        return found[0].died_on if found else None

    async def first_death(self) -> date | None:
        """The earliest day of death of anybody, taken back or not."""
        return await self._session.scalar(select(func.min(col(PatientDeathRow.died_on))))


def _to_record(row: PatientDeathRow) -> DeathRecord:
    return DeathRecord(
        id=row.id,
        died_on=row.died_on,
        source=DeathSource(row.source) if row.source else None,
        reason=row.reason,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
    )
