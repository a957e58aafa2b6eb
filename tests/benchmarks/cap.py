"""The projection of the yearly cap and what it holds, at 10,000 and 1,000,000 acts of one doctor's history."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import text

from billing.rules.cap import Counts
from billing.rules.projection import AnnualVolume, Outside
from billing.store import CountStore
from telemed.api import logs
from telemed.app import Services, build_services
from telemed.kernel.clock import FrozenClock, Territory
from telemed.settings import Environment, Settings
from telemed.storage.engine import Database
from telemed.storage.migrate import upgrade
from tests.benchmarks.filling import make_database
from tests.benchmarks.table import ROUNDS, Table, figure, median
from tests.fixtures.postgres import stop_server
from tests.integration.billing.conftest import DOCTOR, RPPS
from tests.unit.billing.making import DOCTOR_ID, PRACTICE_ID, make_facts

SIZES = (10_000, 1_000_000)
YEARS = 10
TODAY = datetime(2026, 11, 25, 14, tzinfo=UTC)
_REPEATS = 20
_COUNT_ALL = (
    "SELECT COUNT(*) FROM billing_claims WHERE rpps = :rpps AND civil_day BETWEEN :first AND :last"
    " AND state <> 'not_billable' AND NOT EXISTS"
    " (SELECT 1 FROM billing_claims AS later WHERE later.supersedes_id = billing_claims.id)"
)
_DAYS = "SELECT * FROM billing_day_counts WHERE rpps = :rpps AND day BETWEEN :first AND :last ORDER BY day"


_ACTS = """
<numbers> INSERT INTO billing_claims (id, act_id, part, revision, professional_id, rpps, practice_id, patient_id, kind,
civil_day, civil_year, is_own_patient, state, code, amount_cents, facts, refusals, missing, warnings, basis,
recorded_at) SELECT <id>, <id>, 'act', 1, <professional>, <rpps>, <practice>, <patient>, 'teleconsultation', <day>,
<year>, i % 5 = 0, 'proposed', 'TCG', 2500, '{}', '[]', '[]', '[]', '[]', '2026-01-01 00:00:00' FROM n
"""
_COUNTS = """
INSERT INTO billing_day_counts (rpps, day, teleconsultations, own_teleconsultations, teleexpertises, other_acts,
own_acts) SELECT rpps, civil_day, COUNT(*), SUM(CASE WHEN is_own_patient THEN 1 ELSE 0 END), 0, 0,
SUM(CASE WHEN is_own_patient THEN 1 ELSE 0 END) FROM billing_claims GROUP BY rpps, civil_day
"""
_SAME = {"<professional>": f"'{DOCTOR_ID.hex}'", "<practice>": f"'{PRACTICE_ID.hex}'", "<rpps>": f"'{RPPS}'"}
_WORDS = {
    "sqlite": {
        "<numbers>": "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < <size>)",
        "<year>": "CAST(strftime('%Y', <day>) AS INTEGER)",
        "<day>": "date('2016-12-01', '+' || (i % 3640) || ' days')",
        "<id>": "printf('%032x', i)",
        "<patient>": "printf('%032x', i % 2000)",
    },
    "postgresql": {
        "<numbers>": "WITH n AS (SELECT i FROM generate_series(0, <size> - 1) AS i)",
        "<year>": "EXTRACT(YEAR FROM <day>)::integer",
        "<day>": "(DATE '2016-12-01' + (i % 3640)::integer)",
        "<id>": "lpad(to_hex(i), 32, '0')::uuid",
        "<patient>": "lpad(to_hex(i % 2000), 32, '0')::uuid",
    },
}


@dataclass
class Filled:
    """A history of one doctor, evenly over ten years."""

    services: Services
    database: Database

    async def project(self) -> None:
        assert await self.services.cap.standing(DOCTOR, DOCTOR_ID, 2026) is not None

    async def check(self) -> None:
        async with self.database.read() as session:
            await self.services.cap.check_conventioned(
                session,
                rpps=RPPS,
                specialty="G15_10/SM54",
                territory=Territory.METROPOLE,
                day=TODAY.date(),
                is_own_patient=False,
                is_urgent=False,
                override_reason=None,
            )

    async def curve(self) -> None:
        async with self.database.read() as session:
            assert len(await CountStore(session).by_day(RPPS, 2026)) > 300

    async def count(self) -> None:
        """What the counters save: counting the year's claims."""
        async with self.database.read() as session:
            asked = {"rpps": RPPS, "first": date(2026, 1, 1), "last": date(2026, 12, 31)}
            assert await session.scalar(text(_COUNT_ALL), asked)


