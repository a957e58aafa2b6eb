"""The board at 10, 1,000 and 100,000 open alerts, and the quality of as many closed ones in a year, beside plain
queries of the driver on the same table."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
from aiohttp import ClientSession, DummyCookieJar
from aiohttp.test_utils import TestServer
from sqlalchemy import event, text

from telemed.api import logs
from telemed.api.auth import SESSION_COOKIE
from telemed.app import Services, build_app, build_services
from telemed.kernel.caller import SYSTEM, Caller
from telemed.settings import Environment, Settings
from telemed.storage.migrate import upgrade
from tests.benchmarks.alert_filling import add_alerts
from tests.benchmarks.filling import make_database
from tests.benchmarks.table import ROUNDS, Table, figure, median
from tests.fixtures.http import open_session
from tests.fixtures.people import caller_for, make_carer, make_doctor, make_practice
from tests.fixtures.postgres import stop_server

SIZES = (10, 1_000, 100_000)
_PAGE = 50
_API = f"/telemonitoring/alerts?limit={_PAGE}&"
VIEWS = {
    "all, the worst first": f"{_API}view=open",
    "in nobody's hands": f"{_API}view=unowned",
    "in one's own": f"{_API}view=mine",
    "overdue": f"{_API}view=overdue",
    "of one severity": f"{_API}severity=watch",
    "of one pathway": f"{_API}pathway=diabete",
    "the page, drawn": "/surveillance",
}
QUALITY = {f"quality of a year, by {by}": f"/telemonitoring/quality?by={by}&" for by in ("cause", "patient")}
_REQUESTS = 12
_PLAIN = """
    SELECT * FROM telemonitoring_alerts WHERE practice_id = {} AND due_at IS NOT NULL
    ORDER BY rank, due_at, id LIMIT 50
"""
_SUMS = """
    SELECT {1}, max(label), count(*), sum(CASE WHEN outcome = 'actionable' THEN 1 ELSE 0 END),
    sum(CASE WHEN outcome = 'false' THEN 1 ELSE 0 END), sum(CASE WHEN outcome = 'technical' THEN 1 ELSE 0 END),
    sum(repeats) FROM telemonitoring_alerts WHERE practice_id = {0} AND opened_at < {2} GROUP BY {1}
