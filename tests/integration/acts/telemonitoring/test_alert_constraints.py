"""What the database itself refuses of alerts, each by its name, on both databases."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from telemed.acts.telemonitoring.model.alert import AlertOutcome
from telemed.acts.telemonitoring.model.board import AlertFilter
from telemed.acts.telemonitoring.model.triage import Alert
from telemed.acts.telemonitoring.store.alert_rows import to_values
from telemed.acts.telemonitoring.tables.alerts import AlertRow
from telemed.app import Services
from telemed.kernel.ids import new_id
from telemed.patients.model import Patient
from telemed.storage.engine import violated_constraint
from tests.fixtures.people import People
from tests.integration.acts.telemonitoring.alerting import make_told
from tests.integration.acts.telemonitoring.enrolled import make_follow_up

pytestmark = pytest.mark.asyncio
ALERTS = "telemonitoring_alerts"
CHANGES = (
    ("owner = NULL", "owned"),
    ("due_at = NULL", "due"),
    ("state = 'lost'", "state"),
    ("state = 'taken'", "held"),
    ("state = 'queued'", "queued"),
    ("outcome = 'false', closed_at = opened_at", "closed"),
    ("state = 'closed', owner = NULL, due_at = NULL, closed_at = opened_at", "closed"),
    ("state = 'closed', owner = NULL, outcome = 'false', closed_at = opened_at", "due"),
    ("state = 'closed', due_at = NULL, outcome = 'false', closed_at = opened_at", "owned"),
    ("rank = 3", "rank"),
    ("version = 0", "counts"),
)
NEVER = ("cause = 'x'", "patient_id = id", "follow_up_id = id", "since = closed_at", "ordinal = 7", "pathway = 'x'")
REOPENED = """
    UPDATE telemonitoring_alerts
    SET state = 'new', owner = 'team', due_at = opened_at, outcome = NULL, closed_at = NULL
"""


@pytest_asyncio.fixture
async def alert(services: Services, people: People, patient: Patient) -> Alert:
    """A new one."""
    follow_up = await make_follow_up(services, people.doctor, patient)
    async with services.database.begin() as uow:
        await services.telemonitoring.triage.book.record(uow, [make_told(follow_up, services.clock.now())])
    (line,) = (await services.telemonitoring.triage.lists.page(people.nurse, AlertFilter())).lines
    return line.alert


async def change(services: Services, changes: str, alert_id: UUID) -> None:
    key = alert_id.hex if services.database.is_sqlite else alert_id
    async with services.database.begin() as uow:
        await uow.session.execute(text(f"UPDATE {ALERTS} SET {changes} WHERE id = :id"), {"id": key})  # noqa: S608


async def test_an_alert_is_always_owned_and_due_until_it_is_closed(services: Services, alert: Alert) -> None:
    for changes, name in CHANGES:
        with pytest.raises(IntegrityError) as refused:
            await change(services, changes, alert.id)
        assert violated_constraint(refused.value) == f"ck_{ALERTS}_{name}", changes


async def test_there_is_one_open_alert_per_follow_up_and_cause_and_one_of_each_number(
    services: Services, alert: Alert
) -> None:
    for other, name in (
        (replace(alert, id=new_id(), ordinal=2), f"uq_{ALERTS}_open"),
        (replace(alert, id=new_id(), cause="other", former_id=new_id()), f"fk_{ALERTS}_former_id"),
    ):
        with pytest.raises(IntegrityError) as refused:
            async with services.database.begin() as uow:
                await uow.session.execute(insert(AlertRow), [to_values(other)])
        assert violated_constraint(refused.value) in (name, "")


async def test_nothing_is_deleted_reopened_or_rewritten(services: Services, people: People, alert: Alert) -> None:
    for changes in NEVER:
        with pytest.raises(DBAPIError, match="append-only"):
            await change(services, changes, alert.id)
    triage = services.telemonitoring.triage
    await triage.work.take(people.nurse, alert.id)
    until = services.clock.now().replace(year=2026, month=11, day=26)
    mute = await triage.mutes.mute(people.nurse, alert.id, until=until, tolerance=0, reason="Connu.")
    await triage.work.filter(people.nurse, alert.id, AlertOutcome.FALSE, "Non.")
    await triage.mutes.lift(people.nurse, mute.id)
    for statement in (
        "DELETE FROM telemonitoring_alerts",
        REOPENED,
        "DELETE FROM telemonitoring_alert_events",
        "UPDATE telemonitoring_alert_events SET kind = 'comment'",
        "DELETE FROM telemonitoring_mutes",
        "UPDATE telemonitoring_mutes SET until = made_at",
        "UPDATE telemonitoring_mutes SET lifted_at = NULL",
    ):
        with pytest.raises(DBAPIError, match="append-only"):
            async with services.database.begin() as uow:
                await uow.session.execute(text(statement))
