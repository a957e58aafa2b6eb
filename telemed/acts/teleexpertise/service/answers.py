"""The requis's side: see, ask for more, accept, refuse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from telemed.acts.teleexpertise.model import (
    Actor,
    Case,
    MessageKind,
    Offer,
    Outcome,
    RefusalReason,
    State,
    Step,
)
from telemed.acts.teleexpertise.service.access import require_side, require_step
from telemed.acts.teleexpertise.service.casework import Casework, settle
from telemed.acts.teleexpertise.service.messages import write_message
from telemed.kernel.caller import Caller
from telemed.kernel.clock import civil_date
from telemed.kernel.decision import Decision
from telemed.kernel.errors import Conflict, NotFound
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork


@dataclass(frozen=True, repr=False)
class Accepted:
    """The case, and what the quotas warned of."""

    case: Case
    decision: Decision


class AnswerService:
    def __init__(self, *, database: Database, casework: Casework) -> None:
        self._database = database
        self._casework = casework
        self._clock = casework.clock

    async def see(self, caller: Caller, case_id: UUID) -> Case:
        """Note that the colleague opened the case; what he saw already changes nothing."""
        async with self._database.begin() as uow:
            case, offer = await self._held(uow, caller, case_id, "see")
            if offer.seen_at is not None or case.state not in (State.OFFERED, State.SEEN):
                return case
            offers = _with(case, replace(offer, seen_at=self._clock.now()))
            return await self._casework.take(uow, case, Step.SEE, Actor.REQUIS, by=caller.id, offers=offers)

    async def ask(self, caller: Caller, case_id: UUID, text: str) -> Case:
        """Ask the requérant for more: it is his turn; the delay of the answer goes on running."""
        now = self._clock.now()
        async with self._database.begin() as uow:
            case, offer = await self._offered(uow, caller, case_id, Step.ASK)
            offers = _with(case, replace(offer, seen_at=offer.seen_at or now))
            asked = await self._casework.take(uow, case, Step.ASK, Actor.REQUIS, by=caller.id, offers=offers)
            await write_message(uow, asked, caller, MessageKind.QUESTION, text, now)
            return asked

    async def accept(self, caller: Caller, case_id: UUID) -> Accepted:
        """Take the case: the first one wins, the other offers are over, and both sides' quotas are reserved.

        A quota that is full never stops the care: it is a warning. Raises Conflict (`teleexpertise.taken`).
        """
        now = self._clock.now()
        async with self._database.begin() as uow:
            case, offer = await self._offered(uow, caller, case_id, Step.ACCEPT)
            if not offer.is_pending:
                raise Conflict("Vous avez déjà accepté cette demande.", code="teleexpertise.taken")
            taken = settle(offer, Outcome.ACCEPTED, now, seen_at=offer.seen_at or now)
            offers = tuple(
                taken if one.id == offer.id else settle(one, Outcome.OVERTAKEN, now) if one.is_pending else one
                for one in case.offers
            )
            accepted = await self._casework.take(
                uow, case, Step.ACCEPT, Actor.REQUIS, by=caller.id, offers=offers, requis=offer.to, accepted_at=now
            )
            quotas = await self._casework.quotas.reserve(
                uow,
                case_id=case.id,
                patient_id=case.patient_id,
                requerant=case.requerant,
                requis=offer.to,
                days=(civil_date(now, case.requerant.territory), civil_date(now, offer.to.territory)),
            )
            return Accepted(accepted, quotas)

    async def refuse(self, caller: Caller, case_id: UUID, reason: RefusalReason, words: str) -> Case:
        """Decline with a reason, before or after having accepted; what was reserved is given back.

        The last one who held the case gives it back to the requérant, who may ask another.
        """
        now = self._clock.now()
        async with self._database.begin() as uow:
            case, offer = await self._offered(uow, caller, case_id, Step.REFUSE)
            refused = settle(offer, Outcome.REFUSED, now, seen_at=offer.seen_at or now, reason=reason, words=words)
            offers = _with(case, refused)
            is_last = not any(one.holds for one in offers)
            changes: dict[str, Any] = {"requis": None, "accepted_at": None} if is_last else {}
            step = Step.REFUSE if is_last else Step.DECLINE
            return await self._casework.take(
                uow, case, step, Actor.REQUIS, by=caller.id, reason=reason.value, offers=offers, **changes
            )

    async def _offered(self, uow: UnitOfWork, caller: Caller, case_id: UUID, step: Step) -> tuple[Case, Offer]:
        """The case and the caller's offer. Raises Conflict when the case is past the step."""
        case, offer = await self._held(uow, caller, case_id, step.value)
        require_step(case, step, Actor.REQUIS)
        return case, offer

    async def _held(self, uow: UnitOfWork, caller: Caller, case_id: UUID, action: str) -> tuple[Case, Offer]:
        """The case and the offer that puts it in the caller's hands."""
        case, actor = await self._casework.open(uow, caller, case_id, action)
        require_side(actor, Actor.REQUIS)
        offer = case.offer_of(caller.id)
        if offer is None:
            raise NotFound("Cette demande n'existe pas ou n'est pas la vôtre.")
        return case, offer


def _with(case: Case, changed: Offer) -> tuple[Offer, ...]:
    return tuple(changed if one.id == changed.id else one for one in case.offers)
