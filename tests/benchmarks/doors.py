"""Observations over HTTP, kept for good with rules on: ours beside the usual way and the least that can be done."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import uvloop

from telemed.app import Services, build_services
from telemed.kernel.caller import SYSTEM, Caller
from telemed.kernel.clock import SystemClock
from telemed.settings import Settings
from tests.benchmarks.ingestion import create_database
from tests.benchmarks.ingestion import open_place as open_floor
from tests.benchmarks.table import ROUNDS, Table, figure, median
from tests.fixtures.people import caller_for, make_doctor, make_draft, make_practice
from tests.fixtures.postgres import free_port, running_server, stop_server
from tests.fixtures.running import RunningService
from tests.integration.acts.telemonitoring.enrolled import make_follow_up, make_limit
from tests.integration.acts.telemonitoring.equipped import FHIR, add_gateway, equip
from tests.shared import ROOT
from tests.unit.acts.telemonitoring.making import make_weight

_PATIENTS = 50
_STEP = timedelta(milliseconds=100)
_CASES = ((1_000, 4, 16_000), (100, 4, 8_000), (1, 16, 1_600))
"""Measures a request, connections, measures a round."""
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Place:
    """A service under load: where it is, its process, how it is entered."""

    name: str
    base_url: str
    pid: int
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Gateway:
    """What a gateway sends of its patients, each measure later than the one before."""

    token: str
    worn: Sequence[tuple[str, str]]
    since: datetime
    number: int = 0

    def next(self) -> dict[str, Any]:
        device, subject = self.worn[self.number % len(self.worn)]
        at = self.since + self.number // len(self.worn) * _STEP
        self.number += 1
        system, _, value = device.partition("|")
        return make_weight(
            70 + self.number % 50 / 10,
            effectiveDateTime=at.isoformat(),
            subject={"reference": subject},
            device={"identifier": {"system": system, "value": value}},
        )

    def bodies(self, size: int, measures: int) -> list[bytes]:
        if size == 1:
            return [json.dumps(self.next()).encode() for _ in range(measures)]
        return [self._bundle(size) for _ in range(measures // size)]

    def _bundle(self, size: int) -> bytes:
        entries = [{"resource": self.next()} for _ in range(size)]
        return json.dumps({"resourceType": "Bundle", "type": "batch", "entry": entries}).encode()


def measure() -> Table:
    """The whole table."""
    folder = Path(tempfile.mkdtemp(prefix="telemed-doors-"))
    folder.chmod(0o755)
    try:
        rows = uvloop.run(_measure(folder))
    finally:
        stop_server(folder)
        shutil.rmtree(folder, ignore_errors=True)
    columns = (
        "measures a request",
        "",
        "CPU (µs each)",
        "measures/s",
        "CPU : floor",
        "ours : this",
        "speed : bare COPY",
    )
    bound = (
        "CPU is that of the process that serves. Floor: our reader and COPY in one process, no HTTP, 1,000 a batch; "
        "for one measure a request, the bare service. Bare service: aiohttp, our reader, COPY, a commit a request, "
        f"nobody asked. Ours: {_PATIENTS} patients of a gateway, idempotent, rules on, each entry answered. Durable."
    )
    return Table("Observations over HTTP", columns, tuple(rows), bound)


async def _measure(folder: Path) -> list[tuple[str, ...]]:
    server = running_server(folder, is_durable=True)
    async with AsyncExitStack() as stack:
        floor = await open_floor(stack, f"{server}/floor")
        gateway, ours = await open_ours(stack, folder, f"{server}/ours")
        await open_floor(stack, f"{server}/bare")
        await create_database(f"{server}/mainstream")
        bare = await _open_peer(stack, "bare service", "tests.benchmarks.peers.bare", f"{server}/bare")
        usual = await _open_peer(stack, "FastAPI + SQLModel", "uvicorn", f"{server}/mainstream")
        found: dict[tuple[int, str], list[tuple[float, float]]] = {}
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=16)))
        for number in range(ROUNDS + 1):  # the first warms
            copied = await floor.bare_round()
            read = await floor.floor_round()
            for size, connections, measures in _CASES:
                bodies = gateway.bodies(size, measures)
                for place in (ours, bare, usual):
                    some = bodies[: len(bodies) // 4] if place is usual else bodies
                    figures = await _load(session, place, some, connections, size)
                    if number:
                        found.setdefault((size, place.name), []).append(figures)
            if number:
                found.setdefault((1_000, "bare COPY"), []).append(copied)
                found.setdefault((1_000, "floor"), []).append(read)
    return _rows(found)


def _rows(found: dict[tuple[int, str], list[tuple[float, float]]]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for size, _, _ in _CASES:
        floors = found[(1, "bare service")] if size == 1 else found[(1_000, "floor")]
        for name in ("bare COPY", "floor", "ours", "bare service", "FastAPI + SQLModel"):
            rounds = found.get((size, name))
            if rounds is None:
                continue
            ours = found[(size, "ours")]
            rows.append((
                f"{size:,}".replace(",", "\u202f"),
                name,
                figure(median([cpu for cpu, _ in rounds])),
                figure(1e6 / median([wall for _, wall in rounds])),
                f"{median([one[0] / floor[0] for one, floor in zip(rounds, floors, strict=True)]):.2f}",
                f"{median([our[0] / one[0] for our, one in zip(ours, rounds, strict=True)]):.2f}",
                f"{median([b[1] / one[1] for one, b in zip(rounds, found[(1_000, 'bare COPY')], strict=True)]):.2f}",
            ))  # fmt: skip
    return rows


async def _load(
    session: aiohttp.ClientSession, place: Place, bodies: Sequence[bytes], connections: int, size: int
) -> tuple[float, float]:
    """Microseconds of CPU of the server, and of the wall clock, a measure."""
    left, path = list(reversed(bodies)), "/fhir" if size > 1 else "/fhir/Observation"

    async def sender() -> None:
        while left:
            body = left.pop()
            async with session.post(place.base_url + path, data=body, headers=place.headers) as answer:
                text = await answer.read()
                if answer.status not in (200, 201) or b'"status":"4' in text:
                    raise RuntimeError(f"{place.name} answered {answer.status}: {text[:500]!r}")

    cpu, wall = cpu_of(place.pid), time.perf_counter()
    await asyncio.gather(*(sender() for _ in range(connections)))
    measures = len(bodies) * size
    return (cpu_of(place.pid) - cpu) / measures * 1e6, (time.perf_counter() - wall) / measures * 1e6


def cpu_of(pid: int) -> float:
    """Seconds of processor that a process took until now."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


