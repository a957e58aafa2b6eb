"""Who can answer, in time, over 1,000 to 100,000 experts, against the plain indexed query of the same openings."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
from sqlalchemy import bindparam, select
from sqlmodel import col

from telemed.experts.model.search import Need
from telemed.experts.rules.openings import next_midnight
from telemed.experts.service.finding import FindingService
from telemed.experts.store.skills import published_skills
from telemed.experts.store.weights import read_weights
from telemed.experts.tables import OpeningRow
from telemed.kernel.clock import Territory
from telemed.security.keyring import Keyring
from telemed.storage.engine import Database
from telemed.storage.migrate import upgrade
from tests.benchmarks.folder import run_in_folder
from tests.benchmarks.table import ROUNDS, Table, figure, median
from tests.fixtures.postgres import running_server

SIZES = (1_000, 10_000, 100_000)
_A_ROUND = 100
_NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
_SPECIALTY = "G15_10/SM15"
_SPECIALTIES = "ARRAY['G15_10/SM15','G15_10/SM04','G15_10/SM38','G15_10/SM32','G15_10/SM41','G15_10/SM48']"
_PRACTICES = """
INSERT INTO practices (id, name, territory, facility_type, address)
SELECT gen_random_uuid(), 'Cabinet ' || n, 'metropole', 'SA08', '{{}}' FROM generate_series(1, {size} / 10) AS n
"""
_PEOPLE = """
INSERT INTO professionals (id, practice_id, family_name, given_name, roles, rpps, profession)
SELECT gen_random_uuid(), place.id, 'Expert', 'Camille', ',doctor,', (20000000000 + n)::text, '10'
FROM generate_series(1, {size}) AS n
JOIN (SELECT id, row_number() OVER () AS rank FROM practices) AS place ON place.rank = 1 + n % ({size} / 10)
"""
_PROFILES = """
INSERT INTO expert_profiles (professional_id, practice_id, rpps, specialty_code, territory, department, skills, words,
    languages, channels, is_open, auto_accept, capacity_per_day, changed_at)
SELECT id, practice_id, rpps, ({specialties})[1 + rpps::bigint % 6], 'metropole',
    lpad((rpps::bigint % 95 + 1)::text, 2, '0'), '["dermoscopy"]', '["mélanome"]', '["fr", "en"]', '["written"]',
    true, false, 10, now()
FROM professionals
"""
_OPENINGS = """
INSERT INTO expert_openings (id, professional_id, specialty_code, territory, starts_at, ends_at)
SELECT gen_random_uuid(), professional_id, specialty_code, territory, at, at + interval '3 hours'
FROM expert_profiles, LATERAL (
    SELECT timestamptz '2026-11-23 06:00+00' + interval '1 day' * day
        + interval '15 minutes' * ((rpps::bigint * 7 + day * 13) % 48) AS at
    FROM generate_series(0, 40, 2) AS day
) AS hours
"""
_STANDINGS = """
INSERT INTO expert_standings (professional_id, pending, open_cases, accepted, accepted_on, recent, minutes, taken,
    "left", median_minutes)
