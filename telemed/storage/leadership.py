"""One leader among the processes of an installation: it alone runs the scheduled jobs, or speaks to the broker."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import IntEnum
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import make_url

_RETRY_SECONDS = 0.5


class Seat(IntEnum):
    """What one process at a time does; the number is that of its lock."""

    JOBS = 0x7E1E_3ED0
    MQTT = 0x7E1E_3ED1


_FILES = {Seat.JOBS: ".leader", Seat.MQTT: ".mqtt-leader"}


class Leadership:
    """Held or not; `lost` is set the moment it may be another's."""

    def __init__(self) -> None:
        self.lost = asyncio.Event()


@asynccontextmanager
async def lead(database_url: str, seat: Seat = Seat.JOBS) -> AsyncIterator[Leadership]:
    """Wait until this process has the seat, then yield; leaving gives it up.

    PostgreSQL: a session advisory lock on a connection of its own, lost when that connection ends.
    SQLite: a lock on a file beside the database. Both are freed by the system when a process dies.
    """
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        async with _lead_by_file(Path(f"{url.database}{_FILES[seat]}")) as leadership:
            yield leadership
    else:
        dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        async with _lead_by_advisory_lock(dsn, seat) as leadership:
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
async def _lead_by_advisory_lock(dsn: str, seat: Seat) -> AsyncIterator[Leadership]:
    leadership = Leadership()
    connection = await asyncpg.connect(dsn, timeout=10)

    def on_end(_connection: Any) -> None:
        leadership.lost.set()

    connection.add_termination_listener(on_end)
    try:
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", seat.value):  # noqa: ASYNC110 - likewise
            await asyncio.sleep(_RETRY_SECONDS)
        yield leadership
    finally:
        connection.remove_termination_listener(on_end)
        await connection.close(timeout=5)
