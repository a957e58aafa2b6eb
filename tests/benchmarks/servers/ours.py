"""The product's rooms on uvloop, nothing else: prints its port, serves until it is ended."""

from __future__ import annotations

import asyncio
import resource

import uvloop
from aiohttp import web

from signaling.hub import Hub
from signaling.ice import IceServers
from signaling.limits import Limits
from signaling.memory import MemoryLedger
from signaling.ports import SeatStatus
from signaling.server import add_socket_route
from signaling.tokens import RoomTokens, TokenKey
from telemed.kernel.clock import SystemClock

KEY = TokenKey("bench", b"b" * 32)
FAST = Limits(messages_per_second=1e7, burst_messages=10**7, sockets=200_000)


class Everybody:
    """A directory in which seats named `waiting-…` wait and all others are admitted."""

    async def seat_status(self, room: str, seat: str) -> SeatStatus:
        return SeatStatus.WAITING if seat.startswith("waiting") else SeatStatus.ADMITTED


async def main() -> None:
    clock = SystemClock()
    hub = Hub(
        tokens=RoomTokens([KEY], now=clock.now),
        directory=Everybody(),
        ledger=MemoryLedger(),
        ice=IceServers(now=clock.now, turn_urls=["turn:127.0.0.1:3478"], turn_secret="b" * 32),
        now=clock.now,
        limits=FAST,
    )
    app = web.Application()
    add_socket_route(app, hub)
    await serve(app)


async def serve(app: web.Application) -> None:
    """Print the port and serve until ended."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=4096).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main())
