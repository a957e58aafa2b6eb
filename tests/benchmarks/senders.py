"""Senders of measures, each with one under way: what every request took, and what it cost the process that serves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import aiohttp

from telemed.adapters.mqtt.topics import observations_of
from tests.benchmarks.served import Place, Scale, cpu_of
from tests.integration.adapters.mqtt import raw

T = TypeVar("T")


@dataclass
class Round:
    """One round of one way in: microseconds a measure of CPU and of the wall clock, seconds of each request."""

    cpu: float
    wall: float
    waits: list[float] = field(default_factory=list)


async def timed(cpu: Callable[[], float], measures: int, work: Awaitable[list[float]]) -> Round:
    """`cpu` gives the seconds that the process which does the work has taken; `work`, those of each request."""
    cpu_before, wall_before = cpu(), time.perf_counter()
    waits = await work
    wall = time.perf_counter() - wall_before
    return Round((cpu() - cpu_before) / measures * 1e6, wall / measures * 1e6, waits)


async def in_turns(work: Sequence[T], connections: int, send: Callable[[T, int], Awaitable[None]]) -> list[float]:
    """Give each piece of work to whichever connection is free, with its number; seconds that each took."""
    left, waits = list(reversed(work)), list[float]()

    async def sender(number: int) -> None:
        while left:
            one, started = left.pop(), time.perf_counter()
            await send(one, number)
            waits.append(time.perf_counter() - started)

    await asyncio.gather(*(sender(number) for number in range(connections)))
    return waits


async def send_by_http(
    session: aiohttp.ClientSession, place: Place, bodies: Sequence[bytes], connections: int, size: int
) -> Round:
    """Each body is a request of `size` measures, answered once they are on disk."""
    address = place.base_url + (place.of_many if size > 1 else place.of_one)

    async def send(body: bytes, _number: int) -> None:
        async with session.post(address, data=body, headers=place.headers) as answer:
            text = await answer.read()
            if answer.status not in (200, 201, 204) or b'"status":"4' in text:
                raise RuntimeError(f"{place.name} answered {answer.status}: {text[:500]!r}")

    return await timed(partial(cpu_of, place.pid), len(bodies) * size, in_turns(bodies, connections, send))


async def send_by_mqtt(place: Place, port: int, scales: Sequence[Scale], measures: int, under_way: int) -> Round:
    """Each device on a connection of its own, QoS 1, so many of its messages under way at once."""
    each = measures // len(scales)
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(raw.opened(port)) for _ in scales]
        for scale, socket in zip(scales, sockets, strict=True):
            await _enter(socket, scale)
        sending = (_publish(socket, scale, each, under_way) for scale, socket in zip(scales, sockets, strict=True))
        return await timed(partial(cpu_of, place.pid), each * len(scales), _all(list(sending)))


async def _all(work: Sequence[Awaitable[list[float]]]) -> list[float]:
    return [wait for waits in await asyncio.gather(*work) for wait in waits]


async def _enter(socket: raw.Socket, scale: Scale) -> None:
    socket.send(raw.connect(scale.token, client_id=scale.device_id.hex))
    kind, body = await socket.read()
    if (kind, body[1:2]) != (raw.CONNACK, b"\0"):
        raise RuntimeError(f"a scale was not let in: {body!r}")


async def _publish(socket: raw.Socket, scale: Scale, count: int, under_way: int) -> list[float]:
    """Seconds from each message to its acknowledgement; these come in order."""
    topic, begun, waits = observations_of(scale.device_id), list[float](), list[float]()
    for number in range(count + under_way):
        if number >= under_way:
            await _acknowledged(socket)
            waits.append(time.perf_counter() - begun[number - under_way])
        if number < count:
            payload = scale.next(70 + number % 50 / 10).encode()
            begun.append(time.perf_counter())
            socket.send(raw.publish(topic, payload, number % 60_000 + 1))
    return waits


async def _acknowledged(socket: raw.Socket) -> None:
    kind, body = await socket.read()
    if kind != raw.PUBACK or body[2:3] not in (b"", b"\0"):
        raise RuntimeError(f"a measure was not taken: packet {kind}, {body!r}")