"""


@dataclass
class Loaded:
    """One application on one filled database, and the driver beside it."""

    server: TestServer
    client: ClientSession
    token: str
    plain: Callable[[str], Awaitable[None]]
    today: date
    statements: int = 0

    def year_of(self, path: str) -> str:
        """The address of the quality of the year until yesterday, when all that fired is closed."""
        since, until = self.today - timedelta(days=365), self.today - timedelta(days=1)
        return f"{path}since={since}&until={until}"

    async def get(self, path: str) -> None:
        url = self.server.make_url(path)
        async with self.client.get(url, headers={"Cookie": f"{SESSION_COOKIE}={self.token}"}) as response:
            body = await response.read()
            assert response.status == 200, body


def measure() -> Table:
    """Statements and median milliseconds of each view at each size, and against the plain query at the last."""
    logs.configure("error")
    folder = Path(tempfile.mkdtemp(prefix="telemed-bench-"))
    folder.chmod(0o755)
    try:
        rows = [row for database in ("sqlite", "postgresql") for row in asyncio.run(_measure(database, folder))]
    finally:
        stop_server(folder)
        shutil.rmtree(folder, ignore_errors=True)
    sizes = [f"{figure(size)} open, ms" for size in SIZES]
    return Table(
        title=f"The board of alerts: a page of {_PAGE} over HTTP, with how many each view holds",
        columns=("view", "database", "SQL statements", *sizes, "100,000 : 1,000 (CPU)", "plain query, ms", "ratio"),
        rows=tuple(rows),
        bound="Bound: fifty patients and as many values to open, JSON, and one traced transaction (an fsync).",
    )


async def _measure(database: str, folder: Path) -> list[tuple[str, ...]]:
    async with AsyncExitStack() as stack:
        filled = [await stack.enter_async_context(_loaded(database, folder, size)) for size in SIZES]
        rows = []
        for name, path in (*VIEWS.items(), *((name, filled[-1].year_of(path)) for name, path in QUALITY.items())):
            counts = [await _count(loaded, path) for loaded in filled]
            walls, cpus, plain = await _time(filled, path)
            told = str(counts[0]) if len(set(counts)) == 1 else " / ".join(map(str, counts))
            ratio = f"{walls[-1] / plain:.1f}"
            shown = (*map(figure, walls), f"{cpus[-1] / cpus[1]:.2f}", figure(plain), ratio)
            rows.append((name, database, told, *shown))
        return rows


async def _count(loaded: Loaded, path: str) -> int:
    counts = []
    for _ in range(4):
        before = loaded.statements
        await loaded.get(path)
        counts.append(loaded.statements - before)
    return min(counts)


async def _time(filled: list[Loaded], path: str) -> tuple[list[float], list[float], float]:
    """Sizes and the plain query take turns."""
    walls: list[list[float]] = [[] for _ in filled]
    cpus: list[list[float]] = [[] for _ in filled]
    plain: list[float] = []
    for _ in range(ROUNDS * _REQUESTS):
        for place, loaded in enumerate(filled):
            wall, cpu = time.perf_counter(), time.process_time()
            await loaded.get(path)
            walls[place].append((time.perf_counter() - wall) * 1_000)
            cpus[place].append((time.process_time() - cpu) * 1_000)
        started = time.perf_counter()
        await filled[-1].plain(path)
        plain.append((time.perf_counter() - started) * 1_000)
    return [median(each) for each in walls], [median(each) for each in cpus], median(plain)


@asynccontextmanager
async def _loaded(database: str, folder: Path, size: int) -> AsyncIterator[Loaded]:
    url = await make_database(database, folder, f"board_{size}")
    settings = Settings(
        environment=Environment.TEST, data_dir=folder, database_url=url, requests_per_minute=1_000_000
    ).with_keys()
    services = build_services(settings, senders={})
    await upgrade(services.database)
    nurse, practice_id = await _fill(services, size)
    token = await open_session(services, nurse)
    async with AsyncExitStack() as stack:
        server = TestServer(build_app(services))
        await server.start_server()
        stack.push_async_callback(server.close)
        client = await stack.enter_async_context(ClientSession(cookie_jar=DummyCookieJar()))
        plain = _plain_sqlite(stack, url, practice_id) if database == "sqlite" else None
        asked = plain or await _plain_postgresql(stack, url, practice_id)
        loaded = Loaded(server, client, token, asked, services.clock.now().date())

        def count(*_: object) -> None:
            loaded.statements += 1

        event.listen(services.database.engine.sync_engine, "before_cursor_execute", count)
        yield loaded


def _plain(path: str, parameter: str, midnight: str) -> str:
    """What the driver alone is asked in place of an address."""
    if "quality" not in path:
        return _PLAIN.format(parameter)
    return _SUMS.format(parameter, "patient_id" if "by=patient" in path else "cause", midnight)


def _plain_sqlite(stack: AsyncExitStack, url: str, practice_id: UUID) -> Callable[[str], Awaitable[None]]:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    stack.callback(connection.close)

    async def ask(path: str) -> None:
        assert connection.execute(_plain(path, "?", "datetime('now', '-12 hours')"), (practice_id.hex,)).fetchall()

    return ask


async def _plain_postgresql(stack: AsyncExitStack, url: str, practice_id: UUID) -> Callable[[str], Awaitable[None]]:
    connection = await asyncpg.connect(url)
    stack.push_async_callback(connection.close)

    async def ask(path: str) -> None:
        assert await connection.fetch(_plain(path, "$1", "now() - interval '12 hours'"), practice_id)

    return ask


async def _fill(services: Services, size: int) -> tuple[Caller, UUID]:
    """A nurse's practice with `size` open alerts, a tenth in her hands, a fifth overdue; as many closed in the year."""
    practice = make_practice()
    nurse, doctor = make_carer(practice.id), make_doctor(practice.id)
    await services.practices.create(SYSTEM, practice)
    for number, person in enumerate((nurse, doctor)):
        await services.professionals.create(SYSTEM, person, f"personne.{number}")
    await add_alerts(services, practice.id, nurse.id, size)
    async with services.database.begin() as uow:
        await uow.session.execute(text("ANALYZE"))
    return caller_for(nurse), practice.id
