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
        """A consent taken back stops every case of the person that waits for an answer; a refusal stops its own.

        What is answered is done; a draft simply cannot be sent any more.
        """
        patients = PatientStore(uow.session)
        person = await patients.find(record.patient_id, for_update=True)
        match record.decision:
            case ConsentDecision.WITHDRAWN if person is not None:
                records = [person.id, *(one.id for one in await patients.absorbed_by(person.id))]
                stopped = await CaseStore(uow.session).unanswered_of(records)
            case ConsentDecision.REFUSED:
                stopped = [record.act_id]
            case _:
                stopped = []
        for case_id in stopped:  # every lock before the first move, which locks the standings of experts
            await CaseStore(uow.session).find(case_id, lock=True)
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
