"""Calendars of other programs: looked at, kept, undone; and one's own, to take away."""

from __future__ import annotations

import asyncio
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.experts.formats.calendars import read_events
from telemed.experts.formats.calendars_out import write_calendar
from telemed.experts.model import HoursException, Profile, Shift
from telemed.experts.model.hours import FARTHEST_FUTURE_DAYS
from telemed.experts.model.imports import CalendarImport, ImportCount, ImportState, Meaning
from telemed.experts.rules.hours import check_number
from telemed.experts.rules.imports import Reader, judge, still_fits
from telemed.experts.service.access import require_carer
from telemed.experts.service.hours import NO_PROFILE, lock_profile, require_allowed
from telemed.experts.service.keeping import keep_openings
from telemed.experts.store import HoursStore, LineStore, ProfileStore
from telemed.experts.store.imports import ImportStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.kernel.errors import Conflict, NotFound
from telemed.kernel.ids import new_id
from telemed.kernel.period import Interval
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal


class CalendarService:
    def __init__(self, *, database: Database, clock: Clock, journal: Journal) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal

    async def preview(self, caller: Caller, raw: bytes, meaning: Meaning) -> CalendarImport:
        """What a calendar would bring, event by event; nothing is open for it yet. Raises Invalid, Conflict."""
        who, now = require_carer(caller), self._clock.now()
        events = await asyncio.to_thread(read_events, raw)
        reader = await self._reader(who, meaning, now)
        lines = await asyncio.to_thread(judge, events, reader)
        async with self._database.begin() as uow:
            await self._own(uow, caller, "preview_calendar")
            one = CalendarImport(reader.import_id, who, ImportState.PREVIEWED, now, lines)
            await ImportStore(uow.session).add(one)
            return one

    async def _reader(self, who: UUID, meaning: Meaning, now: datetime) -> Reader:
        """Who reads, with what he has already. Raises Conflict while he has no profile."""
        async with self._database.read() as session:
            profile = await ProfileStore(session).find(who)
            shifts, exceptions = await self._hours(session, who)
        if profile is None:
            raise Conflict(NO_PROFILE, code="experts.no_profile")
        return Reader(
            professional_id=who,
            territory=profile.place.territory,
            now=now,
            import_id=new_id(),
            meaning=meaning,
            shifts=shifts,
            exceptions=exceptions,
        )

    async def keep(self, caller: Caller, import_id: UUID) -> CalendarImport:
        """Open what was looked at. Raises NotFound, Conflict once settled, or when one's hours changed meanwhile."""
        async with self._database.begin() as uow:
            profile, now = await self._own(uow, caller, "keep_calendar"), self._clock.now()
            one = await self._found(uow, profile, import_id)
            if one.state is not ImportState.PREVIEWED:
                raise Conflict("Cet agenda est déjà gardé ou annulé.", code="calendar.settled")
            if not one.accepted:
                raise Conflict("Aucun événement de cet agenda n'est accepté.", code="calendar.nothing_accepted")
            await self._add(uow, profile, one)
            await ImportStore(uow.session).settle(one.id, ImportState.KEPT, now)
            await keep_openings(uow.session, [profile.professional_id], now)
            return CalendarImport(one.id, one.professional_id, ImportState.KEPT, one.at, one.lines, now)

    async def undo(self, caller: Caller, import_id: UUID) -> None:
        """Take back all that a calendar brought; undone twice, it changes nothing. Raises NotFound."""
        async with self._database.begin() as uow:
            profile, now = await self._own(uow, caller, "undo_calendar"), self._clock.now()
            one = await self._found(uow, profile, import_id)
            if one.state is not ImportState.UNDONE:
                await HoursStore(uow.session).remove_import(import_id)
                await ImportStore(uow.session).settle(import_id, ImportState.UNDONE, now)
                await keep_openings(uow.session, [profile.professional_id], now)

    async def page(self, caller: Caller, *, before: UUID | None, limit: int) -> list[ImportCount]:
        """One's imports, the latest first."""
        who = require_carer(caller)
        async with self._database.read() as session:
            return await ImportStore(session).page(who, before=before, limit=limit)

    async def get(self, caller: Caller, import_id: UUID) -> CalendarImport:
        """Raises NotFound."""
        who = require_carer(caller)
        async with self._database.read() as session:
            one = await ImportStore(session).find(import_id)
        return _require_own(one, who)

    async def export(self, caller: Caller) -> bytes:
        """One's shifts, and leave and extra hours that are not over, as iCalendar."""
        who, now = require_carer(caller), self._clock.now()
        async with self._database.read() as session:
            shifts, exceptions = await self._hours(session, who)
            lines = await LineStore(session).joined_by(who)
        return await asyncio.to_thread(write_calendar, shifts, exceptions, lines, now)

    async def _add(self, uow: UnitOfWork, profile: Profile, one: CalendarImport) -> None:
        shifts = [line.shift for line in one.accepted if line.shift is not None]
        exceptions = [stretch for line in one.accepted for stretch in line.exceptions]
        _, known = await self._hours(uow.session, profile.professional_id)
        if not still_fits(exceptions, known):
            raise Conflict("Vos absences ont changé depuis : regardez l'agenda à nouveau.", code="calendar.outdated")
        count = await HoursStore(uow.session).counts(profile.professional_id)
        require_allowed(check_number(count[0] + len(shifts), count[1] + len(exceptions)))
        await HoursStore(uow.session).add_shifts(shifts)
        await HoursStore(uow.session).add_exceptions(exceptions)

    async def _hours(self, session: AsyncSession, who: UUID) -> tuple[tuple[Shift, ...], tuple[HoursException, ...]]:
        store = HoursStore(session)
        shifts = (await store.shifts_of([who]))[who]
        return shifts, (await store.exceptions_within([who], self._ahead))[who]

    @property
    def _ahead(self) -> Interval:
        """From now to beyond all that may be kept."""
        now = self._clock.now()
        return Interval(now, now.replace(year=now.year + FARTHEST_FUTURE_DAYS // 365 + 3, day=1))

    async def _found(self, uow: UnitOfWork, profile: Profile, import_id: UUID) -> CalendarImport:
        return _require_own(await ImportStore(uow.session).find(import_id, lock=True), profile.professional_id)

    async def _own(self, uow: UnitOfWork, caller: Caller, verb: str) -> Profile:
        resource = f"expert:{caller.id}"
        self._journal.note(uow, caller, f"experts.{verb}", resource=resource, purpose="management")
        return await lock_profile(uow, require_carer(caller))


def _require_own(one: CalendarImport | None, who: UUID) -> CalendarImport:
    """Raises NotFound on another's."""
    if one is None or one.professional_id != who:
        raise NotFound("Cet agenda n'existe pas ou n'est pas le vôtre.")
    return one
