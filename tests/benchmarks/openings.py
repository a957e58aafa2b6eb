"""What one person's change of hours costs, beside how many experts there are: nothing of it should grow."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlmodel import col

from telemed.app import open_database
from telemed.experts.model import Opening
from telemed.experts.service.keeping import keep_openings
from telemed.experts.store import HoursStore
from telemed.experts.store.openings import opening_values, to_opening
from telemed.experts.tables import OpeningRow
from telemed.settings import Environment, Settings
from telemed.storage.engine import Database
from telemed.storage.migrate import upgrade
from tests.benchmarks.table import ROUNDS, Table, figure, median
from tests.hours import make_shift
from tests.rosters import fill_experts

SIZES = (1_000, 10_000)
NOW = datetime(2026, 11, 25, 11, tzinfo=UTC)
_CHANGES = 8


def measure() -> Table:
    """CPU milliseconds of a change of one person, and of writing the same rows bare, at each size (SQLite)."""
    folder = Path(tempfile.mkdtemp(prefix="telemed-bench-"))
    try:
        rows = tuple(asyncio.run(_measure(folder, size)) for size in SIZES)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Table(
        title="A change of hours of one expert",
        columns=("experts", "openings kept", "rows of one person", "change, ms CPU", "its rows bare, ms CPU", "ratio"),
        rows=rows,
        bound="Bound: the same rows deleted and inserted in one transaction, without rules; ours leaves most alone.",
    )


async def _measure(folder: Path, size: int) -> tuple[str, ...]:
    url = f"sqlite:///{folder / f'{size}.db'}"
    database = open_database(Settings(environment=Environment.TEST, data_dir=folder, database_url=url).with_keys())
    await upgrade(database)
    crowd = await fill_experts(database, size, now=NOW)
    people = crowd.professional_ids[:: size // (ROUNDS * _CHANGES)][: ROUNDS * _CHANGES]
    ours, bare = [], []
    for person in people:
        ours.append(await _timed(_change(database, person)))
        bare.append(await _timed(_write(database, person, await _kept(database, person))))
    rows = len(await _kept(database, people[0]))
    await database.close()
    told = figure(median(ours)), figure(median(bare)), f"{median(ours) / median(bare):.2f}"
    return (figure(size), figure(crowd.openings), str(rows), *told)


async def _timed(work: Awaitable[None]) -> float:
    started = time.process_time()
    await work
    return (time.process_time() - started) * 1_000


async def _change(database: Database, person: UUID) -> None:
    """Sundays are added to what the person has."""
    shift = make_shift(person, NOW.date(), start=20 * 60, minutes=60, rule="FREQ=WEEKLY;BYDAY=SU")
    async with database.begin() as uow:
        await HoursStore(uow.session).add_shifts([shift])
        await keep_openings(uow.session, [person], NOW)


async def _write(database: Database, person: UUID, openings: list[Opening]) -> None:
    async with database.begin() as uow:
        await uow.session.execute(delete(OpeningRow).where(col(OpeningRow.professional_id) == person))
        await uow.session.execute(insert(OpeningRow), [opening_values(one) for one in openings])


async def _kept(database: Database, person: UUID) -> list[Opening]:
    async with database.read() as session:
        rows = await session.scalars(select(OpeningRow).where(col(OpeningRow.professional_id) == person))
        return [to_opening(row) for row in rows]
