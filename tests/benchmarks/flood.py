"""Memory of the service under ten minutes of more measures than it can take: what it cannot keep, it turns away."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections import Counter
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import asyncpg

from tests.benchmarks.folder import run_in_folder
from tests.benchmarks.served import PATIENTS, Scale, Served, make_bundle, open_ours, resident_of
from tests.benchmarks.table import Table, figure, say
from tests.fixtures.postgres import running_server

SECONDS = int(os.environ.get("TELEMED_BENCH_FLOOD_SECONDS", "600"))
_SIZE = 2_000
_TENTHS = (1, 3, 5, 7, 9, 10)
_KEPT = "SELECT count(*), coalesce(max(version), 0) FROM telemonitoring_observations"


@dataclass
class _Seen:
    """What the senders were answered, and the megabytes of the process every half second."""

    idle: float
    answers: Counter[int] = field(default_factory=Counter)
    sizes: list[float] = field(default_factory=list)
    slowest: float = 0.0

    @property
    def acknowledged(self) -> int:
        return self.answers[200] * _SIZE

    def most_of_tenth(self, tenth: int) -> float:
        """The most that was held in a tenth of the time, the first being 1."""
        some = len(self.sizes)
        return max(self.sizes[(tenth - 1) * some // 10 : max(tenth * some // 10, 1)])


def measure() -> Table:
    """The whole table."""
    rows = run_in_folder("flood", _measure)
    columns = (
        *("database", "seconds", "measures acknowledged", "of them kept once", "sent back (429)", "longest wait, s"),
        "idle, MB",
        *(f"tenth {tenth}, MB" for tenth in _TENTHS),
        "last : first",
    )
    bound = (
        f"{PATIENTS} senders, each with {_SIZE} measures of one patient under way, in order, sent again once refused; "
        "the most of resident memory of the process that serves in some tenths of the time, looked at twice a second. "
        "Bound: 64 MiB of bodies under way and 50,000 rows in line."
    )
    return Table("A flood of measures", columns, tuple(rows), bound)


async def _measure(folder: Path) -> list[tuple[str, ...]]:
    found = []
    for name in ("PostgreSQL", "SQLite"):
        place = folder / name
        place.mkdir()
        is_postgresql = name == "PostgreSQL"
        url = f"{running_server(folder, is_durable=True)}/flood" if is_postgresql else f"sqlite:///{place}/flood.db"
        async with AsyncExitStack() as stack:
            ours = await open_ours(stack, place, url)
            seen = await _flood(ours)
            found.append(_row(name, seen, await _kept(url)))
            say("flood", found[-1])
    return found


def _row(name: str, seen: _Seen, kept: tuple[int, int]) -> tuple[str, ...]:
    strange = {status: count for status, count in seen.answers.items() if status not in (200, 429)}
    if strange or kept != (seen.acknowledged, 0):
        raise RuntimeError(f"{name}: {seen.acknowledged} acknowledged, (rows, version) {kept}, answered {strange}")
    tenths = [seen.most_of_tenth(tenth) for tenth in _TENTHS]
    return (
        *(name, figure(SECONDS), figure(seen.acknowledged), figure(kept[0]), figure(seen.answers[429])),
        *(figure(seen.slowest), figure(seen.idle), *map(figure, tenths), f"{tenths[-1] / tenths[0]:.2f}"),
    )


async def _flood(ours: Served) -> _Seen:
    seen, until = _Seen(resident_of(ours.place.pid)), time.monotonic() + SECONDS

    async def sender(session: aiohttp.ClientSession, scale: Scale) -> None:
        body, address = b"", f"{ours.place.base_url}/fhir"
        while (started := time.monotonic()) < until:
            body = body or make_bundle(scale.next(70 + number % 50 / 10) for number in range(_SIZE))
            async with session.post(address, data=body, headers=ours.place.headers) as answer:
                if b'"status":"4' in await answer.read():
                    raise RuntimeError("a good measure was refused")
                seen.answers[answer.status] += 1
                body = body if answer.status == 429 else b""
            seen.slowest = max(seen.slowest, time.monotonic() - started)

    async def watch() -> None:
        while time.monotonic() < until:
            seen.sizes.append(resident_of(ours.place.pid))
            await asyncio.sleep(0.5)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=PATIENTS)) as session:
        await asyncio.gather(watch(), *(sender(session, scale) for scale in ours.gateway.scales))
    return seen


async def _kept(url: str) -> tuple[int, int]:
    """How many measures are there, and the highest version of one: 0 where none came twice as something else."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as opened:
            rows, version = opened.execute(_KEPT).fetchone()
            return rows, version
    connection = await asyncpg.connect(url)
    try:
        row = await connection.fetchrow(_KEPT)
    finally:
        await connection.close()
    return row[0], row[1]
