"""Old observations go by whole months, twenty years after the last contact, and never a day before (R-53)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from telemed.acts.telemonitoring.jobs import PartitionJob
from telemed.acts.telemonitoring.model.arrival import Arrival
from telemed.acts.telemonitoring.model.care import EndReason
from telemed.acts.telemonitoring.model.observation import Observation
from telemed.acts.telemonitoring.rules.retention import RecordFacts, may_erase
from telemed.app import Services
from telemed.kernel.clock import FrozenClock
from telemed.kernel.ids import new_id
from telemed.patients.model import DeathSource, Patient, parse_birth_date
from telemed.trace.store import TraceStore
from tests.fixtures.people import People
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.the_law import LAW

NEXT_DAY = datetime(2046, 11, 26, 12, tzinfo=UTC)
"""The day after the twenty years that follow 25 November 2026."""


@pytest.mark.parametrize(
    ("last_contact_on", "born", "today", "expected"),
    [
        ("2026-11-25", "1955-03-12", "2046-11-25", False),
        ("2026-11-25", "1955-03-12", "2046-11-26", True),
        ("2024-02-29", "1955-03-12", "2044-02-29", False),
        ("2024-02-29", "1955-03-12", "2044-03-01", True),
        ("2026-11-25", "2020-03-12", "2048-03-11", False),
        ("2026-11-25", "2020-03-12", "2048-03-12", True),
        ("2026-11-25", "2020", "2048-12-30", False),
    ],
)
def test_a_record_is_kept_to_the_last_day_of_its_term(
    last_contact_on: str, born: str, today: str, expected: bool
) -> None:
    facts = RecordFacts(date.fromisoformat(last_contact_on), parse_birth_date(born), is_followed=False)
    law = LAW.on(date.fromisoformat(today))
    assert may_erase(facts, law) is expected
    assert not may_erase(RecordFacts(facts.last_contact_on, facts.birth_date, is_followed=True), law)


@pytest.mark.parametrize(
    ("last_contact_on", "died_on", "today", "expected"),
    [
        ("2026-11-25", "2026-11-20", "2036-11-25", False),
        ("2026-11-25", "2026-11-20", "2036-11-26", True),
        ("2020-05-02", "2026-11-20", "2036-11-20", False),
        ("2020-05-02", "2026-11-20", "2036-11-21", True),
        ("2016-11-20", "2026-11-20", "2036-11-20", False),
        ("2016-11-20", "2026-11-20", "2036-11-21", True),
        ("2016-11-21", "2026-11-20", "2036-11-21", True),
        ("2015-01-01", "2026-11-20", "2035-01-02", True),
        ("2026-02-28", "2024-02-29", "2036-02-28", False),
        ("2024-02-29", "2024-02-29", "2034-03-01", False),
        ("2024-02-29", "2024-02-29", "2034-03-02", True),
    ],
)
def test_who_died_within_ten_years_of_the_last_contact_has_ten_years_of_his_own(
    last_contact_on: str, died_on: str, today: str, expected: bool
) -> None:
    born, law = parse_birth_date("1955-03-12"), LAW.on(date.fromisoformat(today))
    died = date.fromisoformat(died_on)
    facts = RecordFacts(date.fromisoformat(last_contact_on), born, is_followed=False, died_on=died)
    assert may_erase(facts, law) is expected
    assert not may_erase(RecordFacts(facts.last_contact_on, born, is_followed=True, died_on=died), law)
    if died < date(2026, 11, 20) or facts.last_contact_on > date(2016, 11, 20):
        child = RecordFacts(facts.last_contact_on, parse_birth_date("2016"), is_followed=False, died_on=died)
        assert may_erase(child, law) is expected


async def measured(services: Services, people: People, patient: Patient, clock: FrozenClock) -> None:
    """A follow-up of one day that ended, with measures of November, and older ones that were imported."""
    await PartitionJob(database=services.database, clock=clock).run()
    follow_up = await make_follow_up(services, people.doctor, patient)
    device, months = new_id(), (clock.now(), clock.now() - timedelta(days=40), clock.now() - timedelta(days=400))
    for at in months:
        seen = Observation("", "", "http://loinc.org|29463-7", "", at, signal="weight", value=70_000_000)
        await services.telemonitoring.ingestion.take([Arrival(follow_up.id, device, new_id(), at, seen)])
    await services.telemonitoring.follow_ups.stop(
        people.doctor, follow_up.id, end_reason=EndReason.GOAL_REACHED, reason=""
    )


async def left(services: Services) -> int:
    async with services.database.read() as session:
        return int(await session.scalar(text("SELECT count(*) FROM telemonitoring_observations")) or 0)


@pytest.mark.asyncio
async def test_a_month_goes_when_its_last_record_may_and_leaves_a_mention(
    services: Services, people: People, patient: Patient, clock: FrozenClock
) -> None:
    retention = services.telemonitoring.care.retention
    await measured(services, people, patient, clock)
    clock.move_to(NEXT_DAY - timedelta(days=1))
    assert (await retention.erase_old(), await left(services)) == (0, 3)
    clock.move_to(NEXT_DAY)
    assert (await retention.erase_old(), await left(services)) == (1, 1)
    clock.advance(timedelta(days=6))
    assert (await retention.erase_old(), await left(services)) == (1, 0)
    assert await retention.erase_old() == 0
    async with services.database.read() as session:
        mentions = [one.note for one in await TraceStore(session).page(before=None, limit=2)]
    assert [(one.action, one.resource, one.details["rows"]) for one in mentions] == [
        ("telemonitoring.erase", "observations:2026-11", 1),
        ("telemonitoring.erase", "observations:avant 2026-11", 2),
    ]
    assert (await services.trace.verify()).is_intact
    await measured(services, people, patient, clock)
    with pytest.raises(DBAPIError):
        async with services.database.begin() as uow:
            await uow.session.execute(text("DELETE FROM telemonitoring_observations"))


@pytest.mark.asyncio
async def test_somebody_who_opened_the_file_since_keeps_it_for_another_twenty_years(
    services: Services, people: People, patient: Patient, clock: FrozenClock
) -> None:
    await measured(services, people, patient, clock)
    clock.advance(timedelta(days=5 * 365))
    await services.patients.get(people.doctor, patient.id)
    clock.move_to(NEXT_DAY + timedelta(days=30))
    assert (await services.telemonitoring.care.retention.erase_old(), await left(services)) == (0, 3)


@pytest.mark.asyncio
async def test_a_recorded_death_lets_the_measures_go_ten_years_after_and_its_correction_keeps_them(
    services: Services, people: People, patient: Patient, clock: FrozenClock
) -> None:
    retention = services.telemonitoring.care.retention
    await measured(services, people, patient, clock)
    today = clock.now().date()
    await services.deaths.record(people.doctor, patient.id, died_on=today, source=DeathSource.CERTIFICATE)
    clock.move_to(datetime(2036, 12, 1, 12, tzinfo=UTC))
    await services.deaths.take_back(people.doctor, patient.id, reason="Homonyme")
    assert (await retention.erase_old(), await left(services)) == (0, 3)
    await services.deaths.record(people.doctor, patient.id, died_on=today, source=DeathSource.CERTIFICATE)
    assert (await retention.erase_old(), await left(services)) == (0, 3)
    clock.move_to(datetime(2046, 12, 1, 12, tzinfo=UTC))
    assert (await retention.erase_old(), await left(services)) == (0, 3)
    clock.move_to(datetime(2046, 12, 2, 12, tzinfo=UTC))
    assert await retention.erase_old() > 0
    assert await left(services) == 0
