"""Measures by MQTT, all the way to the database: the same rights and answers as at every other door."""

from __future__ import annotations

import asyncio
import hashlib
import json
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from sqlalchemy import text

from telemed.adapters.mqtt.address import Broker
from telemed.adapters.mqtt.door import PCD01
from telemed.adapters.mqtt.doors import TelemonitoringDoor
from telemed.adapters.mqtt.endpoint import Endpoint
from telemed.adapters.mqtt.link import Link, NotLetIn, Terms, linked
from telemed.adapters.mqtt.reasons import Reason
from telemed.adapters.mqtt.topics import observations_of, outcomes_of
from telemed.app import Services
from telemed.app.telemonitoring import mqtt
from telemed.kernel.clock import SystemClock
from telemed.patients.model import Patient
from telemed.security.certificates import CertificateAuthority
from telemed.settings import Settings
from tests.fixtures.http import Api
from tests.fixtures.people import People
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.integration.acts.telemonitoring.equipped import Equipped, equip, make_bundle
from tests.shared import shared_path

pytestmark = pytest.mark.asyncio


@dataclass(frozen=True)
class Ward:
    """A patient's scale, and the door of MQTT before it."""

    scale: Equipped
    services: Services
    port: int

    def link(self, told: list[bytes] | None = None) -> Link:
        heard = [] if told is None else told
        broker = Broker("127.0.0.1", self.port, "scale", self.scale.token)
        return Link(broker, Terms("scale"), lambda message: heard.append(bytes(message.payload)))

    @property
    def topic(self) -> str:
        return observations_of(self.scale.device_id)

    async def count(self) -> int:
        async with self.services.database.read() as session:
            return int(await session.scalar(text("SELECT count(*) FROM telemonitoring_observations")) or 0)


@pytest_asyncio.fixture
async def ward(api: Api, services: Services, people: People, patient: Patient) -> AsyncIterator[Ward]:
    """The application runs as well: `api` is what hears of changes."""
    scale = await equip(services, people.doctor, await make_follow_up(services, people.doctor, patient))
    endpoint = Endpoint(TelemonitoringDoor(services.telemonitoring.doors))
    yield Ward(scale, services, await endpoint.listen("127.0.0.1", 0))
    await endpoint.close()


async def test_a_measure_is_on_disk_when_it_is_acknowledged_and_there_once(ward: Ward) -> None:
    told = list[bytes]()
    link = ward.link(told)
    await link.open()
    await link.subscribe(outcomes_of(ward.scale.device_id), qos=1)
    weight = json.dumps(ward.scale.weight(70.4)).encode()
    assert (await link.publish(ward.topic, weight)).reason == 0
    assert await ward.count() == 1
    assert (await link.publish(ward.topic, weight)).reason == 0
    bundle = make_bundle(ward.scale.weight(71, minutes=1), ward.scale.weight(72, minutes=2, code=None))
    assert (await link.publish(ward.topic, json.dumps(bundle).encode())).reason == 0
    assert await ward.count() == 2
    await link.close()
    outcomes = [json.loads(body) for body in told]
    assert [outcome["resourceType"] for outcome in outcomes] == ["OperationOutcome", "OperationOutcome", "Bundle"]
    assert [entry["response"]["status"][:3] for entry in outcomes[2]["entry"]] == ["201", "400"]


async def test_what_is_refused_is_told_and_nothing_of_it_is_kept(ward: Ward) -> None:
    link = ward.link()
    await link.open()
    stranger = json.dumps(ward.scale.weight(70, subject={"reference": "Patient/somebody-else"})).encode()
    answers = [await link.publish(ward.topic, body) for body in (b'{"resourceType": "Obs', b"", b"\xff\xfe", stranger)]
    assert {answer.reason for answer in answers} == {Reason.PAYLOAD_FORMAT_INVALID}
    assert [answer.text for answer in answers][:3] == ["message.structure"] * 3
    assert answers[3].text.startswith("subject.")
    assert await ward.count() == 0
    await link.close()


async def test_an_hl7_message_comes_by_the_same_topic(ward: Ward) -> None:
    folder = shared_path("data/devices/continua-pcd01")
    told, said = list[bytes](), Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    said.ContentType = PCD01
    link = ward.link(told)
    await link.open()
    await link.subscribe(outcomes_of(ward.scale.device_id), qos=1)
    for sample in sorted(Path(folder).glob("*.hl7v2"))[:2]:
        await link.publish(ward.topic, sample.read_bytes(), said)
    await link.close()
    assert [json.loads(body)["resourceType"] for body in told] == ["OperationOutcome"] * 2


async def test_a_token_that_is_revoked_cuts_its_device_off_while_it_is_connected(ward: Ward, people: People) -> None:
    link = ward.link()
    await link.open()
    await ward.services.telemonitoring.devices.revoke(people.doctor, ward.scale.device_id, ward.scale.credential_id)
    await asyncio.wait_for(link.lost.wait(), 60)
    assert link.reason == Reason.NOT_AUTHORIZED
    with pytest.raises(NotLetIn):
        await ward.link().open()


async def test_a_certificate_opens_the_door_as_a_token_does(
    ward: Ward, people: People, tmp_path: Path, settings: Settings
) -> None:
    authority = CertificateAuthority("Fabricant", SystemClock().now())
    own, device = authority.write_server(tmp_path, "us", hosts=["127.0.0.1"]), authority.write_client(tmp_path, "scale")
    chosen = settings.model_copy(
        update={"mqtt_certificate": own.certificate, "mqtt_key": own.key, "mqtt_authority": own.authority}
    )
    endpoint = Endpoint(TelemonitoringDoor(ward.services.telemonitoring.doors))
    port = await endpoint.listen("127.0.0.1", 0, mqtt.make_server_context(chosen))
    broker = Broker("127.0.0.1", port, tls=device.client_context())
    with pytest.raises(NotLetIn):
        async with linked(broker, Terms("scale")):
            pass
    thumbprint = hashlib.sha256(ssl.PEM_cert_to_DER_cert(device.certificate.read_text("ascii"))).hexdigest()
    devices = ward.services.telemonitoring.devices
    await devices.register_certificate(people.doctor, ward.scale.device_id, thumbprint, days=30)
    async with linked(broker, Terms("scale")) as link:
        answer = await link.publish(ward.topic, json.dumps(ward.scale.weight(70.4)).encode())
    await endpoint.close()
    assert (answer.reason, await ward.count()) == (0, 1)
