"""Enrolment over HTTP: everything that lacks is told, and what is there starts the follow-up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from telemed.kernel.clock import FrozenClock
from telemed.patients.model import Patient
from tests.fixtures.http import Api, Reply
from tests.fixtures.people import People

pytestmark = pytest.mark.asyncio
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What says nothing to the database that another test of this file does not say to both."""
PLAN = {
    "pathway": "insuffisance_cardiaque",
    "hand_signals": ["weight"],
    "dmn": "CORDIVA",
    "exploitant": "Exploitant Santé",
}
YEAR = {
    "prescriber_name": "Dr Anne Petit",
    "is_qualified": True,
    "prescribed_on": "2026-11-25",
    "first_day": "2026-11-25",
    "last_day": "2027-11-24",
}
CONSENTS = ("telemonitoring", "telemonitoring_usage")


async def draft(api: Api, people: People, patient: Patient, **changes: Any) -> str:
    reply = await api.call("POST", "/follow-ups", PLAN | changes | {"patient_id": str(patient.id)}, by=people.doctor)
    assert reply.status == 201, reply.body
    assert (reply.body["state"], reply.body["owner"], reply.body["due"]) == ("draft", "team", "enrolment")
    return f"/follow-ups/{reply.body['id']}"


async def consent(api: Api, people: People, patient: Patient, path: str, kind: str, decision: str = "given") -> Reply:
    body = {"patient_id": str(patient.id), "act_kind": kind, "act_id": path.split("/")[-1], "decision": decision}
    return await api.call("POST", "/consents", body, by=people.nurse)


async def started(api: Api, people: People, patient: Patient) -> str:
    path = await draft(api, people, patient)
    assert (await api.call("POST", f"{path}/prescriptions", YEAR, by=people.doctor)).status == 201
    for kind in CONSENTS:
        assert (await consent(api, people, patient, path, kind)).status == 201
    assert (await api.call("POST", f"{path}/start", by=people.doctor)).status == 200
    return path


async def test_each_thing_that_lacks_is_told_until_nothing_does(api: Api, people: People, patient: Patient) -> None:
    path = await draft(api, people, patient, hand_signals=[])
    lacking = (await api.call("GET", f"{path}/readiness", by=people.nurse)).body
    assert not lacking["may_start"]
    assert {one["code"] for one in lacking["reasons"]} == {
        "telemonitoring.prescription_missing",
        "telemonitoring.consent_missing",
        "telemonitoring.usage_data_consent_missing",
        "telemonitoring.minimum_data_missing",
    }
    assert [one["code"] for one in lacking["warnings"]] == ["telemonitoring.not_billable"]
    refused = await api.call("POST", f"{path}/start", by=people.doctor)
    assert (refused.status, set(refused.reasons)) == (409, {one["code"] for one in lacking["reasons"]})
    edit = PLAN | {"version": 1, "is_tiers_payant": True}
    edited = await api.call("PUT", path, edit, by=people.nurse)
    assert (edited.status, edited.body["hand_signals"], edited.body["version"]) == (200, ["weight"], 2)
    assert (await api.call("PUT", path, edit, by=people.nurse)).code == "stale"
    too_long = await api.call("POST", f"{path}/prescriptions", YEAR | {"last_day": "2027-11-25"}, by=people.nurse)
    assert too_long.reasons == ["telemonitoring.prescription_too_long"]
    assert (await api.call("POST", f"{path}/prescriptions", YEAR, by=people.nurse)).status == 201
    for kind in CONSENTS:
        assert (await api.call("POST", f"{path}/start", by=people.nurse)).status == 409
        assert (await consent(api, people, patient, path, kind)).status == 201
    papers = [
        {"kind": "ars_declaration", "name": "ARS-2024-118", "first_day": "2024-01-15"},
        {"kind": "convention", "name": "exploitant santé", "first_day": "2024-01-15"},
        {"kind": "dmn_listing", "name": "cordiva", "first_day": "2023-07-01", "last_day": "2028-06-30"},
    ]
    for paper in papers:
        assert (await api.call("POST", "/telemonitoring/papers", paper, by=people.secretary)).status == 201
    ready = (await api.call("GET", f"{path}/readiness", by=people.nurse)).body
    assert ready == {"may_start": True, "reasons": [], "warnings": []}
    begun = (await api.call("POST", f"{path}/start", by=people.nurse)).body
    assert begun["warnings"] == []
    assert (begun["follow_up"]["state"], begun["follow_up"]["owner"]) == ("active", "doctor")
    assert (begun["follow_up"]["started_on"], begun["follow_up"]["prescribed_until"]) == ("2026-11-25", "2027-11-24")
    assert (await api.call("POST", f"{path}/start", by=people.doctor)).code == "telemonitoring.already_started"


