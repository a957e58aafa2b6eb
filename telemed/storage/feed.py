"""The feed: what each person's open pages are told, numbered for that person, in the transaction that it tells of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Index, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col

from telemed.kernel.events import LiveEvent
from telemed.storage.tables import Table
from telemed.storage.types import UtcDateTime

if TYPE_CHECKING:
    from telemed.storage.engine import Database

CHANNEL = "telemed_live"
"""Where PostgreSQL notifies the audience of each commit."""


class FeedRow(Table, table=True):
    """One thing told to one person. Numbers of a person follow one another, in the order of the commits."""

    __tablename__ = "live_events"
    __table_args__ = (Index("ix_live_events_at", "at"),)

    audience_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str
    subject_id: UUID | None = None
    at: datetime = Field(sa_type=UtcDateTime)


class FeedHeadRow(Table, table=True):
    """The last number of a person. Its row is locked from the numbering to the commit: no number is seen late."""

    __tablename__ = "live_heads"

    audience_id: UUID = Field(primary_key=True)
    number: int


@dataclass(frozen=True)
class FeedPage:
    """What a person was told after a number, and the last number; not `is_whole` when some is no longer kept."""

    rows: Sequence[FeedRow]
    last: int
    is_whole: bool


async def save_live_events(session: AsyncSession, events: Sequence[LiveEvent]) -> tuple[UUID, ...]:
    """Number and add events to the open transaction, last before the trace; returns who is told.

    People are taken in one order, so that two transactions never wait for each other.
    """
    if not events:
        return ()
    by_person: dict[UUID, dict[tuple[str, UUID | None], LiveEvent]] = {}
    for event in events:
        by_person.setdefault(event.audience, {}).setdefault((event.kind, event.subject), event)
    for person in sorted(by_person):
        told = list(by_person[person].values())
        first = await _take_numbers(session, person, len(told)) + 1
        session.add_all(_row(event, number) for number, event in enumerate(told, first))
    await session.flush()
    if session.get_bind().dialect.name == "postgresql":
        for person in by_person:
            await session.execute(select(func.pg_notify(CHANNEL, person.hex)))
    return tuple(by_person)


class Feed:
    """Reads what was told. It takes no lock and is asked at each wake of a stream."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def since(self, audience: UUID, number: int, *, limit: int) -> FeedPage:
        """What a person was told after `number`, `limit` at most."""
        rows_after = select(FeedRow).where(col(FeedRow.audience_id) == audience, col(FeedRow.number) > number)
        async with self._database.read() as session:
            last = await _head(session, audience)
            rows = (await session.scalars(rows_after.order_by(col(FeedRow.number)).limit(limit))).all()
        last = max(last, rows[-1].number if rows else 0)
        return FeedPage(rows, last, is_whole=number == last or (bool(rows) and rows[0].number == number + 1))

    async def last(self, audience: UUID) -> int:
        """The number of the last thing that a person was told, 0 before the first."""
        async with self._database.read() as session:
            return await _head(session, audience)

    async def heads(self, audiences: Collection[UUID]) -> dict[UUID, int]:
        """The last numbers of several people."""
        query = select(col(FeedHeadRow.audience_id), col(FeedHeadRow.number))
        async with self._database.read() as session:
            rows = await session.execute(query.where(col(FeedHeadRow.audience_id).in_(audiences)))
            return {row[0]: row[1] for row in rows}

    async def forget(self, before: datetime) -> None:
        """Drop what was told before an instant: a page that comes back later is told to reload."""
        async with self._database.begin() as uow:
            await uow.session.execute(delete(FeedRow).where(col(FeedRow.at) < before))


async def _head(session: AsyncSession, audience: UUID) -> int:
    number = await session.scalar(select(col(FeedHeadRow.number)).where(col(FeedHeadRow.audience_id) == audience))
    return number or 0


async def _take_numbers(session: AsyncSession, person: UUID, count: int) -> int:
    """Take `count` numbers of a person; returns the last one that was taken before."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    added = insert(FeedHeadRow).values(audience_id=person, number=count)
    sums = {"number": col(FeedHeadRow.number) + count}
    taken = added.on_conflict_do_update(index_elements=["audience_id"], set_=sums).returning(col(FeedHeadRow.number))
    last = (await session.execute(taken)).scalar_one()
    return int(last) - count


def _row(event: LiveEvent, number: int) -> FeedRow:
    return FeedRow(audience_id=event.audience, number=number, kind=event.kind, subject_id=event.subject, at=event.at)
