"""Rosters over FHIR: found by national number, taken in once, refused with an outcome."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from telemed.app import Services, build_app
from telemed.experts.routes.keys import FHIR_TAKERS, FhirTaker
from telemed.experts.routes.slots import take_fhir_bundle
from telemed.kernel.caller import Caller, CallerKind
from tests.fixtures.http import Api, Reply
from tests.fixtures.people import People
from tests.integration.experts.conftest import PROFILE, hours
from tests.shared import shared_path

pytestmark = pytest.mark.asyncio
PS_SYSTEM, FHIR = "urn:oid:1.2.250.1.71.4.2.1", "application/fhir+json"
SAMPLE = "data/fhir/IG-fhir-service-acces-aux-soins/package/example/Bundle-ExampleBundlePSIndiv.json"


async def send(api: Api, body: object, by: Caller | None) -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await api.call("POST", "/fhir", raw, by=by, content_type=FHIR)


def slot(start: str, end: str, *, name: str = "1", status: str = "free") -> dict[str, Any]:
    identifier = [{"system": "urn:agenda", "value": name}]
    when = {"start": f"2026-11-26T{start}:00+01:00", "end": f"2026-11-26T{end}:00+01:00"}
    return {
        "resourceType": "Slot",
        "identifier": identifier,
        "schedule": {"reference": "Schedule/s"},
        "status": status,
    } | when


def bundle(*slots: dict[str, Any], rpps: str) -> dict[str, Any]:
    actor = {"identifier": {"system": PS_SYSTEM, "value": f"8{rpps}"}}
    schedule = {"resourceType": "Schedule", "id": "s", "actor": [actor]}
    return {"resourceType": "Bundle", "type": "batch", "entry": [{"resource": one} for one in (*slots, schedule)]}


def statuses(reply: Reply) -> list[str]:
    assert reply.status == 200, reply.body
    return [entry["response"]["status"].split()[0] for entry in reply.body["entry"]]


async def openings(api: Api, by: Caller) -> list[str]:
    reply = await api.call("GET", "/experts/me/openings?days=7", by=by)
    return [f"{one['starts_at'][11:16]}-{one['ends_at'][11:16]}" for one in reply.body["items"]]


async def test_slots_of_another_system_open_hours_once(api: Api, expert: Caller) -> None:
    assert expert.rpps
    both = bundle(slot("09:00", "10:00"), slot("10:00", "11:00", name="2"), rpps=expert.rpps)
    assert statuses(await send(api, both, expert)) == ["201", "201", "200"]
    assert await openings(api, expert) == ["08:00-10:00"]
    assert statuses(await send(api, both, expert)) == ["200", "200", "200"]
    moved = bundle(slot("09:00", "09:30"), slot("10:00", "11:00", name="2", status="busy"), rpps=expert.rpps)
    assert statuses(await send(api, moved, expert)) == ["200", "200", "200"]
    assert await openings(api, expert) == ["08:00-08:30"]


async def test_only_one_s_own_or_of_the_practice_that_one_runs(api: Api, expert: Caller, people: People) -> None:
    assert expert.rpps
    one = bundle(slot("09:00", "10:00"), rpps=expert.rpps)
    assert statuses(await send(api, one, people.doctor)) == ["404", "200"]
    assert statuses(await send(api, one, people.secretary)) == ["404", "200"]
    assert await openings(api, expert) == []
    assert statuses(await send(api, one, people.administrator)) == ["201", "200"]
    assert await openings(api, expert) == ["08:00-09:00"]
    assert (await send(api, one, None)).status == 401
    assert (await send(api, one, people.auditor)).status == 403


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"start": "2026-11-26T09:00:00"}, ".start"),
        ({"start": 20261126}, ".start"),
        ({"start": "2026-11-26T25:99:00Z"}, ".start"),
        ({"end": "2026-11-26T07:00:00+01:00"}, ".end"),
        ({"end": "2027-11-26T07:00:00+01:00"}, ".end"),
        ({"status": "zzz"}, ".status"),
        ({"schedule": "s"}, ".schedule"),
        ({"identifier": "x"}, ".identifier"),
    ],
)
async def test_an_invalid_slot_is_told_by_an_outcome(
    api: Api, expert: Caller, change: dict[str, Any], where: str
) -> None:
    good = slot("09:00", "10:00", name="good")
    reply = await send(api, bundle(good, slot("09:00", "10:00") | change, rpps=expert.rpps or ""), expert)
    assert (reply.status, reply.response.content_type, reply.body["resourceType"]) == (422, FHIR, "OperationOutcome")
    assert reply.body["issue"][0]["expression"] == [f"Bundle.entry[1].resource{where}"]
    assert await openings(api, expert) == []


async def test_what_is_no_bundle_is_refused(api: Api, expert: Caller) -> None:
    twice = bundle(slot("09:00", "10:00"), slot("10:00", "11:00"), rpps=expert.rpps or "")
    nameless = {key: one for key, one in slot("09:00", "10:00").items() if key != "identifier"}
    many = {"resourceType": "Bundle", "type": "batch", "entry": [{"resource": {"resourceType": "X"}}] * 1001}
    for body, status, kind in (
        (b"{", 400, "invalid"),
        (b"[]", 422, "structure"),
        ({"resourceType": "Patient"}, 422, "structure"),
        ({"resourceType": "Bundle", "type": "history"}, 422, "value"),
        ({"resourceType": "Bundle", "type": "batch", "entry": [1]}, 422, "structure"),
        (many, 422, "too-long"),
        (twice, 422, "duplicate"),
        (bundle(nameless, rpps=expert.rpps or ""), 422, "required"),
    ):
        reply = await send(api, body, expert)
        assert (reply.status, reply.body["issue"][0]["code"]) == (status, kind)
    assert (await api.call("POST", "/fhir", b"{}", by=expert, content_type="text/plain")).status == 415


async def test_the_official_sample_opens_the_hours_of_its_doctor(api: Api, expert: Caller) -> None:
    sample = shared_path(SAMPLE).read_text("utf-8")
    reply = await send(api, sample.encode(), expert)
    assert set(statuses(reply)) == {"200", "404"}
    mine = sample.replace("810100050075", f"8{expert.rpps}").replace("2021-11-05T", "2026-11-26T")
    assert statuses(await send(api, mine.encode(), expert)).count("201") >= 2
    assert "09:00-09:30" in " ".join(await openings(api, expert))


async def test_openings_are_found_by_national_number(api: Api, expert: Caller, people: People) -> None:
    weekly = hours("2026-11-26", rule="FREQ=DAILY")
    await api.call("POST", "/experts/me/shifts", weekly, by=expert)
    actor = f"schedule.actor:Practitioner.identifier={PS_SYSTEM}%7C8{expert.rpps}"
    bounds = "start=ge2026-11-27T00:00:00%2B01:00&start=le2026-11-29T23:59:59%2B01:00"
    include = "_include=Slot:schedule&_include:iterate=Schedule:actor"
    reply = await api.call("GET", f"/fhir/Slot?{actor}&{bounds}&status=free&{include}&_count=1000", by=people.secretary)
    assert (reply.status, reply.response.content_type, reply.body["total"]) == (200, FHIR, 3)
    kinds = [entry["resource"]["resourceType"] for entry in reply.body["entry"]]
    assert kinds == ["Slot", "Slot", "Slot", "Schedule", "Practitioner"]
    assert reply.body["entry"][0]["resource"]["start"] == "2026-11-27T08:00:00.000+00:00"
    assert reply.body["entry"][4]["resource"]["name"] == [{"family": "Nguyen", "given": ["Claire"]}]
    schedule = await api.call(
        "GET", f"/fhir/Schedule?actor:Practitioner.identifier={PS_SYSTEM}%7C8{expert.rpps}", by=expert
    )
    assert schedule.body["entry"][0]["resource"] == reply.body["entry"][3]["resource"]
    await api.call("PUT", "/experts/me", PROFILE | {"is_open": False}, by=expert)
    assert (await api.call("GET", f"/fhir/Slot?{actor}", by=expert)).body["total"] == 0


async def test_slots_go_on_from_page_to_page(api: Api, expert: Caller) -> None:
    await api.call("POST", "/experts/me/shifts", hours("2026-11-26", rule="FREQ=DAILY"), by=expert)
    found, path = [], "/fhir/Slot?_count=4"
    while path:
        reply = await api.call("GET", path, by=expert)
        found += [entry["resource"]["start"] for entry in reply.body["entry"]]
        following = [link["url"] for link in reply.body["link"] if link["relation"] == "next"]
        path = "/fhir/" + following[0].rpartition("/fhir/")[2] if following else ""
    assert len(found) == len(set(found)) == (timedelta(days=42) - timedelta(days=1)).days
    assert found == sorted(found)


async def test_a_search_of_nonsense_is_told_by_an_outcome(api: Api, expert: Caller) -> None:
    for query in (
        "schedule.actor:Practitioner.identifier=x",
        "start=hier",
        "start=ge2026-11-27&start=ge2026-11-28",
        "cursor=x",
    ):
        reply = await api.call("GET", f"/fhir/Slot?{query}", by=expert)
        assert (reply.status, reply.body["resourceType"]) == (422, "OperationOutcome"), query
    assert (await api.call("GET", "/fhir/Slot?status=busy", by=expert)).body["total"] == 0
    assert (await api.call("GET", "/fhir/Slot?patient=1", by=expert)).status == 422


async def test_a_bundle_of_a_device_goes_to_who_takes_it(services: Services) -> None:
    taken: list[Caller] = []

    async def take(_request: web.Request, caller: Caller) -> web.Response:
        taken.append(caller)
        return web.Response(status=202)

    app = build_app(services)
    takers: dict[CallerKind, FhirTaker] = {CallerKind.DEVICE: take}
    app[FHIR_TAKERS] = takers
    request = make_mocked_request("POST", "/fhir", app=app, headers={"Content-Type": FHIR})
    device = Caller(CallerKind.DEVICE)
    assert (await take_fhir_bundle(request, device)).status == 202
    assert taken == [device]
