"""Observations over HTTP and MQTT, kept for good with rules on: ours beside the usual way and the least possible."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import asyncpg
import uvloop

from telemed.acts.telemonitoring.store.rows import COLUMNS
from tests.benchmarks import influx
from tests.benchmarks.ingestion import Place as Floor
from tests.benchmarks.ingestion import create_database
from tests.benchmarks.ingestion import open_place as open_floor
from tests.benchmarks.peers.process import running
from tests.benchmarks.senders import Round, in_turns, send_by_http, send_by_mqtt, timed
from tests.benchmarks.served import PATIENTS, Place, Served, open_ours
from tests.benchmarks.table import ROUNDS, Table, figure, median
from tests.fixtures.postgres import free_port, running_server, stop_server

BARE, FLOOR, OURS, MQTT, SERVICE, USUAL = (
    "bare COPY", "floor", "ours", "ours, MQTT", "bare service", "FastAPI + SQLModel",
)  # fmt: skip
MANY_BY_MQTT = "ours, MQTT, 20 under way"
_NAMES = (BARE, FLOOR, OURS, MQTT, MANY_BY_MQTT, SERVICE, influx.NAME, USUAL)


@dataclass(frozen=True)
class Case:
    """How measures come: so many a request, over so many connections, so many in a round."""

    size: int
    connections: int
    measures: int


CASES = (Case(1_000, 4, 16_000), Case(100, 4, 8_000), Case(1, 16, 1_600))
_MANY_LINES = 4
"""Times as many points for InfluxDB: the kernel counts the CPU of a process by the hundredth of a second."""

Found = dict[tuple[int, str], list[Round]]


class Bare:
    """The driver's COPY into the same table, rows made beforehand, a commit a batch, over several connections."""

    def __init__(self, floor: Floor, connections: Sequence[asyncpg.Connection]) -> None:
        self._floor = floor
        self._connections = connections

    async def copy(self, case: Case) -> Round:
        batches = [self._floor.rows(content) for content in self._floor.bundles(case.size, case.measures)]
        return await timed(time.process_time, case.measures, in_turns(batches, case.connections, self._copy))

    async def read_and_copy(self, case: Case) -> Round:
        """The floor: our reader, then COPY; nobody is answered."""
        contents = self._floor.bundles(case.size, case.measures)

        async def keep(content: bytes, number: int) -> None:
            await self._copy(self._floor.rows(content), number)

        return await timed(time.process_time, case.measures, in_turns(contents, case.connections, keep))

    async def _copy(self, rows: Sequence[tuple[object, ...]], number: int) -> None:
        await self._connections[number].copy_records_to_table(
            "telemonitoring_observations", records=rows, columns=list(COLUMNS)
        )


@dataclass(frozen=True)
class Ways:
    """Every way in, side by side."""

    bare: Bare
    ours: Served
    mqtt_port: int
    service: Place
    usual: Place
    lines: tuple[Place, influx.Lines] | None

    async def round(self, session: aiohttp.ClientSession, case: Case) -> dict[str, Round]:
        """Each way once; the slow one with a quarter of the measures."""
        size, connections = case.size, case.connections
        bodies = self.ours.gateway.bodies(size, case.measures)
        found = {BARE: await self.bare.copy(case), FLOOR: await self.bare.read_and_copy(case)}
        found[OURS] = await send_by_http(session, self.ours.place, bodies, connections, size)
        found[SERVICE] = await send_by_http(session, self.service, bodies, connections, size)
        found[USUAL] = await send_by_http(session, self.usual, bodies[: len(bodies) // 4], connections, size)
        if size == 1:
            scales = self.ours.gateway.scales[:connections]
            for name, under_way in ((MQTT, 1), (MANY_BY_MQTT, 20)):
                found[name] = await send_by_mqtt(self.ours.place, self.mqtt_port, scales, case.measures, under_way)
        if self.lines is not None:
            place, lines = self.lines
            bodies = lines.bodies(size, _MANY_LINES * case.measures)
            found[influx.NAME] = await send_by_http(session, place, bodies, connections, size)
        return found


def measure() -> Table:
    """The whole table."""
    folder = Path(tempfile.mkdtemp(prefix="telemed-doors-"))
    folder.chmod(0o755)
    try:
        found = uvloop.run(_measure(folder))
    finally:
        stop_server(folder)
        shutil.rmtree(folder, ignore_errors=True)
    columns = (
        *("measures a request", "", "CPU (µs each)", "measures/s", "CPU : floor", "ours : this", "speed : bare COPY"),
        *("p50 of a request, ms", "p99, ms"),
    )
    absent = "" if influx.find_influx() else " InfluxDB 1 (influxd) is not installed here: it has no row."
    bound = (
        "CPU is that of the process that serves, or copies. Bare COPY: rows made beforehand, a commit a batch, as many "
        "connections as ours (4, and 16 where each request is one measure). Floor: our reader, then COPY, in one "
        "process, no HTTP; for one measure a request, the bare service. Bare service: aiohttp, our reader, COPY, a "
        f"commit a request, nobody asked. Ours: {PATIENTS} patients of a gateway, idempotent, rules on, each entry "
        "answered; by MQTT QoS 1, acknowledged after the commit, each device on its own connection. Durable." + absent
    )
    return Table("Observations over HTTP and MQTT", columns, tuple(_rows(found)), bound)


async def _measure(folder: Path) -> Found:
    async with AsyncExitStack() as stack:
        ways = await _open(stack, folder)
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=16)))
        found: Found = {}
        for number in range(ROUNDS + 1):  # the first warms
            for case in CASES:
                for name, one in (await ways.round(session, case)).items():
                    if number:
                        found.setdefault((case.size, name), []).append(one)
    return found


