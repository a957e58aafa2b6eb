"""Memory of the service under ten minutes of more measures than it can take: what it cannot keep, it turns away."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import uvloop

from tests.benchmarks.doors import Gateway, Place, open_ours
from tests.benchmarks.table import Table, figure
from tests.fixtures.postgres import running_server, stop_server

SECONDS = int(os.environ.get("TELEMED_BENCH_FLOOD_SECONDS", "600"))
_SENDERS, _SIZE = 64, 1_000


def measure() -> Table:
    """The whole table."""
    folder = Path(tempfile.mkdtemp(prefix="telemed-flood-"))
    folder.chmod(0o755)
    try:
        rows = uvloop.run(_measure(folder))
    finally:
        stop_server(folder)
        shutil.rmtree(folder, ignore_errors=True)
    columns = (
        "database",
        "seconds",
        "measures kept",
        "sent back (429)",
        "idle, MB",
        "most, MB",
        "at the end",
        "above idle",
    )
    bound = (
        f"{_SENDERS} senders, each with a bundle of {_SIZE} always under way, who come back as soon as they are told; "
        "resident memory of the process that serves, every half second. Bound: the rows that may wait in line."
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
            gateway, ours = await open_ours(stack, place, url)
            found.append((name, *await _flood(gateway, ours)))
    return found


async def _flood(gateway: Gateway, ours: Place) -> tuple[str, ...]:
    idle, until = _resident(ours.pid), time.monotonic() + SECONDS
    answers, sizes = Counter[int](), []

    async def sender(session: aiohttp.ClientSession) -> None:
        while time.monotonic() < until:
            for body in gateway.bodies(_SIZE, _SIZE):
                async with session.post(f"{ours.base_url}/fhir", data=body, headers=ours.headers) as answer:
                    await answer.read()
                    answers[answer.status] += 1

    async def watch() -> None:
        while time.monotonic() < until:
            sizes.append(_resident(ours.pid))
            await asyncio.sleep(0.5)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=_SENDERS)) as session:
        await asyncio.gather(watch(), *(sender(session) for _ in range(_SENDERS)))
    strange = {status: count for status, count in answers.items() if status not in (200, 429)}
    if strange:
        raise RuntimeError(f"the flood was answered {strange}")
    kept = f"{answers[200] * _SIZE:,}".replace(",", "\u202f")
    last = max(sizes[-max(len(sizes) // 10, 1) :])
    sizes_told = (figure(idle), figure(max(sizes)), figure(last), figure(max(sizes) - idle))
    return (figure(SECONDS), kept, str(answers[429]), *sizes_told)


def _resident(pid: int) -> float:
    """Megabytes of memory that a process holds."""
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
