"""Signalling relay: messages a second and p99, ours beside npm's ws and bare aiohttp, one client for all."""

from __future__ import annotations

import asyncio
import json
import os
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass, field
from time import perf_counter

import orjson
import uvloop

from signaling.tokens import Role, RoomTokens
from telemed.kernel.clock import SystemClock
from tests.benchmarks.servers.ours import KEY
from tests.benchmarks.sockets import End, Server, connect, npm_ws, python_server
from tests.benchmarks.table import ROUNDS, Table, figure, median

ROOMS = 40
WINDOW = 4
TURNS = 3 * ROUNDS  # short turns, many of them: whatever else the machine does falls on all servers alike
ROUND_SECONDS = 0.8
ACK_EVERY = 64
CANDIDATE = {
    "candidate": "candidate:842163049 1 udp 1677729535 192.0.2.7 46154 typ srflx raddr 10.1.2.3 rport 46154",
    "sdpMid": "0",
    "sdpMLineIndex": 0,
    "usernameFragment": "4ZcD",
}


@dataclass
class Talker:
    """One end of a room: keeps WINDOW messages under way to the other end, which tells it when one has come."""

    end: End | None = None
    peer: str = ""
    message: bytes = b""
    other: Talker | None = None
    number: int = 0
    heard: int = 0
    sent_at: deque[float] = field(default_factory=deque)
    delays: list[float] = field(default_factory=list)
    is_talking: bool = False
    welcomed: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, frame: bytes) -> None:
        if b'"candidate:' in frame:
            self.heard += 1
            if self.heard % ACK_EVERY == 0:
                self._say(b'{"type":"ack","s":%d}' % self.heard)
            assert self.other is not None
            self.other.arrived()
        elif b'"welcome"' in frame:
            self.peer = json.loads(frame)["peer"]
            assert self.other is not None
            message = {"type": "candidate", "n": 0, "to": self.peer, "call": "c1", "candidate": CANDIDATE}
            self.other.message = orjson.dumps(message).replace(b'"n":0', b'"n":%d')
            self.welcomed.set()

    def arrived(self) -> None:
        self.delays.append(perf_counter() - self.sent_at.popleft())
        if self.is_talking:
            self.speak()

    def speak(self) -> None:
        assert self.other is not None
        self.number += 1
        self.sent_at.append(perf_counter())
        self._say(self.message % self.number)

    def _say(self, payload: bytes) -> None:
        assert self.end is not None
        self.end.say(payload)


@dataclass(frozen=True)
class Round:
    """What one round showed."""

    per_second: float
    p99_ms: float
    cpu_us: float


async def _rooms(server: Server) -> list[Talker]:
    """ROOMS rooms of two, joined and admitted."""
    tokens = RoomTokens([KEY], now=SystemClock().now)
    talkers: list[Talker] = []
    for room in range(ROOMS):
        doctor, patient = Talker(), Talker()
        doctor.other, patient.other = patient, doctor
        for talker, seat, role in ((doctor, "doctor", Role.HOST), (patient, "patient", Role.GUEST)):
            talker.end = await connect(server.port, talker.hear)
            join = {"type": "join", "protocol": 1, "page": "bench-page", "next": 1, "epoch": "", "received": 0}
            talker.end.say(orjson.dumps({**join, "token": tokens.issue(f"r{room}", seat, role=role)}))
            await talker.welcomed.wait()
        talkers += [doctor, patient]
    return talkers


async def _round(server: Server, talkers: list[Talker]) -> Round:
    for talker in talkers:
        talker.delays.clear()
        talker.is_talking = True
    cpu, started = server.cpu_seconds(), perf_counter()
    for talker in talkers:
        for _ in range(WINDOW):
            talker.speak()
    await asyncio.sleep(ROUND_SECONDS)
    elapsed, cpu = perf_counter() - started, server.cpu_seconds() - cpu
    delays = sorted(delay for talker in talkers for delay in talker.delays)
    for talker in talkers:
        talker.is_talking = False
    while any(talker.sent_at for talker in talkers):
        await asyncio.sleep(0.01)
    return Round(len(delays) / elapsed, delays[int(len(delays) * 0.99)] * 1000, cpu / len(delays) * 1e6)


async def _measure(servers: list[Server]) -> dict[str, list[Round]]:
    rooms = {server.name: await _rooms(server) for server in servers}
    rounds: dict[str, list[Round]] = {server.name: [] for server in servers}
    for turn in range(TURNS + 1):
        for server in servers:
            result = await _round(server, rooms[server.name])
            if turn:  # the first turn warms all of them
                rounds[server.name].append(result)
    return rounds


def measure() -> Table:
    """Rounds in turn, servers on one core, the client on another; medians."""
    with ExitStack() as stack:
        servers = [
            stack.enter_context(python_server("ours", "ours")),
            stack.enter_context(npm_ws()),
            stack.enter_context(python_server("bare aiohttp", "bare")),
        ]
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[-1]})
        try:
            rounds = uvloop.run(_measure(servers))
        finally:
            os.sched_setaffinity(0, set(cores))
    peer = rounds["npm ws"]
    return Table(
        "Signalling relay of ICE candidates, 40 rooms of two",
        ("server", "messages/s", "ratio", "p99 (ms)", "server CPU (µs a message)", "messages/s of a core", "ratio"),
        tuple(_row(name, mine, peer) for name, mine in rounds.items()),
        bound="Ratios are to npm ws; medians of 15 turns each. Ours checks every field, numbers, keeps until "
        "acknowledged and acknowledges; the others only relay. One client in a closed loop on a core of its own: the "
        "first figures are of client and server together, those of a core are the server's CPU time alone. What bounds "
        "ours: JSON, the mask of each frame, and the kernel's send and receive.",
    )


def _row(name: str, mine: list[Round], peer: list[Round]) -> tuple[str, ...]:
    per_second = median([r.per_second for r in mine])
    cpu = median([r.cpu_us for r in mine])
    ratio = per_second / median([r.per_second for r in peer])
    cpu_ratio = median([r.cpu_us for r in peer]) / cpu
    p99 = median([r.p99_ms for r in mine])
    return (name, figure(per_second), f"{ratio:.2f}", figure(p99), figure(cpu), figure(1e6 / cpu), f"{cpu_ratio:.2f}")


if __name__ == "__main__":
    print(measure())
