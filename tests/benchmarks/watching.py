"""Rules on the way in: what they add to each measure, whatever the number of patients and the length of the history."""

from __future__ import annotations

import gc
import shutil
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import uvloop
from sqlalchemy import event, insert, text

from telemed.acts.telemonitoring.formats.packaged import load_catalogue, load_default_rules, load_pathways
from telemed.acts.telemonitoring.model.arrival import Arrival
from telemed.acts.telemonitoring.model.evidence import to_milliseconds
from telemed.acts.telemonitoring.model.observation import Observation
from telemed.acts.telemonitoring.model.told import Told
from telemed.acts.telemonitoring.service.ingestion import Ingestion
from telemed.acts.telemonitoring.service.roster import Roster
from telemed.acts.telemonitoring.service.watching import RuleWatcher
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.acts.telemonitoring.tables.follow_ups import FollowUpRow
from telemed.kernel.caller import SYSTEM
from telemed.kernel.clock import FrozenClock
from telemed.kernel.ids import new_id
from telemed.law.law import Law
from telemed.professionals.service import PracticeService
from telemed.security.keyring import Keyring
from telemed.storage.engine import Database, sync_engine_of
from telemed.storage.migrate import upgrade
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal
from tests.benchmarks.filling import make_database
from tests.benchmarks.table import ROUNDS, Table, figure, median
from tests.fixtures.people import make_practice
from tests.fixtures.postgres import running_server, stop_server

_BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
_SIZES = ((100, 1), (100, 10), (100, 100), (100, 1_000), (1_000, 1), (10_000, 1), (100_000, 1))
"""Patients, and days of history of each."""

_BATCH = 1_000
_LIMITS = {"weight_high": 80_000_000, "weight_gain": 2_000_000}
_FOLLOWED = {
    "pathway": "insuffisance_cardiaque", "state": "active", "owner": "doctor", "due_at": _BEGIN, "wakes_at": _BEGIN,
    "territory": "metropole", "silence_days": 1, "dmn": "", "exploitant": "", "hand_signals": [], "exclusions": [],
    "is_tiers_payant": True, "created_at": _BEGIN, "started_on": date(2023, 12, 1), "months_done": 0, "version": 1,
    "prescribed_until": date(2030, 1, 1), "stays": [],
    "thresholds": [[to_milliseconds(_BEGIN) - 1, _LIMITS]],
}  # fmt: skip


class _NoAlerts:
    async def record(self, uow: UnitOfWork, told: Sequence[Told]) -> None:
        raise AssertionError("nobody is ill here")


