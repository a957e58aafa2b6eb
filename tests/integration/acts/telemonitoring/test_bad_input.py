"""What a door refuses, and how it says so: nothing of it reaches the database, so one of them is enough."""

from __future__ import annotations

import json
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text

from telemed.app import Services
from telemed.patients.model import Patient
from tests.fixtures.http import Api
from tests.fixtures.people import People
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.integration.acts.telemonitoring.equipped import FHIR, Equipped, codes_of, equip, send

pytestmark = pytest.mark.asyncio
HL7 = "application/hl7-v2"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest_asyncio.fixture
async def scale(services: Services, people: People, patient: Patient) -> Equipped:
    return await equip(services, people.doctor, await make_follow_up(services, people.doctor, patient))


async def count(services: Services) -> int:
    async with services.database.read() as session:
        return int(await session.scalar(text("SELECT count(*) FROM telemonitoring_observations")) or 0)


BAD: dict[str, tuple[dict[str, Any] | bytes, int, str]] = {
    "truncated": (b'{"resourceType":"Observation","status":"fin', 400, "message.structure"),
    "nothing": (b"", 400, "message.structure"),
    "NaN": (b'{"resourceType":"Observation","valueQuantity":{"value":NaN}}', 400, "message.structure"),
    "deep": (b"[" * 100_000, 400, "message.structure"),
    "no text": (b"\xff\xfe\x00", 400, "message.structure"),
    "a lone surrogate": (b'{"resourceType":"Observation","status":"\\ud800"}', 400, "message.structure"),
    "1900": ({"effectiveDateTime": "1900-01-01T00:00:00Z"}, 422, "time.impossible"),
    "future": ({"effectiveDateTime": "2031-01-01T00:00:00Z"}, 422, "time.future"),
    "no time": ({"effectiveDateTime": None}, 422, "time.missing"),
    "unknown unit": ({"valueQuantity": {"value": 70, "code": "stone"}}, 422, "unit.unknown"),
    "endless": ({"valueQuantity": {"value": 10**400, "code": "kg"}}, 422, "value.not_a_quantity"),
    "somebody": ({"subject": {"reference": "Patient/2"}}, 403, "subject.other"),
    "nobody": ({"subject": None}, 422, "subject.missing"),
}


async def test_bad_input_is_told_and_nothing_of_it_is_kept(api: Api, scale: Equipped) -> None:
    for name, (sent, status, code) in BAD.items():
        reply = await send(api, scale.token, sent if isinstance(sent, bytes) else scale.weight(**sent))
        assert (reply.status, codes_of(reply)) == (status, [code]), name
    assert await count(scale.services) == 0


async def test_what_is_too_large_is_refused_early(api: Api, scale: Equipped) -> None:
    """200 MB that are announced are refused before they come; those that are not, as soon as they are too much."""
    entry = json.dumps({"resource": scale.weight()}).encode()

    async def endless() -> Any:
        yield b'{"resourceType":"Bundle","type":"batch","entry":['
        for _ in range(400_000):
            yield entry + b","

    headers = {"Authorization": f"Bearer {scale.token}", "Content-Type": FHIR}
    for extra in ({"Content-Length": str(200 * 2**20)}, {}):
        async with api._client.post(api.url("/fhir"), data=endless(), headers=headers | extra) as response:
            body = await response.json()
            assert (response.status, body["issue"][0]["code"]) == (413, "too-long")
    many = b'{"resourceType":"Bundle","type":"batch","entry":[' + b",".join([b"{}"] * 5001) + b"]}"
    reply = await send(api, scale.token, many, path="/fhir")
    assert (reply.status, codes_of(reply)) == (413, ["bundle.too_long"])
    assert await count(scale.services) == 0


async def test_a_message_of_another_patient_or_none_is_refused(api: Api, scale: Equipped) -> None:
    message = (
        "MSH|^~\\&|Acme||||20260713090030+0000||ORU^R01^ORU_R01|42|P|2.6\rPID|||1^^^Elsewhere^PI\r"
        "OBR|1|||1|||20260713095715+0000\rOBX|1|NM|188736^W^MDC|1.0.0.2|80|263875^KG^MDC|||||R"
    )
    for sent, status, said in (
        (message, 403, "MSA|AE|42\rERR||OBX^4|204"),
        ("nothing", 400, "MSA|AR|"),
        (message.replace("ORU^R01", "ADT^A01"), 422, "MSA|AR|42"),
        (message.replace("MSH|^~\\&", "MSH|$%*@"), 400, "MSA|AR|42"),
        (message.split("OBX")[0], 422, "MSA|AE|42"),
    ):
        reply = await api.call("POST", "/pcd01", sent.encode(), content_type=HL7, bearer=scale.token)
        assert (reply.status, said in reply.body) == (status, True), reply.body
    assert await count(scale.services) == 0


async def test_one_statement_says_what_the_house_takes(api: Api) -> None:
    reply = await api.call("GET", "/fhir/metadata")
    assert (reply.status, reply.body["resourceType"]) == (200, "CapabilityStatement")
    kinds = {one["type"]: one for one in reply.body["rest"][0]["resource"]}
    assert {"Observation", "Schedule", "Slot"} <= kinds.keys()
    assert kinds["Observation"]["conditionalCreate"] is True
