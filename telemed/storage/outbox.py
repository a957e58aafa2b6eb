"""The outbox: events saved with the change that justifies them, delivered afterwards, at least once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from sqlalchemy import JSON, Column, Index, UniqueConstraint, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col

from telemed.kernel.clock import Clock
from telemed.kernel.events import Event
from telemed.kernel.ids import new_id
from telemed.storage.tables import Table
from telemed.storage.types import UtcDateTime

if TYPE_CHECKING:
    from telemed.storage.engine import Database

Subscriber = Callable[[Event], Awaitable[None]]

_LEASE = timedelta(seconds=60)
_LONGEST_WAIT = timedelta(hours=1)
_BATCH = 20
log = structlog.get_logger("outbox")


class OutboxRow(Table, table=True):
    """One event owed to one subscriber."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("key", "subscriber"),
        Index("ix_outbox_due", "done_at", "available_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str
    key: str
    subscriber: str
    payload: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    available_at: datetime = Field(sa_type=UtcDateTime)
    attempts: int = 0
    last_error: str | None = None
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def save_events(session: AsyncSession, events: Sequence[Event], subscriptions: Mapping[str, tuple[str, ...]]) -> None:
    """Add one row per event and subscriber to the open transaction."""
    session.add_all(
        OutboxRow(
            name=event.name,
            key=event.key,
            subscriber=subscriber,
            payload=dict(event.payload),
            occurred_at=event.occurred_at,
            available_at=event.occurred_at,
        )
        for event in events
        for subscriber in subscriptions.get(event.name, ())
    )


class OutboxWorker:
    """Delivers what is due. Several may run, in several processes: a row is leased to one at a time."""

    def __init__(self, database: Database, clock: Clock, subscribers: Mapping[str, Subscriber]) -> None:
        self._database = database
        self._clock = clock
        self._subscribers = subscribers

    async def run(self) -> None:
        """Deliver for ever: at once when this process commits an event, else every second. Cancel it to stop."""
        while True:
            try:
                while await self.deliver_due():
                    pass
            except Exception:
                log.exception("outbox.round_failed")
                await asyncio.sleep(1)
            try:
                await asyncio.wait_for(self._database.outbox_bell.wait(), timeout=1)
            except TimeoutError:
                continue
            finally:
                self._database.outbox_bell.clear()

    async def deliver_due(self) -> int:
        """Deliver one batch; returns how many rows were tried."""
        rows = await self._lease()
        for row in rows:
            await self._deliver(row)
        return len(rows)

    async def _lease(self) -> Sequence[OutboxRow]:
        now = self._clock.now()
        due = (
            select(OutboxRow)
            .where(col(OutboxRow.done_at).is_(None), col(OutboxRow.available_at) <= now)
            .order_by(col(OutboxRow.available_at), col(OutboxRow.id))
            .limit(_BATCH)
            .with_for_update(skip_locked=True)
        )
        async with self._database.read() as session:
            pending = col(OutboxRow.done_at).is_(None) & (col(OutboxRow.available_at) <= now)
            if not await session.scalar(select(exists().where(pending))):
                return ()
        async with self._database.begin() as uow:
            rows = (await uow.session.scalars(due)).all()
            for row in rows:
                row.attempts += 1
                row.available_at = now + _LEASE
            return rows

    async def _deliver(self, row: OutboxRow) -> None:
        event = Event(name=row.name, key=row.key, occurred_at=row.occurred_at, payload=row.payload)
        try:
            await self._subscribers[row.subscriber](event)
        except Exception as err:  # an edge: the failure is kept on the row and tried again
            log.warning("outbox.delivery_failed", name=row.name, subscriber=row.subscriber, error=type(err).__name__)
            await self._settle(
                row.id, available_at=self._clock.now() + _wait(row.attempts), last_error=type(err).__name__
            )
        else:
            await self._settle(row.id, done_at=self._clock.now(), last_error=None)

    async def _settle(self, row_id: UUID, **values: Any) -> None:
        async with self._database.begin() as uow:
            await uow.session.execute(update(OutboxRow).where(col(OutboxRow.id) == row_id).values(**values))


def _wait(attempts: int) -> timedelta:
    """Two seconds, then twice as long each time, an hour at most."""
    return min(timedelta(seconds=2 ** min(attempts, 12)), _LONGEST_WAIT)
