"""The quality of alerts over HTTP: counted by cause and by patient, with how long they took, exported."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from telemed.acts.telemonitoring.model.alert import AlertOutcome
from telemed.acts.telemonitoring.model.board import AlertFilter
from telemed.acts.telemonitoring.model.told import SILENCE
from telemed.app import Services
from telemed.kernel.clock import FrozenClock
from telemed.patients.model import Patient
from tests.fixtures.http import Api
from tests.fixtures.people import People, make_draft
from tests.integration.acts.telemonitoring.alerting import Ward, make_told
from tests.integration.acts.telemonitoring.enrolled import make_follow_up

pytestmark = pytest.mark.asyncio
PERIOD = "since=2026-11-01&until=2026-11-30"


@pytest_asyncio.fixture
async def ward(services: Services, api: Api, people: People, patient: Patient) -> Ward:
    return Ward(services, api, people, await make_follow_up(services, people.doctor, patient))


async def close_after(ward: Ward, clock: FrozenClock, minutes: list[int], outcomes: list[AlertOutcome]) -> None:
    """Alerts of one cause one after the other, each closed so many minutes after it fired."""
    triage = ward.services.telemonitoring.triage
    for passed, outcome in zip(minutes, outcomes, strict=True):
        await ward.record(ward.told())
        (line,) = (await triage.lists.page(ward.people.doctor, AlertFilter())).lines
        clock.advance(timedelta(minutes=passed))
        await triage.work.take(ward.people.doctor, line.alert.id)
        if outcome is AlertOutcome.ACTIONABLE:
            await triage.work.interpret(ward.people.doctor, line.alert.id, "Oui.")
            await triage.work.decide(ward.people.doctor, line.alert.id, "Appel.")
            await triage.work.close(ward.people.doctor, line.alert.id, outcome, "Fait.")
        else:
            await triage.work.filter(ward.people.doctor, line.alert.id, outcome, "Non.")


async def quality(ward: Ward, query: str) -> Any:
    reply = await ward.api.call("GET", f"/telemonitoring/quality?{PERIOD}&{query}", by=ward.people.nurse)
    assert reply.status == 200, reply.body
    return reply.body


async def test_what_fired_is_counted_with_what_it_was_and_how_long_it_took(ward: Ward, clock: FrozenClock) -> None:
    actionable, false, technical = AlertOutcome
    await close_after(ward, clock, [1, 2, 3, 4, 10], [actionable, actionable, actionable, false, technical])
    other, _ = await ward.services.patients.create(ward.people.secretary, make_draft(given="Anne"))
    second = await make_follow_up(ward.services, ward.people.doctor, other)
    await ward.record(make_told(second, ward.now), make_told(second, ward.now, cause=SILENCE, rule_version_id=None))
    await ward.record(make_told(second, ward.now))
    (weight, silence) = (await quality(ward, "by=cause"))["items"]
    assert {name: weight[name] for name in ("cause", "label", "fired", "actionable", "false", "technical")} == {
        "cause": "weight_gain",
        "label": "Prise de poids",
        "fired": 6,
        "actionable": 3,
        "false": 1,
        "technical": 1,
    }
    assert (weight["still_open"], weight["repeats"], weight["actionable_percent"]) == (1, 1, 60)
    assert (weight["median_minutes"], weight["p90_minutes"]) == (3, 10)
    assert (silence["cause"], silence["silences"], silence["median_minutes"]) == (SILENCE, 1, None)
    body = await quality(ward, "by=patient")
    assert [(line["patient_id"], line["fired"]) for line in body["items"]] == [
        (str(ward.follow_up.patient_id), 5),
        (str(other.id), 2),
    ]
    assert (body["total"]["fired"], body["total"]["silences"]) == (7, 1)
    page = await quality(ward, "by=patient&limit=1")
    rest = await quality(ward, f"by=patient&limit=1&cursor={page['next_cursor']}")
    assert [*page["items"], *rest["items"]] == body["items"]
    assert rest["next_cursor"] is None


async def test_what_is_muted_counts_and_other_days_and_practices_do_not(ward: Ward, clock: FrozenClock) -> None:
    alert_id = await ward.fire()
    until = (ward.now + timedelta(hours=1)).isoformat()
    assert (await ward.post(ward.people.nurse, alert_id, "mutes", {"until": until, "reason": "Vu."})).status == 201
    await ward.done(ward.people.nurse, alert_id, "take")
    await ward.done(ward.people.nurse, alert_id, "filter", outcome="technical", words="Vu.")
    await ward.record(ward.told(), ward.told(), ward.told())
    (line,) = (await quality(ward, "by=cause"))["items"]
    assert (line["fired"], line["muted"], line["mute_percent"]) == (1, 3, 75)
    assert (await quality(ward, "by=patient"))["items"][0]["muted"] == 3
    path = "/telemonitoring/quality?since=2026-11-26&until=2026-12-26"
    after = await ward.api.call("GET", path, by=ward.people.nurse)
    assert (after.body["items"], after.body["total"]["fired"]) == ([], 0)
    elsewhere = await ward.api.call("GET", f"/telemonitoring/quality?{PERIOD}", by=ward.people.stranger)
    assert elsewhere.body["total"]["fired"] == 0


async def test_the_export_is_a_table_that_runs_no_formula(ward: Ward) -> None:
    await ward.record(ward.told(label="=HYPERLINK(1)"))
    reply = await ward.api.call("GET", f"/telemonitoring/quality.csv?{PERIOD}", by=ward.people.doctor)
    assert reply.response.content_type == "text/csv"
    head, line = csv.reader(io.StringIO(reply.body.removeprefix("\ufeff")), delimiter=";")
    assert line[:3] == ["weight_gain", "'=HYPERLINK(1)", "1"]
    assert len(head) == len(line)
    patients = await ward.api.call("GET", f"/telemonitoring/quality.csv?{PERIOD}&by=patient", by=ward.people.doctor)
    assert f"\n{ward.follow_up.patient_id};LEROY Jeanne;1;" in patients.body


async def test_who_may_read_it_and_for_which_days(ward: Ward) -> None:
    for caller, status in ((ward.people.secretary, 403), (ward.people.auditor, 403), (None, 401)):
        for path in ("quality", "quality.csv"):
            assert (await ward.api.call("GET", f"/telemonitoring/{path}?{PERIOD}", by=caller)).status == status
    for query in ("since=2026-11-02&until=2026-11-01", "since=2025-01-01&until=2026-01-02", "since=2026-11-01"):
        assert (await ward.api.call("GET", f"/telemonitoring/quality?{query}", by=ward.people.nurse)).status == 422
