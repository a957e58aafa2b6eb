"""The sweep of silence: what looking at a follow-up costs, among a thousand and among a hundred thousand."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import event, update
from sqlmodel import col

from telemed.acts.telemonitoring.formats.packaged import load_catalogue, load_pathways
from telemed.acts.telemonitoring.model.told import Told
from telemed.acts.telemonitoring.service.silence import SilenceWatch
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.acts.telemonitoring.tables.rulebook import SilenceCheckRow
from telemed.kernel.clock import FrozenClock
from telemed.law.law import Law
from telemed.storage.engine import Database, sync_engine_of
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal
from tests.benchmarks.folder import run_in_folder
from tests.benchmarks.followed import add_follow_ups, add_rows, add_weights, analyse, every_day, open_followed
from tests.benchmarks.table import ROUNDS, Table, figure, median, say
from tests.fixtures.postgres import running_server

SIZES = (1_000, 10_000, 100_000)
_NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
_BEGIN = _NOW - timedelta(days=30)
_DAYS = 7
"""Of measures of those who send; a tenth of all have sent nothing since `_BEGIN`."""

_LOOKED_AT = 800
_SILENT = 10


class _Counted:
    """An alert book that only counts what it is told: alerts have a table of their own."""

    def __init__(self) -> None:
        self.count = 0

    async def record(self, uow: UnitOfWork, told: Sequence[Told]) -> None:
        self.count += len(told)


@dataclass(frozen=True)
class Cost:
    """Of looking at one follow-up: microseconds of CPU and of the wall clock, statements."""

    cpu: float
    wall: float
    statements: float


@dataclass
class Place:
    """One database, its follow-ups, and the sweep."""

    database: Database
    heard: list[UUID]
    silent: list[UUID]
    watch: SilenceWatch
    told: _Counted
    statements: int = 0

    def count(self, *_: object) -> None:
        self.statements += 1

    async def sweep(self, expected: int) -> Cost:
        """Look at whoever is due."""
        gc.collect()
        before, cpu, wall = self.statements, time.process_time(), time.perf_counter()
        done = await self.watch.sweep()
        took = (time.process_time() - cpu) / done * 1e6, (time.perf_counter() - wall) / done * 1e6
        assert done == expected, (done, expected)
        return Cost(*took, (self.statements - before) / done)

    async def again(self, among: Sequence[UUID], number: int) -> Cost:
        """Some of these, from all over the table, are due once more."""
        wanted = min(_LOOKED_AT, len(among))
        some = among[number % (len(among) // wanted) :: len(among) // wanted][:wanted]
        async with self.database.begin() as uow:
            row = SilenceCheckRow
            await uow.session.execute(update(row).where(col(row.follow_up_id).in_(some)).values(check_at=_NOW))
        return await self.sweep(len(some))


def measure() -> Table:
    """The whole table."""
    rows = run_in_folder("silences", _measure)
    columns = (
        *("database", "follow-ups", "all of them once, s", "µs each (CPU)", "statements each"),
        *("who sends, µs (CPU)", "statements", "to the first", "who is silent, µs (CPU)", "statements", "to the first"),
    )
    bound = (
        f"A tenth are silent. All of them once: each is due, the silent are told of. Then {_LOOKED_AT} of those who "
        f"send, or of those whose gap lasts, are due among all, median of {ROUNDS} rounds. 200 a transaction, which is "
        "durable. What people are told of is counted and not kept: alerts have tables of their own."
    )
    return Table("The sweep of silence", columns, tuple(rows), bound)


async def _measure(folder: Path) -> list[tuple[str, ...]]:
    running_server(folder, is_durable=True)
    rows: list[tuple[str, ...]] = []
    for kind in ("postgresql", "sqlite"):
        first: tuple[Cost, Cost] | None = None
        for size in SIZES:
            async with AsyncExitStack() as stack:
                place = await _open(stack, kind, folder, size)
                whole = await place.sweep(size)
                assert place.told.count == len(place.silent), "each silence is told of once"
                costs = await _median(place, place.heard), await _median(place, place.silent)
            first = first or costs
            cells = [_cells(cost, former) for cost, former in zip(costs, first, strict=True)]
            told = figure(whole.wall * size / 1e6), figure(whole.cpu), figure(whole.statements)
            rows.append((kind, figure(size), *told, *cells[0], *cells[1]))
            say("silences", rows[-1])
    return rows


def _cells(cost: Cost, first: Cost) -> tuple[str, ...]:
    return figure(cost.cpu), figure(cost.statements), f"{cost.cpu / first.cpu:.2f}"


async def _median(place: Place, among: Sequence[UUID]) -> Cost:
    rounds = [await place.again(among, number) for number in range(ROUNDS + 1)][1:]  # the first warms
    return Cost(*(median([getattr(one, name) for one in rounds]) for name in ("cpu", "wall", "statements")))


async def _open(stack: AsyncExitStack, kind: str, folder: Path, size: int) -> Place:
    database, practice_id = await open_followed(stack, kind, folder, f"silence_{size}", begin=_BEGIN, until=_NOW)
    everybody = await add_follow_ups(database, practice_id, size, _BEGIN)
    silent = everybody[::_SILENT]
    heard = sorted(set(everybody) - set(silent))
    catalogue, clock, told = load_catalogue(), FrozenClock(_NOW), _Counted()
    await add_weights(database, RowWriter(catalogue), heard, every_day(_NOW - timedelta(days=_DAYS), _DAYS))
    await add_rows(database, SilenceCheckRow, ({"follow_up_id": one, "check_at": _NOW} for one in everybody))
    await analyse(database)
    pathways = load_pathways(Law.load(), catalogue)
    watch = SilenceWatch(database=database, clock=clock, journal=Journal(clock=clock), pathways=pathways, alerts=told)
    place = Place(database, heard, silent, watch, told)
    event.listen(sync_engine_of(database), "before_cursor_execute", place.count)
    return place
