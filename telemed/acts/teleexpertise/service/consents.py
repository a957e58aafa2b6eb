"""Consent as a télé-expertise asks for it (R-1): before it is sent, and all the time until it is answered."""

from __future__ import annotations

from uuid import UUID

from telemed.acts.teleexpertise.model import Actor, EndReason, Step, find_move
from telemed.acts.teleexpertise.service.casework import Casework
from telemed.acts.teleexpertise.store import CaseStore
from telemed.consent.model import ConsentDecision, ConsentRecord
from telemed.patients.store import PatientStore
from telemed.storage.uow import UnitOfWork


class CaseConsents:
    """Tells consent whose a case is, and stops what a patient no longer wants, in the transaction of his decision."""

    def __init__(self, *, casework: Casework) -> None:
        self._casework = casework

    async def patient_of(self, uow: UnitOfWork, act_id: UUID) -> UUID | None:
        case = await CaseStore(uow.session).find(act_id)
        return case.patient_id if case else None

    async def decided(self, uow: UnitOfWork, record: ConsentRecord) -> None:
        """A consent taken back stops every case of the patient that waits for an answer; a refusal stops its own.

        What is answered is done; a draft simply cannot be sent any more.
        """
        cases = CaseStore(uow.session)
        await PatientStore(uow.session).find(record.patient_id, for_update=True)
        match record.decision:
            case ConsentDecision.WITHDRAWN:
                stopped = await cases.unanswered_of(record.patient_id)
            case ConsentDecision.REFUSED:
                stopped = [record.act_id]
            case ConsentDecision.GIVEN:
                stopped = []
        for case_id in stopped:
            await self._stop(uow, case_id, record)

    async def _stop(self, uow: UnitOfWork, case_id: UUID, record: ConsentRecord) -> None:
        found = await CaseStore(uow.session).find(case_id, lock=True)
        if found is None:
            return
        current = await self._casework.catch_up(uow, found)
        if find_move(current.state, Step.STOP, Actor.PATIENT) is not None:
            reason = EndReason.CONSENT_WITHDRAWN
            await self._casework.take(
                uow, current, Step.STOP, Actor.PATIENT, by=record.recorded_by, reason=reason.value, end_reason=reason
            )