@ON_SQLITE
async def test_a_nurse_alone_cannot_answer_for_a_follow_up(api: Api, people: People, patient: Patient) -> None:
    body = PLAN | {"patient_id": str(patient.id)}
    path = f"/follow-ups/{(await api.call('POST', '/follow-ups', body, by=people.nurse)).body['id']}"
    reasons = (await api.call("GET", f"{path}/readiness", by=people.nurse)).body["reasons"]
    assert "telemonitoring.responsible_missing" in [one["code"] for one in reasons]
    nurse = await api.call("PUT", f"{path}/team/{people.nurse.id}", {"role": "responsible"}, by=people.nurse)
    assert nurse.status == 422
    stranger = await api.call("PUT", f"{path}/team/{people.stranger.id}", {"role": "doctor"}, by=people.nurse)
    assert stranger.status == 404
    for doctor in (people.doctor, people.colleague):
        put = await api.call("PUT", f"{path}/team/{doctor.id}", {"role": "responsible"}, by=people.nurse)
        assert put.status == 200
    team = (await api.call("GET", f"{path}/team", by=people.secretary)).body["items"]
    present = {one["professional_id"]: one["role"] for one in team if one["until"] is None}
    assert present == {
        str(people.nurse.id): "carer",
        str(people.doctor.id): "doctor",
        str(people.colleague.id): "responsible",
    }
    assert (await api.call("DELETE", f"{path}/team/{people.colleague.id}", by=people.nurse)).status == 409
    assert (await api.call("DELETE", f"{path}/team/{people.doctor.id}", by=people.nurse)).status == 200
    reasons = (await api.call("GET", f"{path}/readiness", by=people.nurse)).body["reasons"]
    assert "telemonitoring.responsible_missing" not in [one["code"] for one in reasons]


@pytest.mark.parametrize("kind", CONSENTS)
async def test_a_consent_taken_back_ends_the_follow_up_at_once(
    api: Api, people: People, patient: Patient, kind: str
) -> None:
    path = await started(api, people, patient)
    assert (await consent(api, people, patient, path, kind, "withdrawn")).status == 201
    ended = (await api.call("GET", path, by=people.doctor)).body
    assert (ended["state"], ended["end_reason"]) == ("ended", "consent_withdrawn")
    assert (ended["owner"], ended["due_at"]) == (None, None)
    assert (await consent(api, people, patient, path, kind, "withdrawn")).code == "consent.nothing_to_withdraw"
    assert (await api.call("POST", f"{path}/stop", {"end_reason": "other"}, by=people.doctor)).status == 409


@ON_SQLITE
async def test_taking_back_the_consent_to_one_pathway_leaves_the_other(
    api: Api, people: People, patient: Patient
) -> None:
    first = await started(api, people, patient)
    second = await draft(api, people, patient, pathway="diabete", hand_signals=["capillary_glucose", "basal_insulin"])
    for kind in CONSENTS:
        await consent(api, people, patient, second, kind)
    await consent(api, people, patient, second, "telemonitoring", "withdrawn")
    assert (await api.call("GET", first, by=people.doctor)).body["state"] == "active"
    assert (await consent(api, people, patient, first, "telemonitoring", "withdrawn")).status == 201
    assert (await api.call("GET", first, by=people.doctor)).body["state"] == "ended"


