"""List endpoints at 10, 1,000 and 100,000 acts: neither their statements nor their time should grow."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from aiohttp import ClientSession, DummyCookieJar
from aiohttp.test_utils import TestServer
from sqlalchemy import event

from telemed.api import logs
from telemed.api.auth import SESSION_COOKIE
from telemed.api.pagination import encode_cursor
from telemed.app import build_app, build_services
from telemed.kernel.caller import Caller
from telemed.settings import Environment, Settings
from telemed.storage.migrate import upgrade
from tests.benchmarks.filling import FilledPractice, fill, make_database
from tests.benchmarks.table import ROUNDS, Table, figure, median
from tests.fixtures.http import open_session
from tests.fixtures.postgres import stop_server

SIZES = (10, 1_000, 100_000)
_REQUESTS = 20


@dataclass
class Loaded:
    """One application on one filled database."""

    practice: FilledPractice
    server: TestServer
    client: ClientSession
    tokens: dict[Caller, str]
    statements: int = 0

    async def get(self, path: str, caller: Caller) -> None:
        headers = {"Cookie": f"{SESSION_COOKIE}={self.tokens[caller]}"}
        async with self.client.get(self.server.make_url(path), headers=headers) as response:
            body = await response.read()
            assert response.status == 200, body


def measure() -> Table:
    """Statements and median milliseconds of each list, at each size, on both databases."""
    logs.configure("error")
    folder = Path(tempfile.mkdtemp(prefix="telemed-bench-"))
    folder.chmod(0o755)
    try:
        rows = [row for database in ("sqlite", "postgresql") for row in asyncio.run(_measure(database, folder))]
    finally:
        stop_server(folder)
        shutil.rmtree(folder, ignore_errors=True)
    sizes = [f"{figure(size)} acts, ms" for size in SIZES]
    return Table(
        title="Lists of 10 lines, by number of acts in the database",
        columns=("list", "database", "SQL statements", *sizes, "100,000 : 10 (CPU)"),
        rows=tuple(rows),
        bound="Bound: one traced transaction a request; on SQLite its commit is one fsync, whatever the size.",
    )


async def _measure(database: str, folder: Path) -> list[tuple[str, ...]]:
    async with AsyncExitStack() as stack:
        filled = [await stack.enter_async_context(_loaded(database, folder, size)) for size in SIZES]
        rows = []
        for name in _paths(filled[0].practice):
            counts = [await _count(loaded, name) for loaded in filled]
            walls, cpus = await _time(filled, name)
            told = str(counts[0]) if len(set(counts)) == 1 else " / ".join(map(str, counts))
            rows.append((name, database, told, *map(figure, walls), f"{cpus[-1] / cpus[0]:.2f}"))
        return rows


def _paths(practice: FilledPractice) -> dict[str, tuple[str, Caller]]:
    """What is asked, and by whom."""
    slot = practice.middle.slot
    assert slot is not None
    cursor = encode_cursor(slot.start.astimezone(UTC).isoformat(), str(practice.middle.id))
    return {
        "acts of the practice": ("/teleconsultations?limit=10", practice.secretary),
        "acts, from the middle": (f"/teleconsultations?limit=10&cursor={cursor}", practice.secretary),
        "acts of a patient": (f"/teleconsultations?limit=10&patient_id={practice.patient_id}", practice.doctor),
        "patients": ("/patients?limit=10", practice.secretary),
        "patients by name": ("/patients?name=jeanne&limit=10", practice.secretary),
        "télé-expertise inbox": ("/teleexpertises/inbox?limit=10", practice.doctor),
        "page Avis": ("/avis", practice.doctor),
        "trace": ("/trace?limit=10", practice.auditor),
    }


async def _count(loaded: Loaded, name: str) -> int:
    """SQL statements of one request."""
    path, caller = _paths(loaded.practice)[name]
    counts = []
    for _ in range(4):
        before = loaded.statements
        await loaded.get(path, caller)
        counts.append(loaded.statements - before)
    return min(counts)  # a connection that the pool opens meanwhile says a few words of its own


async def _time(filled: list[Loaded], name: str) -> tuple[list[float], list[float]]:
    """Median milliseconds of a request at each size, by the wall and of this process; sizes take turns."""
    walls: list[list[float]] = [[] for _ in filled]
    cpus: list[list[float]] = [[] for _ in filled]
    for _ in range(ROUNDS * _REQUESTS):
        for place, loaded in enumerate(filled):
            path, caller = _paths(loaded.practice)[name]
            wall, cpu = time.perf_counter(), time.process_time()
            await loaded.get(path, caller)
            walls[place].append((time.perf_counter() - wall) * 1_000)
            cpus[place].append((time.process_time() - cpu) * 1_000)
    return [median(each) for each in walls], [median(each) for each in cpus]


@asynccontextmanager
async def _loaded(database: str, folder: Path, size: int) -> AsyncIterator[Loaded]:
    url = await make_database(database, folder, f"bench_{size}")
    settings = Settings(
        environment=Environment.TEST, data_dir=folder, database_url=url, requests_per_minute=1_000_000
    ).with_keys()
    services = build_services(settings, senders={})
    await upgrade(services.database)
    practice = await fill(services, size)
    tokens = {who: await open_session(services, who) for who in (practice.doctor, practice.secretary, practice.auditor)}
    async with AsyncExitStack() as stack:
        server = TestServer(build_app(services))
        await server.start_server()
        stack.push_async_callback(server.close)
        client = await stack.enter_async_context(ClientSession(cookie_jar=DummyCookieJar()))
        loaded = Loaded(practice, server, client, tokens)

        def count(*_: object) -> None:
            loaded.statements += 1

        event.listen(services.database.engine.sync_engine, "before_cursor_execute", count)
        yield loaded
