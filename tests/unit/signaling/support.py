"""A hub without sockets: a clock that is moved by hand, connections that remember what they were sent."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from signaling.codes import CloseCode, ErrorCode, Refusal
from signaling.hub import Hub
from signaling.ice import IceServers
from signaling.limits import Limits
from signaling.memory import MemoryDirectory, MemoryLedger
from signaling.ports import SeatStatus
from signaling.room import Member
from signaling.tokens import Role, RoomTokens, TokenKey

KEY = TokenKey("k1", b"k" * 32)
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SDP = (
    "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:4ZcD\r\n"
    "a=ice-pwd:2/1muCWoOi3uLifh0NuRHlqE\r\n"
    "a=fingerprint:sha-256 19:E2:1C:3B\r\na=setup:actpass\r\na=mid:0\r\n"
)
CANDIDATE = {
    "candidate": "candidate:842163049 1 udp 1677729535 192.0.2.7 46154 typ srflx raddr 0.0.0.0 rport 0",
    "sdpMid": "0",
    "sdpMLineIndex": 0,
    "usernameFragment": "4ZcD",
}


class HandClock:
    """Now, moved by hand."""

    def __init__(self) -> None:
        self.value = NOON

    def __call__(self) -> datetime:
        return self.value

    def advance(self, seconds: float) -> None:
        self.value += timedelta(seconds=seconds)


@dataclass(eq=False)
class FakeConnection:
    """A socket that keeps what it was sent and how it was closed."""

    sent: list[dict[str, Any]] = field(default_factory=list)
    closed: tuple[CloseCode, str] | None = None
    errors: int = 0

    def send(self, frame: bytes) -> None:
        if self.closed is None:
            self.sent.append(json.loads(frame))

    def close(self, code: CloseCode, reason: str) -> None:
        self.closed = self.closed or (code, reason)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.sent if message["type"] == kind]

    def last(self, kind: str) -> dict[str, Any]:
        return self.of(kind)[-1]


@dataclass
class Page:
    """A page of a seat: joins, sends numbered messages, comes back."""

    house: House
    seat: str
    role: Role
    name: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    next: int = 1
    connection: FakeConnection = field(default_factory=FakeConnection)
    member: Member | None = None

    @property
    def welcome(self) -> dict[str, Any]:
        return self.connection.last("welcome")

    @property
    def peer(self) -> str:
        return str(self.welcome["peer"])

    async def join(self, *, token: str | None = None) -> Page:
        credential = {"token": token or self.house.tokens.issue("room", self.seat, role=self.role)}
        return await self._knock(credential, epoch="", received=0)

    async def resume(self, *, received: int, token: str | None = None) -> Page:
        credential = {"resume": token or self.welcome["resume_token"]}
        return await self._knock(credential, epoch=self.welcome["epoch"], received=received)

    async def reload(self) -> Page:
        """A new page of the same seat, which kept nothing but the resume token."""
        page = Page(self.house, self.seat, self.role)
        credential = {"resume": self.welcome["resume_token"]}
        return await page._knock(credential, epoch="", received=0)

    async def _knock(self, credential: dict[str, str], *, epoch: str, received: int) -> Page:
        frame = {"type": "join", "protocol": 1, "page": self.name, "next": self.next, "epoch": epoch}
        connection = FakeConnection()
        frame |= {"received": received, **credential}
        self.member = await self.house.hub.join(connection, json.dumps(frame))
        self.connection = connection
        return self

    def send(self, kind: str, /, **fields: Any) -> int:
        number = self.next
        self.next += 1
        self.say({"type": kind, "n": number, **fields})
        return number

    def say(self, message: object) -> None:
        """Any frame at all: an object is written as JSON, text and bytes as they are."""
        assert self.member is not None
        frame = message if isinstance(message, str | bytes) else json.dumps(message)
        self.house.hub.receive(self.member, self.connection, frame)

    def candidate(self, to: str) -> int:
        return self.send("candidate", to=to, call="call-1", candidate=CANDIDATE)

    def lose(self) -> None:
        assert self.member is not None
        self.house.hub.lost(self.member, self.connection)


class House:
    """A hub with its ports in memory."""

    def __init__(self, *, limits: Limits | None = None) -> None:
        self.clock = HandClock()
        self.tokens = RoomTokens([KEY], now=self.clock)
        self.directory = MemoryDirectory()
        self.ledger = MemoryLedger()
        self.later: list[Callable[[], None]] = []
        self.limits = limits
        self.directory.seats["room", "doctor"] = SeatStatus.ADMITTED
        self.directory.seats["room", "patient"] = SeatStatus.WAITING
        self.hub = self.open_hub()

    def open_hub(self) -> Hub:
        """Another life of the server: same keys, same directory, same ledger, empty memory."""
        self.hub = Hub(
            tokens=self.tokens,
            directory=self.directory,
            ledger=self.ledger,
            ice=IceServers(now=self.clock, turn_urls=["turn:127.0.0.1:3478"], turn_secret="s" * 32),
            now=self.clock,
            limits=self.limits,
            later=lambda _seconds, call: self.later.append(call),
        )
        return self.hub

    def grow_old(self) -> None:
        """Let the time go by in which pages of a former life of the server may still come back."""
        self.clock.advance(90)

    def tick(self) -> None:
        """What was put off for a moment happens."""
        due, self.later[:] = self.later[:], []
        for call in due:
            call()

    def doctor(self) -> Page:
        return Page(self, "doctor", Role.HOST)

    def patient(self) -> Page:
        return Page(self, "patient", Role.GUEST)

    async def both(self) -> tuple[Page, Page]:
        """Doctor and patient, admitted."""
        doctor, patient = await self.doctor().join(), await self.patient().join()
        self.directory.seats["room", "patient"] = SeatStatus.ADMITTED
        self.hub.admit("room", "patient")
        return doctor, patient

    async def record(self) -> list[tuple[str, str]]:
        """(seat, kind) of every ledger entry so far, after handing the queue over."""
        run = asyncio.create_task(self.hub.scribe.run())
        await self.hub.scribe.flush()
        run.cancel()
        return [(entry.seat, entry.kind.value) for entry in self.ledger.entries]


def refusal_of(check: Callable[..., object], *arguments: object) -> ErrorCode | None:
    """The code with which a check refuses, None if it lets pass."""
    try:
        check(*arguments)
    except Refusal as refusal:
        return refusal.code
    return None
