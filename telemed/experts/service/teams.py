"""Who is in a line, who looks after it, and the hours of its members in it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from telemed.experts.model import Line, Membership, Person, Shift, ShiftDraft
from telemed.experts.model.line import MOST_MEMBERS
from telemed.experts.model.standing import Standing
from telemed.experts.ports import People
from telemed.experts.rules.people import check_members
from telemed.experts.service.access import find_managed, get_person, require_carer
from telemed.experts.service.hours import keep_shift, lock_profile, require_allowed
from telemed.experts.service.keeping import keep_openings
from telemed.experts.service.lines import LineService, require_living
from telemed.experts.store import HoursStore, LineStore
from telemed.experts.store.standings import StandingStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.kernel.errors import Conflict, NotFound
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

_NO_MEMBER = "Cette personne n'est pas de la ligne."


class TeamService:
    def __init__(
        self, *, database: Database, clock: Clock, journal: Journal, people: People, lines: LineService
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._people = people
        self._lines = lines

    async def members(
        self, caller: Caller, line_id: UUID, *, after: UUID | None, limit: int
    ) -> tuple[list[Membership], Mapping[UUID, Person]]:
        """Who answers in a line, for those inside it. Raises NotFound."""
        await self._lines.require_inside(caller, line_id)
        async with self._database.read() as session:
            found = await LineStore(session).members(line_id, after=after, limit=limit)
        return found, await self._people.find_many([one.professional_id for one in found])

    async def shifts(self, caller: Caller, line_id: UUID, *, after: UUID | None, limit: int) -> list[Shift]:
        """The hours of everybody in a line, for those inside it. Raises NotFound."""
        await self._lines.require_inside(caller, line_id)
        async with self._database.read() as session:
            return await HoursStore(session).page_shifts(line_id=line_id, after=after, limit=limit)

    async def loads(self, caller: Caller, line_id: UUID) -> tuple[dict[UUID, Standing], dict[UUID, int]]:
        """What its members have in hand, and how often each was asked in its name. Raises NotFound."""
        await self._lines.require_inside(caller, line_id)
        async with self._database.read() as session:
            members = await LineStore(session).members(line_id, after=None, limit=MOST_MEMBERS)
            store = StandingStore(session)
            return await store.find_many([one.professional_id for one in members]), await store.turns(line_id)

    async def invite(self, caller: Caller, line_id: UUID, professional_id: UUID) -> None:
        """Take an expert into a line: at once where he is of its practice, else when he says yes. Raises Refused."""
        person = await get_person(self._people, professional_id)
        async with self._database.begin() as uow:
            line = require_living(await self._managed(uow, caller, "invite_member", line_id))
            await lock_profile(uow, professional_id)
            lines, now = LineStore(uow.session), self._clock.now()
            if await lines.find_member(line_id, professional_id) is not None:
                return
            require_allowed(check_members(await lines.count_members(line_id) + 1))
            joined_at = now if person.practice_id == line.practice_id or caller.id == professional_id else None
            await lines.add_member(Membership(line_id, professional_id, now, joined_at))

    async def join(self, caller: Caller, line_id: UUID) -> None:
        """Say yes to a line; saying it again changes nothing. Raises NotFound without an invitation."""
        who = require_carer(caller)
        async with self._database.begin() as uow:
            self._note(uow, caller, "join_line", line_id)
            lines, now = LineStore(uow.session), self._clock.now()
            member = await lines.find_member(line_id, who)
            if member is None:
                raise NotFound("Cette ligne n'existe pas ou ne vous a pas invité.")
            if member.joined_at is None:
                await lock_profile(uow, who)
                await lines.set_joined(line_id, who, now)
                await keep_openings(uow.session, [who], now)

    async def leave(self, caller: Caller, line_id: UUID) -> None:
        """Go out of a line: one's hours in it go too. Raises NotFound."""
        who = require_carer(caller)
        async with self._database.begin() as uow:
            self._note(uow, caller, "leave_line", line_id)
            await self._remove(uow, line_id, who)

    async def remove(self, caller: Caller, line_id: UUID, professional_id: UUID) -> None:
        """Take somebody out of a line, and his hours in it. Raises Forbidden, NotFound."""
        async with self._database.begin() as uow:
            await self._managed(uow, caller, "remove_member", line_id)
            await self._remove(uow, line_id, professional_id)

    async def add_manager(self, caller: Caller, line_id: UUID, professional_id: UUID) -> None:
        """Let somebody of its practice look after a line. Raises Forbidden, NotFound."""
        person = await get_person(self._people, professional_id)
        async with self._database.begin() as uow:
            line = await self._managed(uow, caller, "add_manager", line_id)
            if person.practice_id != line.practice_id:
                raise NotFound("Cette personne n'est pas du cabinet de la ligne.")
            if professional_id not in await LineStore(uow.session).managers(line_id):
                await LineStore(uow.session).add_manager(line_id, professional_id)

    async def remove_manager(self, caller: Caller, line_id: UUID, professional_id: UUID) -> None:
        """Raises Forbidden, NotFound, Conflict on the last one."""
        async with self._database.begin() as uow:
            await self._managed(uow, caller, "remove_manager", line_id)
            managers = await LineStore(uow.session).managers(line_id)
            if professional_id not in managers:
                raise NotFound("Cette personne n'est pas responsable de la ligne.")
            if len(managers) == 1:
                raise Conflict("Une ligne garde un responsable au moins.", code="experts.last_manager")
            await LineStore(uow.session).remove_manager(line_id, professional_id)

    async def add_shift(self, caller: Caller, line_id: UUID, professional_id: UUID, draft: ShiftDraft) -> Shift:
        """Give a member hours in the line. Raises Forbidden, NotFound, Invalid, Refused."""
        async with self._database.begin() as uow:
            require_living(await self._managed(uow, caller, "add_line_shift", line_id))
            member = await LineStore(uow.session).find_member(line_id, professional_id)
            if member is None or member.joined_at is None:
                raise NotFound(_NO_MEMBER)
            profile = await lock_profile(uow, professional_id)
            return await keep_shift(uow, profile, draft, self._clock, line_id=line_id)

    async def remove_shift(self, caller: Caller, line_id: UUID, shift_id: UUID) -> None:
        """Raises Forbidden, NotFound."""
        async with self._database.begin() as uow:
            await self._managed(uow, caller, "remove_line_shift", line_id)
            shift = await HoursStore(uow.session).find_shift(shift_id)
            if shift is None or shift.line_id != line_id:
                raise NotFound("Cette plage n'est pas de la ligne.")
            await lock_profile(uow, shift.professional_id)
            await HoursStore(uow.session).remove_shift(shift_id)
            await keep_openings(uow.session, [shift.professional_id], self._clock.now())

    async def _remove(self, uow: UnitOfWork, line_id: UUID, professional_id: UUID) -> None:
        lines = LineStore(uow.session)
        if await lines.find_member(line_id, professional_id) is None:
            raise NotFound(_NO_MEMBER)
        await lock_profile(uow, professional_id)
        await HoursStore(uow.session).remove_of_line(line_id, professional_id)
        await lines.remove_member(line_id, professional_id)
        await keep_openings(uow.session, [professional_id], self._clock.now())

    async def _managed(self, uow: UnitOfWork, caller: Caller, verb: str, line_id: UUID) -> Line:
        self._note(uow, caller, verb, line_id)
        return await find_managed(uow, caller, line_id)

    def _note(self, uow: UnitOfWork, caller: Caller, verb: str, line_id: UUID) -> None:
        self._journal.note(uow, caller, f"experts.{verb}", resource=f"expert_line:{line_id}", purpose="management")
