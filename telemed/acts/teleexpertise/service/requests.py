"""The requérant's side: write, send to a named colleague, give what is asked, withdraw, acknowledge."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from telemed.acts.teleexpertise.model import (
    PACES,
    Actor,
    Case,
    CaseContent,
    EndReason,
    MessageKind,
    State,
    Step,
    Target,
)
from telemed.acts.teleexpertise.rules.contents import check_content
from telemed.acts.teleexpertise.rules.delays import answer_by, due_of, offer_until, reminder_at
from telemed.acts.teleexpertise.rules.parties import check_requerant
from telemed.acts.teleexpertise.service.access import require_carer, require_side, require_step
from telemed.acts.teleexpertise.service.asking import ask, judge_target, open_search
from telemed.acts.teleexpertise.service.casework import Casework
from telemed.acts.teleexpertise.service.messages import write_message
from telemed.acts.teleexpertise.service.papers import Papers
from telemed.acts.teleexpertise.service.people import get_professional, party_of, sides_of
from telemed.acts.teleexpertise.store import CaseStore, TimerStore
from telemed.consent.model import ActKind, ConsentFacts
from telemed.consent.rules import check_consent
from telemed.consent.service import ConsentService
from telemed.kernel.caller import Caller
from telemed.kernel.clock import civil_date
from telemed.kernel.decision import Decision, combine
from telemed.kernel.errors import Conflict, NotFound, Refused
from telemed.kernel.ids import new_id
from telemed.law.law import Law
from telemed.patients.store import PatientStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork

Instead = Callable[[UnitOfWork, Case], Awaitable[Case]]


@dataclass(frozen=True, repr=False)
class Sent:
    """The case, and what the rules warned of."""

    case: Case
    decision: Decision


class RequestService:
    def __init__(
        self, *, database: Database, casework: Casework, law: Law, consents: ConsentService, papers: Papers
    ) -> None:
        self._database = database
        self._casework = casework
        self._clock = casework.clock
        self._law = law
        self._consents = consents
        self._papers = papers

    async def create(self, caller: Caller, patient_id: UUID, content: CaseContent) -> Case:
        """Begin a request about a patient of the caller's practice. Raises Forbidden, NotFound, Refused (R-25)."""
        now = self._clock.now()
        async with self._database.begin() as uow:
            note = self._casework.journal.note
            note(uow, caller, "teleexpertise.create", patient_id=patient_id, resource=f"patient:{patient_id}")
            asker = await get_professional(uow.session, require_carer(caller))
            patient = await PatientStore(uow.session).find(patient_id)
            if patient is None or patient.practice_id != caller.practice_id:
                raise NotFound("Ce patient n'existe pas ou n'est pas de votre cabinet.")
            [side] = await sides_of(uow.session, [asker])
            _require(check_requerant(party_of(asker), self._law.on(civil_date(now, side.territory))))
            draft = Case(new_id(), patient.id, side, State.DRAFT, content, created_at=now, edited_at=now)
            case = replace(draft, due_at=due_of(draft))
            await CaseStore(uow.session).add(case)
            await TimerStore(uow.session).set(case, reminder_at=reminder_at(case, now))
            return case

    async def edit(self, caller: Caller, case_id: UUID, content: CaseContent, *, version: int) -> Case:
        """Replace what a draft says, on the version that was read. Raises Conflict (`stale`), NotFound."""
        async with self._database.begin() as uow:
            case = await self._own(uow, caller, case_id, "edit")
            if case.version != version:
                raise Conflict("Cette demande a changé entre-temps : relisez-la.", code="stale")
            now = self._clock.now()
            return await self._casework.take(uow, case, Step.EDIT, Actor.REQUERANT, content=content, edited_at=now)

    async def send(
        self, caller: Caller, case_id: UUID, asked: Target | Sequence[UUID], *, instead: Instead | None = None
    ) -> Sent:
        """Send a draft to those chosen, once the patient's consent is recorded; the cascade goes on by itself.

        The delay of the answer runs from now. `instead` of asking them something else comes first: see `RingService`.
        Raises Refused with every reason, Conflict, NotFound.
        """
        target = Target.of(asked)
        paper = await self._papers.prepare_request(caller, case_id, target)
        now = self._clock.now()
        async with self._database.begin() as uow:
            await self._lock_patient(uow, case_id)
            case = await self._own(uow, caller, case_id, "send")
            require_step(case, Step.SEND, Actor.REQUERANT)
            consent = check_consent(await self._consent_facts(uow, case), now)
            decision, sides = await judge_target(self._casework, uow, self._law, case, target)
            decision = combine((consent, check_content(case.content), decision))
            _require(decision)
            await self._papers.keep(uow, caller, case, paper)
            law = self._law.on(civil_date(now, case.requerant.territory))
            deadline = answer_by(case.content.urgency, now, case.requerant.territory, law)
            expires_at = deadline + PACES[case.content.urgency].grace
            timed = replace(case, sent_at=now, deadline=deadline, expires_at=expires_at)
            cascade = await open_search(self._casework, uow, timed, target)
            sent = await self._casework.take(
                uow,
                case,
                Step.SEND,
                Actor.REQUERANT,
                by=caller.id,
                sent_at=now,
                deadline=deadline,
                expires_at=expires_at,
                cascade=cascade,
            )
            if instead is not None:
                return Sent(await instead(uow, sent), decision)
            return Sent(await ask(self._casework, uow, sent, cascade, sides, require_carer(caller)), decision)

    async def offer(self, caller: Caller, case_id: UUID, asked: Target | Sequence[UUID]) -> Sent:
        """Ask others about a case that nobody holds any more. The delay of the answer goes on running."""
        target = Target.of(asked)
        async with self._database.begin() as uow:
            case = await self._own(uow, caller, case_id, "offer")
            require_step(case, Step.OFFER, Actor.REQUERANT)
            decision, sides = await judge_target(self._casework, uow, self._law, case, target)
            _require(decision)
            cascade = await open_search(self._casework, uow, case, target)
            return Sent(await ask(self._casework, uow, case, cascade, sides, require_carer(caller)), decision)

    async def inform(self, caller: Caller, case_id: UUID, text: str) -> Case:
        """Give what the colleague asked: the case goes back to him. Raises Conflict if nothing was asked."""
        async with self._database.begin() as uow:
            case = await self._own(uow, caller, case_id, "inform")
            step, offers, now = Step.RESUME, case.offers, self._clock.now()
            if case.requis is None and case.state is State.MORE_INFORMATION:
                step, until = Step.INFORM, offer_until(case, now)
                offers = tuple(replace(one, until=until) if one.is_pending else one for one in offers)
            informed = await self._casework.take(uow, case, step, Actor.REQUERANT, by=caller.id, offers=offers)
            await write_message(uow, informed, caller, MessageKind.INFORMATION, text, now)
            return informed

    async def withdraw(self, caller: Caller, case_id: UUID, reason: EndReason) -> Case:
        """Take a request back before it is answered; whoever holds it is told."""
        async with self._database.begin() as uow:
            case = await self._own(uow, caller, case_id, "withdraw")
            return await self._casework.take(
                uow, case, Step.WITHDRAW, Actor.REQUERANT, by=caller.id, reason=reason.value, end_reason=reason
            )

    async def close(self, caller: Caller, case_id: UUID) -> Case:
        """Acknowledge the opinion: the case is over."""
        async with self._database.begin() as uow:
            case = await self._own(uow, caller, case_id, "close")
            return await self._casework.take(uow, case, Step.CLOSE, Actor.REQUERANT, by=caller.id)

    async def _own(self, uow: UnitOfWork, caller: Caller, case_id: UUID, action: str) -> Case:
        case, actor = await self._casework.open(uow, caller, case_id, action)
        require_side(actor, Actor.REQUERANT)
        return case

    async def _lock_patient(self, uow: UnitOfWork, case_id: UUID) -> None:
        """Held before the case: a consent that is taken back at this moment sees the case as sent, or stops it."""
        case = await CaseStore(uow.session).find(case_id)
        if case is not None:
            await PatientStore(uow.session).find(case.patient_id, for_update=True)

    async def _consent_facts(self, uow: UnitOfWork, case: Case) -> ConsentFacts:
        return await self._consents.facts_within(
            uow, patient_id=case.patient_id, act_kind=ActKind.TELEEXPERTISE, act_id=case.id
        )


def _require(decision: Decision) -> None:
    if not decision.is_allowed:
        raise Refused(decision)
