"""Databases full of people followed at home, filled by the driver: their follow-ups are there, who they are is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import event, text
from sqlmodel import SQLModel

from telemed.acts.telemonitoring.model.arrival import Kept
from telemed.acts.telemonitoring.model.evidence import to_milliseconds
from telemed.acts.telemonitoring.model.observation import Observation
from telemed.acts.telemonitoring.store import make_partitions
from telemed.acts.telemonitoring.store.adding import add_rows as keep_rows
from telemed.acts.telemonitoring.store.rows import COLUMNS, RowWriter
from telemed.acts.telemonitoring.tables.follow_ups import FollowUpRow
from telemed.kernel.caller import SYSTEM
from telemed.kernel.clock import FrozenClock
from telemed.kernel.ids import new_id
from telemed.kernel.period import add_months
from telemed.professionals.service import PracticeService
from telemed.security.keyring import Keyring
from telemed.storage.engine import Database, sync_engine_of
from telemed.storage.migrate import upgrade
from telemed.trace.service import Journal
from tests.benchmarks.filling import make_database
from tests.fixtures.people import make_practice

PATHWAY = "insuffisance_cardiaque"
_WEIGHT = "http://loinc.org|29463-7"
_LIMITS = {"weight_high": 80_000_000, "weight_gain": 2_000_000}
_A_GO = 10_000


async def open_followed(
    stack: AsyncExitStack, kind: str, folder: Path, name: str, *, begin: datetime, until: datetime
) -> tuple[Database, UUID]:
    """A database with one practice, its months of measures made from `begin` to `until`; and the practice."""
    database = Database(await make_database(kind, folder, name), Keyring({"bench": b"k" * 32}, b"i" * 32))
    stack.push_async_callback(database.close)
    await upgrade(database)
    practice = make_practice()
    await PracticeService(database=database, journal=Journal(clock=FrozenClock(begin))).create(SYSTEM, practice)
    month = begin.date()
    while month <= until.date():
        async with database.begin() as uow:
            await make_partitions(uow.session, month)
        month = add_months(month, 3)
    if database.is_sqlite:
        event.listen(sync_engine_of(database), "connect", _trust)
        await database.engine.dispose()
    return database, practice.id


def _trust(connection: Any, _record: Any) -> None:
    """No patient is written: whose a follow-up is has no part in what is measured."""
    connection.cursor().execute("PRAGMA foreign_keys=OFF")


async def add_follow_ups(database: Database, practice_id: UUID, count: int, begin: datetime) -> list[UUID]:
    """So many people followed since `begin`, with a limit and a gain of weight to watch; gives their follow-ups."""
    same = {
        "practice_id": practice_id, "pathway": PATHWAY, "state": "active", "owner": "doctor",
        "due_at": begin, "wakes_at": begin, "territory": "metropole", "silence_days": 3, "dmn": "", "exploitant": "",
        "hand_signals": [], "exclusions": [], "is_tiers_payant": True, "created_at": begin,
        "started_on": begin.date(), "prescribed_until": date(2030, 1, 1), "months_done": 0, "stays": [],
        "thresholds": [[to_milliseconds(begin) - 1, _LIMITS]], "version": 1,
    }  # fmt: skip
    ids = [new_id() for _ in range(count)]
    await add_rows(database, FollowUpRow, ({"id": one, "patient_id": new_id(), **same} for one in ids))
    return ids


async def add_rows(database: Database, table: type[SQLModel], rows: Iterable[dict[str, Any]]) -> None:
    """Rows as they are, by the thousand; PostgreSQL checks no reference."""
    left = iter(rows)
    async with database.begin() as uow:
        if not database.is_sqlite:
            await uow.session.execute(text("SET LOCAL session_replication_role = replica"))
        while some := list(islice(left, _A_GO)):
            await uow.session.execute(table.metadata.tables[str(table.__tablename__)].insert(), some)


async def add_weights(
    database: Database, writer: RowWriter, patients: Sequence[UUID], instants: Sequence[datetime]
) -> None:
    """A weight of each at each instant, as it is kept: COPY on PostgreSQL."""
    rows = (writer.values(_kept(one, at)) for at in instants for one in patients)
    await _copy(database, rows)


def _kept(patient: UUID, at: datetime) -> Kept:
    return Kept(patient, patient, new_id(), at, 0, make_weight(at, 70_000_000))


def make_weight(at: datetime, value: int) -> Observation:
    """What a scale said, in millionths of a kilogram. The device bears the id of the follow-up."""
    return Observation("", "", _WEIGHT, "", at, signal="weight", value=value, raw=f"{value / 1e6} kg")


async def _copy(database: Database, rows: Iterator[tuple[Any, ...]]) -> None:
    async with database.begin() as uow:
        connection = await uow.session.connection()
        if database.is_sqlite:
            while some := list(islice(rows, _A_GO)):
                await keep_rows(uow.session, some)
            return
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.copy_records_to_table("telemonitoring_observations", records=rows, columns=list(COLUMNS))


def every_day(begin: datetime, days: int) -> list[datetime]:
    """The same hour of so many days."""
    return [begin + timedelta(days=day) for day in range(days)]


async def analyse(database: Database) -> None:
    """What the planner knows of what was filled, as it would by itself after a while."""
    async with database.begin() as uow:
        await uow.session.execute(text("ANALYZE"))