SELECT professional_id, rpps::bigint % 3, rpps::bigint % 4, rpps::bigint % 5, '2026-11-25', 'ttl', '[30, 60]', 2, 1, 45
FROM expert_profiles
"""
_FILL = (_PRACTICES, _PEOPLE, _PROFILES, _OPENINGS, _STANDINGS)


@dataclass
class Loaded:
    """A database with that many experts, what is asked of it, and how long each answer took, in seconds."""

    size: int
    database: Database
    finding: FindingService
    need: Need

    async def plain(self) -> int:
        """The same openings by the same index through the same session, unranked."""
        async with self.database.read() as session:
            values = {
                "specialty": _SPECIALTY, "territory": "metropole", "now": self.need.now, "before": self.need.before,
                "end_of_day": next_midnight(self.need.before),
            }  # fmt: skip
            return len((await session.execute(_PLAIN, values)).all())

    async def search(self) -> int:
        """Found, judged, ranked, and the ten best explained."""
        async with self.database.read() as session:
            candidates = await self.finding.candidates(session, self.need)
        found = self.finding.judge(self.need, candidates, taken={})
        assert len(found.proposals) == 10
        return found.searched

    async def for_a_patient(self) -> int:
        """The same with a patient, whom some know."""
        need, self.need = self.need, self.known
        try:
            return await self.search()
        finally:
            self.need = need

    @property
    def known(self) -> Need:
        return Need(
            now=self.need.now,
            before=self.need.before,
            specialty_code=_SPECIALTY,
            territory=Territory.METROPOLE,
            patient_ids=(UUID(int=7),),
            quota_limit=4,
        )


_PLAIN = (
    select(col(OpeningRow.professional_id), col(OpeningRow.starts_at), col(OpeningRow.ends_at))
    .where(
        col(OpeningRow.specialty_code) == bindparam("specialty"),
        col(OpeningRow.territory) == bindparam("territory"),
        col(OpeningRow.ends_at) > bindparam("now"),
        col(OpeningRow.ends_at) <= bindparam("end_of_day"),
        col(OpeningRow.starts_at) < bindparam("before"),
    )
    .order_by(col(OpeningRow.ends_at), col(OpeningRow.starts_at), col(OpeningRow.professional_id))
    .limit(read_weights()[-1].pool)
)


def measure() -> Table:
    """p50 and p99 of at least five rounds; the plain query and the search take turns, request by request."""
    rows = run_in_folder("bench", _measure)
    return Table(
        title="Who can answer, in time (PostgreSQL, one statement, ten proposals explained)",
        columns=(
            *("experts", "openings", "plain query p50, ms", "p99", "search p50, ms", "p99", "p50 ratio"),
            *("for a patient p50, ms", "p50 ratio"),
        ),
        rows=tuple(rows),
        bound="Plain: the same openings by the same index, through the same session, unranked: three columns. Bound: "
        "three round trips (BEGIN, the statement, COMMIT), the same for both. Goal: p50 at most 3 times the plain "
        "query's, and at most doubled from 1,000 to 100,000.",
    )


async def _measure(folder: Path) -> list[tuple[str, ...]]:
    server = running_server(folder)
    async with AsyncExitStack() as stack:
        loaded = [await _load(stack, server, size) for size in SIZES]
        rows = []
        for one in loaded:
            openings = await _count(one.database)
            rows.append(await _row(one, openings))
        return rows


async def _row(loaded: Loaded, openings: int) -> tuple[str, ...]:
    assert await loaded.plain() == loaded.finding.weights_of(loaded.need).pool
    works = (loaded.plain, loaded.search, loaded.for_a_patient)
    rounds = [await _round(works) for _ in range(ROUNDS + 1)][1:]  # the first one warms connections and plans
    p50 = [median([statistics.median(one[place]) * 1_000 for one in rounds]) for place in range(3)]
    p99 = [median([_p99(one[place]) * 1_000 for one in rounds]) for place in range(3)]
    ratios = [
        median([statistics.median(one[place]) / statistics.median(one[0]) for one in rounds]) for place in range(3)
    ]
    return (
        figure(loaded.size),
        figure(openings),
        *(figure(value) for place in (0, 1) for value in (p50[place], p99[place])),
        f"{ratios[1]:.2f}",
        figure(p50[2]),
        f"{ratios[2]:.2f}",
    )


async def _round(works: tuple[Callable[[], Awaitable[int]], ...]) -> list[list[float]]:
    """Seconds of each request: each kind in turn, so that what else the machine does falls on all alike."""
    spent: list[list[float]] = [[] for _ in works]
    for _ in range(_A_ROUND):
        for place, work in enumerate(works):
            started = time.perf_counter()
            await work()
            spent[place].append(time.perf_counter() - started)
    return spent


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


async def _load(stack: AsyncExitStack, server: str, size: int) -> Loaded:
    name = f"match_{size}"
    await _create(server, name)
    database = Database(f"{server}/{name}", Keyring({"bench": b"k" * 32}, b"i" * 32))
    stack.push_async_callback(database.close)
    await upgrade(database)
    connection = await asyncpg.connect(f"{server}/{name}")
    for statement in _FILL:
        await connection.execute(statement.format(size=size, specialties=_SPECIALTIES), timeout=600)
    await connection.execute("VACUUM ANALYZE", timeout=600)
    await connection.close()
    need = Need(_NOW, _NOW + timedelta(days=7), _SPECIALTY, Territory.METROPOLE, department="33", skill="dermoscopy")
    finding = FindingService(read_weights(), published_skills())
    return Loaded(size, database, finding, finding.understood(need))


async def _count(database: Database) -> int:
    async with database.read() as session:
        connection = await session.connection()
        found = await connection.exec_driver_sql("SELECT count(*) FROM expert_openings")
        return int(found.scalar_one())


async def _create(server: str, name: str) -> None:
    for _attempt in range(200):
        try:
            connection = await asyncpg.connect(f"{server}/postgres")
        except asyncpg.CannotConnectNowError:
            await asyncio.sleep(0.05)
            continue
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()
        return
    raise RuntimeError("PostgreSQL listens but does not come up")
