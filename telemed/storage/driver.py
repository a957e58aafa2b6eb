"""Statements said to the driver itself, where SQLAlchemy's way costs more than the work (decision 0088)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from uuid import UUID

import asyncpg
from asyncpg.pgproto.pgproto import UUID as DriverUUID  # noqa: N811 - it takes the place of the other
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

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
        with _told(query):
            rows: Sequence[Any] = await self._driver.fetch(query, *values)
            return rows

    async def execute(self, query: str, *values: Any) -> int:
        """How many rows it added, changed or removed; 0 where it says nothing of rows. Raises DBAPIError."""
        await self._begin()
        with _told(query):
            status: str = await self._driver.execute(query, *values)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def copy(self, table: str, columns: Iterable[str], rows: Iterable[Sequence[Any]]) -> None:
        """COPY rows into a table. Raises DBAPIError."""
        await self._begin()
        with _told(table):
            await self._driver.copy_records_to_table(table, records=rows, columns=list(columns))

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


@asynccontextmanager
async def begin_driver(engine: AsyncEngine) -> AsyncIterator[Driver]:
    """A transaction of its own on PostgreSQL, without a session. It commits at the end, or rolls back on any error."""
    async with engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        with _told("COMMIT"):
            async with driver.transaction():
                yield Driver(driver)


def as_written(one: UUID) -> UUID:
    """The same, of the class that the driver writes without computing anything: for one that goes into many rows."""
    same: UUID = DriverUUID(one.bytes)
    return same


def _say_nothing(connection: Connection) -> None:
    cursor = connection.connection.cursor()
    cursor.execute(";")
    cursor.close()


@contextmanager
def _told(query: str) -> Iterator[None]:
    """The values stay out of it: they are measures. One that cannot be written complains of its row."""
    try:
        yield
    except _ERRORS as error:
        if isinstance(error, asyncpg.InterfaceError) and not isinstance(error, ValueError):
            raise InterfaceError(query, None, error) from error
        raise (OperationalError if isinstance(error, _AWAY) else DBAPIError)(query, None, error) from error
