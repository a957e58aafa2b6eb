"""Decisions on a quota against a bare durable insert and a COUNT: CPU of the database, side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import asyncpg

from billing.rules.quota import QuotaScope
from billing.service import QuotaService
from telemed.kernel.clock import FrozenClock
from telemed.kernel.ids import new_id
from telemed.law.law import Law
from telemed.security.keyring import Keyring
from telemed.storage.engine import Database
from telemed.storage.migrate import upgrade
from tests.benchmarks.folder import run_in_folder
from tests.benchmarks.table import ROUNDS, Table, figure, median
from tests.fixtures.postgres import running_server

SIZES = (100, 10_000, 50_000, 1_000_000)
CLIENTS = 50
_CONNECTIONS = 20
_PATIENTS = 100
_A_ROUND = 800
_COUNTS_A_ROUND = 100
_DOCTOR = "10100000016"
_FILL = """
WITH made AS (SELECT gen_random_uuid() AS patient_id, gen_random_uuid() AS act_id FROM generate_series(1, {size})),
counters AS (
    INSERT INTO billing_quota_counters (patient_id, code, year, rpps, reserved, consumed)
    SELECT patient_id, 'TE2', 2025, '{doctor}', 0, 1 FROM made
)
INSERT INTO billing_quota_reservations (act_id, code, rpps, patient_id, year, state, changed_at)
SELECT act_id, 'TE2', '{doctor}', patient_id, 2025, 'consumed', now() FROM made
"""
_BARE = "INSERT INTO bare_acts (id, patient_id, rpps, at) VALUES ($1, $2, $3, $4)"
_COUNT = "SELECT count(*) FROM bare_history WHERE rpps = $1 AND year = $2"
_BACKENDS = (
    "SELECT pid, application_name FROM pg_stat_activity"
    " WHERE datname = current_database() AND backend_type = 'client backend'"
)
_NOW = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
_Request = Callable[[int], Awaitable[object]]


@dataclass(frozen=True)
class Loaded:
    """One database with `size` acts of history, and those who ask it."""

    size: int
    database: Database
    quotas: QuotaService
    pool: asyncpg.Pool
    patients: Sequence[UUID]

    async def decide(self, number: int, year: int) -> None:
        """Accept a request: four a patient and code, so that all are granted."""
        code = ("TE2", "RQD")[number // (4 * _PATIENTS) % 2]
        async with self.database.begin() as uow:
            made = await self.quotas.reserve_within(
                uow,
                act_id=new_id(),
                code=code,
                rpps=_DOCTOR,
                patient_id=self.patients[number % _PATIENTS],
                day=date(year, 6, 1),
            )
        assert made.is_granted

    async def insert(self, number: int) -> None:
        """One row and its commit, by the driver."""
        await self.pool.execute(_BARE, new_id(), self.patients[number % _PATIENTS], _DOCTOR, _NOW)

    async def count(self, number: int) -> None:
        """The same row after counting what the doctor did that year, by an index."""
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.fetchval(_COUNT, _DOCTOR, 2025)
            await connection.execute(_BARE, new_id(), self.patients[number % _PATIENTS], _DOCTOR, _NOW)

    async def alone_us(self, request: _Request, requests: int) -> float:
        """Microseconds of CPU of the database's own processes for one request, fifty under way at once."""
        before = sum((await self._cpu_ns()).values())
        await _crowd(request, requests)
        return (sum((await self._cpu_ns()).values()) - before) / requests / 1_000

    async def together_us(self, year: int, requests: int) -> tuple[float, float]:
        """The same for an insert and for a decision, each client doing one after the other."""

        async def both(number: int) -> None:
            await self.insert(number)
            await self.decide(number, year)

        before = await self._cpu_ns()
        await _crowd(both, requests)
        after = await self._cpu_ns()
        spent = [(after[name] - before.get(name, 0)) / requests / 1_000 for name in ("bare", "")]
        return spent[0], spent[1]

    async def _cpu_ns(self) -> dict[str, int]:
        """Nanoseconds that the connections' processes have run, those of the driver alone under `bare`."""
        spent: dict[str, int] = {}
        for row in await self.pool.fetch(_BACKENDS):
            name = row["application_name"]
            spent[name] = spent.get(name, 0) + _process_ns(row["pid"])
        return spent


