"""Old observations: whose they are, and their end, a month at a time. Nothing else ever takes one away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.telemonitoring.tables.follow_ups import FollowUpRow
from telemed.acts.telemonitoring.tables.observations import ObservationRow

TABLE = "telemonitoring_observations"
_TRIGGER = f"{TABLE}_no_delete"


@dataclass(frozen=True)
class Stretch:
    """The observations measured from `first_day` (None: since ever) to the day before `end_day`, in UTC months."""

    first_day: date | None
    end_day: date

    @property
    def name(self) -> str:
        return f"{self.first_day:%Y-%m}" if self.first_day else f"avant {self.end_day:%Y-%m}"


class RetentionStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def oldest_ended(self, before: datetime) -> date | None:
        """The first day of the oldest follow-up that ended before; None when none did."""
        row = FollowUpRow
        return await self._session.scalar(select(func.min(col(row.started_on))).where(col(row.ended_at) < before))

    async def follow_ups_in(self, stretch: Stretch) -> set[UUID]:
        """Whose observations a stretch holds."""
        row = ObservationRow
        query = select(col(row.follow_up_id)).where(col(row.measured_at) < _instant(stretch.end_day)).distinct()
        if stretch.first_day is not None:
            query = query.where(col(row.measured_at) >= _instant(stretch.first_day))
        return set(await self._session.scalars(query))

    async def erase(self, stretch: Stretch) -> int:
        """Take a stretch away; how many rows it held. On PostgreSQL a month that is a table of its own is dropped."""
        if self._session.get_bind().dialect.name != "postgresql":
            return await self._erase_on_sqlite(stretch)
        count = await self._count(stretch)
        await self._session.execute(text("SET LOCAL lock_timeout = '5s'"))
        if stretch.first_day is not None:
            await self._session.execute(text(f"DROP TABLE IF EXISTS {TABLE}_{stretch.first_day:%Y_%m}"))
        rest = f"{TABLE}_other"
        await self._session.execute(text(f"ALTER TABLE {rest} DISABLE TRIGGER {_TRIGGER}"))
        await self._delete(rest, stretch)
        await self._session.execute(text(f"ALTER TABLE {rest} ENABLE TRIGGER {_TRIGGER}"))
        return count

    async def _erase_on_sqlite(self, stretch: Stretch) -> int:
        """The trigger that refuses it is gone for the time of one transaction, which nobody else can write in."""
        query = text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = :name")
        trigger = await self._session.scalar(query, {"name": _TRIGGER})
        await self._session.execute(text(f"DROP TRIGGER {_TRIGGER}"))
        count = await self._delete(TABLE, stretch)
        await self._session.execute(text(str(trigger)))
        return count

    async def _delete(self, table: str, stretch: Stretch) -> int:
        where, bounds = _where(stretch)
        result: CursorResult[Any] = await self._session.execute(  # type: ignore[assignment]
            text(f"DELETE FROM {table} WHERE {where}"),  # noqa: S608 - names of ours alone
            bounds,
        )
        return result.rowcount

    async def _count(self, stretch: Stretch) -> int:
        where, bounds = _where(stretch)
        query = text(f"SELECT count(*) FROM {TABLE} WHERE {where}")  # noqa: S608 - names of ours alone
        return int(await self._session.scalar(query, bounds) or 0)


def _where(stretch: Stretch) -> tuple[str, dict[str, Any]]:
    bounds: dict[str, Any] = {"end": _instant(stretch.end_day)}
    if stretch.first_day is None:
        return "measured_at < :end", bounds
    return "measured_at < :end AND measured_at >= :start", bounds | {"start": _instant(stretch.first_day)}


def _instant(day: date) -> datetime:
    """The first instant of a month in UTC, as partitions are cut."""
    return datetime.fromisoformat(f"{day.isoformat()}T00:00:00+00:00")
