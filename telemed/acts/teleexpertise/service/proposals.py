"""Who can answer this, in time: experts found, ranked and explained, with who is left out and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.acts.teleexpertise.model import Actor, Case, Side, State, Urgency, Wish
from telemed.acts.teleexpertise.rules.cascade import may_search, specialty_missing
from telemed.acts.teleexpertise.rules.delays import answer_by
from telemed.acts.teleexpertise.service.access import require_carer, require_side
from telemed.acts.teleexpertise.service.casework import Casework
from telemed.acts.teleexpertise.service.people import get_professional, sides_of
from telemed.experts.model.search import Found
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Territory, civil_date
from telemed.kernel.errors import Conflict, Refused
from telemed.law.law import Law
from telemed.professionals.model import Practice, Professional
from telemed.professionals.store import PracticeStore, ProfessionalStore
from telemed.storage.engine import Database

_SEARCHED = (State.DRAFT, State.SENT, State.REFUSED, State.QUEUED)


@dataclass(frozen=True)
class SearchOptions:
    """What the requérant narrows: where (his own territory if None), a language, and whom he wants explained."""

    territory: Territory | None = None
    language: str = ""
    named: tuple[UUID, ...] = ()
    present: tuple[UUID, ...] | None = None


@dataclass(frozen=True)
class Question:
    """A search without a case."""

    specialty_code: str
    skill: str = ""
    urgency: Urgency = Urgency.WEEK


@dataclass(frozen=True, repr=False)
class Proposals:
    """What was found between `now` and `before`, with the names of those found."""

    found: Found
    now: datetime
    before: datetime
    people: dict[UUID, Professional]
    practices: dict[UUID, Practice]


class ProposalService:
    def __init__(self, *, database: Database, casework: Casework, law: Law) -> None:
        self._database = database
        self._casework = casework
        self._law = law

    async def for_case(self, caller: Caller, case_id: UUID, options: SearchOptions) -> Proposals:
        """Who can answer a case that nobody holds, before its answer is due; those who held it are left out.

        Raises Refused without a specialty, Conflict while somebody holds the case, NotFound, Forbidden.
        """
        now = self._casework.clock.now()
        async with self._database.begin() as uow:
            case, actor = await self._casework.open(uow, caller, case_id, "search")
            require_side(actor, Actor.REQUERANT)
            if case.state not in _SEARCHED:
                raise Conflict("Cette demande n'attend pas de confrère.", code="teleexpertise.not_waiting")
            if not may_search(case):
                raise Refused(specialty_missing())
            wish = _wish_of_case(case, options, now, self._before(case.requerant, case.content.urgency, now))
            return await self._answer(uow.session, await self._casework.experts.explain(uow, wish), wish)

    async def search(self, caller: Caller, question: Question, options: SearchOptions) -> Proposals:
        """The same without a case and without a patient: quotas and continuity say nothing."""
        now = self._casework.clock.now()
        async with self._database.begin() as uow:
            me = require_carer(caller)
            resource = f"specialty:{question.specialty_code}"
            self._casework.journal.note(uow, caller, "teleexpertise.search", resource=resource)
            [side] = await sides_of(uow.session, [await get_professional(uow.session, me)])
            wish = Wish(
                patient_id=None,
                requerant=side,
                specialty_code=question.specialty_code,
                skill=question.skill,
                territory=side.territory,
                line_id=None,
                now=now,
                before=self._before(side, question.urgency, now),
            )
            wish = _narrowed(wish, options)
            return await self._answer(uow.session, await self._casework.experts.explain(uow, wish), wish)

    def _before(self, side: Side, urgency: Urgency, now: datetime) -> datetime:
        return answer_by(urgency, now, side.territory, self._law.on(civil_date(now, side.territory)))

    async def _answer(self, session: AsyncSession, found: Found, wish: Wish) -> Proposals:
        candidates = [one.candidate for one in found.proposals] + [one.candidate for one in found.excluded]
        people = await ProfessionalStore(session).find_many([one.professional_id for one in candidates])
        practices = await PracticeStore(session).find_many([one.practice_id for one in people.values()])
        return Proposals(found, wish.now, wish.before, people, practices)


def _wish_of_case(case: Case, options: SearchOptions, now: datetime, fresh: datetime) -> Wish:
    """A case that left keeps its deadline; past it, the grace is what is left."""
    before = (case.expires_at if case.escalated_at else case.deadline) or fresh
    wish = Wish(
        patient_id=case.patient_id,
        requerant=case.requerant,
        specialty_code=case.content.specialty_code,
        skill=case.content.skill,
        territory=case.requerant.territory,
        line_id=None,
        now=now,
        before=before,
        but_rpps=frozenset(offer.to.rpps for offer in case.offers),
    )
    return _narrowed(wish, options)


def _narrowed(wish: Wish, options: SearchOptions) -> Wish:
    return replace(
        wish,
        territory=options.territory or wish.territory,
        language=options.language,
        named=options.named,
        present=options.present,
    )
