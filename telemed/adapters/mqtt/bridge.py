"""Takes what devices publish to a broker that is not ours; the broker is told of it after the commit.

The broker holds what we have not acknowledged, in a session of ours that outlives this process. It knows nothing of our
devices: each message bears the token of the device, and speaks for the topic of that device alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog
from paho.mqtt.client import MQTTMessage
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from telemed.adapters.mqtt.acks import InOrder
from telemed.adapters.mqtt.address import Broker
from telemed.adapters.mqtt.door import FHIR, Answer, Door, Shown
from telemed.adapters.mqtt.link import Link, Terms, linked
from telemed.adapters.mqtt.topics import EVERY_DEVICE, find_device, outcomes_of
from telemed.kernel.errors import TooMany, Unauthenticated, Unavailable

log = structlog.get_logger("mqtt.bridge")
TOKEN = "token"  # noqa: S105 - the name of a user property
_SHORTEST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.2, 15.0
_TRIES_IN_LINE = 3
_NONE = 0
_TERMS = Terms("telemed", session_seconds=-1, receive_maximum=200, acknowledges_itself=True)


class Bridge:
    """One per installation: it runs on the leader. At most `receive_maximum` messages are under way at once."""

    def __init__(self, door: Door, broker: Broker, terms: Terms = _TERMS) -> None:
        self._door = door
        self._broker = broker
        self._terms = replace(terms, acknowledges_itself=True)

    async def run(self) -> None:
        """For ever: connect, take, and connect again. Cancel it to stop."""
        pause = _SHORTEST_PAUSE_SECONDS
        while True:
            try:
                await self._take_until_lost()
                pause = _SHORTEST_PAUSE_SECONDS
            except (Unavailable, OSError) as error:
                log.warning("mqtt.broker_away", error=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    async def _take_until_lost(self) -> None:
        crossing = _Crossing(self._door)
        try:
            async with linked(self._broker, self._terms, crossing.arrived) as link:
                crossing.begin(link)
                await link.subscribe(EVERY_DEVICE, qos=1)
                log.info("mqtt.bridged", state="resumed" if link.is_resumed else "new")
                await link.lost.wait()
            log.warning("mqtt.broker_lost", reason=link.reason)
        finally:
            await crossing.end()


@dataclass
class _Place:
    """A message's place in the line of acknowledgements, which it may leave."""

    _ready: Callable[[int], None]
    is_left: bool = False

    def leave(self) -> None:
        if not self.is_left:
            self.is_left = True
            self._ready(_NONE)


class _Crossing:
    """The messages of one connection. Its acknowledgements die with it: on the next one its numbers are others'."""

    def __init__(self, door: Door) -> None:
        self._link: asyncio.Future[Link] = asyncio.get_running_loop().create_future()
        self._door = door
        self._line = InOrder[int](self._acknowledge)
        self._tasks: set[asyncio.Task[None]] = set()
        self._kept = 0

    def begin(self, link: Link) -> None:
        """Of a session that is taken up again, messages have come before this: they wait for it."""
        self._link.set_result(link)

    def arrived(self, message: MQTTMessage) -> None:
        task = asyncio.get_running_loop().create_task(self._take(message, self._line.place()))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _acknowledge(self, numbers: list[int]) -> None:
        link = self._link.result()
        for number in numbers:
            if number != _NONE and not link.lost.is_set():
                link.acknowledge(number)

    async def _take(self, message: MQTTMessage, ready: Callable[[int], None]) -> None:
        place = _Place(ready)
        answer = await self._keep(message, place)
        device_id, link = find_device(message.topic), await self._link
        if device_id is not None and not link.lost.is_set():
            link.send(outcomes_of(device_id), answer.body, _said(message, answer), qos=1)
        number = message.mid if message.qos else _NONE
        if place.is_left:
            self._acknowledge([number])
        else:
            ready(number)

    async def _keep(self, message: MQTTMessage, place: _Place) -> Answer:
        """Returns once it is durable, or refused for good; tries again for as long as it takes.

        A message that fails while others are kept leaves its place in line: it stays with the broker, unacknowledged,
        and stands in nobody's way.
        """
        pause, tries, kept = _SHORTEST_PAUSE_SECONDS, 0, self._kept
        while True:
            try:
                answer = await self._ask(message)
            except TooMany as full:
                await asyncio.sleep(min(full.retry_after_seconds, _LONGEST_PAUSE_SECONDS))
            except Exception:  # an edge: the broker waits for our acknowledgement, and keeps it meanwhile
                log.exception("mqtt.not_kept")
                await asyncio.sleep(pause)
                pause, tries = min(2 * pause, _LONGEST_PAUSE_SECONDS), tries + 1
                if tries >= _TRIES_IN_LINE and self._kept > kept:
                    place.leave()
            else:
                self._kept += 1
                return answer

    async def _ask(self, message: MQTTMessage) -> Answer:
        try:
            guest = await self._door.let_in(Shown(token=_token_of(message)))
        except Unauthenticated:
            return self._door.refuse()
        if guest.device_id != find_device(message.topic) or not await guest.is_welcome():
            return self._door.refuse()
        return await guest.take(bytes(message.payload), getattr(message.properties, "ContentType", FHIR))


def _token_of(message: MQTTMessage) -> str:
    told: list[tuple[str, str]] = getattr(message.properties, "UserProperty", [])
    return next((value for name, value in told if name == TOKEN), "")


def _said(message: MQTTMessage, answer: Answer) -> Properties:
    said = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    said.ContentType = answer.media
    if correlation := getattr(message.properties, "CorrelationData", b""):
        said.CorrelationData = correlation
    return said
