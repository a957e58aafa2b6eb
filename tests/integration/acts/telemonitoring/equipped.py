"""A patient with a device and its token, made through the services; and what the device sends."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.devices import DeviceContent, DeviceKind
from telemed.acts.telemonitoring.model.doors import DeviceIdentity
from telemed.acts.telemonitoring.store import ObservationStore
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.app import Services
from telemed.kernel.caller import Caller
from tests.fixtures.http import Api, Reply
from tests.unit.acts.telemonitoring.making import make_weight

FHIR = "application/fhir+json"
SCALE = "urn:serial|SCALE-1"


@dataclass(frozen=True)
class Equipped:
    """A device with its follow-up, and the token by which it is known."""

    services: Services
    follow_up: FollowUp
    device_id: UUID
    credential_id: UUID
    token: str

    async def identity(self) -> DeviceIdentity:
        return await self.services.telemonitoring.doors.authenticate(token=self.token)

    def weight(self, kilograms: float = 70.4, minutes: int = 0, **fields: Any) -> dict[str, Any]:
        """What its scale sends, some minutes after an hour ago."""
        at: datetime = self.services.clock.now() - timedelta(hours=1) + timedelta(minutes=minutes)
        named = {"subject": {"reference": f"Patient/{self.follow_up.patient_id}"}, "device": None}
        return make_weight(kilograms, **{"effectiveDateTime": at.isoformat()} | named | fields)


async def equip(
    services: Services,
    caller: Caller,
    follow_up: FollowUp,
    *,
    identifier: str = SCALE,
    signals: frozenset[str] = frozenset({"weight"}),
    subject: str = "",
    aliases: tuple[str, ...] = (),
    gateway_id: UUID | None = None,
) -> Equipped:
    """Give the patient a device of his own, with a token."""
    devices = services.telemonitoring.devices
    content = DeviceContent(identifier, "BC-1", "Balance", signals, aliases=aliases, gateway_id=gateway_id)
    device = await devices.add(caller, content)
    await devices.assign(caller, device.id, follow_up.id, subject=subject)
    issued = await devices.issue_token(caller, device.id, days=90)
    assert issued.token is not None
    return Equipped(services, follow_up, device.id, issued.credential.id, issued.token)


async def add_gateway(services: Services, caller: Caller) -> tuple[UUID, str]:
    """A gateway with its token."""
    devices = services.telemonitoring.devices
    content = DeviceContent("urn:gateway|1", "Hub", "Passerelle", kind=DeviceKind.GATEWAY)
    device = await devices.add(caller, content)
    token = (await devices.issue_token(caller, device.id, days=90)).token
    assert token is not None
    return device.id, token


async def send(api: Api, token: str, resource: object, *, path: str = "/fhir/Observation") -> Reply:
    """What a device sends: JSON, or bytes as they are."""
    body = resource if isinstance(resource, bytes) else json.dumps(resource).encode()
    return await api.call("POST", path, body, content_type=FHIR, bearer=token)


def make_bundle(*resources: dict[str, Any], kind: str = "batch") -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": one} for one in resources]}


def codes_of(reply: Reply) -> list[str]:
    """The codes of an OperationOutcome."""
    assert reply.body["resourceType"] == "OperationOutcome", reply.body
    return [issue["details"]["coding"][0]["code"] for issue in reply.body["issue"]]


async def counting(services: Services, follow_up: FollowUp) -> list[str]:
    """The weights that count, the oldest first."""
    now = services.clock.now()
    async with services.database.read() as session:
        store = ObservationStore(session, RowWriter(services.telemonitoring.catalogue))
        kept = await store.history(follow_up.id, ["weight"], since=now - timedelta(days=900), until=now)
    return [str(one.observation.number) for one in kept if one.observation.counts]


async def fill(path: str, services: Services, caller: Caller, follow_up: FollowUp, *, many: int) -> None:
    """As many of what a list of ours lists: devices, measures set aside, files of past measures."""
    entrance, now = services.telemonitoring.entrance, services.clock.now()
    if path.endswith("/devices"):
        for number in range(many):
            await entrance.devices.add(caller, DeviceContent(f"urn:serial|{number}", "BC-1", "Balance"))
    if path.endswith("/quarantine"):
        scale = await equip(services, caller, follow_up)
        resources = [scale.weight(600 + number, number) for number in range(many)]
        await entrance.doors.receive_fhir(await scale.identity(), json.dumps(make_bundle(*resources)).encode())
    for number in range(many if path.endswith("/histories") else 0):
        content = f"measured_at;signal;value;unit;device\n{(now - timedelta(days=number)).isoformat()};weight;70;kg;x"
        looked_at = await entrance.histories.preview(caller, follow_up.id, content.encode())
        await entrance.histories.keep(caller, follow_up.id, looked_at.id)
