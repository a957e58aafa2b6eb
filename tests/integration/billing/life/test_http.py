"""Every route of the life of a claim: nobody, the wrong person, the right one, and what the rules refuse."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from billing.facts import Part, Reimbursement
from billing.model import Claim
from telemed.app import Services
from telemed.kernel.ids import new_id
from telemed.patients.model import Patient
from tests.fixtures.http import Api
from tests.fixtures.people import People
from tests.integration.billing.life.conftest import NSS, ORGANISM
from tests.unit.billing.making import make_biller, make_facts, make_teleexpertise

pytestmark = pytest.mark.asyncio
RIGHTS = {"nss": NSS, "organism": ORGANISM, "source": "adri", "seen_on": "2026-11-20"}


class Desk:
    """A practice with a patient, and claims of its doctor."""

    def __init__(self, services: Services, people: People, patient: Patient) -> None:
        self.services, self.people, self.patient = services, people, patient

    async def propose(self, **changes: Any) -> Claim:
        start = self.services.clock.now() - timedelta(minutes=30)
        doctor = self.people.doctor
        facts = {
            "act_id": new_id(),
            "professional_id": doctor.id,
            "rpps": doctor.rpps,
            "practice_id": self.people.practice.id,
            "patient_id": self.patient.id,
            "started_at": start,
            "ended_at": start + timedelta(minutes=10),
        }
        return await self.services.claims.propose(make_facts(**(facts | changes)))


@pytest_asyncio.fixture
async def desk(services: Services, people: People, patient: Patient) -> Desk:
    return Desk(services, people, patient)


def insurance_path(desk: Desk) -> str:
    return f"/billing/patients/{desk.patient.id}/insurance"


async def test_rights_are_read_and_kept_by_the_practice_alone(desk: Desk, api: Api) -> None:
    path, people = insurance_path(desk), desk.people
    assert (await api.call("GET", path)).status == 401
    assert (await api.call("PUT", path, RIGHTS)).status == 401
    assert (await api.call("GET", path, by=people.secretary)).status == 404
    assert (await api.call("PUT", path, RIGHTS, by=people.stranger)).status == 404
    assert (await api.call("PUT", path, RIGHTS, by=people.auditor)).status == 403
    assert (await api.call("GET", path, by=people.administrator)).status == 403
    kept = await api.call("PUT", path, RIGHTS, by=people.secretary)
    assert (kept.status, kept.body["nss"]) == (200, NSS)
    read = await api.call("GET", path, by=people.doctor)
    assert read.body == kept.body


@pytest.mark.parametrize(
    "wrong",
    [
        {"nss": NSS[:13] + "71"},
        {"nss": "123"},
        {"organism": "01"},
        {"source": "elsewhere"},
        {"seen_on": "2026-12-24"},
        {"is_on_parents_number": True},
        {"patient_rank": 2},
        {"unknown": 1},
        {"complementary": {"insurer": "é", "contract": "1", "takes_dre": True}},
    ],
)
async def test_rights_that_cannot_be_are_refused_without_quoting_them(
    desk: Desk, api: Api, wrong: dict[str, Any]
) -> None:
    reply = await api.call("PUT", insurance_path(desk), RIGHTS | wrong, by=desk.people.secretary)
    assert reply.status == 422
    assert NSS[:10] not in str(reply.body)


async def test_a_child_is_billed_on_a_parents_number(desk: Desk, api: Api) -> None:
    child = RIGHTS | {"is_on_parents_number": True, "patient_rank": 2}
    kept = await api.call("PUT", insurance_path(desk), child, by=desk.people.secretary)
    assert (kept.status, kept.body["patient_rank"]) == (200, 2)


async def test_a_number_never_reaches_the_trace(desk: Desk, api: Api) -> None:
    await api.call("PUT", insurance_path(desk), RIGHTS, by=desk.people.secretary)
    trace = await api.call("GET", "/trace", by=desk.people.auditor)
    assert "billing.record_insurance" in str(trace.body)
    assert NSS not in str(trace.body)


WRITES: list[tuple[str, Any]] = [
    ("invoice", {}),
    ("complete", {"amount_cents": 2500, "source": "Convention"}),
    ("abandon", {"reason": "Erreur"}),
    ("reverse", {"reason": "Erreur"}),
    ("correct", {"reason": "Erreur"}),
    ("restore", None),
    ("paper-sent", None),
    ("payments", {"owing": "patient", "cents": 2500}),
]


@pytest.mark.parametrize(("verb", "body"), WRITES)
async def test_decisions_are_closed_to_others(desk: Desk, api: Api, verb: str, body: Any) -> None:
    claim = await desk.propose()
    path, people = f"/billing/claims/{claim.id}/{verb}", desk.people
    assert (await api.call("POST", path, body)).status == 401
    assert (await api.call("POST", path, body, by=people.auditor)).status == 403
    assert (await api.call("POST", path, body, by=people.administrator)).status == 403
    assert (await api.call("POST", path, body, by=people.stranger)).status == 404
    assert (await api.call("POST", path, body, by=people.colleague)).status == 404


async def test_an_invoice_from_its_refusal_to_its_lot(desk: Desk, api: Api) -> None:
    people = desk.people
    claim = await desk.propose(is_tiers_payant=True, reimbursement=Reimbursement(is_met=True))
    path = f"/billing/claims/{claim.id}"
    refused = await api.call("POST", f"{path}/invoice", {}, by=people.secretary)
    assert (refused.status, refused.reasons) == (409, ["billing.insurance_missing"])
    held = await api.call("GET", f"{path}/life", by=people.doctor)
    assert held.body["standing"]["stage"] == "held"
    await api.call("PUT", insurance_path(desk), RIGHTS, by=people.secretary)
    plan = await api.call("GET", f"{path}/plan", by=people.doctor)
    assert (plan.body["mode"], plan.body["amo_cents"], plan.body["refusals"]) == ("sesam_sans_vitale", 1750, [])
    assert {line["name"] for line in plan.body["basis"]} >= {"teleconsultation/coverage_rate"}
    assert plan.body["send_by"] == "2026-12-07", "eight working days from today, as once it is invoiced"
    done = await api.call("POST", f"{path}/invoice", {}, by=people.secretary)
    assert (done.status, done.body["standing"]["stage"], done.body["invoice"]["number"]) == (200, "invoiced", 1)
    assert (await api.call("POST", f"{path}/invoice", {}, by=people.secretary)).code == "claim.stage"
    sent = await api.call("POST", "/billing/lots/send", by=people.doctor)
    assert sent.body == {"is_configured": False}
    lots = await api.call("GET", "/billing/lots", by=people.doctor)
    (lot,) = lots.body["items"]
    assert (lot["stage"], lot["fse_count"], lot["due_on"]) == ("lotted", 1, "2026-12-07")
    detail = await api.call("GET", f"/billing/lots/{lot['id']}", by=people.administrator)
    assert detail.body["attempts"] == []
    assert (await api.call("GET", f"/billing/lots/{lot['id']}", by=people.stranger)).status == 404
    assert (await api.call("GET", f"/billing/lots/{lot['id']}")).status == 401


async def test_all_that_is_ready_is_invoiced_at_once(desk: Desk, api: Api) -> None:
    people = desk.people
    await api.call("PUT", insurance_path(desk), RIGHTS, by=people.secretary)
    first, second = await desk.propose(), await desk.propose(is_video_established=False)
    assert (await api.call("POST", "/billing/invoices/ready", by=people.administrator)).status == 403
    done = await api.call("POST", "/billing/invoices/ready", by=people.doctor)
    assert done.body == {"invoiced": [str(first.id)], "held": []}
    listed = await api.call("GET", "/billing/standings", by=people.doctor)
    assert {one["claim_id"]: one["stage"] for one in listed.body["items"]} == {
        str(first.id): "invoiced",
        str(second.id): "not_billable",
    }
    due = await api.call("GET", "/billing/standings/due?until=2026-11-30", by=people.secretary)
    assert [(one["due"], one["due_on"]) for one in due.body["items"]] == [("transmission", "2026-11-30")]
    totals = await api.call("GET", "/billing/standings/totals", by=people.administrator)
    assert {one["stage"]: one["count"] for one in totals.body["totals"]} == {"not_billable": 1, "invoiced": 1}
    assert (await api.call("GET", "/billing/standings", by=people.stranger)).body["items"] == []


async def test_a_missing_amount_is_given_with_its_text(desk: Desk, api: Api) -> None:
    people = desk.people
    await api.call("PUT", insurance_path(desk), RIGHTS, by=people.secretary)
    claim = await desk.propose(specialty="G15_10/SM02")
    path = f"/billing/claims/{claim.id}"
    assert (await api.call("POST", f"{path}/invoice", {}, by=people.doctor)).reasons == ["billing.to_complete"]
    wordless = await api.call("POST", f"{path}/complete", {"amount_cents": 5000, "source": " "}, by=people.doctor)
    assert wordless.status == 422
    body = {"amount_cents": 5000, "source": "Convention 2024, annexe tarifs"}
    completed = await api.call("POST", f"{path}/complete", body, by=people.doctor)
    assert (completed.status, completed.body["amount_cents"]) == (201, 5000)
    assert completed.body["supersedes_id"] == str(claim.id)
    assert (await api.call("POST", f"{path}/complete", body, by=people.doctor)).code == "claim.stage"
    done = await api.call("POST", f"/billing/claims/{completed.body['id']}/invoice", {}, by=people.doctor)
    assert done.body["standing"]["charged_cents"] == 5000


async def test_giving_up_is_the_doctors_and_may_be_undone(desk: Desk, api: Api) -> None:
    people, claim = desk.people, await desk.propose()
    path = f"/billing/claims/{claim.id}"
    assert (await api.call("POST", f"{path}/abandon", {"reason": "Geste"}, by=people.secretary)).status == 403
    given_up = await api.call("POST", f"{path}/abandon", {"reason": "Geste"}, by=people.doctor)
    assert (given_up.body["standing"]["stage"], given_up.body["steps"][-1]["note"]) == ("abandoned", "Geste")
    back = await api.call("POST", f"{path}/restore", by=people.doctor)
    assert back.body["standing"]["stage"] == "to_invoice"


async def test_the_calendar_of_the_practice_is_its_own(desk: Desk, api: Api) -> None:
    people = desk.people
    assert (await api.call("GET", "/billing/calendar", by=people.secretary)).body == {"zone": None}
    zone = {"zone": "alsace_moselle"}
    assert (await api.call("PUT", "/billing/calendar", zone, by=people.secretary)).status == 403
    assert (await api.call("PUT", "/billing/calendar", zone)).status == 401
    assert (await api.call("PUT", "/billing/calendar", zone, by=people.administrator)).body == zone
    assert (await api.call("GET", "/billing/calendar", by=people.doctor)).body == zone
    assert (await api.call("GET", "/billing/calendar", by=people.stranger)).body == {"zone": None}


async def test_anomalies_are_for_those_who_bill(api: Api, people: People) -> None:
    assert (await api.call("GET", "/billing/returns/anomalies")).status == 401
    assert (await api.call("GET", "/billing/returns/anomalies", by=people.auditor)).status == 403
    assert (await api.call("GET", "/billing/returns/anomalies", by=people.secretary)).body["items"] == []


async def test_a_requerant_who_is_no_doctor_bills_his_own_request(desk: Desk, api: Api) -> None:
    people, services = desk.people, desk.services
    carer = people.nurse
    now = services.clock.now()
    requerant = make_biller(professional_id=carer.id, rpps=carer.rpps, profession="60", practice_id=people.practice.id)
    facts = make_teleexpertise(
        act_id=new_id(),
        patient_id=desk.patient.id,
        requerant=requerant,
        requested_at=now - timedelta(days=1),
        accepted_at=now - timedelta(hours=20),
        completed_at=now - timedelta(hours=1),
    )
    (claim,) = [one for one in await services.claims.propose_all(facts) if one.part is Part.REQUEST]
    assert claim.code == "RQD"
    listed = await api.call("GET", "/billing/standings", by=carer)
    assert [one["claim_id"] for one in listed.body["items"]] == [str(claim.id)]
    assert (await api.call("PUT", insurance_path(desk), RIGHTS, by=carer)).status == 200
    done = await api.call("POST", f"/billing/claims/{claim.id}/invoice", {}, by=carer)
    assert (done.status, done.body["invoice"]["mode"], done.body["invoice"]["amo_cents"]) == (200, "degraded", 1000)
    other = await desk.propose()
    assert (await api.call("POST", f"/billing/claims/{other.id}/invoice", {}, by=carer)).status == 404
    assert (await api.call("GET", f"/billing/claims/{other.id}/life", by=carer)).status == 404