async def _open(stack: AsyncExitStack, folder: Path) -> Ways:
    server, mqtt_port = running_server(folder, is_durable=True), free_port()
    floor = await open_floor(stack, f"{server}/floor")
    connections = [await asyncpg.connect(f"{server}/floor") for _ in range(max(case.connections for case in CASES))]
    for connection in connections:
        stack.push_async_callback(connection.close)
    ours = await open_ours(stack, folder, f"{server}/ours", {"TELEMED_MQTT_PORT": str(mqtt_port)})
    await open_floor(stack, f"{server}/bare")
    await create_database(f"{server}/mainstream")
    service = await _open_peer(stack, SERVICE, ["-m", "tests.benchmarks.peers.bare"], f"{server}/bare")
    usual = await _open_peer(
        stack, USUAL, ["-m", "uvicorn", "tests.benchmarks.peers.mainstream:app"], f"{server}/mainstream"
    )
    binary = influx.find_influx()
    lines = (await influx.open_influx(stack, binary, folder), influx.Lines(PATIENTS)) if binary else None
    return Ways(Bare(floor, connections), ours, mqtt_port, service, usual, lines)


async def _open_peer(stack: AsyncExitStack, name: str, words: Sequence[str], url: str) -> Place:
    port = free_port()
    if "uvicorn" in words:
        words = [*words, "--port", str(port), "--log-level", "warning", "--no-access-log"]
    environment = os.environ | {"PEER_DATABASE_URL": url, "PEER_PORT": str(port)}
    process = await stack.enter_async_context(running([sys.executable, *words], environment))
    place = Place(name, f"http://127.0.0.1:{port}", process.pid, {"Content-Type": "application/json"})
    async with aiohttp.ClientSession() as session:
        for _ in range(200):
            with suppress(aiohttp.ClientError):
                async with session.get(place.base_url):
                    return place
            await asyncio.sleep(0.1)
    raise RuntimeError(f"{name} does not answer")


def _rows(found: Found) -> list[tuple[str, ...]]:
    return [
        (figure(size), name, *_cells(found, size, name))
        for size in (case.size for case in CASES)
        for name in _NAMES
        if (size, name) in found
    ]


def _cells(found: Found, size: int, name: str) -> tuple[str, ...]:
    """Ratios are those of each round, so that a busy moment weighs on both sides."""
    rounds, floors = found[size, name], found[size, SERVICE if size == 1 else FLOOR]
    waits = sorted(wait * 1_000 for one in rounds for wait in one.waits)
    return (
        figure(median([one.cpu for one in rounds])),
        figure(1e6 / median([one.wall for one in rounds])),
        f"{_ratio(rounds, floors, _cpu):.2f}",
        f"{_ratio(found[size, OURS], rounds, _cpu):.2f}",
        f"{_ratio(found[size, BARE], rounds, _wall):.2f}",
        figure(median(waits)),
        figure(waits[len(waits) * 99 // 100]),
    )


def _ratio(above: Sequence[Round], below: Sequence[Round], what: Callable[[Round], float]) -> float:
    return median([what(one) / what(other) for one, other in zip(above, below, strict=True)])


def _cpu(one: Round) -> float:
    return one.cpu


def _wall(one: Round) -> float:
    return one.wall
