"""Opens SQLite or PostgreSQL by URL, with the guarantees that the rest of the code relies on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Engine, UniqueConstraint, event, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from telemed.kernel.errors import DomainError
from telemed.security.keyring import Keyring
from telemed.storage import feed, outbox
from telemed.storage.driver import Driver, Drivers
from telemed.storage.tables import metadata
from telemed.storage.types import attach_keyring
from telemed.storage.uow import UnitOfWork

_READ_ONLY = "telemed_read_only"
_DEADLOCK = "40P01"
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000")


class Database:
    """The database of one process: `begin()` for a use case that writes, `read()` for one that only looks.

    `subscriptions` says which subscribers want which event; without it events are kept for nobody.
    """

    def __init__(
        self, url: str, keyring: Keyring, *, subscriptions: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        self.keyring = keyring
        self.subscriptions = subscriptions or {}
        self.outbox_bell = asyncio.Event()
        self.live_bells: list[Callable[[Collection[UUID]], None]] = []
        self.engine = _open(url)
        attach_keyring(self.engine.dialect, keyring)
        self._drivers = Drivers(self.engine)
        self._reader = self.engine.execution_options(**{_READ_ONLY: True})
        # SQLite has one writer: waiting in line here is fairer than its own polling on a busy file.
        self._writer: AbstractAsyncContextManager[Any] = asyncio.Lock() if self.is_sqlite else nullcontext()

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        """A transaction that commits at the end, or rolls back on any error.

        A DomainError is raised again after its trace was kept in a transaction of its own.
        """
        async with self._writer:
            session = AsyncSession(self.engine, expire_on_commit=False)
            uow = UnitOfWork(session)
            try:
                async with session, session.begin():
                    yield uow
                    await session.flush()
                    outbox.save_events(session, uow.events, self.subscriptions)
                    told = await feed.save_live_events(session, uow.live_events)
                    for callback in uow.before_commit_callbacks:
                        await callback(session)
            except DomainError as refusal:
                await self._keep_refusal(uow, refusal)
                raise
        if uow.events:
            self.outbox_bell.set()
        if told:
            for ring in self.live_bells:
                ring(told)
        for done in uow.after_commit_callbacks:
            done()

    def begin_driver(self) -> AbstractAsyncContextManager[Driver]:
        """A transaction of statements to PostgreSQL's own driver: no session, no events, no trace."""
        return self._drivers.begin()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A transaction that sees one state of the data and changes nothing."""
        async with AsyncSession(self._reader, expire_on_commit=False) as session, session.begin():
            yield session

    async def close(self) -> None:
        await self._drivers.close()
        await self.engine.dispose()

    async def _keep_refusal(self, uow: UnitOfWork, refusal: DomainError) -> None:
        if not uow.after_refusal_callbacks:
            return
        async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            for callback in uow.after_refusal_callbacks:
                await callback(session, refusal)


def async_url(url: str) -> str:
    """The same URL with the driver that this service uses. Raises ValueError on another database."""
    parsed = make_url(url)
    driver = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
    backend = parsed.drivername.partition("+")[0]
    if backend not in driver:
        raise ValueError(f"the database must be sqlite or postgresql, not {backend}")
    return parsed.set(drivername=driver[backend]).render_as_string(hide_password=False)


def _open(url: str) -> AsyncEngine:
    parsed = make_url(async_url(url))
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_async_engine(parsed, pool_size=8, max_overflow=8, json_deserializer=orjson.loads)
        event.listen(engine.sync_engine, "connect", _on_sqlite_connect)
        event.listen(engine.sync_engine, "begin", _on_sqlite_begin)
        return engine
    # No overflow: a connection opened for one request costs the database more than the request.
    engine = create_async_engine(parsed, pool_size=20, max_overflow=0, json_deserializer=orjson.loads)
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(connection: Any, _record: Any, _proxy: Any) -> None:
    """A connection that the server has ended is replaced before it is used.

    The driver has heard of it: asking the server each time, as a ping would, takes three round trips more.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError("the server ended this connection")


def _on_sqlite_connect(connection: Any, _record: Any) -> None:
    """Take transactions out of the driver's hands and make every commit durable."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_sqlite_begin(connection: Connection) -> None:
    """A transaction that writes says so at once: upgrading later would lose updates silently."""
    read_only = connection.get_execution_options().get(_READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def is_deadlock(error: DBAPIError) -> bool:
    """Was this transaction undone because it and another waited for each other? Doing it again may well succeed."""
    return getattr(error.orig, "sqlstate", None) == _DEADLOCK


def violated_constraint(error: IntegrityError) -> str:
    """The name of the constraint that refused a row, on either database; empty if it cannot be told."""
    original = error.orig
    name = getattr(getattr(original, "__cause__", None), "constraint_name", None)
    if name:
        return str(name)
    message = str(original)
    if "UNIQUE constraint failed: " in message:
        return _unique_name(message.split("UNIQUE constraint failed: ", 1)[1])
    return message.rsplit(": ", 1)[-1] if "CHECK constraint failed" in message else ""


def _unique_name(columns: str) -> str:
    """SQLite names columns, or an index by `index 'name'`; give back the constraint's name."""
    if columns.startswith("index "):
        return columns.removeprefix("index ").strip("'")
    places = [place.strip().partition(".") for place in columns.split(",")]
    table, wanted = metadata.tables.get(places[0][0]), {column for _, _, column in places}
    if table is None:
        return ""
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint) and {c.name for c in constraint.columns} == wanted:
            return str(constraint.name)
    for index in table.indexes:
        if index.unique and {getattr(c, "name", "") for c in index.columns} == wanted:
            return str(index.name)
    return ""


def sync_engine_of(database: Database) -> Engine:
    """For listeners, such as the statement counter of the tests."""
    return database.engine.sync_engine
