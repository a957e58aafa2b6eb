"""Alerts and what is written in their lives: added and moved by the batch, never deleted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from telemed.acts.telemonitoring.model.triage import Alert, AlertEvent, EventKind, Moved
from telemed.acts.telemonitoring.store.alert_rows import CHANGING, to_alert, to_event, to_event_values, to_values
from telemed.acts.telemonitoring.tables.alerts import AlertEventRow, AlertRow
from telemed.kernel.errors import Conflict

Key = tuple[UUID, str]
_KEYS_AT_ONCE = 2_000
_LOCKED_BY = (col(AlertRow.follow_up_id), col(AlertRow.cause), col(AlertRow.ordinal))
"""The one order in which alerts are locked, so that nobody waits in a circle."""
_TABLE: Table = AlertRow.__table__  # type: ignore[attr-defined]
_MOVE = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("moved_id"), _TABLE.c.version == bindparam("from_version"))
    .values({name: bindparam(f"to_{name}") for name in CHANGING})
)


class AlertStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def latest(self, keys: Collection[Key]) -> dict[Key, Alert]:
        """The last alert of each follow-up and cause, open or closed, locked in one order."""
        found: dict[Key, Alert] = {}
        wanted = sorted(set(keys))
        for start in range(0, len(wanted), _KEYS_AT_ONCE):
            for row in await self._session.scalars(_latest(wanted[start : start + _KEYS_AT_ONCE])):
                found[(row.follow_up_id, row.cause)] = to_alert(row)
        return found

    async def find(self, alert_id: UUID, *, lock: bool = False) -> Alert | None:
        """One alert, locked until the end of the transaction if asked."""
        query = select(AlertRow).where(col(AlertRow.id) == alert_id).execution_options(populate_existing=True)
        row = await self._session.scalar(query.with_for_update() if lock else query)
        return to_alert(row) if row else None

    async def find_many(self, ids: Collection[UUID]) -> dict[UUID, Alert]:
        """Those that exist, locked in one order."""
        query = select(AlertRow).where(col(AlertRow.id).in_(sorted(set(ids)))).order_by(*_LOCKED_BY)
        rows = await self._session.scalars(query.with_for_update().execution_options(populate_existing=True))
        return {row.id: to_alert(row) for row in rows}

    async def save(
        self, added: Sequence[Alert], moved: Sequence[tuple[Alert, Alert]], events: Sequence[AlertEvent]
    ) -> None:
        """Write new alerts, locked ones as they were and are, and what is written of both: three statements."""
        if added:
            await self._session.execute(insert(AlertRow), [to_values(alert) for alert in added])
        if moved:
            connection = await self._session.connection()
            await connection.execute(_MOVE, [_move_values(*pair) for pair in moved])
        if events:
            await self._session.execute(insert(AlertEventRow), [to_event_values(event) for event in events])

    async def move(self, former: Alert, moved: Moved) -> None:
        """Write one step over the version it was judged on. Raises Conflict if another came first."""
        connection = await self._session.connection()
        result = await connection.execute(_MOVE, _move_values(former, moved.alert))
        if result.rowcount != 1:
            raise Conflict("Cette alerte a changé entre-temps : relisez-la.", code="stale")
        await self._session.execute(insert(AlertEventRow), [to_event_values(moved.event)])

    async def events(self, alert_id: UUID, *, after: int, limit: int) -> list[AlertEvent]:
        """What is written in the life of an alert, the oldest first."""
        query = select(AlertEventRow).where(col(AlertEventRow.alert_id) == alert_id)
        query = query.where(col(AlertEventRow.position) > after).order_by(col(AlertEventRow.position)).limit(limit)
        return [to_event(row) for row in await self._session.scalars(query)]

    async def last_events(self, alert_id: UUID, *, limit: int) -> list[AlertEvent]:
        """The last things written in the life of an alert, the oldest of them first."""
        query = select(AlertEventRow).where(col(AlertEventRow.alert_id) == alert_id)
        rows = await self._session.scalars(query.order_by(col(AlertEventRow.position).desc()).limit(limit))
        return [to_event(row) for row in reversed(rows.all())]

    async def find_decider(self, alert_id: UUID) -> UUID | None:
        """Which doctor said last what is to be done."""
        row = AlertEventRow
        query = select(col(row.by)).where(col(row.alert_id) == alert_id, col(row.kind) == EventKind.DECIDE.value)
        return await self._session.scalar(query.order_by(col(row.position).desc()).limit(1))

    async def timed(self, now: datetime, *, limit: int) -> list[UUID]:
        """The alerts to which time does something by now, the oldest first."""
        query = select(col(AlertRow.id)).where(col(AlertRow.timer_at).is_not(None), col(AlertRow.timer_at) <= now)
        return list(await self._session.scalars(query.order_by(col(AlertRow.timer_at)).limit(limit)))


def _latest(keys: Sequence[Key]) -> Any:
    other = aliased(AlertRow)
    last = (
        select(func.max(col(other.ordinal)))
        .where(col(other.follow_up_id) == col(AlertRow.follow_up_id), col(other.cause) == col(AlertRow.cause))
        .scalar_subquery()
    )
    return (
        select(AlertRow)
        .where(col(AlertRow.follow_up_id).in_(sorted({key[0] for key in keys})))  # SQLite seeks by this, not by pairs
        .where(tuple_(col(AlertRow.follow_up_id), col(AlertRow.cause)).in_(keys), col(AlertRow.ordinal) == last)
        .order_by(*_LOCKED_BY)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _move_values(former: Alert, alert: Alert) -> dict[str, Any]:
    values = to_values(alert)
    changed = {f"to_{name}": values[name] for name in CHANGING}
    return changed | {"moved_id": alert.id, "from_version": former.version}
