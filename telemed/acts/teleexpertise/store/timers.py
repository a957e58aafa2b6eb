"""Timers of cases: at most one reminder and one due date each, found by a sweep."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.teleexpertise.model import Case
from telemed.acts.teleexpertise.tables import TimerRow

_REMINDER, _DUE = "reminder", "due"


class TimerStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def set(self, case: Case, *, reminder_at: datetime | None) -> None:
        """The timers of a case as it stands now, in place of the former ones."""
        await self._session.execute(delete(TimerRow).where(col(TimerRow.case_id) == case.id))
        if case.due_at is not None:
            self._session.add(TimerRow(case_id=case.id, kind=_DUE, fires_at=case.due_at))
        if reminder_at is not None:
            self._session.add(TimerRow(case_id=case.id, kind=_REMINDER, fires_at=reminder_at))
        await self._session.flush()

    async def fired(self, now: datetime, *, limit: int) -> list[UUID]:
        """The cases that have a timer at `now` or before, the oldest first."""
        query = select(col(TimerRow.case_id)).where(col(TimerRow.fires_at) <= now)
        query = query.order_by(col(TimerRow.fires_at), col(TimerRow.case_id)).limit(limit)
        return list(dict.fromkeys(await self._session.scalars(query)))

    async def take_reminder(self, case_id: UUID, now: datetime) -> datetime | None:
        """When the reminder of a case, locked, was to fire, if it has: it is gone from now on."""
        row = await self._session.get(TimerRow, (case_id, _REMINDER))
        if row is None or row.fires_at > now:
            return None
        fires_at = row.fires_at
        await self._session.delete(row)
        await self._session.flush()
        return fires_at
