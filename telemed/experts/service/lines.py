"""Lines: made by a practice, looked after by managers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from telemed.experts.model import Abilities, Line, LineDraft, Membership, Opening, Person, Place, SkillList
from telemed.experts.ports import People
from telemed.experts.rules.people import complete_widening, require_department, require_once, require_skills
from telemed.experts.service.access import find_managed, may_manage, require_carer, require_professional
from telemed.experts.service.keeping import keep_openings
from telemed.experts.store import LineStore, OpeningStore
from telemed.kernel.caller import Caller, Role
from telemed.kernel.clock import Clock
from telemed.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from telemed.kernel.ids import new_id
from telemed.kernel.period import Interval
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal


@dataclass(frozen=True)
class LineView:
    """A line as somebody sees it."""

    line: Line
    managers: tuple[Person, ...]
    is_managed: bool
    specialty: str
    membership: Membership | None = None


class LineService:
    def __init__(
        self, *, database: Database, clock: Clock, journal: Journal, people: People, skills: SkillList
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._people = people
        self._skills = skills

    async def create(self, caller: Caller, draft: LineDraft) -> LineView:
        """Make a line of one's practice and look after it. Raises Forbidden, Invalid."""
        who = require_professional(caller)
        if caller.practice_id is None or not caller.has_role(Role.DOCTOR, Role.HEALTH_PROFESSIONAL, Role.ADMINISTRATOR):
            raise Forbidden("Une ligne est créée par un professionnel de santé ou par l'administrateur du cabinet.")
        territory = await self._people.territory_of(caller.practice_id)
        if territory is None:
            raise NotFound("Cabinet introuvable.")
        async with self._database.begin() as uow:
            line = self._checked(
                draft, Line(new_id(), caller.practice_id, "", Abilities(""), Place(territory), self._now)
            )
            self._note(uow, caller, "create_line", line.id)
            await LineStore(uow.session).add(line)
            await LineStore(uow.session).add_manager(line.id, who)
        return (await self._views(caller, [line]))[0]

    async def change(self, caller: Caller, line_id: UUID, draft: LineDraft) -> LineView:
        """Say otherwise what a line answers; its members' openings follow. Raises Forbidden, NotFound, Invalid."""
        async with self._database.begin() as uow:
            line = require_living(await self._managed(uow, caller, "change_line", line_id))
            line = self._checked(draft, line)
            await self._keep(uow, line)
        return (await self._views(caller, [line]))[0]

    async def close(self, caller: Caller, line_id: UUID) -> None:
        """Close a line: nothing more is asked of it; done twice, it changes nothing. Raises Forbidden, NotFound."""
        async with self._database.begin() as uow:
            line = await self._managed(uow, caller, "close_line", line_id)
            await self._keep(uow, replace(line, closed_at=line.closed_at or self._now))

    async def page(self, caller: Caller, *, after: UUID | None, limit: int) -> list[LineView]:
        """The lines of one's practice, and those one answers in or looks after."""
        who = require_professional(caller)
        async with self._database.read() as session:
            lines = LineStore(session)
            found = await lines.page(practice_id=caller.practice_id, professional_id=who, after=after, limit=limit)
        return await self._views(caller, found)

    async def open_for(self, caller: Caller, specialty_code: str, *, after: UUID | None, limit: int) -> list[LineView]:
        """Lines of any practice that may be asked, for a specialty."""
        require_carer(caller)
        async with self._database.read() as session:
            found = await LineStore(session).open_for(specialty_code, after=after, limit=limit)
        return await self._views(caller, found)

    async def get(self, caller: Caller, line_id: UUID) -> LineView:
        """A line, for whoever may ask it; who answers in it is not told. Raises NotFound."""
        require_professional(caller)
        async with self._database.read() as session:
            line = await LineStore(session).find(line_id)
        if line is None:
            raise NotFound("Cette ligne n'existe pas.")
        return (await self._views(caller, [line]))[0]

    async def openings(self, caller: Caller, line_id: UUID, days: int) -> tuple[list[Opening], Mapping[UUID, Person]]:
        """Who answers when in the coming days, for its members and managers. Raises NotFound."""
        await self.require_inside(caller, line_id)
        async with self._database.read() as session:
            window = Interval(self._now, self._now + timedelta(days=days))
            found = await OpeningStore(session).of_line(line_id, window)
        return found, await self._people.find_many(sorted({one.professional_id for one in found}))

    async def require_inside(self, caller: Caller, line_id: UUID) -> Line:
        """A line that the caller answers in or looks after. Raises Forbidden, NotFound."""
        who = require_professional(caller)
        async with self._database.read() as session:
            lines = LineStore(session)
            line = await lines.find(line_id)
            if line and (await may_manage(lines, caller, line) or await lines.find_member(line_id, who)):
                return line
        raise NotFound("Cette ligne n'existe pas ou n'est pas la vôtre.")

    async def _keep(self, uow: UnitOfWork, line: Line) -> None:
        """Save a line and make the openings of its members again: as many people as it may hold, no more."""
        lines = LineStore(uow.session)
        await lines.save(line)
        members = await lines.members(line.id, after=None, limit=1_000)
        await keep_openings(uow.session, [one.professional_id for one in members if one.joined_at], self._now)

    def _checked(self, draft: LineDraft, line: Line) -> Line:
        require_skills(draft.skills, self._skills)
        if self._people.specialty_label(draft.specialty_code) is None:
            raise Invalid("Cette spécialité n'est pas connue.", field="specialty_code", code="experts.specialty")
        abilities = Abilities(
            draft.specialty_code,
            require_once(draft.skills),
            require_once(draft.words),
            require_once(draft.languages),
        )
        place = Place(line.place.territory, require_department(draft.department, line.place.territory))
        widening = complete_widening(draft.widening_minutes)
        return replace(line, name=draft.name, abilities=abilities, place=place, widening_minutes=widening)

    async def _managed(self, uow: UnitOfWork, caller: Caller, verb: str, line_id: UUID) -> Line:
        self._note(uow, caller, verb, line_id)
        return await find_managed(uow, caller, line_id)

    async def _views(self, caller: Caller, lines: Sequence[Line]) -> list[LineView]:
        async with self._database.read() as session:
            store = LineStore(session)
            managers = await store.managers_of([line.id for line in lines])
            mine = await store.memberships_of(caller.id, [line.id for line in lines]) if caller.id else {}
        people = await self._people.find_many(sorted({one for ids in managers.values() for one in ids}))
        return [
            LineView(
                line=line,
                managers=tuple(people[one] for one in managers[line.id] if one in people),
                is_managed=_is_managed(caller, line, managers[line.id]),
                specialty=self._people.specialty_label(line.abilities.specialty_code) or "",
                membership=mine.get(line.id),
            )
            for line in lines
        ]

    @property
    def _now(self) -> datetime:
        return self._clock.now()

    def _note(self, uow: UnitOfWork, caller: Caller, verb: str, line_id: UUID) -> None:
        self._journal.note(uow, caller, f"experts.{verb}", resource=f"expert_line:{line_id}", purpose="management")


def require_living(line: Line) -> Line:
    """The same line. Raises Conflict once it is closed."""
    if line.is_closed:
        raise Conflict("Cette ligne est fermée.", code="experts.line_closed")
    return line


def _is_managed(caller: Caller, line: Line, managers: Sequence[UUID]) -> bool:
    is_at_home = line.practice_id == caller.practice_id and caller.has_role(Role.ADMINISTRATOR)
    return is_at_home or caller.id in managers
