"""What is refused where FHIR is spoken, and in which words and formats: nothing of it reaches the database."""

from __future__ import annotations

import gzip
import json

import pytest
import pytest_asyncio

from telemed.app import Services
from telemed.patients.model import Patient
from tests.fixtures.http import Api, Reply
from tests.fixtures.people import People
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.integration.acts.telemonitoring.equipped import FHIR, Equipped, equip

pytestmark = pytest.mark.asyncio


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest_asyncio.fixture
async def scale(services: Services, people: People, patient: Patient) -> Equipped:
    return await equip(services, people.doctor, await make_follow_up(services, people.doctor, patient))


async def post(api: Api, scale: Equipped, body: bytes, path: str = "/fhir/Observation", **headers: str) -> Reply:
    said = {"Content-Type": FHIR, "Authorization": f"Bearer {scale.token}"}
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    async with api._client.post(api.url(path), data=body, headers=said) as response:
        is_json = "json" in response.content_type
        return Reply(response.status, await response.json() if is_json else await response.text(), response)


async def test_every_refusal_is_an_operation_outcome(api: Api, people: People, scale: Equipped) -> None:
    unknown, no_role = (401, "unauthenticated", "login"), (403, "forbidden", "forbidden")
    no_media, no_format = ((415, "unsupported_media_type", "not-supported"), (406, "not_acceptable", "not-supported"))
    no_method = 405, "method_not_allowed", "not-supported"
    refused = {
        "nobody": (await api.call("POST", "/fhir/Observation", b"{}", content_type=FHIR), *unknown),
        "a resource of nobody": (await api.call("GET", "/fhir/Nothing"), 404, "not_found", "not-found"),
        "another method": (await api.call("PUT", "/fhir/Observation/1", {}), *no_method),
        "a parameter": (await api.call("GET", "/fhir/metadata?x=1"), 422, "invalid_query", "invalid"),
        "a format": (await post(api, scale, b"<a/>", Content_Type="text/xml"), *no_media),
        "compressed twice": (await post(api, scale, b"", Content_Encoding="gzip, gzip"), *no_media),
        "not compressed": (await post(api, scale, b"no gzip", Content_Encoding="gzip"), 400, "unreadable", "structure"),
        "XML alone": (await post(api, scale, b"{}", Accept="application/fhir+xml"), *no_format),
        "XML by its name": (await api.call("GET", "/fhir/metadata?_format=xml"), *no_format),
        "a role": (await api.call("POST", "/fhir/Questionnaire", {}, by=people.secretary), *no_role),
    }  # fmt: skip
    for name, (reply, status, code, kind) in refused.items():
        assert reply.response.content_type == FHIR, name
        assert (reply.status, reply.code, reply.body["issue"][0]["code"]) == (status, code, kind), name
    assert refused["nobody"][0].response.headers["WWW-Authenticate"] == "Bearer"
    page = await post(api, scale, b"", Accept="text/html,*/*;q=0.8", Content_Encoding="gzip, gzip")
    assert page.response.content_type == "text/html", "for a person's browser it is a page"


async def test_json_is_taken_under_each_of_its_names_and_as_little_is_said_as_is_wanted(
    api: Api, scale: Equipped
) -> None:
    bodies = [json.dumps(scale.weight(70, minutes)).encode() for minutes in range(5)]
    plain = await post(api, scale, bodies[0], Content_Type="application/json", Accept="application/json")
    zipped = await post(api, scale, gzip.compress(bodies[1]), Content_Encoding="gzip", Accept="*/*;q=0.1")
    asked = await post(api, scale, bodies[2], path="/fhir/Observation?_format=application/fhir%2Bjson&_pretty=true")
    assert [one.status for one in (plain, zipped, asked)] == [201, 201, 201]
    quiet = await post(api, scale, bodies[3], Prefer="return=minimal")
    assert (quiet.status, quiet.body, "Location" in quiet.response.headers) == (201, "", True)
    told = await post(api, scale, bodies[3], Prefer="return=minimal")
    assert (told.status, told.code) == (200, "measure.known"), "what there is to say is said"
    many = await post(api, scale, bodies[4], If_None_Exist="code=http://loinc.org|29463-7")
    assert (many.status, many.code) == (412, "condition.unselective")
    empty = await post(api, scale, b'{"resourceType":"Bundle","type":"batch"}', path="/fhir")
    assert empty.body == {"resourceType": "Bundle", "type": "batch-response"}
