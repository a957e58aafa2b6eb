"""« Quelqu'un maintenant ? »: ring those who are there; the first to answer has the case, exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from telemed.acts.teleexpertise.formats import write_target
from telemed.acts.teleexpertise.model import Actor, Case, Offer, Outcome, Side, State, Target
from telemed.acts.teleexpertise.model.live import MOST_RUNG, CallEnd, CallState, LiveCall, Ring
from telemed.acts.teleexpertise.rules.delays import offer_until
from telemed.acts.teleexpertise.rules.ringing import answer, decline, end_by_time, may_ring, start_call, wish_of_ring
from telemed.acts.teleexpertise.service.acceptance import accept_offer
from telemed.acts.teleexpertise.service.access import require_carer, require_side
from telemed.acts.teleexpertise.service.people import get_professional, judge_colleagues
from telemed.acts.teleexpertise.service.requests import RequestService
from telemed.acts.teleexpertise.service.switchboard import Switchboard
from telemed.acts.teleexpertise.store import CallStore, CaseStore, PresentStore
from telemed.kernel.caller import Caller
from telemed.kernel.decision import ALLOWED, Decision
from telemed.kernel.errors import Conflict, Invalid, NotFound
from telemed.kernel.ids import new_id
from telemed.professionals.model import Practice, Professional
from telemed.professionals.store import PracticeStore
from telemed.security.opaque import make_token
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork

ROOM_PREFIX = "avis."
BY_RING = "ring"
_AT_ONCE = 50
log = structlog.get_logger("teleexpertise")


@dataclass(frozen=True, repr=False)
class Answered:
    """The open call, its case, and what the quotas warned of."""

    call: LiveCall
    case: Case
    decision: Decision


@dataclass(frozen=True, repr=False)
class RingView:
    """A ring as the one whom it rings sees it: who asks, from where."""

    call: LiveCall
    case: Case
    asker: Professional
    practice: Practice


class RingService:
    def __init__(self, *, database: Database, board: Switchboard, requests: RequestService) -> None:
        self._database = database
        self._board = board
        self._casework = board.casework
        self._clock = board.casework.clock
        self._requests = requests

    async def start(
        self, caller: Caller, case_id: UUID, colleague_ids: Sequence[UUID] = (), fallback: Target | None = None
    ) -> LiveCall:
        """Ring these colleagues, or whoever of the specialty is there; a draft leaves with it.

        `fallback`: whom to ask in writing if nobody answers, when nobody holds the case then. Raises Conflict, Refused,
        NotFound.
        """
        placed: list[LiveCall] = []

        async def ring(uow: UnitOfWork, case: Case) -> Case:
            placed.append(await self._ring(uow, case, colleague_ids, fallback))
            return await CaseStore(uow.session).find(case.id) or case

        if await self._is_draft_of(caller, case_id):
            await self._requests.send(caller, case_id, _required(fallback), instead=ring)
        else:
            async with self._database.begin() as uow:
                case, actor = await self._casework.open(uow, caller, case_id, "ring")
                require_side(actor, Actor.REQUERANT)
                await ring(uow, case)
        return placed[0]

    async def answer(self, caller: Caller, call_id: UUID) -> Answered:
        """Answer a ring: the case is accepted as in writing, first come only, and the room opens.

        Raises Conflict (`teleexpertise.taken`, `.ring_over`, `.in_call`), NotFound.
        """
        now = self._clock.now()
        async with self._database.begin() as uow:
            case, call, ring = await self._rung(uow, caller, call_id, "answer_ring")
            opened = await self._board.change(uow, call, answer(call, ring, ROOM_PREFIX + make_token(), now))
            if case.requis is not None:
                return Answered(opened, case, ALLOWED)
            offer = case.offer_of(caller.id) or Offer(new_id(), ring.to, now, offer_until(case, now), seen_at=now)
            accepted, quotas = await accept_offer(self._casework, uow, case, offer, by=caller.id, reason=BY_RING)
            return Answered(opened, accepted, quotas)

    async def decline(self, caller: Caller, call_id: UUID) -> None:
        """Not now: the others go on ringing. An offer in writing that he holds stays his."""
        async with self._database.begin() as uow:
            _, call, ring = await self._rung(uow, caller, call_id, "decline_ring")
            declined = decline(call, ring, self._clock.now())
            await self._board.change(uow, call, declined)
            if declined.state is CallState.ENDED:
                await self._board.fall_back(uow, declined)

    async def ringing(self, caller: Caller) -> RingView | None:
        """What rings at the caller's now. He has no right to the case yet: he learns who asks, and how soon."""
        person = require_carer(caller)
        async with self._database.read() as session:
            call = await CallStore(session).ringing_at(person)
            case = await CaseStore(session).find(call.case_id) if call else None
            if call is None or case is None or end_by_time(call, self._clock.now()) is not None:
                return None
            asker = await get_professional(session, case.requerant.professional_id)
            practice = await PracticeStore(session).find(case.requerant.practice_id)
        return RingView(call, case, asker, practice) if practice else None

    async def run(self) -> None:
        """Job: calls that rang or lasted long enough are over; run late or twice it changes nothing."""
        async with self._database.read() as session:
            due = await CallStore(session).due(self._clock.now(), limit=_AT_ONCE)
        for call_id in due:
            try:
                await self._sweep_one(call_id)
            except Conflict:  # somebody moved the case in between; the next round reads it again
                log.info("teleexpertise.sweep_overtaken")

    async def _sweep_one(self, call_id: UUID) -> None:
        async with self._database.begin() as uow:
            found = await CallStore(uow.session).find(call_id)
            if found is None:
                return
            await CaseStore(uow.session).find(found.case_id, lock=True)
            call = await CallStore(uow.session).find(call_id, lock=True)
            if call is not None and call.is_living:
                await self._board.catch_up(uow, call)

    async def _is_draft_of(self, caller: Caller, case_id: UUID) -> bool:
        async with self._database.read() as session:
            case = await CaseStore(session).find(case_id)
        is_his = case is not None and case.requerant.professional_id == caller.id
        return is_his and case is not None and case.state is State.DRAFT

    async def _ring(self, uow: UnitOfWork, case: Case, named: Sequence[UUID], fallback: Target | None) -> LiveCall:
        if not may_ring(case):
            raise Conflict("Cette demande est close ou répondue.", code="teleexpertise.over")
        await self._require_no_call(uow, case)
        rings = [Ring(new_id(), side) for side in await self._whom(uow, case, named)]
        return await self._place(uow, start_call(new_id(), case, rings, self._clock.now()), fallback)

    async def _place(self, uow: UnitOfWork, call: LiveCall, fallback: Target | None) -> LiveCall:
        """Keep a new call and let it ring; those whom another call rings by now are left in peace."""
        store = CallStore(uow.session)
        await store.add(call, write_target(fallback) if fallback else None)
        rung = await store.ring(call.id, call.rings)
        placed = await store.find(call.id, lock=True)
        if placed is None:
            raise LookupError("a call that was just kept is found")
        self._board.tell(uow, None, placed)
        if not placed.is_living or rung:
            if not placed.is_living:
                await self._board.fall_back(uow, placed)
            return placed
        return await self._board.finish(uow, placed, CallEnd.NOBODY_THERE)

    async def _require_no_call(self, uow: UnitOfWork, case: Case) -> None:
        living = await CallStore(uow.session).living_of(case.id, lock=True)
        if living is not None and (await self._board.catch_up(uow, living)).is_living:
            raise Conflict("Un appel est déjà en cours pour cette demande.", code="teleexpertise.call_open")

    async def _whom(self, uow: UnitOfWork, case: Case, named: Sequence[UUID]) -> list[Side]:
        """Whom to ring: whoever has the case; else those named, or whoever of the specialty, who are there."""
        now, present = self._clock.now(), PresentStore(uow.session)
        if case.requis is not None:
            is_there = await present.among([case.requis.professional_id], now)
            return [case.requis] if is_there else []
        holders = {side.professional_id: side for side in case.holders}
        ids = dict.fromkeys(named) or dict.fromkeys([*holders, *await self._of_specialty(uow, case)])
        there = await present.among(ids, now)
        sides: list[Side] = []
        for one in (person for person in ids if person in there and len(sides) < MOST_RUNG):
            sides += [holders[one]] if one in holders else await self._judged(uow, case, one)
        return sides

    async def _judged(self, uow: UnitOfWork, case: Case, person: UUID) -> list[Side]:
        """Where he practises, if the rules let him be asked."""
        decision, sides = await judge_colleagues(uow, self._board.law, case, [person], self._clock.now())
        return sides if decision.is_allowed else []

    async def _of_specialty(self, uow: UnitOfWork, case: Case) -> list[UUID]:
        """Who is there of the specialty: first those whom the finder proposes, then who keeps no profile."""
        specialty, now = case.content.specialty_code, self._clock.now()
        if specialty is None:
            return []
        refused = frozenset(offer.to.rpps for offer in case.offers if offer.outcome is Outcome.REFUSED)
        but = refused | {case.requerant.rpps}
        there = await PresentStore(uow.session).of_specialty(specialty, now, but_rpps=but)
        if not there:
            return []
        wish = wish_of_ring(case, now, but_rpps=refused, present=tuple(there))
        found = await self._casework.experts.explain(uow, wish)
        proposed = [one.candidate.professional_id for one in found.proposals]
        left_out = {one.candidate.professional_id for one in found.excluded}
        return [*proposed, *(one for one in there if one not in {*proposed, *left_out})]

    async def _rung(self, uow: UnitOfWork, caller: Caller, call_id: UUID, action: str) -> tuple[Case, LiveCall, Ring]:
        """The case, the call and the caller's ring, locked and brought up to now. Raises NotFound, Conflict."""
        found = await CallStore(uow.session).find(call_id)
        case = await CaseStore(uow.session).find(found.case_id, lock=True) if found else None
        patient_id = case.patient_id if case else None
        resource = f"teleexpertise_call:{call_id}"
        self._casework.journal.note(uow, caller, f"teleexpertise.{action}", patient_id=patient_id, resource=resource)
        person = require_carer(caller)
        if found is None or case is None or found.ring_of(person) is None:
            raise NotFound("Cet appel n'existe pas ou n'est pas pour vous.")
        case = await self._casework.catch_up(uow, case)
        call = await CallStore(uow.session).find(call_id, lock=True)
        ring = call.ring_of(person) if call else None
        if call is None or ring is None or not ring.is_ringing or end_by_time(call, self._clock.now()):
            raise _over(call)
        return case, call, ring


def _over(call: LiveCall | None) -> Conflict:
    """Why a ring can no longer be answered."""
    if call is not None and call.requis_id is not None:
        return Conflict("Un confrère a répondu avant vous.", code="teleexpertise.taken")
    return Conflict("L'appel est terminé.", code="teleexpertise.ring_over")


def _required(fallback: Target | None) -> Target:
    """A draft says whom to ask in writing if nobody answers: it must not be left to nobody. Raises Invalid."""
    if fallback is None:
        raise Invalid("Dites à qui écrire si personne ne répond.", field="fallback")
    return fallback