MEASURED: dict[str, Callable[[Filled], Callable[[], Awaitable[None]]]] = {
    "projection (`CapService.standing`)": lambda filled: filled.project,
    "decision (`check_conventioned`)": lambda filled: filled.check,
    "days of the curve": lambda filled: filled.curve,
    "for comparison: counting the claims": lambda filled: filled.count,
}


def measure() -> Table:
    """Median milliseconds of each, sizes side by side, on both databases."""
    logs.configure("error")
    folder = Path(tempfile.mkdtemp(prefix="telemed-bench-"))
    folder.chmod(0o755)
    try:
        found = [asyncio.run(_measure(database, folder)) for database in ("sqlite", "postgresql")]
    finally:
        stop_server(folder)
        shutil.rmtree(folder, ignore_errors=True)
    return Table(
        title="The yearly cap, by acts of history of one doctor",
        columns=("what", "database", *(f"{figure(size)} acts, ms" for size in SIZES), "ratio"),
        rows=tuple(row for rows, _ in found for row in rows),
        bound="Bound: a few reads of one row each; the projection is traced, one commit. "
        + " ".join(p for _, p in found),
    )


async def _measure(database: str, folder: Path) -> tuple[list[tuple[str, ...]], str]:
    async with AsyncExitStack() as stack:
        filled = [await stack.enter_async_context(_filled(database, folder, size)) for size in SIZES]
        rows: list[tuple[str, ...]] = []
        for name, choose in MEASURED.items():
            walls: list[list[float]] = [[] for _ in filled]
            for _ in range(ROUNDS * _REPEATS if "comparison" not in name else ROUNDS):
                for place, one in enumerate(filled):
                    act, started = choose(one), time.perf_counter()
                    await act()
                    walls[place].append((time.perf_counter() - started) * 1_000)
            small, large = (median(each) for each in walls)
            rows.append((name, database, figure(small), figure(large), f"{large / small:.2f}"))
        return rows, await _explain(filled[-1], database)


async def _explain(filled: Filled, database: str) -> str:
    """How the database reads the days of the curve: an index range."""
    head = "EXPLAIN QUERY PLAN " if database == "sqlite" else "EXPLAIN "
    async with filled.database.read() as session:
        asked = {"rpps": RPPS, "first": date(2026, 1, 1), "last": date(2026, 12, 31)}
        lines = [str(row[-1]).strip() for row in await session.execute(text(head + _DAYS), asked)]
    read = next((line for line in lines if "Index" in line or "INDEX" in line or "KEY" in line), lines[0])
    return f"Days on {database}: `{read.removeprefix('->').split('  (')[0].strip()}`."


@asynccontextmanager
async def _filled(database: str, folder: Path, size: int) -> AsyncIterator[Filled]:
    url = await make_database(database, folder, f"cap_{size}")
    settings = Settings(environment=Environment.TEST, data_dir=folder, database_url=url).with_keys()
    services = build_services(settings, clock=FrozenClock(TODAY), senders={})
    await upgrade(services.database)
    await _fill(services.database, size)
    await services.claims.propose(make_facts(started_at=TODAY, ended_at=TODAY))
    await services.cap.declare(
        DOCTOR,
        DOCTOR_ID,
        year=2026,
        source="relevé",
        declared_on=TODAY.date(),
        annual_volume=AnnualVolume(size, "relevé", TODAY.date()),
        outside=Outside(Counts(other_acts=3_000), date(2026, 10, 31), "relevé"),
    )
    yield Filled(services, services.database)
    await services.database.close()


async def _fill(database: Database, size: int) -> None:
    """Acts of ten years, with the counts that they come to; written by the database itself."""
    words = _WORDS[database.engine.dialect.name]
    statements = [_ACTS, _COUNTS, _COUNTS.replace("_day_", "_year_").replace(" day,", " year,").replace("day", "year")]
    async with database.begin() as uow:
        for statement in statements:
            for name, meant in (*words.items(), *_SAME.items(), ("<size>", str(size))):
                statement = statement.replace(name, meant)
            await uow.session.execute(text(statement))
    async with database.engine.connect() as connection:
        await connection.exec_driver_sql("ANALYZE")
