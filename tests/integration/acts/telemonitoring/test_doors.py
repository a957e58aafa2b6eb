"""Doors over HTTP: who comes in, what he may say, and what is answered once it is on disk."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text

from telemed.acts.telemonitoring.model.arrival import Taken
from telemed.app import Services, build_services
from telemed.kernel.clock import FrozenClock
from telemed.patients.model import Patient
from telemed.settings import Settings
from telemed.storage.engine import Database
from tests.fixtures.http import Api, Reply
from tests.fixtures.people import People, make_draft
from tests.integration.acts.telemonitoring.enrolled import make_draft_follow_up, make_follow_up
from tests.integration.acts.telemonitoring.equipped import (
    FHIR,
    Equipped,
    add_gateway,
    codes_of,
    equip,
    make_bundle,
    send,
)
from tests.shared import shared_path
from tests.unit.acts.telemonitoring.making import make_arrival

pytestmark = pytest.mark.asyncio
HL7 = "application/hl7-v2"


@pytest_asyncio.fixture
async def scale(services: Services, people: People, patient: Patient) -> Equipped:
    """Jeanne Leroy's scale."""
    return await equip(services, people.doctor, await make_follow_up(services, people.doctor, patient))


async def count(services: Services, where: str = "1 = 1") -> int:
    async with services.database.read() as session:
        query = text(f"SELECT count(*) FROM telemonitoring_observations WHERE {where}")  # noqa: S608 - a test's own
        return int(await session.scalar(query) or 0)


def statuses(reply: Reply) -> list[str]:
    return [entry["response"]["status"][:3] for entry in reply.body["entry"]]


async def test_a_measure_is_taken_once_corrected_and_contradicted(api: Api, scale: Equipped) -> None:
    first = await send(api, scale.token, scale.weight(70.4))
    again = await send(api, scale.token, scale.weight(70.4))
    assert (first.status, again.status, codes_of(again)) == (201, 200, ["measure.known"])
    assert first.response.headers["Location"] == again.response.headers["Location"]
    assert len(first.response.headers["Location"].rsplit("/", 1)[1]) <= 64
    other = await send(api, scale.token, scale.weight(90.0))
    assert (other.status, codes_of(other)) == (201, ["measure.conflict"])
    corrected = await send(api, scale.token, scale.weight(70.6, status="amended"))
    assert (corrected.status, codes_of(corrected)) == (201, ["taken"])
    assert await count(scale.services) == 3
    assert await count(scale.services, "quarantine = 'conflict'") == 1


async def test_of_a_batch_each_entry_fares_on_its_own(api: Api, scale: Equipped) -> None:
    bad = scale.weight(70, 2, valueQuantity={"value": 70, "code": "kilos"})
    reply = await send(
        api,
        scale.token,
        make_bundle(scale.weight(70), bad, scale.weight(71, 3), {"resourceType": "Practitioner"}, scale.weight(70)),
        path="/fhir",
    )
    assert (reply.status, reply.body["type"]) == (200, "batch-response")
    assert statuses(reply) == ["201", "422", "201", "422", "200"]
    assert reply.body["entry"][1]["response"]["outcome"]["issue"][0]["code"] == "code-invalid"
    assert await count(scale.services) == 2


async def test_a_transaction_is_taken_whole_or_not_at_all(api: Api, scale: Equipped) -> None:
    bad = scale.weight(70, 2, subject={"reference": "Patient/somebody-else"})
    reply = await send(api, scale.token, make_bundle(scale.weight(), bad, kind="transaction"), path="/fhir")
    assert (reply.status, codes_of(reply)) == (403, ["subject.other"])
    assert reply.body["issue"][0]["expression"] == ["Bundle.entry[1].resource.subject"]
    assert await count(scale.services) == 0
    good = make_bundle(scale.weight(), scale.weight(71, 3), kind="transaction")
    assert statuses(await send(api, scale.token, good, path="/fhir")) == ["201", "201"]


