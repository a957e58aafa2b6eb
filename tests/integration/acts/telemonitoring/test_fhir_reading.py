"""Measures given back in FHIR: what stands, to the team of the patient alone."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import pytest

from telemed.app import Services
from telemed.patients.model import Patient
from tests.fixtures.http import Api
from tests.fixtures.people import People
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.integration.acts.telemonitoring.equipped import equip, send

pytestmark = pytest.mark.asyncio


async def test_what_was_sent_is_read_back_as_it_stands(
    api: Api, services: Services, people: People, patient: Patient
) -> None:
    scale = await equip(services, people.doctor, await make_follow_up(services, people.doctor, patient))
    where = []
    for minutes in range(5):
        sent = await send(api, scale.token, scale.weight(70 + minutes / 10, minutes))
        where.append(urlsplit(sent.response.headers["Location"]).path)
    await send(api, scale.token, scale.weight(71.5, 0, status="amended"))
    one = await api.call("GET", where[0], by=people.nurse)
    assert (one.body["status"], one.body["valueQuantity"]["value"], one.body["valueQuantity"]["code"]) == (
        "amended",
        71.5,
        "kg",
    )
    assert f"/fhir/Observation/{one.body['id']}" == where[0]
    code = quote("http://loinc.org|29463-7", safe="")
    path = f"/fhir/Observation?patient=Patient/{patient.id}&code={code}&_count=2"
    found, pages = [], 0
    while path:
        page = (await api.call("GET", path, by=people.doctor)).body
        found += [entry["resource"]["valueQuantity"]["value"] for entry in page["entry"]]
        more = [link["url"] for link in page["link"] if link["relation"] == "next"]
        path, pages = (f"/fhir/Observation?{urlsplit(more[0]).query}", pages + 1) if more else ("", pages + 1)
    assert (found, pages) == ([70.4, 70.3, 70.2, 70.1, 71.5], 3)
    bare = await api.call("GET", f"/fhir/Observation?patient={patient.id}&code=29463-7", by=people.doctor)
    assert len(bare.body["entry"]) == 5, "of any system"
    reason = {"coding": [{"system": "urn:reasons", "code": "not-performed"}]}
    await send(api, scale.token, scale.weight(minutes=5, valueQuantity=None, dataAbsentReason=reason))
    foreign = {"coding": [{"system": "urn:x", "code": "odd"}]}
    await send(api, scale.token, scale.weight(minutes=6, code=foreign))
    everything = await api.call("GET", f"/fhir/Observation?patient={patient.id}", by=people.doctor)
    latest, absent = (entry["resource"] for entry in everything.body["entry"][:2])
    assert (latest["code"], absent["dataAbsentReason"]) == (foreign, reason)
    nothing = await api.call("GET", f"/fhir/Observation?patient={patient.id}&code=urn:x|1", by=people.doctor)
    assert (nothing.status, "entry" in nothing.body) == (200, False)


async def test_only_the_team_reads_and_nonsense_is_told(
    api: Api, services: Services, people: People, patient: Patient
) -> None:
    scale = await equip(services, people.doctor, await make_follow_up(services, people.doctor, patient))
    sent = await send(api, scale.token, scale.weight())
    where = urlsplit(sent.response.headers["Location"]).path
    search = f"/fhir/Observation?patient={patient.id}"
    assert (await api.call("GET", where, by=people.stranger)).status == 404
    assert "entry" not in (await api.call("GET", search, by=people.stranger)).body
    for path in (where, search):
        assert (await api.call("GET", path, by=people.secretary)).status == 403
        assert (await api.call("GET", path, bearer=scale.token)).status == 401
    for odd in (
        "x",
        f"{patient.id}&date=hier",
        f"{patient.id}&date=ge2026-01-01",
        f"{patient.id}&date=lt1&date=lt2",
        f"{patient.id}&date=lt0001-01-01",
    ):
        reply = await api.call("GET", f"/fhir/Observation?patient={odd}", by=people.doctor)
        assert (reply.status, reply.body["resourceType"]) == (422, "OperationOutcome"), odd
    for name in ("x", "A" * 64, where.rsplit("/", 1)[1][:-1] + "x"):
        assert (await api.call("GET", f"/fhir/Observation/{name}", by=people.doctor)).status == 404
