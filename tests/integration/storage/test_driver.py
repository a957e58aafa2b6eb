"""Transactions without a session: whole or nothing, on a connection that is kept only as long as it is sound."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from telemed.security.keyring import Keyring
from telemed.storage.driver import Driver
from telemed.storage.engine import Database

pytestmark = pytest.mark.asyncio
_ADD = "INSERT INTO kept_numbers (number) VALUES ($1)"


@pytest_asyncio.fixture
async def place(postgres_url: str, keyring: Keyring) -> AsyncIterator[Database]:
    """A database with a table of numbers."""
    database = Database(postgres_url, keyring)
    async with database.begin_driver() as driver:
        await driver.execute("CREATE TABLE kept_numbers (number integer)")
    yield database
    await database.close()


async def add(database: Database, number: int) -> int:
    """Add it; the process of the server that did."""
    async with database.begin_driver() as driver:
        await driver.execute(_ADD, number)
        return await process_of(driver)


async def process_of(driver: Driver) -> int:
    return int((await driver.fetch("SELECT pg_backend_pid()"))[0][0])


async def numbers(database: Database) -> list[int]:
    async with database.read() as session:
        return list(await session.scalars(text("SELECT number FROM kept_numbers ORDER BY number")))


async def test_one_connection_serves_transactions_that_follow_each_other(place: Database) -> None:
    processes = {await add(place, number) for number in range(5)}
    assert len(processes) == 1
    assert await numbers(place) == [0, 1, 2, 3, 4]


async def test_what_fails_is_undone_and_leaves_the_connection_sound(place: Database) -> None:
    async def fail(number: int) -> None:
        async with place.begin_driver() as driver:
            await driver.execute(_ADD, number)
            raise LookupError

    async def be_refused(number: int) -> None:
        async with place.begin_driver() as driver:
            await driver.execute(_ADD, number)
            await driver.execute("SELECT 1 / 0")

    first = await add(place, 1)
    with pytest.raises(LookupError):
        await fail(2)
    with pytest.raises(DBAPIError) as told:
        await be_refused(4_242)
    assert "4242" not in str(told.value)
    assert await add(place, 3) == first
    assert await numbers(place) == [1, 3]


async def test_whoever_goes_away_in_the_middle_leaves_nothing(place: Database) -> None:
    is_there = asyncio.Event()

    async def wait_for_ever() -> None:
        async with place.begin_driver() as driver:
            await driver.execute(_ADD, 1)
            is_there.set()
            await driver.execute("SELECT pg_sleep(3600)")

    waiting = asyncio.create_task(wait_for_ever())
    await is_there.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await add(place, 2)
    assert await numbers(place) == [2]


async def test_two_at_once_have_a_connection_each(place: Database) -> None:
    async with place.begin_driver() as one, place.begin_driver() as other:
        await one.execute(_ADD, 1)
        await other.execute(_ADD, 2)
        assert await process_of(one) != await process_of(other)
    assert await numbers(place) == [1, 2]


async def test_a_connection_that_the_server_ended_is_replaced(place: Database, postgres_url: str) -> None:
    ended = await add(place, 1)
    administrator = await asyncpg.connect(postgres_url)
    await administrator.execute("SELECT pg_terminate_backend($1, 30_000)", ended)
    await administrator.close()
    for _attempt in range(200):
        try:
            assert await add(place, 2) != ended
            break
        except DBAPIError:  # the driver has not heard of it yet
            await asyncio.sleep(0.05)
    assert await numbers(place) == [1, 2]
