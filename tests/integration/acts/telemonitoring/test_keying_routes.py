"""What is asked and keyed in, over HTTP: by whom, refused to whom, in FHIR and in JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
import pytest_asyncio

from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.app import Services
from telemed.kernel.ids import new_id
from telemed.patients.model import Patient
from tests.fixtures.http import Api, Reply
from tests.fixtures.people import People
from tests.integration.acts.telemonitoring.enrolled import make_follow_up

pytestmark = pytest.mark.asyncio

FHIR = "application/fhir+json"
PAIN = {
    "resourceType": "Questionnaire",
    "status": "active",
    "url": "https://cabinet.example/douleur",
    "version": "1",
    "name": "douleur",
    "title": "Votre douleur",
    "item": [{"linkId": "mal", "text": "Avez-vous mal ?", "type": "boolean", "required": True}],
}


@pytest_asyncio.fixture
async def follow_up(services: Services, people: People, patient: Patient) -> FollowUp:
    return await make_follow_up(services, people.doctor, patient)


def codes(reply: Reply) -> list[str]:
    """The issues of an OperationOutcome."""
    assert reply.body["resourceType"] == "OperationOutcome", reply.body
    return [issue["details"]["coding"][0]["code"] for issue in reply.body["issue"]]


async def test_each_operation_is_for_the_team_of_the_practice(api: Api, people: People, follow_up: FollowUp) -> None:
    home, other = f"/follow-ups/{follow_up.id}", new_id()
    typed = {"group": "weight", "measures": [{"signal": "weight", "value": "72,4"}]}
    calls: tuple[tuple[str, str, Any], ...] = (
        ("GET", f"{home}/questionnaires", None),
        ("PUT", f"{home}/questionnaires/{other}", {"every_days": 1}),
        ("POST", f"{home}/questionnaires/{other}/answers", {"answers": {"a": {"value": "b"}}}),
        ("POST", f"{home}/measures", typed),
        ("GET", f"{home}/entries", None),
        ("PUT", f"{home}/entries/{other}", {"answers": {"weight": {"value": "70"}}}),
        ("DELETE", f"{home}/entries/{other}", None),
        ("GET", f"/fhir/QuestionnaireResponse?based-on=CarePlan/{follow_up.id}", None),
    )
    for method, path, body in calls:
        statuses = [
            (await api.call(method, path, body, by=caller)).status
            for caller in (None, people.secretary, people.auditor, people.stranger)
        ]
        assert statuses == [401, 403, 403, 404], path
    for path in (f"{home}/links", f"{home}/links/by-hand"):
        body = None if path.endswith("hand") else {"channel": "sms"}
        statuses = [
            (await api.call("POST", path, body, by=caller)).status for caller in (None, people.auditor, people.stranger)
        ]
        assert statuses == [401, 403, 404], path
    made = await api.call("POST", f"{home}/links/by-hand", by=people.secretary)
    assert (made.status, "/s/" in made.body["link"]) == (201, True)
    assert (await api.call("DELETE", f"{home}/links", by=people.secretary)).status == 204


async def test_a_nurse_keys_measures_corrects_them_and_takes_them_back(
    api: Api, people: People, follow_up: FollowUp
) -> None:
    home = f"/follow-ups/{follow_up.id}"
    pressure = [{"signal": "systolic_pressure", "value": "132"}, {"signal": "diastolic_pressure", "value": "81"}]
    kept = await api.call("POST", f"{home}/measures", {"group": "pressure", "measures": pressure}, by=people.nurse)
    assert (kept.status, kept.body["channel"], kept.body["author_id"]) == (201, "phone", str(people.nurse.id))
    heavy = {"group": "weight", "measures": [{"signal": "weight", "value": "800", "unit": "kg"}]}
    unsure = await api.call("POST", f"{home}/measures", heavy, by=people.nurse)
    assert (unsure.status, unsure.code) == (409, "telemonitoring.unlikely_measure")
    assert "800" not in json.dumps(unsure.body)
    sure = await api.call("POST", f"{home}/measures", heavy | {"is_sure": True}, by=people.nurse)
    assert sure.body["answers"][0]["quarantine"] == "implausible"
    entry = f"{home}/entries/{sure.body['id']}"
    fixed = await api.call("PUT", entry, {"answers": {"weight": {"value": "80.0", "unit": "kg"}}}, by=people.doctor)
    assert (fixed.body["version"], fixed.body["status"], fixed.body["answers"][0]["value"]) == (1, "amended", 80.0)
    wrong = await api.call("PUT", entry, {"answers": {"weight": {"value": "80", "unit": "mmHg"}}}, by=people.nurse)
    assert (wrong.status, wrong.code) == (422, "telemonitoring.answers")
    assert (await api.call("DELETE", entry, by=people.nurse)).status == 204
    again = await api.call("DELETE", entry, by=people.nurse)
    assert (again.status, again.code) == (409, "telemonitoring.entry_closed")
    versions = await api.call("GET", f"{entry}/versions", by=people.nurse)
    assert [one["status"] for one in versions.body["items"]] == ["completed", "amended", "entered-in-error"]
    listed = await api.call("GET", f"{home}/entries", by=people.nurse)
    assert [one["title"] for one in listed.body["items"]] == ["Poids", "Tension"]
    groups = await api.call("GET", "/telemonitoring/measures", by=people.nurse)
    assert groups.body["items"][0]["fields"][0]["units"] == {"kg": "kg"}


async def test_a_questionnaire_is_imported_asked_and_answered_in_fhir(
    api: Api, people: People, follow_up: FollowUp
) -> None:
    refused = await api.call(
        "POST", "/fhir/Questionnaire", json.dumps(PAIN | {"title": ""}), by=people.doctor, content_type=FHIR
    )
    assert (refused.status, codes(refused)) == (422, ["questionnaire.title"])
    broken = await api.call("POST", "/fhir/Questionnaire", b"{", by=people.doctor, content_type=FHIR)
    assert (broken.status, codes(broken)) == (400, ["message.structure"])
    made = await api.call("POST", "/fhir/Questionnaire", json.dumps(PAIN), by=people.doctor, content_type=FHIR)
    assert made.status == 201
    read = await api.call("GET", made.response.headers["Location"], by=people.nurse)
    assert read.body == PAIN | {"id": made.body["id"]}
    assert (await api.call("GET", made.response.headers["Location"], by=people.stranger)).status == 404
    home = f"/follow-ups/{follow_up.id}/questionnaires"
    asked = await api.call("PUT", f"{home}/{made.body['id']}", {"every_days": 7}, by=people.nurse)
    assert [(one["questionnaire"]["title"], one["is_set"]) for one in asked.body["items"]] == [
        ("Votre cœur aujourd'hui", False),
        ("Votre douleur", True),
    ]
    response: dict[str, Any] = {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "questionnaire": f"{PAIN['url']}|1",
        "basedOn": [{"reference": f"CarePlan/{follow_up.id}"}],
        "item": [{"linkId": "mal", "answer": [{"valueBoolean": True}]}],
    }

    async def send(**changes: Any) -> Reply:
        body = json.dumps(response | changes)
        return await api.call("POST", "/fhir/QuestionnaireResponse", body, by=people.nurse, content_type=FHIR)

    kept = await send()
    assert (kept.status, kept.body["author"]) == (201, {"reference": f"Practitioner/{people.nurse.id}"})
    assert (await api.call("GET", kept.response.headers["Location"], by=people.doctor)).body == kept.body
    found = await api.call("GET", f"/fhir/QuestionnaireResponse?based-on={follow_up.id}", by=people.doctor)
    assert [one["resource"]["id"] for one in found.body["entry"]] == [kept.body["id"]]
    assert codes(await send(questionnaire="https://ailleurs.example/x")) == ["response.questionnaire"]
    assert codes(await send(item=[{"linkId": "autre", "answer": [{"valueBoolean": True}]}])) == ["response.link"]
    assert codes(await send(item=[])) == ["answer.missing"]
    assert (await send(basedOn=[{"reference": f"CarePlan/{new_id()}"}])).status == 404
    assert (await api.call("DELETE", f"{home}/{made.body['id']}", by=people.nurse)).status == 204
    retired = await api.call("POST", f"/telemonitoring/questionnaires/{made.body['id']}/retirement", by=people.doctor)
    assert retired.body["retired_at"] is not None
    off = await api.call("PUT", f"{home}/{made.body['id']}", {"every_days": 7}, by=people.nurse)
    assert (off.status, off.code) == (409, "telemonitoring.questionnaire_retired")
    ours = await api.call("GET", "/telemonitoring/pathways/diabete/questionnaires", by=people.nurse)
    assert [one["every_days"] for one in ours.body["items"]] == [7]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"every_days": 0}, 422),
        ({"every_days": 32}, 422),
        ({"every_days": 1, "remind_at": "18:00"}, 422),
        ({"every_days": 1, "remind_at": "25:00", "channel": "sms"}, 422),
        ({"every_days": 1, "first_day": "2026-11-30", "last_day": "2026-11-29"}, 422),
        ({"every_days": 1, "remind_at": "18:00", "channel": "sms", "last_day": "2026-12-31"}, 200),
    ],
)
async def test_an_asking_that_makes_no_sense_is_refused(
    services: Services, api: Api, people: People, follow_up: FollowUp, body: dict[str, Any], status: int
) -> None:
    (known,) = services.telemonitoring.keying.questionnaires.of_pathway("insuffisance_cardiaque")
    path = f"/follow-ups/{follow_up.id}/questionnaires/{known.id}"
    assert (await api.call("PUT", path, body, by=people.nurse)).status == status
