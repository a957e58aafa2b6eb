"""What a picture is made of, read from the database: what stands, and figures by civil day."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from telemed.acts.telemonitoring.model.arrival import Arrival
from telemed.acts.telemonitoring.model.curve import DayFigures, Window
from telemed.acts.telemonitoring.model.observation import ObservationStatus, Quarantine
from telemed.acts.telemonitoring.service.ingestion import Ingestion
from telemed.acts.telemonitoring.store.curves import CurveStore
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.kernel.clock import Territory
from telemed.storage.engine import Database
from tests.unit.acts.telemonitoring.making import make_arrival, make_reading

pytestmark = pytest.mark.asyncio
FOLLOW_UP = UUID(int=7)
AMENDED, TAKEN_BACK = ObservationStatus.AMENDED, ObservationStatus.ENTERED_IN_ERROR


def at(instant: datetime, kilograms: float, status: ObservationStatus = ObservationStatus.FINAL) -> Arrival:
    made = make_arrival(kilograms, status)
    return replace(made, observation=replace(made.observation, measured_at=instant))


async def keep(database: Database, *arrivals: Arrival) -> None:
    ingestion = Ingestion(database=database, writer=RowWriter(make_reading().catalogue))
    for arrival in arrivals:
        await ingestion.take([arrival])


@pytest.mark.parametrize("last_day", [date(2026, 10, 28), date(2026, 3, 31)])
async def test_days_are_civil_days_through_both_changes_of_the_clock(database: Database, last_day: date) -> None:
    """Every hour of seven days, one of 25 and one of 23: each is summed with the day on the wall of the patient."""
    window = Window(last_day, 7, Territory.METROPOLE)
    hours = [
        window.start + timedelta(minutes=30 + 60 * n)
        for n in range(int((window.end - window.start).total_seconds()) // 3600)
    ]
    chance = random.Random(3)
    made = [at(hour, chance.randrange(600, 900) / 10) for hour in hours]
    outside = [at(window.start - timedelta(seconds=1), 99), at(window.end, 99)]
    ingestion = Ingestion(database=database, writer=RowWriter(make_reading().catalogue))
    await ingestion.take([*made, *outside])
    async with database.read() as session:
        found = (await CurveStore(session).days([(FOLLOW_UP, "weight")], window))[(FOLLOW_UP, "weight")]
    expected = []
    for day in window.civil_days:
        values = [one.observation.value or 0 for one in made if window.day_of(one.observation.measured_at) == day]
        expected.append(DayFigures(day, len(values), min(values), max(values), sum(values)))
    assert found == expected
    assert {one.count for one in found} == {24, 25 if last_day.month == 10 else 23}


async def test_what_is_corrected_taken_back_or_set_aside_is_not_summed(database: Database) -> None:
    morning = datetime(2026, 11, 20, 8, tzinfo=UTC)
    wild = at(morning + timedelta(minutes=3), 500)
    wild = replace(wild, observation=replace(wild.observation, quarantine=Quarantine.IMPLAUSIBLE, raw="1102 [lb_av]"))
    await keep(
        database,
        at(morning, 170),
        at(morning, 70, AMENDED),
        at(morning, 88),
        at(morning + timedelta(minutes=1), 71),
        at(morning + timedelta(minutes=2), 72),
        at(morning + timedelta(minutes=2), 72, TAKEN_BACK),
        wild,
    )
    window, pair = Window(date(2026, 11, 20), 1, Territory.METROPOLE), (FOLLOW_UP, "weight")
    other = (UUID(int=8), "weight")
    async with database.read() as session:
        store = CurveStore(session)
        assert await store.days([pair], window) == await store.days([pair, other], window)
        assert (await store.days([pair], window))[pair] == [
            DayFigures(date(2026, 11, 20), 2, 70_000_000, 71_000_000, 141_000_000)
        ]
        measures = await store.measures(FOLLOW_UP, ["weight"], window, most=10)
        cut = await store.measures(FOLLOW_UP, ["weight"], window, most=2)
        (mean,) = (await store.stretches(FOLLOW_UP, ["weight"], window, seconds=3600)).points["weight"]
    assert [(one.value, one.is_corrected) for one in measures.points["weight"]] == [
        (70_000_000, True),
        (71_000_000, False),
    ]
    assert [(one.why, one.said) for one in measures.asides] == [
        (Quarantine.CONFLICT, "88 kg"),
        (Quarantine.IMPLAUSIBLE, "1102 [lb_av]"),
    ]
    assert cut.is_cut
    assert not cut.points
    assert (mean.at, mean.value, mean.low, mean.high, mean.count) == (
        datetime(2026, 11, 20, 8, 30, tzinfo=UTC), 70_500_000, 70_000_000, 71_000_000, 2,
    )  # fmt: skip
