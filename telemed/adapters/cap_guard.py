"""The yearly cap of billing, as a booking asks it."""

from __future__ import annotations

from billing.service import CapService
from telemed.acts.teleconsultation.ports import ConventionedAct
from telemed.kernel.decision import Decision
from telemed.patients.store import PatientStore
from telemed.storage.uow import UnitOfWork


class CapOfBilling:
    """The port `CapGuard` of the téléconsultation, on the maintained counters of billing."""

    def __init__(self, cap: CapService) -> None:
        self._cap = cap

    async def check(self, uow: UnitOfWork, act: ConventionedAct) -> Decision:
        """Whose médecin traitant the doctor is, is read only for a booking that would be refused."""
        decision = await self._ask(uow, act, is_own_patient=False)
        if decision.is_allowed and not decision.warnings:
            return decision
        own = await PatientStore(uow.session).own_patients(act.rpps, [act.patient_id], act.day)
        return await self._ask(uow, act, is_own_patient=True) if act.patient_id in own else decision

    async def _ask(self, uow: UnitOfWork, act: ConventionedAct, *, is_own_patient: bool) -> Decision:
        return await self._cap.check_conventioned(
            uow.session,
            rpps=act.rpps,
            specialty=act.specialty,
            territory=act.territory,
            day=act.day,
            is_own_patient=is_own_patient,
            is_urgent=act.is_urgent,
            override_reason=act.override_reason or None,
        )
