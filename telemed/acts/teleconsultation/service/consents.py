"""Consent as a teleconsultation asks for it (R-1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.acts.teleconsultation.model import Teleconsultation
from telemed.acts.teleconsultation.store import ActStore
from telemed.consent.model import ActKind, ConsentBy, ConsentDecision, ConsentFacts, ConsentRecord
from telemed.consent.rules import check_consent, current_record
from telemed.consent.service import ConsentService
from telemed.consent.store import ConsentStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import civil_date
from telemed.kernel.decision import Decision
from telemed.law.law import Law
from telemed.patients.model import Patient
from telemed.storage.uow import UnitOfWork

_KIND = ActKind.TELECONSULTATION


class TeleconsultationDirectory:
    """Tells consent whose a teleconsultation is."""

    async def patient_of(self, uow: UnitOfWork, act_id: UUID) -> UUID | None:
        act = await ActStore(uow.session).find(act_id)
        return act.patient_id if act else None


class ActConsents:
    """Decisions about teleconsultations: what is in force, and new ones on today's wording."""

    def __init__(self, *, consents: ConsentService, law: Law) -> None:
        self.service = consents
        self._law = law

    async def decision(self, session: AsyncSession, act: Teleconsultation, patient: Patient, at: datetime) -> Decision:
        """Is there a consent of this patient for this act at `at`?"""
        return (await self.decisions(session, [act], {patient.id: patient}, at))[act.id]

    async def decisions(
        self, session: AsyncSession, acts: Sequence[Teleconsultation], patients: Mapping[UUID, Patient], at: datetime
    ) -> dict[UUID, Decision]:
        """The same for several acts, in one statement."""
        records = await ConsentStore(session).of_patients(list(patients), _KIND)
        return {
            act.id: check_consent(self._facts(act, patients[act.patient_id], records.get(act.patient_id, ()), at), at)
            for act in acts
        }

    async def current(
        self, session: AsyncSession, act: Teleconsultation, patient: Patient, at: datetime
    ) -> ConsentRecord | None:
        """The decision in force at `at`: of which wording, by whom, how."""
        records = await ConsentStore(session).of_patient(act.patient_id, _KIND)
        return current_record(self._facts(act, patient, records, at), at)

    async def decide_on_page(
        self,
        uow: UnitOfWork,
        caller: Caller,
        act: Teleconsultation,
        decision: ConsentDecision,
        *,
        wording_sha256: str,
        by: ConsentBy,
        representative_name: str | None,
    ) -> ConsentRecord:
        """The patient's own decision, on the words that the page showed."""
        return await self.service.decide_on_page_within(
            uow,
            caller,
            patient_id=act.patient_id,
            act_kind=_KIND,
            act_id=act.id,
            decision=decision,
            wording_sha256=wording_sha256,
            by=by,
            representative_name=representative_name,
        )

    async def record_oral(
        self,
        uow: UnitOfWork,
        caller: Caller,
        act: Teleconsultation,
        decision: ConsentDecision,
        *,
        by: ConsentBy,
        representative_name: str | None,
    ) -> ConsentRecord:
        """What the patient answered aloud to the doctor."""
        return await self.service.record_oral_within(
            uow,
            caller,
            patient_id=act.patient_id,
            act_kind=_KIND,
            act_id=act.id,
            decision=decision,
            by=by,
            representative_name=representative_name,
        )

    def _facts(
        self, act: Teleconsultation, patient: Patient, records: Sequence[ConsentRecord], at: datetime
    ) -> ConsentFacts:
        day = civil_date(at, act.territory)
        adult = self._law.on(day).value("persons/adult_age").integer
        return ConsentFacts(
            patient_id=act.patient_id,
            act_kind=_KIND,
            act_id=act.id,
            records=tuple(records),
            is_minor=patient.identity.traits.birth_date.is_under(adult, day),
        )