async def test_a_device_speaks_for_itself_and_its_patient_alone(
    api: Api, services: Services, people: People, scale: Equipped
) -> None:
    other_patient, _ = await services.patients.create(people.secretary, make_draft())
    other_follow_up = await make_follow_up(services, people.doctor, other_patient)
    other = await equip(services, people.doctor, other_follow_up, identifier="urn:serial|SCALE-2")
    by_its_name = scale.weight(device={"identifier": {"system": "urn:serial", "value": "SCALE-1"}})
    assert (await send(api, scale.token, by_its_name)).status == 201
    wrongs: tuple[tuple[dict[str, Any], str], ...] = (
        ({"device": {"identifier": {"system": "urn:serial", "value": "SCALE-2"}}}, "device.other"),
        ({"device": {"reference": f"Device/{other.device_id}"}}, "device.other"),
        ({"subject": {"reference": f"Patient/{other_patient.id}"}}, "subject.other"),
    )
    for wrong, code in wrongs:
        reply = await send(api, scale.token, scale.weight(**wrong))
        assert (reply.status, codes_of(reply)) == (403, [code])
    assert await count(services) == 1


async def test_a_gateway_speaks_for_the_devices_behind_it(
    api: Api, services: Services, people: People, patient: Patient
) -> None:
    gateway_id, token = await add_gateway(services, people.administrator)
    follow_up = await make_follow_up(services, people.doctor, patient)
    behind = await equip(services, people.doctor, follow_up, gateway_id=gateway_id, subject="urn:hospital|789")
    named: dict[str, Any] = {"device": {"identifier": {"system": "urn:serial", "value": "SCALE-1"}}}
    as_theirs = {"subject": {"identifier": {"system": "urn:hospital", "value": "789"}}}
    assert (await send(api, token, behind.weight(**named))).status == 201
    assert (await send(api, token, behind.weight(71, 1, **named | as_theirs))).status == 201
    nameless = await send(api, token, behind.weight())
    assert (nameless.status, codes_of(nameless)) == (422, ["device.missing"])
    await services.telemonitoring.devices.unassign(people.doctor, behind.device_id)
    gone = await send(api, token, behind.weight(72, 2, **named))
    assert (gone.status, codes_of(gone)) == (403, ["device.other"])


async def test_who_is_not_known_is_not_let_in(api: Api, people: People, scale: Equipped, clock: FrozenClock) -> None:
    forged = scale.token[:-8] + "AAAAAAAA"
    for token in (forged, "tmd1_", "x", "tmd1_" + "é" * 60):
        reply = await send(api, token.encode("ascii", "ignore").decode(), scale.weight())
        assert (reply.status, reply.code) == (401, "device.unknown"), token
    nobody = await api.call("POST", "/fhir/Observation", b"{}", content_type=FHIR)
    assert (nobody.status, nobody.code) == (401, "unauthenticated")
    person = await api.call("POST", "/fhir/Observation", b"{}", content_type=FHIR, by=people.doctor)
    assert person.status == 401
    assert (await api.call("GET", "/patients", bearer=scale.token)).status == 401
    clock.advance(timedelta(days=91))
    assert (await send(api, scale.token, scale.weight())).code == "device.expired"


async def test_a_revoked_token_is_refused_at_once_by_every_process(
    api: Api, settings: Settings, database: Database, people: People, scale: Equipped, clock: FrozenClock
) -> None:
    """The second process shares the database and nothing else; what it knows is forgotten when the first revokes."""
    elsewhere = build_services(settings, clock=clock, database=Database(str(_url(database)), database.keyring))
    keys, wire = elsewhere.telemonitoring.entrance.keys, elsewhere.live.wire
    told: list[object] = []
    keys.on_change.append(told.append)
    tasks = [asyncio.create_task(wire.run()), asyncio.create_task(keys.follow(wire))]
    await wire.is_listening.wait()
    assert (await elsewhere.telemonitoring.doors.authenticate(token=scale.token)).device_id == scale.device_id
    assert (await send(api, scale.token, scale.weight())).status == 201
    path = f"/telemonitoring/devices/{scale.device_id}/credentials/{scale.credential_id}"
    assert (await api.call("DELETE", path, by=people.doctor)).status == 204
    refused = await send(api, scale.token, scale.weight(71, 1))
    assert (refused.status, refused.code) == (401, "device.revoked")
    async with asyncio.timeout(60):
        while frozenset({scale.device_id}) not in told:
            await asyncio.sleep(0.01)
    assert not keys.has(scale.credential_id)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await elsewhere.database.close()


