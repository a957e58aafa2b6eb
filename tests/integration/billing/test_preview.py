"""“May I bill this, and what?” over HTTP: the rules of the claim, before the act and after it, and nothing is taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from billing.facts import Part
from billing.rules.tariff import ClaimState
from telemed.app import Services
from telemed.kernel.caller import SYSTEM, Caller, Role
from telemed.kernel.ids import new_id
from telemed.patients.model import Patient
from telemed.professionals.model import Profession
from tests.fixtures.http import Api
from tests.fixtures.people import People, caller_for, make_staff
from tests.unit.billing.making import make_biller, make_facts, make_teleexpertise

pytestmark = pytest.mark.asyncio
PREVIEW = "/billing/preview"
COLLEAGUE = {"rpps": "10100000057", "profession": "60"}


def teleconsultation(by: Caller, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "teleconsultation",
        "professional_id": str(by.id),
        "started_at": "2026-11-25T14:30:00+01:00",
    } | changes


def teleexpertise(by: Caller, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "teleexpertise",
        "professional_id": str(by.id),
        "side": "requis",
        "colleague": COLLEAGUE,
        "requested_at": "2026-06-01T09:00:00+02:00",
        "accepted_at": "2026-06-01T10:00:00+02:00",
        "completed_at": "2026-06-02T09:00:00+02:00",
    } | changes


@pytest_asyncio.fixture
async def nurse(services: Services, people: People) -> Caller:
    person = replace(
        make_staff(people.practice.id, Role.SECRETARY), profession=Profession.INFIRMIER, rpps="10100000065"
    )
    created, _ = await services.professionals.create(SYSTEM, person, "ines.nurse")
    return caller_for(created)


async def close_act(services: Services, people: People, patient: Patient, **changes: Any) -> UUID:
    """A closed téléconsultation of the doctor, in the ledger."""
    facts = make_facts(
        **{
            "act_id": new_id(),
            "professional_id": people.doctor.id,
            "rpps": people.doctor.rpps,
            "practice_id": people.practice.id,
            "patient_id": patient.id,
        }
        | changes
    )
    await services.claims.propose(facts)
    return facts.act_id


async def test_the_tariff_is_told_with_its_text(api: Api, people: People) -> None:
    reply = await api.call("POST", PREVIEW, teleconsultation(people.doctor), by=people.doctor)
    assert reply.status == 200
    assert (reply.body["state"], reply.body["code"], reply.body["amount_cents"]) == ("proposed", "TCG", 2500)
    assert reply.body["day"] == "2026-11-25"
    assert reply.body["basis"][-1]["references"][0]["address"].startswith("https://")
    assert reply.body["quota"] is reply.body["cap"] is None


async def test_an_act_before_its_tariff_existed_is_refused_and_never_zero(api: Api, people: People) -> None:
    asked = teleconsultation(people.doctor, started_at="2018-09-14T12:00:00+02:00")
    reply = await api.call("POST", PREVIEW, asked, by=people.doctor)
    assert (reply.body["state"], reply.body["amount_cents"]) == ("not_billable", None)
    assert [one["code"] for one in reply.body["refusals"]] == ["billing.before_reimbursement"]


async def test_voice_alone_is_refused_with_the_reason(api: Api, people: People) -> None:
    asked = teleconsultation(people.doctor, is_video_established=False)
    reply = await api.call("POST", PREVIEW, asked, by=people.doctor)
    assert [one["code"] for one in reply.body["refusals"]] == ["billing.no_video"]


async def test_with_a_patient_the_cap_is_looked_at(api: Api, people: People, patient: Patient) -> None:
    asked = teleconsultation(people.doctor, patient_id=str(patient.id))
    reply = await api.call("POST", PREVIEW, asked, by=people.doctor)
    assert reply.body["cap"]["is_held"] is False


async def test_each_side_of_a_teleexpertise(api: Api, people: People, patient: Patient) -> None:
    asked = teleexpertise(people.doctor, patient_id=str(patient.id))
    requis = await api.call("POST", PREVIEW, asked, by=people.doctor)
    requerant = await api.call("POST", PREVIEW, asked | {"side": "requerant"}, by=people.doctor)
    assert (requis.body["code"], requis.body["amount_cents"]) == ("TE2", 2300)
    assert (requerant.body["code"], requerant.body["state"]) == ("RQD", "proposed")
    assert requis.body["quota"] == {
        "code": "TE2",
        "year": 2026,
        "scope": "biller",
        "limit": 4,
        "reserved": 0,
        "consumed": 0,
        "left": 4,
    }


async def test_the_fifth_is_announced_before_it_is_done(
    api: Api, services: Services, people: People, patient: Patient
) -> None:
    assert people.doctor.id
    assert people.doctor.rpps
    requis = make_biller(professional_id=people.doctor.id, rpps=people.doctor.rpps, practice_id=people.practice.id)
    start = make_teleexpertise(requis=requis, patient_id=patient.id)
    for day in range(4):
        at = datetime.fromisoformat("2026-03-02T12:00:00+01:00") + timedelta(days=day)
        facts = replace(start, act_id=new_id(), requested_at=at, accepted_at=at, completed_at=at)
        opinion, _ = await services.claims.propose_all(facts)
        assert opinion.state is ClaimState.PROPOSED
    asked = teleexpertise(people.doctor, patient_id=str(patient.id))
    fifth = await api.call("POST", PREVIEW, asked, by=people.doctor)
    (refusal,) = fifth.body["refusals"]
    assert (refusal["code"], refusal["compared"]["limit"]) == ("billing.quota_exhausted", 4)
    assert fifth.body["quota"]["left"] == 0
    again = await api.call("POST", PREVIEW, asked | {"act_id": str(facts.act_id)}, by=people.doctor)
    assert (again.body["state"], again.body["quota"]["consumed"]) == ("proposed", 3)
    assert facts.day_of(Part.OPINION) == date(2026, 3, 5)


async def test_asking_takes_nothing(api: Api, people: People, patient: Patient) -> None:
    asked = teleexpertise(people.doctor, patient_id=str(patient.id))
    for _ in range(6):
        reply = await api.call("POST", PREVIEW, asked, by=people.doctor)
    assert reply.body["quota"]["left"] == 4


async def test_facts_that_cannot_be_are_told(api: Api, people: People) -> None:
    asked = teleexpertise(people.doctor, completed_at="2026-05-31T09:00:00+02:00")
    reply = await api.call("POST", PREVIEW, asked, by=people.doctor)
    assert (reply.status, reply.code) == (422, "invalid")


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "visit"},
        {"kind": "teleconsultation", "colour": "red"},
        {"started_at": "2026-11-25T14:30:00"},
        {"fee_cents": 25.5},
        {"medecin_traitant": "maybe"},
    ],
)
async def test_unreadable_questions_are_told(api: Api, people: People, wrong: dict[str, Any]) -> None:
    reply = await api.call("POST", PREVIEW, teleconsultation(people.doctor) | wrong, by=people.doctor)
    assert reply.status == 422


async def test_who_may_ask_for_whom(api: Api, people: People, patient: Patient) -> None:
    asked = teleconsultation(people.doctor)
    statuses = {
        name: (await api.call("POST", PREVIEW, asked, by=caller)).status
        for name, caller in {
            "nobody": None,
            "doctor": people.doctor,
            "colleague": people.colleague,
            "secretary": people.secretary,
            "administrator": people.administrator,
            "stranger": people.stranger,
            "auditor": people.auditor,
        }.items()
    }
    assert statuses == {
        "nobody": 401,
        "doctor": 200,
        "colleague": 404,
        "secretary": 200,
        "administrator": 200,
        "stranger": 404,
        "auditor": 403,
    }
    foreign = teleconsultation(people.stranger, patient_id=str(patient.id))
    assert (await api.call("POST", PREVIEW, foreign, by=people.stranger)).status == 404


async def test_a_secretary_declares_the_nurse_beside_the_patient(
    api: Api, services: Services, people: People, patient: Patient, nurse: Caller
) -> None:
    act_id = await close_act(services, people, patient)
    body = {
        "teleconsultation_id": str(act_id),
        "professional_id": str(nurse.id),
        "setting": "home",
        "done_at": "2026-11-25T14:45:00+01:00",
    }
    first = await api.call("POST", "/billing/accompaniments", body, by=people.secretary)
    again = await api.call("POST", "/billing/accompaniments", body, by=people.secretary)
    assert first.status == 200
    assert (first.body["code"], first.body["amount_cents"]) == ("TLD", 1500)
    assert again.body == first.body
    changed = await api.call("POST", "/billing/accompaniments", body | {"setting": "planned_care"}, by=people.secretary)
    assert (changed.body["code"], changed.body["supersedes_id"]) == ("TLS", first.body["id"])
    own = await api.call("POST", PREVIEW, preview_of(body, people, patient), by=people.secretary)
    assert [one["code"] for one in own.body["refusals"]] == ["billing.already_accompanied"]


def preview_of(body: dict[str, Any], people: People, patient: Patient) -> dict[str, Any]:
    """The same accompaniment asked for as another act."""
    return {
        "kind": "accompaniment",
        "professional_id": body["professional_id"],
        "patient_id": str(patient.id),
        "setting": body["setting"],
        "done_at": body["done_at"],
        "teleconsultation_id": body["teleconsultation_id"],
        "teleconsultation_at": "2026-11-25T14:30:00+01:00",
        "doctor_rpps": people.doctor.rpps,
    }


async def test_only_a_closed_act_of_the_practice_is_accompanied(
    api: Api, services: Services, people: People, patient: Patient, nurse: Caller
) -> None:
    act_id = await close_act(services, people, patient)
    body = {
        "teleconsultation_id": str(act_id),
        "professional_id": str(nurse.id),
        "setting": "home",
        "done_at": "2026-11-25T14:45:00+01:00",
    }
    for by, changes, status in (
        (None, {}, 401),
        (people.auditor, {}, 403),
        (people.stranger, {}, 404),
        (people.secretary, {"teleconsultation_id": str(new_id())}, 404),
        (people.secretary, {"professional_id": str(people.stranger.id)}, 404),
        (people.secretary, {"professional_id": str(people.secretary.id)}, 404),
        (people.secretary, {"setting": "train"}, 422),
    ):
        reply = await api.call("POST", "/billing/accompaniments", body | changes, by=by)
        assert reply.status == status


def month_of_follow_up(by: Caller, **changes: Any) -> dict[str, Any]:
    always = {"first_day": "2020-01-01"}
    return {
        "kind": "telemonitoring",
        "professional_id": str(by.id),
        "pathway": "insuffisance_cardiaque",
        "started_on": "2026-01-31",
        "month": 1,
        "closed_at": "2026-03-01T00:00:00+01:00",
        "prescription": {"first_day": "2026-01-31"},
        "consent": always,
        "usage_data_consent": always,
        "ars_declaration": always,
        "convention": always,
        "dmn_listing": always,
        "data_returns": [{"month": 1, "expected": 29, "received": 15}],
    } | changes


async def test_a_month_of_telesurveillance_is_asked_about(api: Api, people: People) -> None:
    reply = await api.call("POST", PREVIEW, month_of_follow_up(people.doctor), by=people.doctor)
    assert reply.status == 200
    assert (reply.body["state"], reply.body["code"], reply.body["amount_cents"]) == ("proposed", "TVB", 2800)
    assert reply.body["day"] == "2026-02-28"
    assert reply.body["quota"] is reply.body["cap"] is None
    assert reply.body["invoices"] == [[1]]
    technical = reply.body["technical"]
    assert (technical["code"], technical["amount_cents"]) == ("1612544", None)
    assert [one["code"] for one in technical["missing"]] == ["billing.tariff_not_established"]
    increase = {"level": 2, "grounds": ["III_1"]}
    dearer = await api.call("POST", PREVIEW, month_of_follow_up(people.doctor, increase=increase), by=people.doctor)
    assert (dearer.body["code"], dearer.body["amount_cents"]) == ("TVB", 7000)


async def test_months_done_leave_together_six_at_most(api: Api, people: People) -> None:
    """R-31: months in a row; one that is refused leaves with none."""
    asked = month_of_follow_up(people.doctor, months_done=[2, 3, 4, 5, 6, 7, 9])
    reply = await api.call("POST", PREVIEW, asked, by=people.doctor)
    assert reply.body["invoices"] == [[1, 2, 3, 4, 5, 6], [7], [9]]
    refused = await api.call("POST", PREVIEW, asked | {"consent": None, "months_done": [1, 2]}, by=people.doctor)
    assert (refused.body["state"], refused.body["invoices"]) == ("not_billable", [[2]])
    before = asked | {"started_on": "2018-03-01", "closed_at": "2018-05-01T00:00:00+02:00"}
    reply = await api.call("POST", PREVIEW, before, by=people.doctor)
    assert (reply.status, reply.body["state"], reply.body["invoices"]) == (200, "not_billable", [])
    other = await api.call("POST", PREVIEW, teleconsultation(people.doctor), by=people.doctor)
    assert (other.body["technical"], other.body["invoices"]) == (None, [])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"closed_at": "2026-02-28T23:59:59+01:00"}, "billing.month_not_over"),
        ({"prescription": None}, "billing.prescription_missing"),
        ({"consent": None}, "billing.consent_missing"),
        ({"data_returns": [{"month": 1, "expected": 30, "received": 15}]}, "billing.not_adherent"),
        ({"data_returns": []}, "billing.adherence_unknown"),
        ({"pathway": "hypertension"}, "billing.pathway_not_listed"),
        ({"suspensions": [{"first_day": "2026-01-01"}], "data_returns": []}, "billing.month_suspended"),
    ],
)
async def test_a_month_that_is_not_due_says_why(api: Api, people: People, changes: dict[str, Any], reason: str) -> None:
    reply = await api.call("POST", PREVIEW, month_of_follow_up(people.doctor, **changes), by=people.doctor)
    assert (reply.status, reply.body["state"]) == (200, "not_billable")
    assert [one["code"] for one in reply.body["refusals"]] == [reason]


@pytest.mark.parametrize(
    "changes",
    [
        {"month": 0},
        {"month": 241},
        {"started_on": "2101-01-01"},
        {"prescription": {"first_day": "9999-12-31"}},
        {"suspensions": [{"first_day": "2026-01-31", "last_day": "9999-12-31"}]},
        {"consent": {"first_day": "2026-01-02", "last_day": "2026-01-01"}},
        {"consent": {"first_day": "2026-01-02", "until": None}},
        {"data_returns": [{"month": 1, "expected": 0, "received": 0}]},
        {"data_returns": [{"month": 1, "expected": 1, "received": 0}] * 2},
        {"increase": {"level": 3}},
        {"pathway": "Une phrase"},
    ],
)
async def test_a_month_that_cannot_be_is_refused(api: Api, people: People, changes: dict[str, Any]) -> None:
    reply = await api.call("POST", PREVIEW, month_of_follow_up(people.doctor, **changes), by=people.doctor)
    assert reply.status == 422