async def test_a_doctor_sets_limits_and_none_is_ever_overwritten(
    api: Api, people: People, patient: Patient, clock: FrozenClock
) -> None:
    path = await started(api, people, patient)
    limit = {"name": "weight_high", "signal": "weight", "unit": "[lb_av]", "value": "176.37", "side": "above"}
    body = {"limits": [limit], "reason": "Poids de sortie + 2 kg"}
    assert (await api.call("POST", f"{path}/thresholds", body, by=people.nurse)).status == 403
    first = await api.call("POST", f"{path}/thresholds", body, by=people.doctor)
    assert (first.status, first.body["items"][0]["unit"], first.body["items"][0]["value"]) == (201, "kg", "80.000086")
    clock.advance(timedelta(minutes=10))
    second = {"limits": [limit | {"unit": "kg", "value": 81}], "reason": "Après ajustement"}
    assert (await api.call("POST", f"{path}/thresholds", second, by=people.colleague)).status == 201
    kept = (await api.call("GET", f"{path}/thresholds", by=people.nurse)).body["items"]
    assert [(one["position"], one["author_id"], one["reason"]) for one in kept] == [
        (1, str(people.doctor.id), "Poids de sortie + 2 kg"),
        (2, str(people.colleague.id), "Après ajustement"),
    ]
    pulse = {"signal": "heart_rate", "unit": "/min", "value": 120}
    unreachable = ({"value": "800", "unit": "kg"}, {"value": "-5"})
    numbers = ({"value": "NaN"}, {"value": 1e308}, *unreachable)
    for wrong in ({"signal": "nothing"}, {"unit": "mm[Hg]"}, {"name": "X"}, pulse, *numbers):
        bad = {"limits": [limit | wrong], "reason": "x"}
        assert (await api.call("POST", f"{path}/thresholds", bad, by=people.doctor)).status == 422, wrong
    assert (await api.call("GET", f"{path}/thresholds", by=people.secretary)).status == 403
    version = (await api.call("GET", path, by=people.doctor)).body["version"]
    for days, status in ((2, 409), (0, 422), (1, 200)):
        put = await api.call("PUT", f"{path}/silence", {"days": days, "version": version}, by=people.doctor)
        assert put.status == status


@ON_SQLITE
async def test_what_it_is_done_with_may_change_while_it_lasts_if_it_is_still_enough(
    api: Api, people: People, patient: Patient
) -> None:
    path = await started(api, people, patient)
    body: dict[str, Any] = {"dmn": "AUTRE", "exploitant": "Autre", "hand_signals": ["weight", "heart_rate"]}
    body["version"] = (await api.call("GET", path, by=people.nurse)).body["version"]
    changed = await api.call("PUT", f"{path}/equipment", body, by=people.nurse)
    assert (changed.status, changed.body["dmn"], changed.body["state"]) == (200, "AUTRE", "active")
    assert (await api.call("PUT", f"{path}/equipment", body, by=people.nurse)).code == "stale"
    less = body | {"hand_signals": ["heart_rate"], "version": changed.body["version"]}
    refused = await api.call("PUT", f"{path}/equipment", less, by=people.nurse)
    assert refused.reasons == ["telemonitoring.minimum_data_missing"]
    unknown = less | {"hand_signals": ["weight", "nothing"]}
    assert (await api.call("PUT", f"{path}/equipment", unknown, by=people.nurse)).status == 422
    assert (await api.call("PUT", f"{path}/equipment", less, by=people.secretary)).status == 403


@ON_SQLITE
async def test_education_is_written_down_and_read_by_the_team(api: Api, people: People, patient: Patient) -> None:
    path = await started(api, people, patient)
    session = {"held_on": "2026-11-25", "minutes": 45, "topics": ["device", "signs"], "note": "Balance comprise."}
    written = await api.call("POST", f"{path}/education", session, by=people.nurse)
    assert (written.status, written.body["by"]) == (201, str(people.nurse.id))
    assert (
        await api.call("POST", f"{path}/education", session | {"held_on": "2026-11-26"}, by=people.nurse)
    ).status == 422
    listed = (await api.call("GET", f"{path}/education", by=people.doctor)).body["items"]
    assert listed == [written.body]
    assert (await api.call("GET", f"{path}/education", by=people.secretary)).status == 403