def _url(database: Database) -> str:
    return database.engine.url.set(drivername=database.engine.url.get_backend_name()).render_as_string(False)


async def test_nothing_is_taken_before_a_follow_up_starts_nor_after_its_device_is_taken_back(
    api: Api, services: Services, people: People, patient: Patient
) -> None:
    draft = await make_draft_follow_up(services, people.doctor, patient)
    scale = await equip(services, people.doctor, draft)
    early = await send(api, scale.token, scale.weight())
    assert (early.status, codes_of(early)) == (409, ["follow_up.closed"])
    await services.telemonitoring.care.follow_ups.start(people.doctor, draft.id)
    assert (await send(api, scale.token, scale.weight())).status == 201
    path = f"/telemonitoring/devices/{scale.device_id}/assignment"
    assert (await api.call("DELETE", path, by=people.nurse)).status == 204
    assert (await send(api, scale.token, scale.weight(71, 1))).code == "device.revoked"


DOUBTFUL: dict[str, tuple[dict[str, Any], str]] = {
    "1e308": ({"valueQuantity": {"value": 1e308, "code": "kg"}}, "value.implausible"),
    "negative": ({"valueQuantity": {"value": -70, "code": "kg"}}, "value.implausible"),
    "unknown code": ({"code": {"coding": [{"system": "urn:x", "code": "1"}]}}, "code.unknown"),
    "ahead": ({"effectiveDateTime": "ahead"}, "time.ahead"),
}


async def test_doubtful_input_is_taken_and_its_sender_told(api: Api, scale: Equipped) -> None:
    for minutes, (name, (fields, code)) in enumerate(DOUBTFUL.items()):
        if fields.get("effectiveDateTime") == "ahead":
            fields = {"effectiveDateTime": (scale.services.clock.now() + timedelta(minutes=5)).isoformat()}
        reply = await send(api, scale.token, scale.weight(70, minutes, **fields))
        assert (reply.status, codes_of(reply)) == (201, [code]), name
    assert await count(scale.services, "quarantine = 'implausible'") == 2


GUIDE = "data/fhir/IG-fhir-telesurveillance/package/example"


async def test_the_published_examples_come_in_as_they_are(
    api: Api, services: Services, people: People, patient: Patient
) -> None:
    follow_up = await make_follow_up(services, people.doctor, patient)
    oximeter = await equip(
        services,
        people.doctor,
        follow_up,
        identifier="Device/phd-74E8FFFEFF051C00",
        subject="Patient/ExamplefrCorePatient001",
    )
    found = {}
    for path in sorted(shared_path(GUIDE).glob("Observation-*.json")):
        reply = await send(api, oximeter.token, path.read_bytes())
        found[path.stem.removeprefix("Observation-TLSVObservationExample")] = (reply.status, codes_of(reply)[0])
    assert len(found) >= 5
    assert {name: what for name, what in found.items() if what[0] != 201} == {"04": (422, "unit.unknown")}
    sample = shared_path("data/fhir/mesures-de-sante/Bundle-bundle-example.json").read_bytes()
    name = "urn:oid:1.2.840.10004.1.1.1.0.0.1.0.0.1.2680|FE-ED-AB-AA-DE-AD-77-C5"
    theirs = "urn:oid:1.2.840.10004.1.1.1.0.0.1.0.0.1.2560|id-value"
    omron = await equip(services, people.doctor, follow_up, identifier=name, subject=theirs)
    reply = await send(api, omron.token, sample, path="/fhir")
    assert (reply.body["type"], statuses(reply)) == ("transaction-response", ["200", "201"])


