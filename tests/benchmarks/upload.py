"""Fifty megabytes through a real server process: memory above idle, and time beside a plain write to disk."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import aiohttp

from telemed.api import logs
from telemed.api.auth import SESSION_COOKIE
from telemed.app import Services, build_services
from telemed.kernel.caller import SYSTEM
from telemed.kernel.clock import SystemClock
from telemed.settings import Environment, Settings
from telemed.storage.migrate import upgrade
from tests.benchmarks.sockets import python_server
from tests.benchmarks.table import ROUNDS, Table, figure, median
from tests.fixtures.http import open_session
from tests.fixtures.people import caller_for, make_carer, make_draft, make_practice
from tests.fixtures.pictures import make_dicom, make_jpeg, make_pdf
from tests.fixtures.running import RunningService
from tests.integration.acts.teleexpertise.conftest import CONTENT

MEGA = 2**20
LENGTH = 50 * MEGA
PARTIAL = "application/partial-upload"


@dataclass
class Watched:
    """What a process and its children held at most, sampled every few milliseconds."""

    pid: int
    server: int = 0
    children: int = 0
    is_over: bool = False

    def watch(self) -> None:
        while not self.is_over:
            self.server = max(self.server, resident(self.pid))
            self.children = max(self.children, sum(map(resident, children_of(self.pid))))
            time.sleep(0.004)


@dataclass(frozen=True)
class Round:
    """Of one upload: seconds until the last byte but one is durable, seconds of the checks, bytes above idle."""

    arrival: float
    checks: float
    above_idle: int
    beside: int


def measure() -> Table:
    """Ours with three kinds of files, the floor between them."""
    logs.configure("error")
    folder = Path(tempfile.mkdtemp(prefix="telemed-bench-"))
    try:
        return asyncio.run(_measure(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _measure(folder: Path) -> Table:
    settings = Settings(environment=Environment.TEST, data_dir=folder / "data").with_keys()
    services = build_services(settings, clock=SystemClock(), senders={})
    cases, cookie = await prepare(services)
    await services.database.close()
    running = RunningService(folder, "")
    del running.environment["TELEMED_DATABASE_URL"]
    running.environment["TELEMED_REQUESTS_PER_MINUTE"] = "100000"
    await running.start()
    try:
        with python_server("floor", "disk") as floor:
            floors, rows = [], []
            async with aiohttp.ClientSession(cookies=cookie) as client:
                await one_upload(client, running, cases.pop(), make_jpeg())  # what a first upload loads stays
                for name, content in contents().items():
                    rounds = []
                    for _ in range(ROUNDS):
                        rounds.append(await one_upload(client, running, cases.pop(), content))
                        floors.append(await write_to_floor(client, f"http://127.0.0.1:{floor.port}/", content))
                    rows.append(_row(name, rounds))
    finally:
        await running.stop()
    return _table(rows, median(floors))


def contents() -> dict[str, bytes]:
    """Fifty megabytes of each: what follows the picture of a photo, the page of a PDF, the frames of an examination."""
    return {
        "photo (JPEG)": _padded(make_jpeg(4000, 3000)),
        "document (PDF)": _padded(make_pdf(8), before=b"%%EOF"),
        "examination (DICOM, 99 frames)": make_dicom(frames=99, side=512),
    }


def _padded(content: bytes, *, before: bytes = b"") -> bytes:
    noise = os.urandom(LENGTH - len(content) - 64)
    if not before:
        return content + noise
    at = content.rindex(b"startxref")
    return content[:at] + b"% " + noise.replace(b"\n", b" ").replace(b"\r", b" ") + b"\n" + content[at:]


async def prepare(services: Services) -> tuple[list[UUID], dict[str, str]]:
    """A nurse signed in, and drafts enough."""
    await upgrade(services.database)
    practice = make_practice()
    await services.practices.create(SYSTEM, practice)
    created, _ = await services.professionals.create(SYSTEM, make_carer(practice.id), "lea.marchand")
    nurse = caller_for(created)
    patient, _ = await services.patients.create(nurse, make_draft())
    drafts = [await services.expertise.requests.create(nurse, patient.id, CONTENT) for _ in range(3 * ROUNDS + 1)]
    return [draft.id for draft in drafts], {SESSION_COOKIE: await open_session(services, nurse)}


async def one_upload(client: aiohttp.ClientSession, running: RunningService, case_id: UUID, content: bytes) -> Round:
    """Everything but the last byte, then the last byte: what it takes to arrive, and to be checked."""
    body = {"name": "bench", "length": len(content)}
    async with client.post(f"{running.base_url}/teleexpertises/{case_id}/attachments", json=body) as answer:
        assert answer.status == 201, await answer.text()
        address = f"{running.base_url}/attachments/{(await answer.json())['id']}"
    await asyncio.sleep(0.5)
    idle = resident(running.pid)
    with watched(running.pid) as seen:
        started = time.perf_counter()
        assert await send(client, address, content[:-1], 0) == "arriving"
        arrived = time.perf_counter()
        assert await send(client, address, content[-1:], len(content) - 1) == "kept"
        checked = time.perf_counter()
    return Round(arrived - started, checked - arrived, seen.server - idle, seen.children)


async def send(client: aiohttp.ClientSession, address: str, content: bytes, offset: int) -> str:
    headers = {"Content-Type": PARTIAL, "Upload-Offset": str(offset)}
    async with client.patch(address, data=io.BytesIO(content), headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        return str((await answer.json())["state"])


async def write_to_floor(client: aiohttp.ClientSession, address: str, content: bytes) -> float:
    started = time.perf_counter()
    async with client.patch(address, data=io.BytesIO(content)) as answer:
        assert answer.status == 200
    return time.perf_counter() - started


@contextmanager
def watched(pid: int) -> Iterator[Watched]:
    seen = Watched(pid)
    thread = threading.Thread(target=seen.watch)
    thread.start()
    try:
        yield seen
    finally:
        seen.is_over = True
        thread.join()


def resident(pid: int) -> int:
    """Bytes in memory; 0 for a process that ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def children_of(pid: int) -> list[int]:
    """Those that have become what they are: until then they show the memory of the server that they are forked from."""
    try:
        found = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return [one for one in found if b"pictures.worker" in Path(f"/proc/{one}/cmdline").read_bytes()]
    except OSError:
        return []


def _row(name: str, rounds: list[Round]) -> tuple[str, ...]:
    arrival = median([one.arrival for one in rounds])
    return (
        name,
        figure(max(one.above_idle for one in rounds) / MEGA),
        figure(max(one.beside for one in rounds) / MEGA),
        figure(arrival),
        figure(LENGTH / MEGA / arrival),
        figure(median([one.checks for one in rounds])),
    )


def _table(rows: list[tuple[str, ...]], floor: float) -> Table:
    columns = ("50 MB", "server above idle, MB", "process apart, MB", "arrival, s", "MB/s", "checks, s")
    plain = ("plain aiohttp, to disk", "–", "–", figure(floor), figure(LENGTH / MEGA / floor), "–")
    return Table(
        "Upload of 50 MB through a served process",
        columns,
        (*rows, plain),
        bound="Memory is the most of all rounds, times are their median. Arrival ends when all bytes but one are sealed"
        " and durable; the last one brings the checks: one pass over the file, and the process apart that draws.",
    )


if __name__ == "__main__":
    print(measure())
