"""Rules on the way in: what they add to each measure, whatever the number of patients and the length of the history."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from telemed.acts.telemonitoring.formats.packaged import load_catalogue, load_default_rules, load_pathways
from telemed.acts.telemonitoring.model.arrival import Arrival
from telemed.acts.telemonitoring.model.told import Told
from telemed.acts.telemonitoring.service.ingestion import Ingestion
from telemed.acts.telemonitoring.service.roster import Roster
from telemed.acts.telemonitoring.service.watching import RuleWatcher
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.acts.telemonitoring.tables.rulebook import RuleStatesRow
from telemed.kernel.ids import new_id
from telemed.law.law import Law
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from tests.benchmarks.folder import run_in_folder
from tests.benchmarks.followed import (
    add_follow_ups,
    add_rows,
    add_weights,
    analyse,
    every_day,
    make_weight,
    open_followed,
)
from tests.benchmarks.table import ROUNDS, Table, figure, median, say
from tests.fixtures.postgres import running_server

_BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
_UNTIL = datetime(2026, 12, 1, tzinfo=UTC)
_SERIES = (
    ((100, 1), (100, 10), (100, 100), (100, 1_000)),
    ((1_000, 1), (10_000, 1), (100_000, 1)),
    ((10_000, 100),),
)
"""Patients, and days of history of each; a database for each line, which grows."""

_BATCH = 1_000
_FEW = 100
_ROUNDS = 3 * ROUNDS
_KILOGRAMS = 70_000_000


class _NoAlerts:
    async def record(self, uow: UnitOfWork, told: Sequence[Told]) -> None:
        raise AssertionError("nobody is ill here")


@dataclass(frozen=True)
class Cost:
    """Microseconds of CPU a measure: kept, and what two rules that read it add."""

    kept: float
    rules: float


@dataclass
class Place:
    """One database, with its patients. Each had a measure a day until `days`; the rules have read them all."""

    database: Database
    practice_id: UUID
    watched: Ingestion
    bare: Ingestion
    days: int = 0
    minutes: int = 0
    patients: list[UUID] = field(default_factory=list)

    async def grow(self, patients: int, days: int) -> None:
        """Those who are there live on, in the real way in; new ones are copies of one who lived so many days in it."""
        await self._live(self.patients, self.days, days)
        fresh = await add_follow_ups(self.database, self.practice_id, patients - len(self.patients), _BEGIN)
        if fresh:
            model, others = fresh[0], fresh[1:]
            await self._live([model], 0, days)
            await add_weights(self.database, RowWriter(load_catalogue()), others, every_day(_BEGIN, days))
            await self._remember(model, others)
        self.patients += fresh
        self.days = max(self.days, days)
        await analyse(self.database)

    async def _live(self, patients: Sequence[UUID], first: int, until: int) -> None:
        """One measure a day of each, read in order."""
        at_once = max(1, _BATCH // max(1, len(patients)))
        for start in range(first, until if patients else first, at_once):
            days = every_day(_BEGIN + timedelta(days=start), min(at_once, until - start))
            await self.watched.take([_weight(one, at) for at in days for one in patients])

    async def _remember(self, model: UUID, others: Sequence[UUID]) -> None:
        """What the rules remember of one is what they remember of others whose measures were the same."""
        async with self.database.read() as session:
            row = RuleStatesRow
            states = await session.scalar(select(col(row.states)).where(col(row.follow_up_id) == model))
        assert states
        rows = ({"follow_up_id": one, "states": states, "is_unread": False} for one in others)
        await add_rows(self.database, RuleStatesRow, rows)

    async def costs(self, count: int) -> Cost:
        """A batch of a thousand over `count` patients, from all over the table, others each round."""
        rounds = [await self._round(self._some(count, number)) for number in range(_ROUNDS)]
        return Cost(median([kept for kept, _ in rounds]), median([read - kept for kept, read in rounds]))

    def _some(self, count: int, number: int) -> Sequence[UUID]:
        step = len(self.patients) // count
        return self.patients[number % step :: step][:count]

    async def _round(self, some: Sequence[UUID]) -> tuple[float, float]:
        """Kept alone, and kept and read; the rules have read these patients a moment ago, as those who send always."""
        await self.watched.take(self._batch(some, 1))
        each = _BATCH // len(some)
        return await self._cost(self.bare, self._batch(some, each)), await self._cost(
            self.watched, self._batch(some, each)
        )

    async def _cost(self, way_in: Ingestion, batch: Sequence[Arrival]) -> float:
        gc.collect()
        started = time.process_time()
        await way_in.take(batch)
        return (time.process_time() - started) / len(batch) * 1e6

    def _batch(self, some: Sequence[UUID], each: int) -> list[Arrival]:
        """So many measures of each, a minute apart, after all that came before."""
        first = _BEGIN + timedelta(days=self.days, minutes=self.minutes)
        self.minutes += each
        return [_weight(one, first + timedelta(minutes=minute)) for minute in range(each) for one in some]


def _weight(patient: UUID, at: datetime) -> Arrival:
    return Arrival(patient, patient, new_id(), at, make_weight(at, _KILOGRAMS))


def measure() -> Table:
    """The whole table."""
    rows = run_in_folder("watching", _measure)
    columns = (
        *("database", "patients", "days of history", f"ten of each of {_FEW}: kept, µs", "two rules add, µs"),
        *("to the first", f"one of each of {_BATCH:,}: kept, µs", "two rules add, µs", "to the first"),
    )
    bound = (
        f"CPU of the process that receives, a measure, in batches of {_BATCH:,} whose patients are taken from all over "
        f"the table, others each round, median of {_ROUNDS}. The rules, a limit and a gain over three days, both read "
        "each measure. No HTTP and no decoding. The database's months are partitions, as they are in use."
    )
    return Table("Rules on the way in", columns, tuple(rows), bound)


async def _measure(folder: Path) -> list[tuple[str, ...]]:
    running_server(folder, is_durable=True)
    rows: list[tuple[str, ...]] = []
    for kind in ("postgresql", "sqlite"):
        firsts: dict[int, Cost] = {}
        for number, series in enumerate(_SERIES):
            async with AsyncExitStack() as stack:
                place = await _open(stack, kind, folder, f"watching_{number}")
                for patients, days in series:
                    await place.grow(patients, days)
                    cells = [await _cells(place, count, firsts) for count in (_FEW, _BATCH)]
                    place.days, place.minutes = place.days + 1, 0
                    rows.append((kind, figure(patients), figure(days), *cells[0], *cells[1]))
                    say("watching", rows[-1])
    return rows


async def _cells(place: Place, count: int, firsts: dict[int, Cost]) -> tuple[str, ...]:
    if len(place.patients) < count:
        return ("–",) * 3
    cost = await place.costs(count)
    first = firsts.setdefault(count, cost)
    return figure(cost.kept), figure(cost.rules), f"{cost.rules / first.rules:.2f}"


async def _open(stack: AsyncExitStack, kind: str, folder: Path, name: str) -> Place:
    database, practice_id = await open_followed(stack, kind, folder, name, begin=_BEGIN, until=_UNTIL)
    catalogue = load_catalogue()
    writer = RowWriter(catalogue)
    defaults = load_default_rules(load_pathways(Law.load(), catalogue), catalogue)
    watcher = RuleWatcher(roster=Roster(defaults), alerts=_NoAlerts())
    watched = Ingestion(database=database, writer=writer, watcher=watcher)
    return Place(database, practice_id, watched, Ingestion(database=database, writer=writer))
