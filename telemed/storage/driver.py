"""Statements said to the driver itself, where SQLAlchemy's way costs more than the work (decision 0088)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from itertools import count
from typing import Any
from uuid import UUID

import asyncpg
from asyncpg.pgproto.pgproto import UUID as DriverUUID  # noqa: N811 - it takes the place of the other
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

FEW = 16
"""Up to so many rows, a statement that names each value (`list_places`) costs less than arrays."""

_KEY = "telemed.driver"
_AWAY = (asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError, OSError)
_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)


class Driver:
    """PostgreSQL, in a transaction. Values go by position ($1, $2…). What it raises is told as SQLAlchemy tells it.

    A statement costs a third of the processor of the same one through SQLAlchemy, which compiles, adapts and wraps.
    """

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    async def fetch(self, query: str, *values: Any) -> Sequence[Any]:
        """The rows, each by position. Raises DBAPIError."""
        await self._begin()
        try:
            rows: Sequence[Any] = await self._driver.fetch(query, *values)
        except _ERRORS as error:
            raise _told(query, error) from error
        return rows

    async def execute(self, query: str, *values: Any) -> int:
        """How many rows it added, changed or removed; 0 where it says nothing of rows. Raises DBAPIError."""
        await self._begin()
        try:
            status: str = await self._driver.execute(query, *values)
        except _ERRORS as error:
            raise _told(query, error) from error
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def copy(self, table: str, columns: Iterable[str], rows: Iterable[Sequence[Any]]) -> None:
        """COPY rows into a table. Raises DBAPIError."""
        await self._begin()
        try:
            await self._driver.copy_records_to_table(table, records=rows, columns=list(columns))
        except _ERRORS as error:
            raise _told(table, error) from error

    async def _begin(self) -> None:
        """Make sure that the transaction is open."""


class _SessionDriver(Driver):
    """SQLAlchemy begins its transaction with the first statement of its own, and only it knows how to end that one."""

    def __init__(self, connection: AsyncConnection, driver: Any) -> None:
        super().__init__(driver)
        self._connection = connection

    async def _begin(self) -> None:
        if not self._driver.is_in_transaction():
            await self._connection.run_sync(_say_nothing)


async def open_driver(session: AsyncSession) -> Driver | None:
    """That of a session which lives for one transaction, and in it; None on SQLite."""
    known: Driver | None = session.info.get(_KEY)
    if known is not None:
        return known
    connection = await session.connection()
    if connection.dialect.name != "postgresql":
        return None
    driver = _SessionDriver(connection, (await connection.get_raw_connection()).driver_connection)
    session.info[_KEY] = driver
    return driver


class Drivers:
    """Transactions on PostgreSQL without a session.

    The connection of one is kept for the next: to take it from the pool and give it back costs what four statements do.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._kept: tuple[AsyncConnection, Any] | None = None

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Driver]:
        """A transaction of its own. It commits at the end, or rolls back on any error."""
        connection, driver = await self._take()
        try:
            async with driver.transaction():
                yield Driver(driver)
        except _ERRORS as error:
            raise _told("COMMIT", error) from error
        finally:
            await self._give_back(connection, driver)

    async def close(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            await kept[0].close()

    async def _take(self) -> tuple[AsyncConnection, Any]:
        """The one that was kept, unless somebody uses it or the server has ended it."""
        kept, self._kept = self._kept, None
        if kept is not None:
            if not kept[1].is_closed():
                return kept
            await kept[0].close()
        connection = await self._engine.connect()
        return connection, (await connection.get_raw_connection()).driver_connection

    async def _give_back(self, connection: AsyncConnection, driver: Any) -> None:
        is_sound = not driver.is_closed() and not driver.is_in_transaction()
        if is_sound and self._kept is None:
            self._kept = connection, driver
            return
        if not is_sound:
            await connection.invalidate()
        await connection.close()


def list_places(rows: int, columns: int) -> str:
    """The places of so many rows for `VALUES`: ($1, $2), ($3, $4)…

    The driver asks of each element of an array whether it is an array as well; of a value it does not.
    """
    place = count(1)
    return ", ".join(f"({', '.join(f'${next(place)}' for _ in range(columns))})" for _ in range(rows))


def as_written(one: UUID) -> UUID:
    """The same, of the class that the driver writes without computing anything: for one that goes into many rows."""
    same: UUID = DriverUUID(one.bytes)
    return same


def _say_nothing(connection: Connection) -> None:
    cursor = connection.connection.cursor()
    cursor.execute(";")
    cursor.close()


def _told(query: str, error: Exception) -> DBAPIError:
    """The values stay out of it: they are measures. One that cannot be written complains of its row."""
    if isinstance(error, asyncpg.InterfaceError) and not isinstance(error, ValueError):
        return InterfaceError(query, None, error)
    return (OperationalError if isinstance(error, _AWAY) else DBAPIError)(query, None, error)