async def test_continua_messages_are_answered_by_an_ack(
    api: Api, services: Services, people: People, patient: Patient
) -> None:
    follow_up = await make_follow_up(services, people.doctor, patient)
    name, theirs = "EUI-64|0123456789ABCDEF", "Imaginary Hospital|789567"
    known = await equip(services, people.doctor, follow_up, identifier=name, subject=theirs)
    for device in ("bp", "scale", "oximeter"):
        message = shared_path(f"data/devices/continua-pcd01/valid-{device}-continua-wan.hl7v2").read_bytes()
        for _ in range(2):
            reply = await api.call("POST", "/pcd01", message, content_type=HL7, bearer=known.token)
            assert (reply.status, "\rMSA|AA|MSGID1234\r" in reply.body) == (200, True), reply.body
        assert await count(services) >= 2
        faulty = message.replace(b"|R|", b"|Q|").replace(b"|R\r", b"|Q\r").replace(b"|R\n", b"|Q\n")
        reply = await api.call("POST", "/pcd01", faulty, content_type=HL7, bearer=known.token)
        assert (reply.status, "\rMSA|AE|MSGID1234\r" in reply.body) == (422, True), reply.body
        assert "|observation.status|" in reply.body


async def test_what_is_to_be_created_only_if_it_is_not_there_is_left_as_it_is(api: Api, scale: Equipped) -> None:
    headers = {"Authorization": f"Bearer {scale.token}", "Content-Type": FHIR, "If-None-Exist": "identifier=urn:x|1"}
    found = []
    for kilograms in (70.4, 99.0):
        body = json.dumps(scale.weight(kilograms))
        async with api._client.post(api.url("/fhir/Observation"), data=body, headers=headers) as response:
            found.append((response.status, response.headers["Location"]))
    assert (found[0][0], found[1]) == (201, (200, found[0][1]))
    resources = [scale.weight(98.0), scale.weight(71, 1), scale.weight(97.0, 1), scale.weight(72, 2)]
    entries = [
        {"resource": one, "request": {"method": "POST", "url": "Observation", "ifNoneExist": "date=x&code=y"}}
        for one in resources
    ]
    entries[3]["request"]["ifNoneExist"] = "value-quantity=72"
    reply = await send(api, scale.token, {"resourceType": "Bundle", "type": "batch", "entry": entries}, path="/fhir")
    assert statuses(reply) == ["200", "201", "200", "422"]
    replies = await asyncio.gather(
        *(
            api._client.post(api.url("/fhir/Observation"), data=json.dumps(scale.weight(60 + one, 5)), headers=headers)
            for one in range(5)
        )
    )
    assert sorted(reply.status for reply in replies) == [200, 200, 200, 200, 201], "whoever comes first"
    assert await count(scale.services, "quarantine IS NULL") == await count(scale.services) == 3


@pytest.mark.parametrize("path", ["/fhir", "/fhir/Observation", "/pcd01"])
async def test_what_finds_no_room_is_turned_away_unread(api: Api, scale: Equipped, path: str) -> None:
    """In a flood most messages are turned away: reading them first would cost as much as taking them."""
    ingestion, database = scale.services.telemonitoring.ingestion, scale.services.database
    ingestion._waiting_rows = 2

    async def post() -> Reply:
        media_type = HL7 if path == "/pcd01" else FHIR
        return await api.call("POST", path, b"{ no message at all", content_type=media_type, bearer=scale.token)

    async with database.begin() as uow:  # SQLite has one writer, PostgreSQL is told to wait
        if not database.is_sqlite:
            await uow.session.execute(text("LOCK TABLE telemonitoring_observations IN EXCLUSIVE MODE"))
        in_line = asyncio.create_task(ingestion.take([make_arrival(70, minutes=minutes) for minutes in range(2)]))
        full = await post()
    assert (full.status, full.response.headers["Retry-After"]) == (429, "2")
    assert await in_line == [Taken.NEW, Taken.NEW]
    assert (await post()).status == 400
