"""The sheet of a follow-up: what came, what was awaited, and all that was written around it, on one axis."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace
from sqlalchemy import event

from telemed.acts.telemonitoring.model.care import EducationTopic, FollowUp
from telemed.acts.telemonitoring.model.curve import EventKind, Span
from telemed.acts.telemonitoring.rules.limits import find_in_force
from telemed.app import Services
from telemed.kernel.clock import FrozenClock
from telemed.kernel.errors import Forbidden, NotFound
from telemed.patients.model import Patient
from tests.fixtures.people import People
from tests.integration.acts.telemonitoring.enrolled import make_follow_up, make_limit
from tests.unit.acts.telemonitoring.making import make_arrival

pytestmark = pytest.mark.asyncio
GAIN = make_limit(2_000_000, name="weight_gain")


async def weigh(services: Services, follow_up: FollowUp, kilograms: float) -> None:
    """Now, on the patient's own scale."""
    now, made = services.clock.now(), make_arrival(kilograms)
    observation = replace(made.observation, measured_at=now)
    await services.telemonitoring.ingestion.take(
        [replace(made, follow_up_id=follow_up.id, device_id=UUID(int=9), received_at=now, observation=observation)]
    )


async def test_a_week_holds_its_measures_limits_gaps_alerts_and_events(
    services: Services, people: People, patient: Patient, clock: FrozenClock
) -> None:
    follow_up = await make_follow_up(services, people.doctor, patient, limits=[make_limit(80_000_000), GAIN])
    started = clock.now()
    for kilograms in (79.0, 79.4, None, 80.6, 81.2):
        clock.advance(timedelta(days=1))
        if kilograms:
            await weigh(services, follow_up, kilograms)
    care = services.telemonitoring.care
    await care.education.log(
        people.nurse, follow_up.id, held_on=clock.now().date(), minutes=30, topics=[EducationTopic.DIET], note="Sel"
    )
    await care.thresholds.set(people.doctor, follow_up.id, [make_limit(82_000_000)], reason="Nouveau poids de forme")
    sheets = services.telemonitoring.sheets.sheets
    sheet = await sheets.get(people.nurse, follow_up.id, Span.WEEK)
    chart = sheet.drawn.chart
    (weight,) = chart.series
    assert [point.value for point in weight.points] == [79_000_000, 79_400_000, 80_600_000, 81_200_000]
    assert [(gap.duration.days, gap.contains(started + timedelta(days=3))) for gap in weight.gaps] == [(1, True)]
    assert [(limit.value, limit.held.start, limit.is_high) for limit in weight.limits] == [
        (80_000_000, started, True),
        (82_000_000, clock.now(), True),
    ]
    assert [mark.signals for mark in chart.alerts] == [frozenset({"weight"})] * len(chart.alerts)
    assert "Poids au-dessus du seuil" in {mark.label for mark in chart.alerts}
    kinds = [one.kind for one in chart.events]
    assert kinds.count(EventKind.THRESHOLD) == 2
    assert {EventKind.START, EventKind.EDUCATION} < set(kinds)
    assert sheet.people[people.doctor.id or UUID(int=0)].full_name
    assert [(one.name, one.value) for one in find_in_force(sheet.drawn.settings, clock.now())] == [
        ("weight_gain", 2_000_000),
        ("weight_high", 82_000_000),
    ]
    assert {"weight_high", "weight_gain"} <= {one.name for one in sheet.asked}


async def test_ninety_days_are_days_and_cost_as_many_statements_as_one(
    services: Services, people: People, patient: Patient, clock: FrozenClock
) -> None:
    follow_up = await make_follow_up(services, people.doctor, patient)
    for hour in range(4):
        clock.advance(timedelta(hours=1))
        await weigh(services, follow_up, 79 + hour)
    care = services.telemonitoring.care.follow_ups
    await care.suspend(people.doctor, follow_up.id, first_day=clock.now().date(), reason="Hospitalisation")
    clock.advance(timedelta(days=3))
    sheets, counts = services.telemonitoring.sheets.sheets, []
    for span in Span:
        sent: list[str] = []
        keep = lambda *details, sent=sent: sent.append(details[2])  # noqa: E731 - one line, three times
        event.listen(services.database.engine.sync_engine, "before_cursor_execute", keep)
        sheet = await sheets.get(people.doctor, follow_up.id, span)
        event.remove(services.database.engine.sync_engine, "before_cursor_execute", keep)
        counts.append(len(sent))
    assert len(set(counts)) == 1
    (weight,) = sheet.drawn.chart.series
    (point,) = weight.points
    assert (point.value, point.low, point.high, point.count) == (80_500_000, 79_000_000, 82_000_000, 4)
    assert weight.gaps == ()
    assert sheet.drawn.chart.away[0].end == sheet.drawn.chart.window.end
    closer = await sheets.curve(people.doctor, follow_up.id, "weight", Span.WEEK)
    assert closer is not None
    assert len(closer[0].points) == 4
    assert closer[1].days == Span.WEEK.days
    assert await sheets.curve(people.doctor, follow_up.id, "unheard_of", Span.WEEK) is None


async def test_measures_are_for_the_carers_of_the_practice(
    services: Services, people: People, patient: Patient
) -> None:
    follow_up = await make_follow_up(services, people.doctor, patient)
    sheets = services.telemonitoring.sheets.sheets
    with pytest.raises(Forbidden):
        await sheets.get(people.secretary, follow_up.id, Span.WEEK)
    with pytest.raises(NotFound):
        await sheets.get(people.stranger, follow_up.id, Span.WEEK)
    with pytest.raises(NotFound):
        await sheets.curve(people.stranger, follow_up.id, "weight", Span.WEEK)
