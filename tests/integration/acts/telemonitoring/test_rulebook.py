"""Rules over HTTP: the book a practice starts with, versions, who may write, and a rule tried before it is in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.app import Services
from telemed.patients.model import Patient
from tests.fixtures.http import Api
from tests.fixtures.people import People
from tests.integration.acts.telemonitoring.enrolled import make_follow_up, make_limit
from tests.integration.acts.telemonitoring.watched import KeptAlerts, make_measure, make_way_in

pytestmark = pytest.mark.asyncio
RULES = "/telemonitoring/rules"
CARDIAC = "insuffisance_cardiaque"


def make_body(**changes: Any) -> dict[str, Any]:
    """A pulse above a number."""
    when = {"kind": "threshold", "signal": "heart_rate", "unit": "/min", "side": "above", "limit": "100"}
    return {"name": "fast", "label": "Pouls rapide", "severity": "soon", "direction": "above", "when": when, **changes}


async def test_a_practice_starts_with_the_alerts_of_the_law_and_cannot_take_them_away(api: Api, people: People) -> None:
    listed = await api.call("GET", f"{RULES}?pathway={CARDIAC}", by=people.nurse)
    by_name = {rule["name"]: rule for rule in listed.body["items"]}
    assert by_name["weight_gain"]["mandatory"] == "decompensation"
    assert by_name["weight_gain"]["limits"][0]["name"] == "weight_gain"
    assert [rule["version"]["author_id"] for rule in by_name.values()] == [None] * len(by_name)
    everywhere = await api.call("GET", f"{RULES}?limit=100", by=people.nurse)
    assert {rule["pathway"] for rule in everywhere.body["items"]} > {CARDIAC, "diabete"}
    kept = f"{RULES}/{by_name['weight_gain']['id']}"
    assert (await api.call("POST", f"{kept}/retirement", by=people.doctor)).code == "telemonitoring.rule_mandatory"
    free = f"{RULES}/{by_name['heart_rate_high']['id']}"
    assert (await api.call("POST", f"{free}/retirement", by=people.doctor)).body["is_in_force"] is False
    assert (await api.call("POST", f"{free}/retirement", by=people.doctor)).code == "telemonitoring.rule_retired"


async def test_a_rule_is_written_by_versions_and_by_doctors_alone(api: Api, people: People) -> None:
    added = await api.call("POST", RULES, {"pathway": CARDIAC, "rule": make_body()}, by=people.doctor)
    rule = f"{RULES}/{added.body['id']}"
    assert (added.status, added.body["version"]["number"], added.body["is_in_force"]) == (201, 1, True)
    again = await api.call("POST", RULES, {"pathway": CARDIAC, "rule": make_body()}, by=people.doctor)
    assert again.code == "telemonitoring.rule_exists"
    second = {"number": 1, "rule": make_body(label="Pouls trop rapide")}
    assert (await api.call("PUT", rule, second, by=people.nurse)).status == 403
    assert (await api.call("PUT", rule, second, by=people.doctor)).body["version"]["number"] == 2
    assert (await api.call("PUT", rule, second, by=people.colleague)).code == "stale"
    versions = (await api.call("GET", f"{rule}/versions", by=people.nurse)).body["items"]
    assert [one["rule"]["label"] for one in versions] == ["Pouls trop rapide", "Pouls rapide"]
    assert versions[1]["retired_at"] == versions[0]["active_from"]
    renamed = await api.call("PUT", rule, {"number": 2, "rule": make_body(name="other")}, by=people.doctor)
    assert renamed.status == 422
    for caller, status in ((None, 401), (people.secretary, 403), (people.stranger, 404)):
        assert (await api.call("GET", rule, by=caller)).status == status


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"when": {"kind": "threshold"}}, 422, "telemonitoring.rule_unreadable"),
        ({"surprise": 1}, 422, "telemonitoring.rule_unreadable"),
        ({"when": make_body()["when"] | {"limit": "1e400"}}, 409, "telemonitoring.rule_limit"),
        ({"when": make_body()["when"] | {"signal": "nothing"}}, 409, "telemonitoring.rule_signal"),
        ({"when": make_body()["when"] | {"unit": "kg"}}, 409, "telemonitoring.rule_unit"),
        ({"label": "deux\nlignes"}, 409, "telemonitoring.rule_label"),
        ({"quiet_hours": {"start": "08:00", "end": "08:00"}}, 409, "telemonitoring.rule_quiet_hours"),
        ({"name": "non_transmission"}, 409, "telemonitoring.rule_exists"),
        (
            {"when": make_body()["when"] | {"limit": None, "patient_limit": "weight_high"}},
            409,
            "telemonitoring.limit_name",
        ),
    ],
)
async def test_a_rule_that_cannot_be_is_refused_with_its_reason(
    api: Api, people: People, changes: dict[str, Any], status: int, code: str
) -> None:
    reply = await api.call("POST", RULES, {"pathway": CARDIAC, "rule": make_body(**changes)}, by=people.doctor)
    assert reply.status == status
    assert code in ([reply.code] if reply.code != "refused" else reply.reasons)


async def test_a_version_reads_from_its_first_day_and_the_one_before_what_comes_late(
    services: Services, api: Api, people: People, patient: Patient
) -> None:
    """The second version is stricter: each measure is judged by the version that was there when it was made."""
    follow_up = await make_follow_up(services, people.doctor, patient)
    body = {"follow_up_id": str(follow_up.id), "rule": make_body()}
    added = (await api.call("POST", RULES, body, by=people.doctor)).body
    alerts, begin = KeptAlerts(), services.clock.now()
    way_in = make_way_in(services, alerts)
    await way_in.take([_pulse(follow_up, begin, 5, 90)])
    services.clock.advance(timedelta(minutes=10))  # type: ignore[attr-defined]
    stricter = make_body(when=make_body()["when"] | {"limit": "80"})
    rewritten = await api.call("PUT", f"{RULES}/{added['id']}", {"number": 1, "rule": stricter}, by=people.doctor)
    await way_in.take([_pulse(follow_up, begin, 8, 90)])
    await way_in.take([_pulse(follow_up, begin, 9, 110)])
    await way_in.take([_pulse(follow_up, begin, 12, 90)])
    fired = [(str(one.rule_version_id), one.evidence[0].value) for one in alerts.told if one.kind.value == "fired"]
    assert fired == [(added["version"]["id"], 110_000_000), (rewritten.body["version"]["id"], 90_000_000)]
    services.clock.advance(timedelta(minutes=10))  # type: ignore[attr-defined]
    await api.call("POST", f"{RULES}/{added['id']}/retirement", by=people.doctor)
    told = len(alerts.told)
    await way_in.take([_pulse(follow_up, begin, 25, 200)])
    assert len(alerts.told) == told


def _pulse(follow_up: FollowUp, begin: Any, minutes: int, value: float) -> Any:
    return make_measure(follow_up, begin + timedelta(minutes=minutes), value, signal="heart_rate")


async def test_a_rule_is_tried_on_past_data_and_nothing_is_kept(
    services: Services, api: Api, people: People, patient: Patient
) -> None:
    begin = services.clock.now()
    until_later = replace(make_limit(), until=begin + timedelta(days=30))
    follow_up = await make_follow_up(services, people.doctor, patient, limits=[until_later])
    services.clock.advance(timedelta(days=5))  # type: ignore[attr-defined]
    way_in = make_way_in(services, KeptAlerts())
    weights = [79, 81, 82, 79, 85]
    await way_in.take(
        [make_measure(follow_up, begin + timedelta(days=day), kilograms) for day, kilograms in enumerate(weights)]
    )
    when = {"kind": "threshold", "signal": "weight", "unit": "kg", "side": "above", "patient_limit": "weight_high"}
    body = {"pathway": CARDIAC, "rule": make_body(name="heavy", when=when)}
    report = (await api.call("POST", f"{RULES}/dry-run", body, by=people.doctor)).body
    assert (report["watched"], report["tried"], report["is_partial"]) == (1, 1, False)
    assert (report["fired"], report["repeated"]) == (2, 1)
    assert [day["calls"] for day in report["days"]] == [1, 1, 1]
    assert [call["kind"] for call in report["patients"][0]["calls"]] == ["fired", "repeated", "fired"]
    tried = body | {"pathway": None, "follow_up_id": str(follow_up.id), "limits": {"weight_high": "84"}}
    assert (await api.call("POST", f"{RULES}/dry-run", tried, by=people.nurse)).body["fired"] == 1
    assert (await api.call("POST", f"{RULES}/dry-run", tried, by=people.stranger)).status == 404
    assert (await api.call("POST", f"{RULES}/dry-run", body, by=people.stranger)).body["watched"] == 0
    assert (await api.call("POST", f"{RULES}/dry-run", body | {"pathway": None}, by=people.nurse)).status == 422
    listed = await api.call("GET", f"{RULES}?follow_up_id={follow_up.id}", by=people.nurse)
    assert "heavy" not in {rule["name"] for rule in listed.body["items"]}


async def test_the_schema_says_what_a_rule_is(api: Api, people: People) -> None:
    schema = (await api.call("GET", f"{RULES}/schema", by=people.nurse)).body
    assert "when" in schema["$defs"]["Rule"]["required"]
