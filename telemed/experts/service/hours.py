"""One's own hours: shifts, leave, extra hours, and what they leave open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from telemed.experts.model import HoursException, Kind, Opening, Profile, Shift, ShiftDraft, Source
from telemed.experts.rules.hours import (
    check_number,
    check_overlap,
    make_shift,
    require_length,
    require_near,
    warn_extra_in_leave,
)
from telemed.experts.service.access import require_carer
from telemed.experts.service.keeping import keep_openings
from telemed.experts.store import HoursStore, LineStore, OpeningStore, ProfileStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock, civil_date
from telemed.kernel.decision import Decision, combine
from telemed.kernel.errors import Conflict, NotFound, Refused
from telemed.kernel.ids import new_id
from telemed.kernel.period import Interval
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

NO_PROFILE = "Remplissez d'abord votre profil d'expert."
_NOT_YOURS = "Cette plage n'existe pas ou n'est pas la vôtre."


class HoursService:
    def __init__(self, *, database: Database, clock: Clock, journal: Journal) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal

    async def shifts(self, caller: Caller, *, after: UUID | None, limit: int) -> list[Shift]:
        who = require_carer(caller)
        async with self._database.read() as session:
            return await HoursStore(session).page_shifts(professional_id=who, after=after, limit=limit)

    async def exceptions(self, caller: Caller, kind: Kind, *, after: UUID | None, limit: int) -> list[HoursException]:
        """One's leave, or one's extra hours."""
        who = require_carer(caller)
        async with self._database.read() as session:
            return await HoursStore(session).page_exceptions(who, kind, after=after, limit=limit)

    async def openings(self, caller: Caller, days: int) -> list[Opening]:
        """When one may be asked, in the coming days."""
        who, now = require_carer(caller), self._clock.now()
        async with self._database.read() as session:
            return await OpeningStore(session).of_person(who, Interval(now, now + timedelta(days=days)))

    async def add_shift(self, caller: Caller, draft: ShiftDraft, *, line_id: UUID | None = None) -> Shift:
        """Add hours of one's own, or in a line that one joined. Raises Invalid, Refused, Conflict, NotFound."""
        async with self._database.begin() as uow:
            profile = await self._own(uow, caller, "add_shift")
            await _require_joined(uow, profile.professional_id, line_id)
            return await keep_shift(uow, profile, draft, self._clock, line_id=line_id)

    async def remove_shift(self, caller: Caller, shift_id: UUID) -> None:
        """Raises NotFound."""
        async with self._database.begin() as uow:
            profile = await self._own(uow, caller, "remove_shift")
            shift = await HoursStore(uow.session).find_shift(shift_id)
            if shift is None or shift.professional_id != profile.professional_id:
                raise NotFound(_NOT_YOURS)
            await HoursStore(uow.session).remove_shift(shift_id)
            await keep_openings(uow.session, [profile.professional_id], self._clock.now())

    async def add_exception(
        self, caller: Caller, kind: Kind, interval: Interval, *, line_id: UUID | None = None
    ) -> tuple[HoursException, Decision]:
        """Be away, or open beside one's shifts; the decision says what to know of it. Raises Refused on overlap."""
        async with self._database.begin() as uow:
            profile = await self._own(uow, caller, f"add_{kind.value}")
            await _require_joined(uow, profile.professional_id, line_id)
            decision = await self._checked(uow, profile, kind, interval)
            one = HoursException(new_id(), profile.professional_id, kind, interval, line_id, Source.HAND)
            await HoursStore(uow.session).add_exceptions([one])
            await keep_openings(uow.session, [profile.professional_id], self._clock.now())
            return one, decision

    async def remove_exception(self, caller: Caller, kind: Kind, exception_id: UUID) -> None:
        """Raises NotFound."""
        async with self._database.begin() as uow:
            profile = await self._own(uow, caller, f"remove_{kind.value}")
            one = await HoursStore(uow.session).find_exception(exception_id)
            if one is None or (one.professional_id, one.kind) != (profile.professional_id, kind):
                raise NotFound(_NOT_YOURS)
            await HoursStore(uow.session).remove_exception(exception_id)
            await keep_openings(uow.session, [profile.professional_id], self._clock.now())

    async def _checked(self, uow: UnitOfWork, profile: Profile, kind: Kind, interval: Interval) -> Decision:
        store, who = HoursStore(uow.session), profile.professional_id
        today = civil_date(self._clock.now(), profile.place.territory)
        for instant in (interval.start, interval.end):
            require_near(civil_date(instant, profile.place.territory), today)
        require_length(interval)
        shifts, exceptions = await store.counts(who)
        leave = await store.overlapping(who, Kind.LEAVE, interval) if kind is Kind.EXTRA else []
        decision = combine(
            (
                check_overlap(kind, await store.overlapping(who, kind, interval)),
                check_number(shifts, exceptions + 1),
                warn_extra_in_leave(leave),
            )
        )
        return require_allowed(decision)

    async def _own(self, uow: UnitOfWork, caller: Caller, verb: str) -> Profile:
        """The caller's profile, locked. Raises Forbidden, Conflict while he has none."""
        resource = f"expert:{caller.id}"
        self._journal.note(uow, caller, f"experts.{verb}", resource=resource, purpose="management")
        return await lock_profile(uow, require_carer(caller))


async def lock_profile(uow: UnitOfWork, professional_id: UUID) -> Profile:
    """A profile, whose hours nobody else changes meanwhile. Raises Conflict when there is none."""
    profile = await ProfileStore(uow.session).find(professional_id, lock=True)
    if profile is None:
        raise Conflict(NO_PROFILE, code="experts.no_profile")
    return profile


async def keep_shift(
    uow: UnitOfWork, profile: Profile, draft: ShiftDraft, clock: Clock, *, line_id: UUID | None
) -> Shift:
    """Keep a shift of a locked profile, and what it opens. Raises Invalid, Refused."""
    now, where = clock.now(), profile.place.territory
    zone, today = where.zone.key, civil_date(now, where)
    shift = make_shift(draft, profile.professional_id, zone=zone, today=today, line_id=line_id)
    shifts, exceptions = await HoursStore(uow.session).counts(profile.professional_id)
    require_allowed(check_number(shifts + 1, exceptions))
    await HoursStore(uow.session).add_shifts([shift])
    await keep_openings(uow.session, [profile.professional_id], now)
    return shift


def require_allowed(decision: Decision) -> Decision:
    """The same decision. Raises Refused."""
    if not decision.is_allowed:
        raise Refused(decision)
    return decision


def joined(openings: Sequence[Opening]) -> list[Opening]:
    """The same openings as people read them: what touches is one again, the midnights gone."""
    merged: dict[tuple[UUID, UUID | None], list[Opening]] = {}
    for one in openings:
        own = merged.setdefault((one.professional_id, one.line_id), [])
        if own and own[-1].interval.end == one.interval.start:
            interval = Interval(own[-1].interval.start, one.interval.end)
            own[-1] = Opening(one.professional_id, one.line_id, one.specialty_code, one.territory, interval)
        else:
            own.append(one)
    found = [one for own in merged.values() for one in own]
    return sorted(found, key=lambda one: (one.interval, one.professional_id, str(one.line_id)))


async def _require_joined(uow: UnitOfWork, professional_id: UUID, line_id: UUID | None) -> None:
    if line_id is None:
        return
    member = await LineStore(uow.session).find_member(line_id, professional_id)
    if member is None or member.joined_at is None:
        raise NotFound("Cette ligne n'existe pas ou vous n'en êtes pas membre.")
