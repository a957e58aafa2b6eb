"""Idle waiting-room sockets per GiB after one message each: ours beside npm's ws, memory measured on real sockets."""

from __future__ import annotations

import asyncio
import resource

import orjson
import uvloop

from signaling.tokens import Role, RoomTokens
from telemed.kernel.clock import SystemClock
from tests.benchmarks.servers.ours import KEY
from tests.benchmarks.sockets import End, Server, connect, npm_ws, python_server
from tests.benchmarks.table import Table, figure

SOCKETS = 10_000
AT_ONCE = 200
GIB = 2**30
STATE = {"type": "state", "n": 1, "audio": True, "video": True, "screen": False, "link": "good"}


async def _fill(server: Server) -> float:
    """Bytes that each of SOCKETS waiting patients costs the server, each in a room of its own."""
    tokens = RoomTokens([KEY], now=SystemClock().now)
    ends: list[End] = []

    async def wait_in_room(number: int) -> None:
        welcomed = asyncio.Event()
        end = await connect(server.port, lambda _frame: welcomed.set())
        join = {"type": "join", "protocol": 1, "page": "bench-page", "next": 1, "epoch": "", "received": 0}
        token = tokens.issue(f"r{number}", "waiting-patient", role=Role.GUEST)
        end.say(orjson.dumps({**join, "token": token}))
        await welcomed.wait()
        end.say(orjson.dumps(STATE))
        ends.append(end)

    await asyncio.gather(*[wait_in_room(-number - 1) for number in range(AT_ONCE)])  # what the first ones load stays
    await asyncio.sleep(2)
    before = server.resident_bytes()
    for start in range(0, SOCKETS, AT_ONCE):
        await asyncio.gather(*[wait_in_room(number) for number in range(start, start + AT_ONCE)])
    await asyncio.sleep(3)  # acknowledgements go out, what was freed is freed
    after = server.resident_bytes()
    for end in ends:
        end.transport.abort()
    return (after - before) / SOCKETS


def measure() -> Table:
    """One server after the other, each alone with its sockets."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, SOCKETS + 2000), hard))
    rows = []
    for opening in (python_server("ours", "ours"), npm_ws(), python_server("bare aiohttp", "bare")):
        with opening as server:
            each = uvloop.run(_fill(server))
            rows.append((server.name, figure(each / 1024), figure(GIB / each)))
    return Table(
        f"Idle waiting-room sockets, {SOCKETS:,} of them, after one message each".replace(",", "\u202f"),
        ("server", "KiB a socket", "sockets per GiB"),
        tuple(rows),
        bound="Resident memory of the process alone; the kernel's socket buffers come on top, the same for all three. "
        "Ours holds a seat, its session and its room; the others a socket and a name.",
    )


if __name__ == "__main__":
    print(measure())
