"""A copy of everything that is kept of a patient's follow-ups, written as it is read: memory stays bounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from telemed.acts.telemonitoring.formats.export import (
    explain_observation,
    write_consent,
    write_head,
    write_line,
    write_tail,
)
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.service.care_access import ABSENT, open_follow_up, require_right
from telemed.acts.telemonitoring.store.exports import EXPORTED, OBSERVATIONS, PIECE, ExportStore, key_of
from telemed.acts.telemonitoring.store.follow_ups import FollowUpStore
from telemed.consent.model import ActKind
from telemed.consent.store import ConsentStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.kernel.errors import NotFound
from telemed.patients.model import Patient
from telemed.patients.store import PatientStore
from telemed.storage.engine import Database
from telemed.trace.service import Journal


class ExportService:
    """What is written may have grown since the first line: each table is read up to where it is by then."""

    def __init__(self, *, database: Database, clock: Clock, journal: Journal, catalogue: Catalogue) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._catalogue = catalogue

    async def of_follow_up(self, caller: Caller, follow_up_id: UUID) -> AsyncIterator[bytes]:
        """The lines of one follow-up. Raises Forbidden (doctors only), NotFound, before the first."""
        async with self._database.begin() as uow:
            follow_up = await open_follow_up(uow, self._journal, caller, follow_up_id, "export", right=Right.EXPORT)
            patient = await PatientStore(uow.session).find(follow_up.patient_id)
        if patient is None:
            raise NotFound(ABSENT)
        return self._write(patient, {follow_up.id: follow_up.patient_id})

    async def of_patient(self, caller: Caller, patient_id: UUID) -> AsyncIterator[bytes]:
        """The lines of every follow-up of a person of the practice, whichever of his records it is under."""
        async with self._database.begin() as uow:
            resource = f"patient:{patient_id}"
            self._journal.note(uow, caller, "telemonitoring.export", patient_id=patient_id, resource=resource)
            require_right(caller, Right.EXPORT)
            patients = PatientStore(uow.session)
            patient = await patients.find(patient_id)
            if patient is None or patient.practice_id != caller.practice_id:
                raise NotFound("Ce patient n'existe pas ou n'est pas de votre cabinet.")
            records = [patient.id, *(one.id for one in await patients.absorbed_by(patient.id))]
            found = await FollowUpStore(uow.session).of_patients(records)
        return self._write(patient, {one.id: one.patient_id for one in found})

    async def _write(self, patient: Patient, follow_ups: dict[UUID, UUID]) -> AsyncIterator[bytes]:
        counts = Counter[str]()
        yield write_head(patient, follow_ups, self._clock.now())
        for follow_up_id, record_id in follow_ups.items():
            async for kind, lines in self._lines(follow_up_id, record_id):
                counts[kind] += len(lines)
                yield b"".join(lines)
        yield write_tail(counts)

    async def _lines(self, follow_up_id: UUID, record_id: UUID) -> AsyncIterator[tuple[str, list[bytes]]]:
        yield "consent", await self._consents(follow_up_id, record_id)
        for name, kind in EXPORTED.items():
            after: Sequence[Any] | None = None
            while True:
                async with self._database.read() as session:
                    rows = await ExportStore(session).rows(name, follow_up_id, after)
                if rows:
                    yield kind, [write_line(kind, self._explain(name, row)) for row in rows]
                if len(rows) < PIECE:
                    break
                after = [rows[-1][column] for column in key_of(name)]

    async def _consents(self, follow_up_id: UUID, record_id: UUID) -> list[bytes]:
        async with self._database.read() as session:
            store = ConsentStore(session)
            kinds = (ActKind.TELEMONITORING, ActKind.TELEMONITORING_USAGE)
            records = [record for kind in kinds for record in await store.of_patient(record_id, kind)]
        return [write_consent(record) for record in records if record.act_id == follow_up_id]

    def _explain(self, name: str, row: dict[str, Any]) -> dict[str, Any]:
        return explain_observation(row, self._catalogue) if name == OBSERVATIONS else row
