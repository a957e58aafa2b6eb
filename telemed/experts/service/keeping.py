"""Keeps openings as the hours say: after each change of one person, and a little further each day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.experts.model import REFRESHED_BELOW_DAYS, Roster, window_at
from telemed.experts.rules.openings import openings_of
from telemed.experts.store import HoursStore, LineStore, OpeningStore, ProfileStore
from telemed.kernel.clock import Clock
from telemed.kernel.period import Interval
from telemed.storage.engine import Database

_AT_ONCE = 50


async def rosters_of(
    session: AsyncSession, ids: Sequence[UUID], window: Interval, *, lock: bool = False
) -> dict[UUID, Roster]:
    """All that decides when these people can answer within `window`: four statements for all of them."""
    profiles = await ProfileStore(session).find_many(ids, lock=lock)
    known = list(profiles)
    if not known:
        return {}
    lines = await LineStore(session).joined_by_many(known)
    hours = HoursStore(session)
    shifts, exceptions = await hours.shifts_of(known), await hours.exceptions_within(known, window)
    return {
        person: Roster(profile, lines.get(person, {}), shifts[person], exceptions[person])
        for person, profile in profiles.items()
    }


async def keep_openings(session: AsyncSession, ids: Sequence[UUID], now: datetime) -> None:
    """Make the openings of these people again, in the transaction that changed them: the cost is theirs alone."""
    window = window_at(now)
    rosters = await rosters_of(session, ids, window, lock=True)
    made = [opening for roster in rosters.values() for opening in openings_of(roster, window)]
    await OpeningStore(session).replace(list(rosters), made)
    has_hours = {person: bool(one.shifts or one.exceptions) for person, one in rosters.items()}
    profiles = ProfileStore(session)
    await profiles.set_kept_until([person for person, has in has_hours.items() if has], window.end)
    await profiles.set_kept_until([person for person, has in has_hours.items() if not has], None)


class KeepingService:
    """The daily work: five weeks are always known, of everybody."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run(self) -> None:
        """Make further the openings that reach less than five weeks, some people at a time, until none is left."""
        while await self._run_some():
            pass

    async def _run_some(self) -> bool:
        now = self._clock.now()
        async with self._database.begin() as uow:
            below = now + timedelta(days=REFRESHED_BELOW_DAYS)
            ids = await ProfileStore(uow.session).take_kept_below(below, limit=_AT_ONCE)
            await keep_openings(uow.session, ids, now)
        return len(ids) == _AT_ONCE
