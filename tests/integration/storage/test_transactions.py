"""Units of work on both databases: nothing half done, nothing lost in a crowd."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import col

from telemed.kernel.caller import SYSTEM
from telemed.kernel.clock import FrozenClock
from telemed.kernel.errors import Conflict
from telemed.kernel.events import Event
from telemed.kernel.ids import new_id
from telemed.security.keyring import Keyring
from telemed.storage import migrate
from telemed.storage.engine import Database, violated_constraint
from telemed.storage.outbox import OutboxRow
from telemed.trace.service import Journal
from telemed.trace.tables import TraceHeadRow

pytestmark = pytest.mark.asyncio
NOW = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)


def row(key: str, at: datetime = NOW) -> OutboxRow:
    return OutboxRow(name="n", key=key, subscriber="s", payload={}, occurred_at=at, available_at=at)


async def count(database: Database) -> int:
    async with database.read() as session:
        return len((await session.scalars(select(OutboxRow))).all())


async def test_an_error_undoes_everything(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.begin() as uow:
            uow.session.add(row("a"))
            await uow.session.flush()
            raise RuntimeError
    assert await count(database) == 0


async def test_increments_in_a_crowd_are_never_lost(database: Database) -> None:
    async with database.begin() as uow:
        uow.session.add(row("counter"))

    async def increment() -> None:
        async with database.begin() as uow:
            found = (await uow.session.scalars(select(OutboxRow).with_for_update())).one()
            found.attempts += 1

    await asyncio.gather(*(increment() for _ in range(40)))
    async with database.read() as session:
        assert (await session.scalars(select(OutboxRow))).one().attempts == 40


async def test_two_processes_writing_at_once_lose_nothing(database: Database, database_url: str) -> None:
    other = Database(database_url, database.keyring)
    async with database.begin() as uow:
        uow.session.add(row("counter"))

    async def increment(where: Database) -> None:
        async with where.begin() as uow:
            found = (await uow.session.scalars(select(OutboxRow).with_for_update())).one()
            found.attempts += 1

    await asyncio.gather(*(increment(where) for _ in range(20) for where in (database, other)))
    async with other.read() as session:
        assert (await session.scalars(select(OutboxRow))).one().attempts == 40
    await other.close()


async def test_an_instant_comes_back_in_utc_whatever_its_offset(database: Database) -> None:
    reunion = datetime(2026, 11, 25, 15, 0, tzinfo=timezone(timedelta(hours=4)))
    async with database.begin() as uow:
        uow.session.add(row("a", reunion))
    async with database.read() as session:
        kept = (await session.scalars(select(OutboxRow))).one().occurred_at
    assert kept == reunion
    assert kept.utcoffset() == timedelta(0)


async def test_a_naive_instant_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="offset"):
        async with database.begin() as uow:
            uow.session.add(row("a", datetime(2026, 11, 25)))  # noqa: DTZ001 - the mistake to be refused


async def test_a_violated_constraint_has_the_same_name_on_both(database: Database) -> None:
    async with database.begin() as uow:
        uow.session.add(row("twice"))
    with pytest.raises(IntegrityError) as refused:
        async with database.begin() as uow:
            uow.session.add(row("twice"))
    assert violated_constraint(refused.value) == "uq_outbox_key_subscriber"
    with pytest.raises(IntegrityError) as checked:
        async with database.begin() as uow:
            uow.session.add(TraceHeadRow(id=2, hash=bytes(32)))
    assert violated_constraint(checked.value) == "ck_trace_head_single"


async def test_the_migrations_and_the_tables_agree(database: Database) -> None:
    assert await migrate.difference(database) == ""
    assert await migrate.is_current(database)


async def test_an_event_is_kept_with_its_transaction_for_each_subscriber(database: Database) -> None:
    database.subscriptions = {"x.done": ("one", "two")}
    event = Event("x.done", key="k", occurred_at=NOW, payload={"id": str(UUID(int=1))})
    with pytest.raises(Conflict):
        async with database.begin() as uow:
            uow.add_event(event)
            raise Conflict
    async with database.begin() as uow:
        uow.add_event(event)
    async with database.read() as session:
        rows = (await session.scalars(select(OutboxRow).order_by(col(OutboxRow.subscriber)))).all()
    assert [(kept.subscriber, kept.payload) for kept in rows] == [("one", event.payload), ("two", event.payload)]


async def test_a_refusal_is_traced_although_its_transaction_is_undone(database: Database, clock: FrozenClock) -> None:
    journal = Journal(clock=clock)
    with pytest.raises(Conflict):
        async with database.begin() as uow:
            journal.note(uow, SYSTEM, "test.refused", resource=f"thing:{new_id()}")
            uow.session.add(row("a"))
            raise Conflict("non", code="test.code")
    async with database.read() as session:
        entries = (await session.execute(text("SELECT action, outcome, code FROM trace_entries"))).all()
    assert [tuple(entry) for entry in entries] == [("test.refused", "refused", "test.code")]
    assert await count(database) == 0


async def test_a_reader_does_not_wait_for_a_writer(database: Database) -> None:
    async with database.begin() as uow:
        uow.session.add(row("a"))
        await uow.session.flush()
        async with asyncio.timeout(60):
            assert await count(database) == 0
    assert await count(database) == 1


async def test_connections_that_the_server_ended_are_replaced(postgres_url: str, keyring: Keyring) -> None:
    other = Database(postgres_url, keyring)
    for _ in range(2):
        async with other.begin() as uow:
            uow.session.add(row(str(new_id())))
        administrator = await asyncpg.connect(postgres_url)
        await administrator.execute(
            "SELECT pg_terminate_backend(pid, 30_000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await administrator.close()
        await asyncio.sleep(0.1)
    assert await count(other) == 2
    await other.close()
