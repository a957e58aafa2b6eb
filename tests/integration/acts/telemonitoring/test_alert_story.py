"""From a measure that comes in to an alert that a person closes, whole: ingestion, rules, silence, board."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from telemed.acts.telemonitoring.model.alert import AlertOutcome, AlertState
from telemed.acts.telemonitoring.model.arrival import Taken
from telemed.acts.telemonitoring.model.board import AlertFilter, View
from telemed.acts.telemonitoring.model.told import SILENCE
from telemed.acts.telemonitoring.model.triage import Alert, AlertEvent
from telemed.acts.telemonitoring.tables.alerts import AlertEventRow, AlertRow
from telemed.acts.telemonitoring.tables.rulebook import FindingRow
from telemed.app import Services, build_services
from telemed.kernel.clock import FrozenClock
from telemed.law.calendar import CalendarZone
from telemed.patients.model import Patient
from tests.fixtures.people import People
from tests.integration.acts.telemonitoring.enrolled import make_follow_up, make_limit
from tests.integration.acts.telemonitoring.watched import make_measure

pytestmark = pytest.mark.asyncio
DAY = timedelta(days=1)


async def board(services: Services, people: People, view: View = View.OPEN) -> list[Alert]:
    page = await services.telemonitoring.triage.lists.page(people.nurse, AlertFilter(view))
    return [line.alert for line in page.lines]


async def life(services: Services, people: People, alert: Alert) -> list[AlertEvent]:
    return list((await services.telemonitoring.triage.lists.get(people.nurse, alert.id)).events)


async def test_a_weight_beyond_its_limit_is_one_alert_from_the_measure_to_the_close(
    services: Services, people: People, patient: Patient, clock: FrozenClock
) -> None:
    follow_up = await make_follow_up(services, people.doctor, patient, limits=[make_limit(80_000_000)])
    telemonitoring = services.telemonitoring
    for kilograms in (79, 81, 82, 83):
        clock.advance(DAY)
        measure = make_measure(follow_up, clock.now(), kilograms, received=clock.now())
        assert await telemonitoring.ingestion.take([measure]) == [Taken.NEW]
    (alert,) = await board(services, people)
    assert (alert.cause, alert.repeats, alert.state) == ("weight_high", 2, AlertState.NEW)
    assert alert.evidence == (("weight", 83_000_000, 80_000_000),)
    values = [event.details["evidence"] for event in await life(services, people, alert)]
    assert values == [[["weight", kilograms * 1_000_000, 80_000_000]] for kilograms in (81, 82, 83)]
    clock.advance(DAY)
    await telemonitoring.ingestion.take([make_measure(follow_up, clock.now(), 79, received=clock.now())])
    (back,) = await board(services, people)
    assert (back.id, back.ended_at) == (alert.id, clock.now())
    work = telemonitoring.triage.work
    await work.take(people.nurse, alert.id)
    await work.interpret(people.doctor, alert.id, "Rétention hydrique, résolue.")
    await work.decide(people.doctor, alert.id, "Rien de plus.")
    await work.close(people.nurse, alert.id, AlertOutcome.ACTIONABLE, "Patient prévenu.")
    assert await board(services, people) == []
    clock.advance(DAY)
    await telemonitoring.ingestion.take([make_measure(follow_up, clock.now(), 84, received=clock.now())])
    (again,) = await board(services, people)
    assert (again.former_id, again.ordinal, again.repeats) == (alert.id, 2, 0)


async def test_a_mute_is_lifted_by_a_worse_value_though_the_patient_was_never_well_between(
    services: Services, people: People, patient: Patient, clock: FrozenClock
) -> None:
    follow_up = await make_follow_up(services, people.doctor, patient, limits=[make_limit(80_000_000)])
    triage = services.telemonitoring.triage

    async def weigh(*kilograms: float) -> list[tuple[int, int]]:
        for one in kilograms:
            clock.advance(timedelta(minutes=5))
            await services.telemonitoring.ingestion.take(
                [make_measure(follow_up, clock.now(), one, received=clock.now())]
            )
        return [(alert.ordinal, alert.repeats) for alert in await board(services, people)]

    assert await weigh(70, 85) == [(1, 0)]
    (alert,) = await board(services, people)
    until = clock.now() + 2 * DAY
    mute = await triage.mutes.mute(people.nurse, alert.id, until=until, tolerance=2_000_000, reason="Connu.")
    assert await weigh(87) == [(1, 0)]
    await triage.work.take(people.nurse, alert.id)
    await triage.work.filter(people.nurse, alert.id, AlertOutcome.TECHNICAL, "Connu.")
    assert await weigh(86, 87) == []
    burst = [make_measure(follow_up, clock.now() + timedelta(minutes=n), kg) for n, kg in enumerate((87.1, 88, 86), 1)]
    clock.advance(timedelta(minutes=5))
    await services.telemonitoring.ingestion.take(burst)
    (again,) = await board(services, people)
    assert again.evidence == (("weight", 87_100_000, 80_000_000),), "though a milder value ends what came together"
    assert await weigh(89) == [(2, 0)]
    (kept,) = await triage.mutes.page(people.nurse, follow_up.id, before=None, limit=5)
    assert (kept.id, kept.lifted_by, kept.lifted_at is not None) == (mute.id, None, True)


async def test_a_holiday_of_alsace_is_no_day_of_a_team_that_says_so(
    services: Services, people: People, patient: Patient, clock: FrozenClock
) -> None:
    follow_up = await make_follow_up(services, people.doctor, patient, limits=[make_limit(80_000_000)])
    every_day = {day: ((time(9), time(18)),) for day in range(7)}
    await services.telemonitoring.care.practices.set_hours(people.nurse, every_day, CalendarZone.ALSACE_MOSELLE)
    clock.move_to(datetime(2026, 12, 26, 10, tzinfo=UTC))
    await services.telemonitoring.ingestion.take([make_measure(follow_up, clock.now(), 90, received=clock.now())])
    (alert,) = await board(services, people)
    assert (alert.state, alert.queued_until) == (AlertState.QUEUED, datetime(2026, 12, 27, 8, tzinfo=UTC))


async def test_nothing_that_comes_is_an_alert_too(
    services: Services, people: People, patient: Patient, clock: FrozenClock
) -> None:
    follow_up = await make_follow_up(services, people.doctor, patient)
    await services.telemonitoring.ingestion.take([make_measure(follow_up, clock.now(), 70)])
    clock.advance(3 * DAY)
    for _ in range(2):
        await services.telemonitoring.watching.silence.adopt()
        await services.telemonitoring.watching.silence.run()
    (alert,) = await board(services, people)
    assert (alert.cause, alert.is_silence, alert.pathway) == (SILENCE, True, follow_up.plan.pathway)
    assert alert.rule_version_id is None


async def test_two_processes_in_a_flood_make_one_alert_and_tell_each_finding_once(
    services: Services, people: People, patient: Patient, clock: FrozenClock
) -> None:
    """The same measures by two ways, in small batches, while people take and release."""
    follow_up = await make_follow_up(services, people.doctor, patient, limits=[make_limit(80_000_000)])
    other = build_services(services.settings, clock=clock, database=services.database)
    begin = clock.now()
    clock.advance(20 * DAY)
    measures = [
        make_measure(follow_up, begin + number * timedelta(hours=5), 85 if number % 7 else 70) for number in range(90)
    ]

    async def send(process: Services, step: int) -> None:
        for start in range(0, len(measures), step):
            await process.telemonitoring.ingestion.take(measures[start : start + step])

    async def meddle() -> None:
        for _ in range(10):
            for alert in await board(services, people):
                grasped = await services.telemonitoring.triage.work.take_many(people.nurse, [alert.id])
                if grasped[alert.id] == "taken":
                    await services.telemonitoring.triage.work.release(people.nurse, alert.id)

    await asyncio.gather(send(services, 3), send(other, 7), meddle())
    async with services.database.read() as session:
        alerts = list(await session.scalars(select(AlertRow)))
        events = list(await session.scalars(select(AlertEventRow)))
        findings = Counter(row.kind for row in await session.scalars(select(FindingRow)))
    assert len(alerts) == 1
    told = Counter(event.kind for event in events)
    assert told["fired"] == 1
    assert told["fired"] + told["repeat"] == findings["fired"] + findings["repeated"]
    assert told["ended"] == findings["ended"]
    assert sorted(event.position for event in events) == list(range(1, alerts[0].version + 1))
