"""Silence is told at the midnight that makes it too long, once, whatever comes late; nobody can be left out (R-34)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from telemed.acts.telemonitoring.model.care import EndReason, FollowUp
from telemed.acts.telemonitoring.model.observation import ObservationStatus
from telemed.acts.telemonitoring.service.silence import SilenceWatch
from telemed.app import Services
from telemed.kernel.clock import Clock, FrozenClock
from telemed.patients.model import Patient
from telemed.storage.engine import Database, sync_engine_of
from tests.fixtures.http import Api
from tests.fixtures.people import People, make_draft
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.integration.acts.telemonitoring.watched import KeptAlerts, make_measure, make_way_in

pytestmark = pytest.mark.asyncio
DAY = timedelta(days=1)
MIDNIGHT = datetime.fromisoformat("2026-11-25T23:00:00+00:00")
"""In Paris, at the end of the day on which tests begin."""


class Night:
    """One patient, and the sweep under a clock that moves."""

    def __init__(self, services: Services, follow_up: FollowUp) -> None:
        self.services, self.follow_up, self.alerts = services, follow_up, KeptAlerts()
        self.way_in = make_way_in(services, self.alerts)
        self.watch = make_watch(services, services.clock, self.alerts)

    async def at(self, instant: datetime) -> list[str]:
        """What the sweep tells at an instant."""
        assert isinstance(self.services.clock, FrozenClock)
        self.services.clock.move_to(instant)
        before = len(self.alerts.told)
        await self.watch.sweep()
        return [one.kind.value for one in self.alerts.told[before:]]

    async def weigh(self, at: datetime, value: float | None = 70, **fields: Any) -> None:
        await self.way_in.take([make_measure(self.follow_up, at, value, **fields)])


def make_watch(services: Services, clock: Clock, alerts: KeptAlerts) -> SilenceWatch:
    return SilenceWatch(
        database=services.database,
        clock=clock,
        journal=services.journal,
        pathways=services.telemonitoring.pathways,
        alerts=alerts,
    )


@pytest_asyncio.fixture
async def night(services: Services, people: People, patient: Patient) -> Night:
    return Night(services, await make_follow_up(services, people.doctor, patient))


async def test_it_is_told_at_midnight_repeated_each_day_and_over_with_the_next_measure(night: Night) -> None:
    await night.weigh(MIDNIGHT - 5 * timedelta(hours=1))
    assert await night.at(MIDNIGHT + DAY - timedelta(seconds=1)) == []
    assert await night.at(MIDNIGHT + DAY) == ["fired"]
    assert await night.at(MIDNIGHT + DAY + timedelta(hours=3)) == []
    assert await night.at(MIDNIGHT + 2 * DAY) == ["repeated"]
    (fired, _) = night.alerts.told
    assert (fired.cause, fired.rule_version_id, fired.since) == ("non_transmission", None, MIDNIGHT)
    assert fired.evidence == (("silence", "unknown", 1),)
    await night.weigh(MIDNIGHT + 2 * DAY + timedelta(hours=8))
    assert await night.at(MIDNIGHT + 2 * DAY + timedelta(hours=8, minutes=10)) == ["ended"]
    assert await night.at(MIDNIGHT + 4 * DAY) == ["fired"]


async def test_late_data_fill_the_gap_and_do_not_erase_it(night: Night, api: Api, people: People) -> None:
    """Traps 35 and 36: measured on the silent day, sent after it was told."""
    assert await night.at(MIDNIGHT + DAY) == ["fired"]
    await night.weigh(MIDNIGHT + timedelta(hours=8), received=MIDNIGHT + DAY + timedelta(hours=1))
    assert await night.at(MIDNIGHT + DAY + timedelta(hours=2)) == []
    path = f"/follow-ups/{night.follow_up.id}/silences"
    (gap,) = (await api.call("GET", path, by=people.nurse)).body["items"]
    assert (gap["first_day"], gap["last_day"], gap["late_days"]) == ("2026-11-26", None, ["2026-11-26"])
    for caller, status in ((None, 401), (people.secretary, 403), (people.stranger, 404)):
        assert (await api.call("GET", path, by=caller)).status == status
    assert await night.at(MIDNIGHT + 2 * DAY) == ["repeated"]
    await night.weigh(MIDNIGHT + 2 * DAY + timedelta(hours=1))
    assert await night.at(MIDNIGHT + 2 * DAY + timedelta(hours=2)) == ["ended"]
    (kept,) = await night.watch.gaps(people.nurse, night.follow_up.id, limit=9)
    assert (str(kept.gap.last_day), {str(day) for day in kept.gap.late_days}) == ("2026-11-27", {"2026-11-26"})
    with pytest.raises(DBAPIError, match="append-only"):
        async with night.services.database.begin() as uow:
            await uow.session.execute(text("DELETE FROM telemonitoring_silences"))


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ({"signal": "device_state", "value": None, "answer": "unplugged"}, "device_off"),
        ({"signal": "heart_rate", "value": 70}, "not_measured"),
        ({"value": 9999, "status": ObservationStatus.ENTERED_IN_ERROR}, "not_measured"),
    ],
)
async def test_a_device_that_is_off_is_told_from_a_patient_who_does_not_measure(
    night: Night, said: dict[str, Any], cause: str
) -> None:
    await night.weigh(MIDNIGHT + DAY - timedelta(hours=2), **said)
    assert await night.at(MIDNIGHT + DAY) == ["fired"]
    assert night.alerts.told[0].evidence[0].value == cause


async def test_days_in_hospital_are_no_silence(night: Night, people: People) -> None:
    care, today = night.services.telemonitoring.care, MIDNIGHT.date()
    await care.follow_ups.suspend(people.nurse, night.follow_up.id, first_day=today, reason="")
    for day in range(6):
        assert await night.at(MIDNIGHT + day * DAY) == []
    night.services.clock.advance(timedelta(hours=10))  # type: ignore[attr-defined]
    await care.follow_ups.resume(people.nurse, night.follow_up.id, day=today + 6 * DAY)
    assert await night.at(MIDNIGHT + 6 * DAY - timedelta(seconds=1)) == []
    assert await night.at(MIDNIGHT + 6 * DAY) == ["fired"]


async def test_what_is_taken_back_was_no_measure_and_the_end_of_care_ends_silence(night: Night, people: People) -> None:
    at = MIDNIGHT + timedelta(hours=8)
    await night.weigh(at)
    await night.weigh(at, status=ObservationStatus.ENTERED_IN_ERROR)
    assert await night.at(MIDNIGHT + DAY) == ["fired"]
    ups = night.services.telemonitoring.care.follow_ups
    await ups.stop(people.doctor, night.follow_up.id, end_reason=EndReason.GOAL_REACHED, reason="")
    assert await night.at(MIDNIGHT + 9 * DAY) == []
    (kept,) = await night.watch.gaps(people.nurse, night.follow_up.id, limit=9)
    assert kept.gap.last_day is not None


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements of a block."""
    statements: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    engine = sync_engine_of(database)
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_nobody_is_left_out_and_many_cost_as_many_statements_as_few(services: Services, people: People) -> None:
    """Ten follow-ups whose checks were lost are found again; a sweep asks as much for ten as for one."""
    watch, counts = make_watch(services, services.clock, KeptAlerts()), list[int]()
    for number in (1, 9):
        for _ in range(number):
            patient, _ = await services.patients.create(people.doctor, make_draft())
            await make_follow_up(services, people.doctor, patient)
        async with services.database.begin() as uow:
            await uow.session.execute(text("DELETE FROM telemonitoring_silence_checks"))
        await watch.adopt()
        await watch.adopt()
        with counted(services.database) as statements:
            assert await watch.sweep() == number + len(counts)
        counts.append(len(statements))
    assert counts[0] == counts[1]