@dataclass
class Place:
    """One database, with its patients; `day` counts on, so that each measure comes after those before it."""

    database: Database
    practice_id: UUID
    watched: Ingestion
    bare: Ingestion
    day: int = 0
    patients: list[UUID] = field(default_factory=list)

    async def grow(self, count: int) -> None:
        """So many patients, each of whom the rules have read once."""
        fresh = [new_id() for _ in range(count - len(self.patients))]
        async with self.database.begin() as uow:
            if not self.database.is_sqlite:  # no patient is written: whose he is has no part in the measure
                await uow.session.execute(text("SET LOCAL session_replication_role = replica"))
            for start in range(0, len(fresh), _BATCH):
                rows = [
                    {"id": one, "patient_id": new_id(), "practice_id": self.practice_id, **_FOLLOWED}
                    for one in fresh[start : start + _BATCH]
                ]
                await uow.session.execute(insert(FollowUpRow), rows)
        self.patients += fresh
        await self.live(1, fresh)

    async def live(self, days: int, patients: Sequence[UUID]) -> None:
        """One measure a day of each, read in order."""
        at_once = max(1, _BATCH // len(patients))
        for start in range(0, days, at_once):
            span = range(min(at_once, days - start))
            for some in (patients[at : at + _BATCH] for at in range(0, len(patients), _BATCH)):
                await self.watched.take([self.weight(one, (1 + day) * 1440) for day in span for one in some])
            self.day += len(span)

    def weight(self, patient: UUID, minutes: int) -> Arrival:
        at = _BEGIN + timedelta(days=self.day, minutes=minutes)
        value = 70_000_000 + minutes % 7 * 100_000
        observation = Observation(
            "", "", "http://loinc.org|29463-7", "", at, signal="weight", value=value, raw=f"{value / 1e6} kg"
        )
        return Arrival(patient, patient, new_id(), at, observation)

    async def cost(self, way_in: Ingestion) -> float:
        """Microseconds of CPU a measure, in two batches of a thousand over as many patients as there are."""
        some = self.patients[:_BATCH]
        each = _BATCH // len(some)
        self.day += 1
        batches = [[self.weight(one, half * 720 + n) for one in some for n in range(each)] for half in range(2)]
        gc.collect()
        started = time.process_time()
        for batch in batches:
            await way_in.take(batch)
        return (time.process_time() - started) / (2 * _BATCH) * 1e6


def measure() -> Table:
    """The whole table."""
    folder = Path(tempfile.mkdtemp(prefix="telemed-watching-"))
    folder.chmod(0o755)
    try:
        rows = uvloop.run(_measure(folder))
    finally:
        stop_server(folder)
        shutil.rmtree(folder, ignore_errors=True)
    columns = (
        *(
            "patients",
            "days of history",
            "PostgreSQL: kept (µs)",
            "and read by two rules (µs)",
            "rules : first of its kind",
        ),
        *("SQLite: kept (µs)", "and read by two rules (µs)", "rules : first of its kind"),
    )
    bound = (
        "CPU of the process that receives, a measure, in batches of 1,000: ten of each of 100 patients, or one of each "
        "of 1,000 among all. The rules, a limit and a delta over three days, both read each measure. No HTTP and no "
        "decoding. The ratios are to the first row of as many patients a batch."
    )
    return Table("Rules on the way in", columns, rows, bound)


async def _measure(folder: Path) -> tuple[tuple[str, ...], ...]:
    async with AsyncExitStack() as stack:
        running_server(folder, is_durable=True)
        places = [await _open(stack, kind, folder) for kind in ("postgresql", "sqlite")]
        gc.freeze()
        found = [[await _costs(place, *size) for size in _SIZES] for place in places]
        gc.unfreeze()
    rows = []
    for number, (patients, days) in enumerate(_SIZES):
        cells = [f"{patients:,}", f"{days:,}"]
        for costs in found:
            first = next(at for at, size in enumerate(_SIZES) if min(size[0], _BATCH) == min(patients, _BATCH))
            (kept, read), (first_kept, first_read) = costs[number], costs[first]
            cells += [figure(kept), figure(read), f"{(read - kept) / (first_read - first_kept):.2f}"]
        rows.append(tuple(cells))
    return tuple(rows)


async def _costs(place: Place, patients: int, days: int) -> tuple[float, float]:
    """Kept alone, and kept and read, by turns."""
    if len(place.patients) < patients:
        await place.grow(patients)
    if days > 1:
        await place.live(days - place.day, place.patients)
    kept, read = [], []
    for _ in range(ROUNDS):
        kept.append(await place.cost(place.bare))
        read.append(await place.cost(place.watched))
    return median(kept), median(read)


def _trust(connection: Any, _record: Any) -> None:
    """No patient is written there either."""
    connection.cursor().execute("PRAGMA foreign_keys=OFF")


async def _open(stack: AsyncExitStack, kind: str, folder: Path) -> Place:
    url = await make_database(kind, folder, "watching")
    database = Database(url, Keyring({"bench": b"k" * 32}, b"i" * 32))
    stack.push_async_callback(database.close)
    await upgrade(database)
    practice, journal = make_practice(), Journal(clock=FrozenClock(_BEGIN))
    await PracticeService(database=database, journal=journal).create(SYSTEM, practice)
    if database.is_sqlite:
        event.listen(sync_engine_of(database), "connect", _trust)
        await database.engine.dispose()
    catalogue = load_catalogue()
    defaults = load_default_rules(load_pathways(Law.load(), catalogue), catalogue)
    watcher, writer = RuleWatcher(roster=Roster(defaults), alerts=_NoAlerts()), RowWriter(catalogue)
    watched = Ingestion(database=database, writer=writer, watcher=watcher)
    return Place(database, practice.id, watched, Ingestion(database=database, writer=writer))
