"""Behind a broker that is not ours, a real mosquitto: it keeps what we have not acknowledged, until we have kept it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
import structlog.testing
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from telemed.adapters.mqtt.address import parse_broker
from telemed.adapters.mqtt.bridge import Bridge
from telemed.adapters.mqtt.link import Link, Terms, linked
from telemed.adapters.mqtt.topics import outcomes_of
from telemed.app.background import end_tasks
from tests.fixtures.mosquitto import Mosquitto
from tests.integration.adapters.mqtt.door import ListDoor, id_of, topic_of

pytestmark = pytest.mark.asyncio
SCALE = topic_of("scale")


@asynccontextmanager
async def bridged(
    mosquitto: Mosquitto, door: ListDoor, *, receive_maximum: int = 200
) -> AsyncIterator[Callable[[], int]]:
    """Gives how many times it has found the broker."""
    terms = Terms("telemed", session_seconds=-1, receive_maximum=receive_maximum)

    def found() -> int:
        return sum(line["event"] == "mqtt.bridged" for line in logs)

    with structlog.testing.capture_logs() as logs:
        task = asyncio.create_task(Bridge(door, parse_broker(mosquitto.url), terms).run())
        try:
            await until(lambda: found() == 1)
            yield found
        finally:
            await end_tasks([task])


@asynccontextmanager
async def device(mosquitto: Mosquitto, told: list[bytes] | None = None) -> AsyncIterator[Link]:
    heard = [] if told is None else told
    async with linked(
        parse_broker(mosquitto.url), Terms("scale"), lambda message: heard.append(bytes(message.payload))
    ) as link:
        await link.subscribe(outcomes_of(id_of("scale")), qos=1)
        yield link


def unsigned() -> Properties:
    return Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]


def bearing(token: str = "token-scale") -> Properties:  # noqa: S107 - a test's own
    said = unsigned()
    said.UserProperty = ("token", token)
    return said


async def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def send(link: Link, payloads: Sequence[bytes], said: Properties | None = None) -> None:
    await asyncio.gather(*(link.publish(SCALE, payload, said or bearing()) for payload in payloads))


async def test_a_device_behind_a_broker_is_told_what_became_of_each_message(mosquitto: Mosquitto) -> None:
    door, told = ListDoor(), list[bytes]()
    async with bridged(mosquitto, door), device(mosquitto, told) as link:
        await send(link, [b"one", b"nonsense", b"two"])
        await until(lambda: len(told) == 3)
    assert told == [b"kept one", b"refused", b"kept two"]
    assert door.kept == [b"one", b"two"]


async def test_who_shows_no_token_or_that_of_another_is_kept_out(mosquitto: Mosquitto) -> None:
    door, told = ListDoor(), list[bytes]()
    async with bridged(mosquitto, door), device(mosquitto, told) as link:
        await send(link, [b"one"], unsigned())
        await send(link, [b"two"], bearing("token-other"))
        await until(lambda: len(told) == 2)
    assert (told, door.kept) == ([b"not let in"] * 2, [])


async def test_what_was_not_kept_when_we_died_is_delivered_again(mosquitto: Mosquitto) -> None:
    """And what came while we were away: more than the thousand messages that mosquitto keeps unless it is told to."""
    first, second = ListDoor(), ListDoor()
    first.is_open.clear()
    payloads = [f"m{number}".encode() for number in range(1500)]
    async with device(mosquitto) as link:
        async with bridged(mosquitto, first):
            await send(link, payloads[:300])
            await until(lambda: first.waiting_bytes > 0)
        await send(link, payloads[300:])
        async with bridged(mosquitto, second):
            await until(lambda: len(second.kept) >= 1500)
    assert first.kept == []
    assert sorted(second.kept) == sorted(payloads)


async def test_what_is_kept_is_not_delivered_again(mosquitto: Mosquitto) -> None:
    door, again, told = ListDoor(), ListDoor(), list[bytes]()
    async with device(mosquitto, told) as link:
        async with bridged(mosquitto, door):
            await send(link, [b"one", b"two"])
            await until(lambda: len(told) == 2)  # its acknowledgement leaves with its outcome, after it is kept
        async with bridged(mosquitto, again):
            await send(link, [b"three"])
            await until(lambda: b"three" in again.kept)
    assert (sorted(door.kept), again.kept) == ([b"one", b"two"], [b"three"])


async def test_a_database_that_is_away_costs_time_and_nothing_else(mosquitto: Mosquitto) -> None:
    door = ListDoor(broken_times=3, full_times=2)
    payloads = [f"m{number}".encode() for number in range(20)]
    async with bridged(mosquitto, door), device(mosquitto) as link:
        await send(link, payloads)
        await until(lambda: len(door.kept) == 20)
    assert sorted(door.kept) == sorted(payloads)


async def test_a_message_that_cannot_be_kept_stands_in_nobodys_way_and_is_not_lost(mosquitto: Mosquitto) -> None:
    """Two may be under way at once: one that fails would hold its place, and every acknowledgement after it."""
    door, told = ListDoor(), list[bytes]()
    async with bridged(mosquitto, door, receive_maximum=2), device(mosquitto, told) as link:
        payloads = [f"m{number}".encode() for number in range(6)]
        await send(link, [b"poison", *payloads])
        await until(lambda: len(door.kept) == 6)
        door.is_poisoned = False
        await until(lambda: told[-1:] == [b"kept poison"])
    assert door.kept == [*payloads, b"poison"]


async def test_a_broker_that_is_killed_and_comes_back_is_found_again(mosquitto: Mosquitto) -> None:
    door = ListDoor()
    async with bridged(mosquitto, door) as found:
        async with device(mosquitto) as link:
            await send(link, [b"one"])
            await until(lambda: door.kept == [b"one"])
            await mosquitto.kill()
            await asyncio.wait_for(link.lost.wait(), 60)
        await mosquitto.start()
        await until(lambda: found() == 2)
        async with device(mosquitto) as link:
            await send(link, [b"two"])
            await until(lambda: len(door.kept) >= 2)
    assert door.kept == [b"one", b"two"]
