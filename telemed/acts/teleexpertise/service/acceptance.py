"""An offer accepted: the first one wins, the others are over, both sides' quotas are reserved; or a case taken over."""

from __future__ import annotations

from uuid import UUID

from telemed.acts.teleexpertise.model import Actor, Case, Offer, Step
from telemed.acts.teleexpertise.rules.offers import accepted_by
from telemed.acts.teleexpertise.service.mover import Mover
from telemed.kernel.clock import civil_date
from telemed.kernel.decision import Decision
from telemed.storage.uow import UnitOfWork


async def accept_offer(
    mover: Mover, uow: UnitOfWork, case: Case, offer: Offer, *, by: UUID | None, reason: str = ""
) -> tuple[Case, Decision]:
    """The locked case in the hands of one, and what the quotas warn of; what a former requis held is given back."""
    now, is_handover = mover.clock.now(), case.requis is not None
    step = Step.TAKE_OVER if is_handover else Step.ACCEPT
    offers = accepted_by(case, offer, now)
    taken = await mover.take(
        uow, case, step, Actor.REQUIS, by=by, reason=reason, offers=offers, requis=offer.to, accepted_at=now
    )
    if is_handover:
        await mover.quotas.release(uow, case.id, why=step.value)
    quotas = await mover.quotas.reserve(
        uow,
        case_id=case.id,
        patient_id=case.patient_id,
        requerant=case.requerant,
        requis=offer.to,
        days=(civil_date(now, case.requerant.territory), civil_date(now, offer.to.territory)),
    )
    return taken, quotas
