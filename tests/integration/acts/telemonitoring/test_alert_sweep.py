"""What time does to alerts: hours, deadlines, whom it tells; late or twice, it is done once."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select
from sqlmodel import col

from telemed.acts.telemonitoring.model.alert import Severity
from telemed.acts.telemonitoring.model.board import AlertFilter, View
from telemed.acts.telemonitoring.model.triage import Alert
from telemed.app import Services, build_services
from telemed.kernel.clock import FrozenClock
from telemed.kernel.messages import Channel
from telemed.patients.model import Patient
from telemed.professionals.model import Contact
from telemed.settings import Settings
from telemed.storage.engine import Database
from telemed.storage.feed import FeedRow
from telemed.storage.outbox import OutboxRow
from telemed.subscribers import SUBSCRIPTIONS
from tests.fixtures.http import Api
from tests.fixtures.people import People
from tests.integration.acts.teleconsultation.conftest import KeptMessages
from tests.integration.acts.telemonitoring.alerting import Ward
from tests.integration.acts.telemonitoring.enrolled import make_follow_up

pytestmark = pytest.mark.asyncio
EVENING = datetime.fromisoformat("2026-11-27T18:30:00+01:00")
MONDAY = datetime.fromisoformat("2026-11-30T09:00:00+01:00")


@pytest.fixture
def mail() -> KeptMessages:
    return KeptMessages()


@pytest.fixture
def services(settings: Settings, database: Database, clock: FrozenClock, mail: KeptMessages) -> Services:
    database.subscriptions = SUBSCRIPTIONS
    return build_services(settings, clock=clock, database=database, senders={Channel.EMAIL: mail})


@pytest_asyncio.fixture
async def ward(services: Services, api: Api, people: People, patient: Patient) -> Ward:
    for who in ("doctor", "colleague", "nurse"):
        await services.expertise.notices.set_contact(getattr(people, who), Contact(email=f"{who}@exemple.fr"))
    return Ward(services, api, people, await make_follow_up(services, people.doctor, patient))


async def alerts(ward: Ward, view: View = View.OPEN) -> list[Alert]:
    page = await ward.services.telemonitoring.triage.lists.page(ward.people.nurse, AlertFilter(view))
    return [line.alert for line in page.lines]


async def sweep(ward: Ward) -> int:
    return await ward.services.telemonitoring.triage.sweep.sweep()


async def count(ward: Ward, query: Any) -> int:
    async with ward.services.database.read() as session:
        return int(await session.scalar(query) or 0)


async def told(ward: Ward, mail: KeptMessages) -> list[tuple[str, str]]:
    """Once the application has delivered what waits: to whom, and its subject."""
    waiting = select(func.count()).select_from(OutboxRow).where(col(OutboxRow.done_at).is_(None))
    async with asyncio.timeout(60):
        while await count(ward, waiting):
            await asyncio.sleep(0.01)
    found = [(message.to, message.subject or "") for message in mail.messages if "alerte" in (message.subject or "")]
    return sorted(found)


async def test_an_alert_of_the_night_is_opened_with_the_hours_and_due_in_worked_time(
    ward: Ward, clock: FrozenClock
) -> None:
    clock.move_to(EVENING)
    await ward.record(ward.told(severity=Severity.NOW))
    (queued,) = await alerts(ward)
    assert (queued.state, queued.due_at, queued.queued_until) == ("queued", MONDAY, MONDAY)
    clock.move_to(MONDAY - timedelta(seconds=1))
    assert await sweep(ward) == 0
    clock.move_to(MONDAY + timedelta(minutes=10))
    assert await sweep(ward) == 1
    assert await sweep(ward) == 0
    (opened,) = await alerts(ward)
    assert (opened.state, opened.due_at) == ("new", MONDAY + timedelta(minutes=30))


async def test_whoever_looks_at_night_may_take_it(ward: Ward, clock: FrozenClock) -> None:
    clock.move_to(EVENING)
    await ward.record(ward.told(severity=Severity.NOW))
    (queued,) = await alerts(ward)
    await ward.services.telemonitoring.triage.work.take(ward.people.nurse, queued.id)
    (taken,) = await alerts(ward, View.MINE)
    assert taken.due_at == MONDAY + timedelta(minutes=60)
    clock.move_to(MONDAY + timedelta(minutes=59))
    assert await sweep(ward) == 0


async def test_what_nobody_handles_is_told_higher_twice_and_once_each(
    ward: Ward, clock: FrozenClock, mail: KeptMessages
) -> None:
    for number in range(3):
        await ward.record(ward.told(severity=Severity.NOW, cause=f"cause_{number}"))
    clock.advance(timedelta(minutes=30))
    assert await sweep(ward) == 3
    assert await sweep(ward) == 0
    assert await told(ward, mail) == [("doctor@exemple.fr", "3 alertes attendent au-delà du délai")]
    assert {one.escalations for one in await alerts(ward, View.OVERDUE)} == {1}
    await ward.services.telemonitoring.triage.work.take(ward.people.nurse, (await alerts(ward))[0].id)
    clock.advance(timedelta(minutes=30))
    assert await sweep(ward) == 2
    again = "2 alertes attendent au-delà du délai"
    assert (await told(ward, mail))[:-1] == [("colleague@exemple.fr", again), ("doctor@exemple.fr", again)]
    clock.advance(timedelta(days=5))
    assert await sweep(ward) == 1  # what was taken and then left
    assert await sweep(ward) == 0
    assert {one.state for one in await alerts(ward)} == {"new", "taken"}
    texts = " ".join(message.text for message in mail.messages)
    assert "Jeanne" not in texts
    assert "poids" not in texts.lower()


async def test_a_sweep_that_comes_days_late_opens_and_escalates_at_once(ward: Ward, clock: FrozenClock) -> None:
    clock.move_to(EVENING)
    await ward.record(ward.told(severity=Severity.SOON))
    clock.move_to(MONDAY + timedelta(days=3))
    assert await sweep(ward) == 1
    (alert,) = await alerts(ward)
    assert (alert.state, alert.escalations, alert.timer_at) == ("new", 2, None)
    assert alert.due_at == MONDAY + timedelta(hours=4)
    written = await ward.services.telemonitoring.triage.lists.get(ward.people.nurse, alert.id)
    assert [event.kind for event in written.events] == ["fired", "open", "escalate", "escalate"]


async def test_open_pages_of_the_team_are_told_in_the_transaction(ward: Ward) -> None:
    await ward.record(ward.told())
    (alert,) = await alerts(ward)
    await ward.services.telemonitoring.triage.work.take(ward.people.nurse, alert.id)
    async with ward.services.database.read() as session:
        rows = list(await session.scalars(select(FeedRow)))
    people = {ward.people.doctor.id, ward.people.colleague.id, ward.people.nurse.id}
    changed = [row for row in rows if row.kind == "alert.changed"]
    assert {row.audience_id for row in changed} == people
    assert {row.subject_id for row in changed} == {alert.id}
    assert len(changed) == 2 * len(people)
    many = [ward.told(cause=f"cause_{number}") for number in range(30)]
    await ward.record(*many)
    async with ward.services.database.read() as session:
        after = list(await session.scalars(select(FeedRow)))
    assert [row.kind for row in after if row not in rows] == ["alerts.changed"] * len(people)
