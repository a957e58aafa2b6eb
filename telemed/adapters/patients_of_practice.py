"""The patients' records, as billing asks for them."""

from __future__ import annotations

from uuid import UUID

from telemed.patients.store import PatientStore
from telemed.storage.engine import Database


class PatientsOfPractice:
    """The port `KnownPatients` of billing."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def is_of_practice(self, patient_id: UUID, practice_id: UUID) -> bool:
        async with self._database.read() as session:
            patient = await PatientStore(session).find(patient_id)
        return patient is not None and patient.practice_id == practice_id