async def open_ours(stack: AsyncExitStack, folder: Path, url: str) -> tuple[Gateway, Place]:
    """A service with the patients of a gateway; its database is made where it needs to be."""
    if url.startswith("postgresql"):
        await create_database(url)
    service = RunningService(folder, url, {"TELEMED_LOG_LEVEL": "warning"})
    settings = Settings.from_environment(service.environment).with_keys()
    services = build_services(settings, clock=SystemClock())
    await service.start()  # it makes the tables
    stack.push_async_callback(service.stop)
    gateway = await _people(services)
    await services.database.close()
    headers = {"Authorization": f"Bearer {gateway.token}", "Content-Type": FHIR}
    return gateway, Place("ours", service.base_url, service.pid, headers)


async def _people(services: Services) -> Gateway:
    place = make_practice()
    await services.practices.create(SYSTEM, place)
    person, _ = await services.professionals.create(SYSTEM, make_doctor(place.id), "claire.moreau")
    doctor: Caller = caller_for(person)
    gateway_id, token = await add_gateway(services, doctor)
    worn = []
    for number in range(_PATIENTS):
        patient, _ = await services.patients.create(doctor, make_draft())
        follow_up = await make_follow_up(services, doctor, patient, limits=[make_limit()])
        name = f"urn:serial|SCALE-{number}"
        await equip(services, doctor, follow_up, identifier=name, gateway_id=gateway_id)
        worn.append((name, f"Patient/{patient.id}"))
    return Gateway(token, worn, SystemClock().now())


async def _open_peer(stack: AsyncExitStack, name: str, module: str, url: str) -> Place:
    port = free_port()
    words = [sys.executable, "-m", module]
    if module == "uvicorn":
        app = "tests.benchmarks.peers.mainstream:app"
        words += [app, "--port", str(port), "--log-level", "warning", "--no-access-log"]
    environment = os.environ | {"PEER_DATABASE_URL": url, "PEER_PORT": str(port)}
    process = await stack.enter_async_context(_running(words, environment))
    place = Place(name, f"http://127.0.0.1:{port}", process.pid, {"Content-Type": "application/json"})
    async with aiohttp.ClientSession() as session:
        for _ in range(200):
            with suppress(aiohttp.ClientError):
                async with session.get(place.base_url):
                    return place
            await asyncio.sleep(0.1)
    raise RuntimeError(f"{name} does not answer")


@asynccontextmanager
async def _running(words: Sequence[str], environment: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(*words, cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        await process.wait()
