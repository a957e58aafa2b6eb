"""Days of a signal summed in the database, against the history that stands, corrections and all."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event

from telemed.acts.telemonitoring.model.days import DaySum
from telemed.acts.telemonitoring.model.observation import ObservationStatus
from telemed.acts.telemonitoring.service.ingestion import Ingestion
from telemed.acts.telemonitoring.store import ObservationStore
from telemed.acts.telemonitoring.store.days import DayStore
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.storage.engine import Database, sync_engine_of
from tests.unit.acts.telemonitoring.making import make_arrival, make_reading

pytestmark = pytest.mark.asyncio
WRITER = RowWriter(make_reading().catalogue)
PAIR = (UUID(int=7), "weight")
SINCE = datetime(2026, 11, 18, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=7)


async def days(database: Database) -> list[DaySum]:
    async with database.read() as session:
        return (await DayStore(session).days([PAIR, (UUID(int=8), "weight")], since=SINCE, until=UNTIL)).get(PAIR, [])


async def test_days_are_those_of_the_measures_that_stand(database: Database) -> None:
    chance = random.Random(5)
    kinds = [ObservationStatus.FINAL] * 4 + [ObservationStatus.AMENDED, ObservationStatus.ENTERED_IN_ERROR]
    batch = [
        make_arrival(chance.randint(60, 90), chance.choice(kinds), device=chance.randint(1, 2), minutes=60 * hour)
        for hour in (chance.randint(-70, 120) for _ in range(120))
    ]
    await Ingestion(database=database, writer=WRITER).take(batch)
    values: dict[date, list[int]] = {}
    async with database.read() as session:
        for kept in await ObservationStore(session, WRITER).history(*_whole(), since=SINCE, until=UNTIL):
            if kept.observation.counts and kept.observation.value is not None:
                values.setdefault(kept.observation.measured_at.date(), []).append(kept.observation.value)
    assert await days(database) == [
        DaySum(day, min(some), max(some), sum(some) // len(some), len(some)) for day, some in sorted(values.items())
    ]


def _whole() -> tuple[UUID, list[str]]:
    return PAIR[0], [PAIR[1]]


async def test_one_statement_reads_all_and_nothing_is_nothing(database: Database) -> None:
    await Ingestion(database=database, writer=WRITER).take([make_arrival(70), make_arrival(72, minutes=5)])
    sent: list[str] = []
    event.listen(sync_engine_of(database), "before_cursor_execute", lambda *args: sent.append(args[2]))
    (only,) = await days(database)
    assert (only.low, only.high, only.mean, only.number) == (70_000_000, 72_000_000, 71_000_000, 2)
    assert len([one for one in sent if "telemonitoring_observations" in one]) == 1
    async with database.read() as session:
        assert await DayStore(session).days([], since=SINCE, until=UNTIL) == {}
