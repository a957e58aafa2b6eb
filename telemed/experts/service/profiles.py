"""The profile of an expert: what he says of himself, and what follows a suspension."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from telemed.experts.model import Abilities, Person, Place, Profile, ProfileDraft, SkillList
from telemed.experts.ports import People
from telemed.experts.rules.people import check_expert, require_department, require_once, require_skills
from telemed.experts.service.access import get_person, require_carer
from telemed.experts.service.keeping import keep_openings
from telemed.experts.store import ProfileStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock, civil_date
from telemed.kernel.errors import Refused
from telemed.law.law import Law
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal


class ProfileService:
    def __init__(
        self, *, database: Database, clock: Clock, journal: Journal, law: Law, people: People, skills: SkillList
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._law = law
        self._people = people
        self.skills = skills

    async def own(self, caller: Caller) -> Profile:
        """The caller's profile; a closed one while he has said nothing. Raises Forbidden, Refused for a non-expert."""
        person = await get_person(self._people, require_carer(caller))
        async with self._database.read() as session:
            profile = await ProfileStore(session).find(person.id)
        if profile is not None:
            return profile
        self._require_expert(person)
        return new_profile(person, ProfileDraft())

    async def save(self, caller: Caller, draft: ProfileDraft) -> Profile:
        """Say who one is as an expert; openings follow at once. Raises Forbidden, Invalid, Refused."""
        person = await get_person(self._people, require_carer(caller))
        async with self._database.begin() as uow:
            resource = f"expert:{person.id}"
            self._journal.note(uow, caller, "experts.save_profile", resource=resource, purpose="management")
            self._require_expert(person)
            profile = new_profile(person, self._checked(draft, person))
            await ProfileStore(uow.session).find(person.id, lock=True)
            await ProfileStore(uow.session).save(profile, self._clock.now())
            await keep_openings(uow.session, [person.id], self._clock.now())
            return profile

    async def follow_suspension(self, uow: UnitOfWork, professional_id: UUID, at: datetime | None) -> None:
        """Someone was shut out (or let in again, None): he is asked nothing any more, in the same transaction."""
        store = ProfileStore(uow.session)
        profile = await store.find(professional_id, lock=True)
        if profile is not None:
            await store.save(replace(profile, suspended_at=at), self._clock.now())
            await keep_openings(uow.session, [professional_id], self._clock.now())

    def _checked(self, draft: ProfileDraft, person: Person) -> ProfileDraft:
        require_skills(draft.skills, self.skills)
        return replace(draft, department=require_department(draft.department, person.territory))

    def _require_expert(self, person: Person) -> None:
        law = self._law.on(civil_date(self._clock.now(), person.territory))
        decision = check_expert(person, law)
        if not decision.is_allowed:
            raise Refused(decision)


def new_profile(person: Person, draft: ProfileDraft) -> Profile:
    """The profile that a draft makes of a person of the directory."""
    abilities = Abilities(
        specialty_code=person.specialty_code or "",
        skills=require_once(draft.skills),
        words=require_once(draft.words),
        languages=require_once(draft.languages),
    )
    return Profile(
        professional_id=person.id,
        practice_id=person.practice_id,
        rpps=person.rpps or "",
        abilities=abilities,
        place=Place(person.territory, draft.department),
        is_open=draft.is_open,
        capacity_per_day=draft.capacity_per_day,
        auto_accept=draft.auto_accept,
        channels=draft.channels,
        suspended_at=person.suspended_at,
    )
