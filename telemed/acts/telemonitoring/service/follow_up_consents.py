"""Consent as télésurveillance asks for it: two of them, before the start; taken back, either ends the follow-up."""

from __future__ import annotations

from uuid import UUID

from telemed.acts.telemonitoring.model.care import EndReason
from telemed.acts.telemonitoring.model.follow_up import FollowUpActor, FollowUpStep, find_follow_up_move
from telemed.acts.telemonitoring.service.follow_up_steps import FollowUpSteps
from telemed.acts.telemonitoring.store.follow_ups import FollowUpStore
from telemed.consent.model import ConsentDecision, ConsentRecord
from telemed.storage.uow import UnitOfWork


class FollowUpConsents:
    """Tells consent whose a follow-up is, and ends what a patient no longer wants, in the transaction of his decision.

    Whoever starts one locks it first, and reads the consents then: a withdrawal comes before the start, or ends it.
    """

    def __init__(self, *, steps: FollowUpSteps) -> None:
        self._steps = steps

    async def patient_of(self, uow: UnitOfWork, act_id: UUID) -> UUID | None:
        follow_up = await FollowUpStore(uow.session).find(act_id)
        return follow_up.patient_id if follow_up else None

    async def decided(self, uow: UnitOfWork, record: ConsentRecord) -> None:
        """A consent refused or taken back ends a follow-up that started; a draft simply cannot start."""
        follow_up = await FollowUpStore(uow.session).find(record.act_id, lock=True)
        if follow_up is None or record.decision is ConsentDecision.GIVEN:
            return
        current = await self._steps.catch_up(uow, follow_up)
        if find_follow_up_move(current.state, FollowUpStep.WITHDRAW, FollowUpActor.PATIENT) is not None:
            await self._steps.take(
                uow,
                current,
                FollowUpStep.WITHDRAW,
                FollowUpActor.PATIENT,
                by=record.recorded_by,
                end_reason=EndReason.CONSENT_WITHDRAWN,
            )