async def _crowd(request: _Request, requests: int) -> None:
    numbers = iter(range(requests))

    async def client() -> None:
        for number in numbers:
            await request(number)

    await asyncio.gather(*(client() for _ in range(CLIENTS)))


def _process_ns(pid: int) -> int:
    """Nanoseconds that a process has run, in user and kernel mode."""
    return int(Path(f"/proc/{pid}/schedstat").read_text("ascii").split()[0])


def measure() -> Table:
    """Medians of at least five rounds; bare inserts, decisions and counts take turns in each."""
    rows = run_in_folder("bench", _measure)
    return Table(
        title=f"A decision on a quota, {CLIENTS} requests at once, CPU of PostgreSQL for one",
        columns=(
            "acts of history",
            *("bare insert, µs", "decision, µs", "ratio"),
            *("insert alone, µs", "decision alone, µs", "ratio"),
            *("count + insert alone, µs", "ratio"),
        ),
        rows=tuple(rows),
        bound="First three figures: every client inserts, then decides, in turn. Bound: a commit on disk, the same for "
        "both; the decision is a transaction of three messages (BEGIN, one statement, COMMIT) that writes two rows. "
        "Alone, inserts come faster and share each flush among more commits. Goal: 2.5, the same at every size.",
    )


async def _measure(folder: Path) -> list[tuple[str, ...]]:
    server = running_server(folder, is_durable=True)
    rows = []
    for size in SIZES:
        async with AsyncExitStack() as stack:
            loaded = await _load(stack, server, size)
            rows.append(await _row(loaded))
    return rows


async def _row(loaded: Loaded) -> tuple[str, ...]:
    rounds = [await _round(loaded, 2030 + number) for number in range(ROUNDS + 1)]
    kept = rounds[1:]  # the first one warms connections and plans
    bare, ours, floor, mixed, count = (median(each) for each in zip(*kept, strict=True))
    return (
        figure(loaded.size),
        *map(figure, (floor, mixed)),
        f"{median([one[3] / one[2] for one in kept]):.2f}",
        *map(figure, (bare, ours)),
        f"{median([one[1] / one[0] for one in kept]):.2f}",
        figure(count),
        f"{median([one[4] / one[0] for one in kept]):.1f}",
    )


async def _round(loaded: Loaded, year: int) -> tuple[float, float, float, float, float]:
    """Each alone, then both in turn, then counting."""
    bare = await loaded.alone_us(loaded.insert, _A_ROUND)
    ours = await loaded.alone_us(partial(loaded.decide, year=year), _A_ROUND)
    floor, mixed = await loaded.together_us(year + 100, _A_ROUND)
    return bare, ours, floor, mixed, await loaded.alone_us(loaded.count, _COUNTS_A_ROUND)


async def _load(stack: AsyncExitStack, server: str, size: int) -> Loaded:
    """A migrated database with `size` acts, each of its own patient, analysed as autovacuum would have."""
    await _create(server, f"quotas_{size}")
    database = Database(f"{server}/quotas_{size}", Keyring({"bench": b"k" * 32}, b"i" * 32))
    stack.push_async_callback(database.close)
    await upgrade(database)
    name = {"application_name": "bare"}
    pool = await asyncpg.create_pool(
        f"{server}/quotas_{size}", min_size=_CONNECTIONS, max_size=_CONNECTIONS, server_settings=name
    )
    stack.push_async_callback(pool.close)
    await pool.execute(_FILL.format(size=size, doctor=_DOCTOR), timeout=600)
    await pool.execute("CREATE TABLE bare_acts (id uuid PRIMARY KEY, patient_id uuid, rpps text, at timestamptz)")
    await pool.execute("CREATE TABLE bare_history AS SELECT * FROM billing_quota_reservations", timeout=600)
    await pool.execute("CREATE INDEX ON bare_history (rpps, year)", timeout=600)
    await pool.execute("VACUUM ANALYZE", timeout=600)
    await pool.execute("CHECKPOINT", timeout=600)
    patients = [
        row[0] for row in await pool.fetch("SELECT patient_id FROM billing_quota_reservations LIMIT $1", _PATIENTS)
    ]
    quotas = QuotaService(clock=FrozenClock(_NOW), law=Law.load(), scope=QuotaScope.BILLER)
    return Loaded(size, database, quotas, pool, patients)


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
