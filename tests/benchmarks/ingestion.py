"""Observations as FHIR bundles, kept for good: ours against bare COPY of the same rows, by turns."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import asyncpg

from telemed.acts.telemonitoring.formats.fhir.bundle import decode_bundle
from telemed.acts.telemonitoring.formats.fhir.observation import Reading
from telemed.acts.telemonitoring.formats.fhir.values import UCUM
from telemed.acts.telemonitoring.formats.packaged import load_catalogue
from telemed.acts.telemonitoring.model.arrival import Arrival, Kept
from telemed.acts.telemonitoring.rules.arrivals import settle
from telemed.acts.telemonitoring.service.ingestion import Ingestion
from telemed.acts.telemonitoring.store import make_partitions
from telemed.acts.telemonitoring.store.rows import COLUMNS, RowWriter
from telemed.kernel.ids import new_id
from telemed.security.keyring import Keyring
from telemed.storage.engine import Database
from telemed.storage.migrate import upgrade
from tests.benchmarks.folder import run_in_folder
from tests.benchmarks.table import ROUNDS, Table, figure, median
from tests.fixtures.postgres import running_server

_A_ROUND = 16_000
_NOW = datetime(2026, 11, 1, tzinfo=UTC)
_OWNER = UUID(int=1)
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_BARE = "bare COPY, 1,000 a batch"
_FLOOR = "floor: decode + COPY, 1,000 a batch"
_Work = Callable[[Sequence[bytes]], Awaitable[None]]


@dataclass
class Place:
    """One database, and the ways to fill it; `second` counts on, so that no measure is ever the same."""

    database: Database
    bare: asyncpg.Connection | None
    reading: Reading
    writer: RowWriter
    ingestion: Ingestion
    second: int = 0

    def bundles(self, size: int, rows: int) -> list[bytes]:
        found = []
        for _ in range(rows // size):
            found.append(_bundle(size, self.second))
            self.second += size
        return found

    def decode(self, content: bytes) -> list[Arrival]:
        arrival_id, entries = new_id(), decode_bundle(content, self.reading).entries
        observations = [one for entry in entries for one in entry.receipt.observations]
        return [Arrival(_OWNER, _OWNER, arrival_id, _NOW, one) for one in observations]

    def rows(self, content: bytes) -> list[tuple[object, ...]]:
        settled = (settle(arrival, [])[1] for arrival in self.decode(content))
        return [self.writer.values(kept) for kept in settled if isinstance(kept, Kept)]

    async def keep(self, contents: Sequence[bytes]) -> None:
        for content in contents:
            await self.ingestion.take(self.decode(content))

    async def keep_together(self, contents: Sequence[bytes], senders: int = 16) -> None:
        """Several senders, each with one under way: one is decoded while another is written."""
        left = list(contents)

        async def sender() -> None:
            while left:
                await self.ingestion.take(self.decode(left.pop()))

        await asyncio.gather(*(sender() for _ in range(senders)))

    async def floor(self, contents: Sequence[bytes]) -> None:
        """Decoded, then COPY: no check of what is there."""
        await self.copy([self.rows(content) for content in contents])

    async def bare_round(self) -> tuple[float, float]:
        """COPY alone, its rows already made: microseconds of CPU and of the wall clock a measure."""
        return await _timed(self.copy([self.rows(content) for content in self.bundles(1000, _A_ROUND)]))

    async def floor_round(self) -> tuple[float, float]:
        return await _timed(self.floor(self.bundles(1000, _A_ROUND)))

    async def copy(self, batches: Sequence[Sequence[tuple[object, ...]]]) -> None:
        assert self.bare is not None
        for rows in batches:
            async with self.bare.transaction():
                await self.bare.copy_records_to_table(
                    "telemonitoring_observations", records=rows, columns=list(COLUMNS)
                )


def _bundle(size: int, second: int) -> bytes:
    entries = [{"resource": _weight(second + number)} for number in range(size)]
    return json.dumps({"resourceType": "Bundle", "type": "batch", "entry": entries}).encode()


def _weight(second: int) -> dict[str, object]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": _CATEGORY, "code": "vital-signs"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7", "display": "Body weight"}]},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": (_NOW + timedelta(seconds=second)).isoformat(),
        "valueQuantity": {"value": 70 + second % 50 / 10, "unit": "kg", "system": UCUM, "code": "kg"},
        "device": {"reference": "Device/1"},
    }


def measure() -> Table:
    """The whole table."""
    rows = run_in_folder("ingestion", _measure)
    columns = ("FHIR observations, durable", "CPU (µs each)", "observations/s", "CPU : floor", "speed : bare COPY")
    bound = (
        "CPU is that of the process that receives; no HTTP, no rules. The floor decodes, checks and copies: it neither "
        "compares with what is kept nor answers. Bare COPY has its rows already made. Each batch is one durable commit."
    )
    return Table("Ingestion", columns, tuple(rows), bound)


async def _measure(folder: Path) -> list[tuple[str, ...]]:
    async with AsyncExitStack() as stack:
        postgresql = await open_place(stack, f"{running_server(folder, is_durable=True)}/ingestion")
        sqlite = await open_place(stack, f"sqlite:///{folder}/ingestion.db")
        ways: list[tuple[str, Place, int, _Work]] = [
            (_FLOOR, postgresql, 1000, postgresql.floor),
            ("PostgreSQL, 1,000 a batch", postgresql, 1000, postgresql.keep),
            ("PostgreSQL, 1,000 a batch, 4 at once", postgresql, 1000, partial(postgresql.keep_together, senders=4)),
            ("PostgreSQL, 100 a batch", postgresql, 100, postgresql.keep),
            ("PostgreSQL, one by one, 16 at once", postgresql, 1, postgresql.keep_together),
            ("SQLite, 1,000 a batch", sqlite, 1000, sqlite.keep),
            ("SQLite, 100 a batch", sqlite, 100, sqlite.keep),
            ("SQLite, one by one, 16 at once", sqlite, 1, sqlite.keep_together),
        ]
        found: dict[str, list[tuple[float, float]]] = {_BARE: []}
        for _, place, size, work in ways:  # warms connections and plans
            await _round(place, size, work)
        for _ in range(ROUNDS):
            found[_BARE].append(await postgresql.bare_round())
            for name, place, size, work in ways:
                found.setdefault(name, []).append(await _round(place, size, work))
    return _rows(found)


def _rows(found: dict[str, list[tuple[float, float]]]) -> list[tuple[str, ...]]:
    """Ratios are those of each round, so that a busy moment weighs on both sides."""
    return [
        (
            name,
            figure(median([cpu for cpu, _ in rounds])),
            figure(1e6 / median([wall for _, wall in rounds])),
            f"{median([ours[0] / floor[0] for ours, floor in zip(rounds, found[_FLOOR], strict=True)]):.2f}",
            f"{median([bare[1] / ours[1] for ours, bare in zip(rounds, found[_BARE], strict=True)]):.2f}",
        )
        for name, rounds in found.items()
    ]


async def _round(place: Place, size: int, work: _Work) -> tuple[float, float]:
    return await _timed(work(place.bundles(size, _A_ROUND)))


async def _timed(work: Awaitable[None]) -> tuple[float, float]:
    """Microseconds of CPU, and of the wall clock, a measure."""
    cpu, wall = time.process_time(), time.perf_counter()
    await work
    return (time.process_time() - cpu) / _A_ROUND * 1e6, (time.perf_counter() - wall) / _A_ROUND * 1e6


async def open_place(stack: AsyncExitStack, url: str) -> Place:
    is_postgresql = url.startswith("postgresql")
    if is_postgresql:
        await create_database(url)
    database = Database(url, Keyring({"bench": b"k" * 32}, b"i" * 32))
    stack.push_async_callback(database.close)
    await upgrade(database)
    async with database.begin() as uow:
        await make_partitions(uow.session, _NOW.date())
    bare = await asyncpg.connect(url) if is_postgresql else None
    if bare is not None:
        stack.push_async_callback(bare.close)
    writer = RowWriter(catalogue := load_catalogue())
    return Place(database, bare, Reading(catalogue), writer, Ingestion(database=database, writer=writer))


async def create_database(url: str) -> None:
    server, _, name = url.rpartition("/")
    for _ in range(100):
        try:
            connection = await asyncpg.connect(f"{server}/postgres")
        except asyncpg.CannotConnectNowError:
            await asyncio.sleep(0.1)
        else:
            await connection.execute(f'CREATE DATABASE "{name}"')
            await connection.close()
            return
    raise RuntimeError("PostgreSQL listens but does not come up")
