"""When the team of each practice works: its hours, and the holidays of where it is."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from functools import lru_cache
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.acts.telemonitoring.model.care import HoursSetting
from telemed.acts.telemonitoring.model.triage import TriageTable
from telemed.acts.telemonitoring.rules.deadlines import TeamTime
from telemed.acts.telemonitoring.rules.worked_hours import WorkedHours
from telemed.acts.telemonitoring.service.practices import DEFAULT_WEEK
from telemed.acts.telemonitoring.store.practices import HoursStore
from telemed.law.calendar import CalendarZone, find_holiday, find_zone
from telemed.law.law import Law
from telemed.professionals.model import Practice
from telemed.professionals.store import PracticeStore


class TeamTimes:
    def __init__(self, *, table: TriageTable, law: Law) -> None:
        self.table = table
        self._is_closed = {zone: _closed_days(law, zone) for zone in CalendarZone}

    async def find(self, session: AsyncSession, practice_ids: Collection[UUID]) -> dict[UUID, TeamTime]:
        """Those of practices that exist, in two statements; the usual hours where none were said."""
        practices = await PracticeStore(session).find_many(sorted(set(practice_ids)))
        settings = await HoursStore(session).find_many(practices)
        return {one.id: self._make(one, settings.get(one.id)) for one in practices.values()}

    async def get(self, session: AsyncSession, practice_id: UUID) -> TeamTime:
        return (await self.find(session, [practice_id]))[practice_id]

    def _make(self, practice: Practice, setting: HoursSetting | None) -> TeamTime:
        week = setting.week if setting else DEFAULT_WEEK
        zone = (setting.calendar if setting else None) or find_zone(practice.territory)
        return TeamTime(self.table, WorkedHours(week, practice.territory), self._is_closed[zone])


def _closed_days(law: Law, zone: CalendarZone) -> Callable[[date], bool]:
    """Which days are holidays there; the same ones are asked again with each alert."""

    @lru_cache(maxsize=1_000)
    def is_closed(day: date) -> bool:
        return find_holiday(day, zone, law.on(day)) is not None

    return is_closed