async def test_a_doctor_asks_for_the_increased_forfait_on_grounds_where_the_law_opens_one(
    api: Api, people: People, patient: Patient
) -> None:
    path, body = f"{await started(api, people, patient)}/increase", {"level": 1, "grounds": ["III-1"]}
    assert (await api.call("POST", path, body, by=people.nurse)).status == 403
    assert (await api.call("POST", path, {"level": 1}, by=people.doctor)).status == 422
    asked = await api.call("POST", path, body, by=people.doctor)
    assert (asked.status, asked.body["from_month"]) == (201, 1)
    assert (await api.call("GET", path, by=people.nurse)).body["items"] == [asked.body]
    other = await draft(api, people, patient, pathway="prothese_cardiaque", hand_signals=["implant_transmission"])
    assert (await api.call("POST", f"{other}/increase", body, by=people.doctor)).code == "telemonitoring.over"
    assert (await api.call("POST", f"{other}/prescriptions", YEAR, by=people.doctor)).status == 201
    for kind in CONSENTS:
        await consent(api, people, patient, other, kind)
    assert (await api.call("POST", f"{other}/start", by=people.doctor)).status == 200
    assert (await api.call("POST", f"{other}/increase", body, by=people.doctor)).reasons == [
        "telemonitoring.no_increase"
    ]


@ON_SQLITE
async def test_the_pathways_are_read_with_what_the_law_says_today(api: Api, people: People) -> None:
    found = {
        one["code"]: one for one in (await api.call("GET", "/telemonitoring/pathways", by=people.nurse)).body["items"]
    }
    assert len(found) == 10
    cardiac, implant = found["insuffisance_cardiaque"], found["prothese_cardiaque"]
    assert [datum["signals"] for datum in cardiac["minimum_data"]] == [["weight"]]
    assert [alert["code"] for alert in cardiac["alerts"] if alert["is_silence"]] == ["non_transmission"]
    terms = ("silence_days", "prescription_months", "forfait_code", "forfait_cents", "increase_months")
    assert [cardiac[name] for name in terms] == [1, 12, "TVB", 2800, 6]
    assert [implant[name] for name in terms] == [2, 12, "TVA", 1100, None]
    assert implant["certainty"] == "disputed"
    assert all(one["references"] for one in found.values())


@ON_SQLITE
async def test_the_hours_of_a_team_are_said_and_those_before_kept(api: Api, people: People) -> None:
    usual = (await api.call("GET", "/telemonitoring/hours", by=people.nurse)).body
    assert (len(usual["week"]), usual["set_by"]) == (5, None)
    saturday = {"weekday": 5, "stretches": [{"start": "09:00", "end": "12:00"}]}
    said = await api.call("PUT", "/telemonitoring/hours", {"week": [saturday]}, by=people.secretary)
    assert (said.status, said.body["week"]) == (200, [saturday])
    assert (await api.call("GET", "/telemonitoring/hours", by=people.nurse)).body["week"] == [saturday]
    assert (await api.call("GET", "/telemonitoring/hours", by=people.stranger)).body["set_by"] is None
    overlapping = {"weekday": 0, "stretches": [{"start": "09:00", "end": "12:00"}, {"start": "11:00", "end": "13:00"}]}
    for wrong in ([], [overlapping], [saturday, saturday]):
        assert (await api.call("PUT", "/telemonitoring/hours", {"week": wrong}, by=people.nurse)).status == 422
    elsewhere = {"week": [saturday], "calendar": "mayotte"}
    assert (await api.call("PUT", "/telemonitoring/hours", elsewhere, by=people.nurse)).status == 422


@ON_SQLITE
async def test_another_practice_finds_nothing(api: Api, people: People, patient: Patient) -> None:
    path = await started(api, people, patient)
    assert (await api.call("GET", "/follow-ups", by=people.stranger)).body["items"] == []
    assert (await api.call("GET", f"/follow-ups?patient_id={patient.id}", by=people.stranger)).body["items"] == []
    own = (await api.call("GET", f"/follow-ups?patient_id={patient.id}&state=active", by=people.secretary)).body[
        "items"
    ]
    assert [one["patient_id"] for one in own] == [str(patient.id)]
    for place in ("", "/readiness", "/prescriptions", "/thresholds", "/team", "/history", "/months", "/education"):
        assert (await api.call("GET", f"{path}{place}", by=people.stranger)).status == 404, place
    stop = await api.call("POST", f"{path}/stop", {"end_reason": "other"}, by=people.stranger)
    again = await api.call("POST", "/follow-ups", PLAN | {"patient_id": str(patient.id)}, by=people.stranger)
    assert (stop.status, again.status) == (404, 404)
    assert (await api.call("GET", path, by=people.auditor)).status == 403
