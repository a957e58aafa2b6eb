"""The outbox: each event delivered, in a crowd of workers once, after a failure again."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from telemed.kernel.clock import FrozenClock
from telemed.kernel.events import Event
from telemed.storage.engine import Database
from telemed.storage.outbox import OutboxRow, OutboxWorker

pytestmark = pytest.mark.asyncio


async def leave(database: Database, clock: FrozenClock, number: int) -> None:
    database.subscriptions = {"x": ("s",)}
    async with database.begin() as uow:
        for key in range(number):
            uow.add_event(Event("x", key=str(key), occurred_at=clock.now(), payload={"key": key}))


async def test_workers_in_a_crowd_deliver_each_event_once(
    database: Database, database_url: str, clock: FrozenClock
) -> None:
    await leave(database, clock, 60)
    seen: Counter[str] = Counter()

    async def deliver(event: Event) -> None:
        await asyncio.sleep(0)
        seen[event.key] += 1

    others = [Database(database_url, database.keyring) for _ in range(2)]
    workers = [OutboxWorker(where, clock, {"s": deliver}) for where in (database, *others)]

    async def drain(worker: OutboxWorker) -> None:
        while await worker.deliver_due():
            pass

    await asyncio.gather(*(drain(worker) for worker in workers))
    assert len(seen) == 60
    assert set(seen.values()) == {1}
    for other in others:
        await other.close()


async def test_a_failed_delivery_is_tried_again_later_and_later(database: Database, clock: FrozenClock) -> None:
    await leave(database, clock, 1)
    tries = []

    async def deliver(event: Event) -> None:
        tries.append(clock.now())
        if len(tries) < 3:
            raise ConnectionError

    worker = OutboxWorker(database, clock, {"s": deliver})
    for _ in range(60):
        await worker.deliver_due()
        clock.advance(timedelta(seconds=1))
    assert [(later - tries[0]).seconds for later in tries] == [0, 2, 6]
    async with database.read() as session:
        kept = (await session.scalars(select(OutboxRow))).one()
    assert kept.done_at is not None
    assert kept.last_error is None


async def test_what_a_dead_worker_had_taken_is_delivered_by_another(database: Database, clock: FrozenClock) -> None:
    await leave(database, clock, 1)
    delivered, taken = [], asyncio.Event()

    async def hang(_event: Event) -> None:
        taken.set()
        await asyncio.Event().wait()

    async def deliver(event: Event) -> None:
        delivered.append(event.key)

    dying = asyncio.create_task(OutboxWorker(database, clock, {"s": hang}).deliver_due())
    await asyncio.wait_for(taken.wait(), 60)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    worker = OutboxWorker(database, clock, {"s": deliver})
    assert await worker.deliver_due() == 0
    clock.advance(timedelta(seconds=61))
    assert await worker.deliver_due() == 1
    assert delivered == ["0"]


async def test_one_poisoned_event_does_not_hold_up_the_others(database: Database, clock: FrozenClock) -> None:
    await leave(database, clock, 5)
    delivered = []

    async def deliver(event: Event) -> None:
        if event.key == "2":
            raise ValueError
        delivered.append(event.key)

    await OutboxWorker(database, clock, {"s": deliver}).deliver_due()
    assert delivered == ["0", "1", "3", "4"]
