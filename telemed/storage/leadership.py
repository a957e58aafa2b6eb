"""One leader among the processes of an installation: it alone runs the scheduled jobs."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import make_url

_LOCK_KEY = 0x7E1E_3ED0
_RETRY_SECONDS = 0.5


class Leadership:
    """Held or not; `lost` is set the moment it may be another's."""

    def __init__(self) -> None:
        self.lost = asyncio.Event()


@asynccontextmanager
async def lead(database_url: str) -> AsyncIterator[Leadership]:
    """Wait until this process leads, then yield; leaving gives the lead up.

    PostgreSQL: a session advisory lock on a connection of its own, lost when that connection ends.
    SQLite: a lock on a file beside the database. Both are freed by the system when a process dies.
    """
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        async with _lead_by_file(Path(f"{url.database}.leader")) as leadership:
            yield leadership
    else:
        dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        async with _lead_by_advisory_lock(dsn) as leadership:
            yield leadership


@asynccontextmanager
async def _lead_by_file(path: Path) -> AsyncIterator[Leadership]:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not _try_lock(descriptor):  # noqa: ASYNC110 - the holder is another process
            await asyncio.sleep(_RETRY_SECONDS)
        yield Leadership()
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@asynccontextmanager
async def _lead_by_advisory_lock(dsn: str) -> AsyncIterator[Leadership]:
    leadership = Leadership()
    connection = await asyncpg.connect(dsn, timeout=10)

    def on_end(_connection: Any) -> None:
        leadership.lost.set()

    connection.add_termination_listener(on_end)
    try:
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK_KEY):  # noqa: ASYNC110 - likewise
            await asyncio.sleep(_RETRY_SECONDS)
        yield leadership
    finally:
        connection.remove_termination_listener(on_end)
        await connection.close(timeout=5)
