"""A real server on loopback with a hub that can be replaced, as a restart does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from signaling.client import RoomClient
from signaling.hub import Hub
from signaling.ice import IceServers
from signaling.limits import Limits
from signaling.memory import MemoryDirectory, MemoryLedger
from signaling.ports import SeatStatus
from signaling.server import add_socket_route
from signaling.tokens import Role, RoomTokens, TokenKey
from telemed.kernel.clock import SystemClock
from tests.fixtures.postgres import free_port

ROLES = {"doctor": Role.HOST, "colleague": Role.HOST, "patient": Role.GUEST, "relative": Role.GUEST}


@dataclass
class Server:
    """One port, one directory, one ledger; `restart` gives them a new hub."""

    limits: Limits = field(default_factory=Limits)
    port: int = field(default_factory=free_port)
    clock: SystemClock = field(default_factory=SystemClock)
    directory: MemoryDirectory = field(default_factory=MemoryDirectory)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    hub: Hub = field(init=False)
    runner: web.AppRunner | None = None

    def __post_init__(self) -> None:
        self.tokens = RoomTokens([TokenKey("k1", b"k" * 32)], now=self.clock.now)
        self.directory.seats |= {("room", "doctor"): SeatStatus.ADMITTED, ("room", "patient"): SeatStatus.ADMITTED}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/rooms/socket"

    async def start(self) -> None:
        self.hub = Hub(
            tokens=self.tokens,
            directory=self.directory,
            ledger=self.ledger,
            ice=IceServers(now=self.clock.now),
            now=self.clock.now,
            limits=self.limits,
        )
        app = web.Application()
        add_socket_route(app, self.hub, allowed_origins=["https://telemed.example"])
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self.runner.addresses[0][1]

    async def stop(self) -> None:
        if self.runner is not None:
            await self.runner.cleanup()
            self.runner = None

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    def token(self, seat: str, *, room: str = "room") -> str:
        return self.tokens.issue(room, seat, role=ROLES[seat])

    def client(self, http: aiohttp.ClientSession, seat: str) -> RoomClient:
        async def token() -> str:
            return self.token(seat)

        return RoomClient(http, self.url, get_token=token)

    def kinds(self, seat: str) -> list[str]:
        return [entry.kind.value for entry in self.ledger.entries if entry.seat == seat]


@asynccontextmanager
async def serve(limits: Limits | None = None) -> AsyncIterator[tuple[Server, aiohttp.ClientSession]]:
    """A running server and a client session on it; both end with the block."""
    server = Server(limits or Limits())
    await server.start()
    try:
        async with aiohttp.ClientSession() as http:
            yield server, http
    finally:
        await server.stop()
