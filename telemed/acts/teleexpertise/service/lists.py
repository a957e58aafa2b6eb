"""Lists and single views of cases with whom they are about; a constant number of statements a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.acts.teleexpertise.model import Actor, Case, Move, Offer
from telemed.acts.teleexpertise.rules.parties import REQUIS
from telemed.acts.teleexpertise.service.access import open_case, require_carer
from telemed.acts.teleexpertise.store import CaseLists, CaseStore
from telemed.acts.teleexpertise.store.lists import Place
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock, Territory, civil_date
from telemed.law.law import Law
from telemed.patients.model import Patient
from telemed.patients.store import PatientStore
from telemed.professionals.model import Practice, Professional
from telemed.professionals.store import PracticeStore, ProfessionalStore
from telemed.storage.engine import Database
from telemed.trace.service import Journal


@dataclass(frozen=True, repr=False)
class CaseView:
    """One case with its people, as the side that looks may see it: a requis sees no other offer than his."""

    case: Case
    actor: Actor
    patient: Patient
    people: dict[UUID, Professional]
    practices: dict[UUID, Practice]
    looker_id: UUID

    @property
    def visible_offers(self) -> tuple[Offer, ...]:
        offers = self.case.offers
        if self.actor is Actor.REQUERANT:
            return offers
        return tuple(offer for offer in offers if offer.to.professional_id == self.looker_id)


@dataclass(frozen=True, repr=False)
class Colleague:
    """Someone who may be asked, and where."""

    person: Professional
    practice: Practice


class CaseListService:
    def __init__(self, *, database: Database, clock: Clock, journal: Journal, law: Law) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._law = law

    async def get(self, caller: Caller, case_id: UUID) -> CaseView:
        """One case. Raises NotFound when it is absent or another's, Conflict when it was offered and is gone."""
        async with self._database.begin() as uow:
            case, actor = await open_case(uow, self._journal, caller, case_id, "read", lock=False)
            return (await self._views(uow.session, [case], actor, require_carer(caller)))[0]

    async def asked(
        self, caller: Caller, *, is_ended: bool = False, after: Place | None = None, limit: int = 50
    ) -> list[CaseView]:
        """What the caller asked: the soonest due first, or what is over, the latest first."""
        return await self._page(caller, Actor.REQUERANT, is_ended=is_ended, after=after, limit=limit)

    async def inbox(
        self, caller: Caller, *, is_ended: bool = False, after: Place | None = None, limit: int = 50
    ) -> list[CaseView]:
        """What is in the caller's hands: the soonest due first, or what he had accepted and is over."""
        return await self._page(caller, Actor.REQUIS, is_ended=is_ended, after=after, limit=limit)

    async def moves(self, caller: Caller, case_id: UUID, *, after: int, limit: int) -> list[Move]:
        """The history of a case, the oldest first."""
        async with self._database.begin() as uow:
            case, _ = await open_case(uow, self._journal, caller, case_id, "read_history", lock=False)
            return await CaseStore(uow.session).moves(case.id, after=after, limit=limit)

    async def colleagues(
        self, caller: Caller, *, name: str | None, specialty_code: str | None, after: UUID | None, limit: int
    ) -> list[Colleague]:
        """Who may be asked, in any practice of the service, by order of creation; never the caller himself (R-26)."""
        require_carer(caller)
        professions = frozenset(self._law.on(self._today()).value(REQUIS).labels)
        async with self._database.read() as session:
            found = await CaseLists(session).colleagues(
                professions,
                but_rpps=caller.rpps or "",
                name=name,
                specialty_code=specialty_code,
                after=after,
                limit=limit,
            )
            practices = await PracticeStore(session).find_many([one.practice_id for one in found])
        return [Colleague(one, practices[one.practice_id]) for one in found]

    async def named(self, caller: Caller, ids: Sequence[UUID]) -> list[Colleague]:
        """The colleagues of these ids, in any practice; one who does not exist is left out."""
        require_carer(caller)
        async with self._database.read() as session:
            found = await ProfessionalStore(session).find_many(ids)
            practices = await PracticeStore(session).find_many([one.practice_id for one in found.values()])
        return [Colleague(found[one], practices[found[one].practice_id]) for one in ids if one in found]

    def _today(self) -> date:
        return civil_date(self._clock.now(), Territory.METROPOLE)

    async def _page(
        self, caller: Caller, actor: Actor, *, is_ended: bool, after: Place | None, limit: int
    ) -> list[CaseView]:
        async with self._database.begin() as uow:
            self._journal.note(uow, caller, "teleexpertise.list", details={"side": actor.value, "ended": is_ended})
            me, lists = require_carer(caller), CaseLists(uow.session)
            if is_ended:
                cases = await lists.ended(me, as_requis=actor is Actor.REQUIS, after=after, limit=limit)
            elif actor is Actor.REQUIS:
                cases = await lists.inbox(me, after=after, limit=limit)
            else:
                cases = await lists.asked(me, after=after, limit=limit)
            return await self._views(uow.session, cases, actor, me)

    async def _views(self, session: AsyncSession, cases: Sequence[Case], actor: Actor, me: UUID) -> list[CaseView]:
        patients = await PatientStore(session).find_many([case.patient_id for case in cases])
        sides = [side for case in cases for side in (case.requerant, *(offer.to for offer in case.offers))]
        people = await ProfessionalStore(session).find_many([side.professional_id for side in sides])
        practices = await PracticeStore(session).find_many([side.practice_id for side in sides])
        return [CaseView(case, actor, patients[case.patient_id], people, practices, me) for case in cases]
