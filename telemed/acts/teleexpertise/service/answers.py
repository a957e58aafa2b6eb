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
    Side,
    State,
    Step,
    Via,
)
from telemed.acts.teleexpertise.rules.cascade import find_handover, goes_on
from telemed.acts.teleexpertise.rules.delays import offer_until
from telemed.acts.teleexpertise.rules.offers import settle, settle_pending, with_offer
from telemed.acts.teleexpertise.service.acceptance import accept_offer
from telemed.acts.teleexpertise.service.access import require_carer, require_side, require_step
from telemed.acts.teleexpertise.service.cascade import go_on
from telemed.acts.teleexpertise.service.casework import Casework
from telemed.acts.teleexpertise.service.messages import write_message
from telemed.acts.teleexpertise.service.people import judge_colleagues
from telemed.acts.teleexpertise.store import CaseStore
from telemed.kernel.caller import Caller
from telemed.kernel.decision import Decision
from telemed.kernel.errors import Conflict, NotFound, Refused
from telemed.kernel.ids import new_id
from telemed.law.law import Law
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork


@dataclass(frozen=True, repr=False)
class Accepted:
    """The case, and what the quotas warned of."""

    case: Case
    decision: Decision


class AnswerService:
    def __init__(self, *, database: Database, casework: Casework, law: Law) -> None:
        self._database = database
        self._law = law
        self._casework = casework
        self._clock = casework.clock

    async def see(self, caller: Caller, case_id: UUID) -> Case:
        """Note that the colleague opened the case; what he saw already changes nothing."""
        async with self._database.begin() as uow:
            case, offer = await self._held(uow, caller, case_id, "see")
            if offer.seen_at is not None or case.state not in (State.OFFERED, State.SEEN):
                return case
            offers = with_offer(case, replace(offer, seen_at=self._clock.now()))
            return await self._casework.take(uow, case, Step.SEE, Actor.REQUIS, by=caller.id, offers=offers)

    async def ask(self, caller: Caller, case_id: UUID, text: str) -> Case:
        """Ask the requérant for more: it is his turn; the delay of the answer goes on running."""
        now = self._clock.now()
        async with self._database.begin() as uow:
            case, offer = await self._offered(uow, caller, case_id, Step.ASK)
            if find_handover(case) is not None:
                raise Conflict("Ce dossier est proposé à un confrère.", code="teleexpertise.handover_pending")
            offers = with_offer(case, replace(offer, seen_at=offer.seen_at or now))
            asked = await self._casework.take(uow, case, Step.ASK, Actor.REQUIS, by=caller.id, offers=offers)
            await write_message(uow, asked, caller, MessageKind.QUESTION, text, now)
            return asked

    async def accept(self, caller: Caller, case_id: UUID) -> Accepted:
        """Take the case: the first one wins, the other offers are over, and both sides' quotas are reserved.

        A quota that is full never stops the care: it is a warning. Raises Conflict (`teleexpertise.taken`).
        """
        async with self._database.begin() as uow:
            case, offer = await self._held(uow, caller, case_id, Step.ACCEPT.value)
            if not offer.is_pending:
                raise Conflict("Vous avez déjà accepté cette demande.", code="teleexpertise.taken")
            accepted, quotas = await accept_offer(self._casework, uow, case, offer, by=caller.id)
            return Accepted(accepted, quotas)

    async def refuse(self, caller: Caller, case_id: UUID, reason: RefusalReason, words: str) -> Case:
        """Decline with a reason, before or after having accepted; what was reserved is given back.

        When nobody else holds the case, the next ones of the cascade are asked; or it goes back to the requérant, as it
        does when the refusal judges the request.
        """
        now = self._clock.now()
        async with self._database.begin() as uow:
            case, offer = await self._offered(uow, caller, case_id, Step.REFUSE)
            refused = settle(offer, Outcome.REFUSED, now, seen_at=offer.seen_at or now, reason=reason, words=words)
            moved = replace(case, offers=with_offer(case, refused))
            if offer.is_pending and moved.holders:
                return await self._refusal(uow, case, Step.DECLINE, caller, reason, offers=moved.offers)
            offers = settle_pending(moved, Outcome.CANCELLED, now)
            if goes_on(reason):
                return await go_on(
                    self._casework, uow, case, Actor.REQUIS, back=Step.REFUSE, by=caller.id, reason=reason.value,
                    offers=offers, requis=None, accepted_at=None,
                )  # fmt: skip
            return await self._refusal(
                uow, case, Step.REFUSE, caller, reason, offers=offers, requis=None, accepted_at=None
            )

    async def hand_over(self, caller: Caller, case_id: UUID, colleague_id: UUID) -> Case:
        """Propose an accepted case to a colleague: it stays the caller's until he accepts, and if he does not.

        Raises Refused (R-25, or he held this case already), Conflict, NotFound.
        """
        now = self._clock.now()
        async with self._database.begin() as uow:
            case, _ = await self._offered(uow, caller, case_id, Step.HAND_OVER)
            if find_handover(case) is not None:
                raise Conflict(
                    "Vous avez déjà proposé ce dossier à un confrère.", code="teleexpertise.handover_pending"
                )
            side = await self._judged(uow, case, colleague_id)
            offer = Offer(new_id(), side, now, offer_until(case, now), via=Via.HANDOVER)
            return await self._casework.take(
                uow, case, Step.HAND_OVER, Actor.REQUIS, by=caller.id, offers=(*case.offers, offer)
            )

    async def pick(self, caller: Caller, case_id: UUID) -> Case:
        """Take an offer of a case that waits for one's line. Raises NotFound to who is no member, Conflict."""
        now = self._clock.now()
        async with self._database.begin() as uow:
            case = await self._queued(uow, caller, case_id)
            line_id = case.cascade.line_id if case.cascade else None
            side = await self._judged(uow, case, require_carer(caller))
            offer = Offer(new_id(), side, now, offer_until(case, now), via=Via.LINE, line_id=line_id, seen_at=now)
            return await self._casework.take(
                uow, case, Step.OFFER, Actor.REQUIS, by=caller.id, offers=(*case.offers, offer)
            )

    async def _queued(self, uow: UnitOfWork, caller: Caller, case_id: UUID) -> Case:
        """A case that waits for a line of which the caller is a member, locked and brought up to now."""
        resource = f"teleexpertise:{case_id}"
        found = await CaseStore(uow.session).find(case_id, lock=True)
        patient_id = found.patient_id if found else None
        self._casework.journal.note(uow, caller, "teleexpertise.pick", patient_id=patient_id, resource=resource)
        me = require_carer(caller)
        line_id = found.cascade.line_id if found and found.cascade else None
        if found is None or line_id is None or not await self._casework.experts.is_member(uow, line_id, me):
            raise NotFound("Cette demande n'existe pas ou n'est pas la vôtre.")
        case = await self._casework.catch_up(uow, found)
        if case.state is not State.QUEUED:
            raise Conflict("Cette demande n'attend plus votre équipe.", code="teleexpertise.not_queued")
        return case

    async def _judged(self, uow: UnitOfWork, case: Case, colleague_id: UUID) -> Side:
        """Where this colleague practises, if he may be asked. Raises Refused, NotFound."""
        decision, sides = await judge_colleagues(uow, self._law, case, [colleague_id], self._clock.now())
        if not decision.is_allowed:
            raise Refused(decision)
        return sides[0]

    async def _refusal(
        self, uow: UnitOfWork, case: Case, step: Step, caller: Caller, reason: RefusalReason, **changes: Any
    ) -> Case:
        return await self._casework.take(uow, case, step, Actor.REQUIS, by=caller.id, reason=reason.value, **changes)

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
