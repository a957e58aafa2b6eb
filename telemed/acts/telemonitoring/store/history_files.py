"""Files of past measures: listed without their content, which is read only to keep it or to take it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.telemonitoring.model.history import Fault, History, HistoryCount, HistoryState
from telemed.acts.telemonitoring.tables.histories import HistoryRow

_NAMES = (
    "id", "follow_up_id", "state", "by", "at", "settled_at", "accepted", "doubtful", "rejected", "known", "conflicting",
    "first_at", "last_at", "signals", "faults", "done", "worked_at",
)  # fmt: skip
_COLUMNS = tuple(getattr(HistoryRow, name) for name in _NAMES)


class HistoryStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, one: History, content: bytes) -> None:
        """Keep a file to be looked at; one of the same patient that the same person only looked at is forgotten."""
        row, count = HistoryRow, one.count
        looked_at = col(row.state) == HistoryState.PREVIEWED.value, col(row.by) == one.by
        await self._session.execute(delete(row).where(col(row.follow_up_id) == one.follow_up_id, *looked_at))
        await self._session.execute(
            insert(row).values(
                id=one.id,
                follow_up_id=one.follow_up_id,
                state=one.state.value,
                by=one.by,
                at=one.at,
                accepted=count.accepted,
                doubtful=count.doubtful,
                rejected=count.rejected,
                known=count.known,
                conflicting=count.conflicting,
                first_at=count.first_at,
                last_at=count.last_at,
                signals=list(count.signals),
                faults=[[fault.line, fault.code, fault.text] for fault in one.faults],
                content=content,
            )
        )

    async def find(self, history_id: UUID, follow_up_id: UUID, *, lock: bool = False) -> History | None:
        query = select(*_COLUMNS).where(col(HistoryRow.id) == history_id, col(HistoryRow.follow_up_id) == follow_up_id)
        row = (await self._session.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
        return _to_history(row) if row else None

    async def content(self, history_id: UUID) -> bytes:
        """The file as it was sent."""
        found: bytes | None = await self._session.scalar(
            select(col(HistoryRow.content)).where(col(HistoryRow.id) == history_id)
        )
        return found or b""

    async def begin(self, one: History, state: HistoryState, at: datetime) -> History:
        """It is being kept, or taken back, from its first measure on."""
        query = update(HistoryRow).where(col(HistoryRow.id) == one.id)
        await self._session.execute(query.values(state=state.value, done=0, worked_at=at))
        return replace(one, state=state, done=0, worked_at=at)

    async def go_on(self, one: History, done: int, at: datetime) -> bool:
        """Note how far the work has got; False where it is not under way any more."""
        row = HistoryRow
        query = update(row).where(col(row.id) == one.id, col(row.state) == one.state.value)
        result = await self._session.execute(query.values(done=done, worked_at=at))
        return getattr(result, "rowcount", 0) == 1

    async def take_over(self, before: datetime, at: datetime) -> History | None:
        """One whose work has not got on since `before`: from now on it is the caller's."""
        row = HistoryRow
        late = select(col(row.id)).where(col(row.worked_at) < before).order_by(col(row.worked_at)).limit(1)
        history_id = await self._session.scalar(late.with_for_update(skip_locked=True))
        if history_id is None:
            return None
        await self._session.execute(update(row).where(col(row.id) == history_id).values(worked_at=at))
        found = await self._session.execute(select(*_COLUMNS).where(col(row.id) == history_id))
        return _to_history(found.mappings().one())

    async def settle(self, history_id: UUID, state: HistoryState, at: datetime) -> None:
        """It is kept, or taken back, whole."""
        query = update(HistoryRow).where(col(HistoryRow.id) == history_id)
        await self._session.execute(query.values(state=state.value, settled_at=at, done=0, worked_at=None))

    async def page(self, follow_up_id: UUID, *, before: UUID | None, limit: int) -> list[History]:
        """Those of a follow-up, the latest first."""
        query = select(*_COLUMNS).where(col(HistoryRow.follow_up_id) == follow_up_id)
        if before is not None:
            query = query.where(col(HistoryRow.id) < before)
        rows = await self._session.execute(query.order_by(col(HistoryRow.id).desc()).limit(limit))
        return [_to_history(row) for row in rows.mappings()]


def _to_history(said: RowMapping) -> History:
    count = HistoryCount(
        accepted=said["accepted"],
        doubtful=said["doubtful"],
        rejected=said["rejected"],
        known=said["known"],
        conflicting=said["conflicting"],
        first_at=said["first_at"],
        last_at=said["last_at"],
        signals=tuple(said["signals"]),
    )
    return History(
        id=said["id"],
        follow_up_id=said["follow_up_id"],
        state=HistoryState(said["state"]),
        by=said["by"],
        at=said["at"],
        count=count,
        faults=tuple(Fault(*fault) for fault in said["faults"]),
        settled_at=said["settled_at"],
        done=said["done"],
        worked_at=said["worked_at"],
    )
