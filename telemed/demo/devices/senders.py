"""How a simulated device sends: over HTTP or MQTT, again and again until it is told what became of its message."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import UUID

import orjson
from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector
from paho.mqtt.client import MQTTMessage
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from telemed.adapters.mqtt.address import Broker
from telemed.adapters.mqtt.bridge import TOKEN
from telemed.adapters.mqtt.door import FHIR
from telemed.adapters.mqtt.link import Link, LinkLost, NotLetIn, Terms, linked
from telemed.adapters.mqtt.topics import observations_of, outcomes_of
from telemed.demo.devices.answers import Tally
from telemed.demo.devices.messages import Message
from telemed.kernel.errors import Unavailable

_TRIES = 30
_ANSWER_SECONDS = 30.0
_UNDER_WAY = 8


@dataclass(frozen=True)
class Device:
    """A device as its practice made it known: its id, the token that it was given, and the name of its patient."""

    id: UUID
    subject: str
    token: str = field(repr=False)


class NotKnown(Exception):
    """The service knows this device not, or no more."""


async def send_over_http(base: str, device: Device, sent: Sequence[Message], tally: Tally, tls: ssl.SSLContext) -> None:
    """One after the other, as a hub does. Raises NotKnown."""
    headers = {"Authorization": f"Bearer {device.token}", "Content-Type": FHIR}
    timeout = ClientTimeout(total=_ANSWER_SECONDS)
    async with ClientSession(headers=headers, timeout=timeout, connector=TCPConnector(ssl=tls)) as client:
        for message in sent:
            path = "/fhir/Observation" if len(message.resources) == 1 else "/fhir"
            await _post(client, base.rstrip("/") + path, message.body(), tally)


async def _post(client: ClientSession, url: str, body: bytes, tally: Tally) -> None:
    for attempt in range(_TRIES):
        pause = min(0.1 * 2**attempt, 5.0)
        with suppress(ClientError, TimeoutError):
            async with client.post(url, data=body) as response:
                if response.status == HTTPStatus.UNAUTHORIZED:
                    raise NotKnown
                if response.status == HTTPStatus.TOO_MANY_REQUESTS:
                    tally.waits += 1
                    pause = float(response.headers.get("Retry-After", "1"))
                elif response.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                    tally.read(orjson.loads(await response.read()))
                    return
        await asyncio.sleep(pause)
    tally.undelivered += 1


async def send_over_mqtt(broker: Broker, device: Device, sent: Sequence[Message], tally: Tally) -> None:
    """A few under way at once; each is sent until its outcome has come, which a broker in between cannot give.

    Raises NotKnown.
    """
    left = list(enumerate(sent))
    for _attempt in range(_TRIES):
        try:
            await _send_while_linked(broker, device, left, tally)
        except NotLetIn:
            raise NotKnown from None
        except (Unavailable, ExceptionGroup) as failure:
            _require_passing(failure)
            await asyncio.sleep(0.5)
        if not left:
            return
    tally.undelivered += len(left)


def _require_passing(failure: Exception) -> None:
    """Raises what trying again does not mend."""
    if isinstance(failure, ExceptionGroup):
        _, others = failure.split((Unavailable, LinkLost, TimeoutError))
        if others is not None:
            raise others


async def _send_while_linked(broker: Broker, device: Device, left: list[tuple[int, Message]], tally: Tally) -> None:
    told = _Outcomes()
    async with linked(broker, Terms(f"simulated-{device.id}"), told.heard) as link:
        await link.subscribe(outcomes_of(device.id), qos=1)
        async with asyncio.TaskGroup() as group:
            for _ in range(_UNDER_WAY):
                group.create_task(_send_in_turn(link, device, left, told, tally))


async def _send_in_turn(
    link: Link, device: Device, left: list[tuple[int, Message]], told: _Outcomes, tally: Tally
) -> None:
    while left:
        number, message = left.pop(0)
        try:
            tally.read(await told.ask(link, device, number, message.body()))
        except BaseException:
            left.insert(0, (number, message))
            raise


class _Outcomes:
    """The outcome of each message, by the number that was sent along."""

    def __init__(self) -> None:
        self._waiting: dict[bytes, asyncio.Future[dict[str, Any]]] = {}

    def heard(self, message: MQTTMessage) -> None:
        waiting = self._waiting.pop(getattr(message.properties, "CorrelationData", b""), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(orjson.loads(bytes(message.payload)))

    async def ask(self, link: Link, device: Device, number: int, body: bytes) -> dict[str, Any]:
        said = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        said.UserProperty = (TOKEN, device.token)
        said.ContentType = FHIR
        key = said.CorrelationData = str(number).encode()
        outcome = self._waiting[key] = asyncio.get_running_loop().create_future()
        async with asyncio.timeout(_ANSWER_SECONDS):
            await link.publish(observations_of(device.id), body, said)
            told: dict[str, Any] = await outcome
            return told
