"""What a practice holds for all its follow-ups: its papers, and the hours of its team."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.telemonitoring.model.care import HoursSetting, Paper, PaperKind, Week
from telemed.acts.telemonitoring.tables.practices import HoursRow, PaperRow
from telemed.kernel.ids import new_id
from telemed.kernel.period import DayRange
from telemed.law.calendar import CalendarZone


class PaperStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, paper: Paper) -> None:
        self._session.add(
            PaperRow(
                id=paper.id,
                practice_id=paper.practice_id,
                kind=paper.kind.value,
                activity=paper.activity,
                name=paper.name,
                first_day=paper.days.first_day,
                last_day=paper.days.last_day,
                recorded_by=paper.recorded_by,
                recorded_at=paper.recorded_at,
                cancelled_at=paper.cancelled_at,
            )
        )
        await self._session.flush()

    async def find(self, paper_id: UUID) -> Paper | None:
        row = await self._session.get(PaperRow, paper_id)
        return _to_paper(row) if row else None

    async def cancel(self, paper_id: UUID, at: datetime) -> None:
        (await self._session.get_one(PaperRow, paper_id)).cancelled_at = at
        await self._session.flush()

    async def of_practice(self, practice_id: UUID) -> list[Paper]:
        """Those that are not cancelled."""
        row = PaperRow
        query = select(row).where(col(row.practice_id) == practice_id, col(row.cancelled_at).is_(None))
        return [_to_paper(one) for one in await self._session.scalars(query.order_by(col(row.id)))]

    async def page(self, practice_id: UUID, *, before: UUID | None, limit: int) -> list[Paper]:
        """All of them, the newest first."""
        row = PaperRow
        query = select(row).where(col(row.practice_id) == practice_id)
        if before is not None:
            query = query.where(col(row.id) < before)
        return [_to_paper(one) for one in await self._session.scalars(query.order_by(col(row.id).desc()).limit(limit))]


class HoursStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, setting: HoursSetting, *, set_by: UUID, set_at: datetime) -> None:
        self._session.add(
            HoursRow(
                id=new_id(),
                practice_id=setting.practice_id,
                week=write_week(setting.week),
                calendar=setting.calendar.value if setting.calendar else None,
                set_by=set_by,
                set_at=set_at,
            )
        )
        await self._session.flush()

    async def find_many(self, practice_ids: Collection[UUID]) -> dict[UUID, HoursSetting]:
        """The hours that hold in those of the practices that said theirs, in one statement."""
        row = HoursRow
        last = select(func.max(col(row.set_at)), col(row.practice_id)).where(
            col(row.practice_id).in_(set(practice_ids))
        )
        latest = last.group_by(col(row.practice_id)).subquery()
        query = select(row).join(
            latest, (latest.c[0] == col(row.set_at)) & (latest.c.practice_id == col(row.practice_id))
        )
        rows = await self._session.scalars(query.order_by(col(row.id)))
        return {one.practice_id: _to_hours(one) for one in rows}


def write_week(week: Week) -> dict[str, Any]:
    """JSON: `{"0": [["09:00", "12:00"], …]}`."""
    return {str(day): [[f"{a:%H:%M}", f"{b:%H:%M}"] for a, b in pairs] for day, pairs in sorted(week.items()) if pairs}


def read_week(raw: dict[str, Any]) -> Week:
    return {int(day): tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in raw[day]) for day in sorted(raw)}


def _to_hours(row: HoursRow) -> HoursSetting:
    calendar = CalendarZone(row.calendar) if row.calendar else None
    return HoursSetting(row.practice_id, read_week(row.week), row.set_by, row.set_at, calendar)


def _to_paper(row: PaperRow) -> Paper:
    return Paper(
        id=row.id,
        practice_id=row.practice_id,
        kind=PaperKind(row.kind),
        activity=row.activity,
        name=row.name,
        days=DayRange(row.first_day, row.last_day),
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
        cancelled_at=row.cancelled_at,
    )
