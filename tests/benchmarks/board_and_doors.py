"""Measures that come in while the board is read: what a sender waits, beside the same without readers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from telemed.api.auth import SESSION_COOKIE
from telemed.kernel.caller import SYSTEM
from telemed.kernel.identifiers import luhn_is_valid
from tests.benchmarks.alert_filling import add_alerts
from tests.benchmarks.folder import run_in_folder
from tests.benchmarks.served import Scale, Served, open_ours
from tests.benchmarks.table import ROUNDS, Table, figure, median, say
from tests.fixtures.http import open_session
from tests.fixtures.people import caller_for, make_carer
from tests.fixtures.postgres import running_server

_OPEN = 1_000
_SENDERS, _SENDER_RESTS = 16, 0.05
_READERS = 10
_RESTS = (2.0, 0.0)
"""Seconds between two pages of a reader: as people read, and as nobody can."""

_SECONDS = 6.0
_HEAVY_EVERY = 40
"""So many measures of a scale, two are beyond the limit: an alert fires, or fires again, and readers are told."""


@dataclass
class Heard:
    """What happened in one stretch: seconds of each request, and of each page; events that readers were told."""

    waits: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    events: int = 0


@dataclass(frozen=True)
class Scene:
    """One service, its senders and its readers."""

    ours: Served
    http: aiohttp.ClientSession
    tokens: Sequence[str]

    async def stretch(self, rest: float | None) -> Heard:
        """Some seconds of measures; with a `rest`, the board is read meanwhile."""
        heard, until = Heard(), time.perf_counter() + _SECONDS
        scales = self.ours.gateway.scales[:_SENDERS]
        async with asyncio.TaskGroup() as group:
            for scale in scales:
                group.create_task(self._send(scale, heard, until))
            for token in self.tokens if rest is not None else ():
                group.create_task(self._read(token, heard, until, rest or 0.0))
        return heard

    async def _send(self, scale: Scale, heard: Heard, until: float) -> None:
        address, number = f"{self.ours.place.base_url}/fhir/Observation", 0
        while (started := time.perf_counter()) < until:
            number += 1
            body = scale.next(90.0 if number % _HEAVY_EVERY < 2 else 70.0).encode()
            async with self.http.post(address, data=body, headers=self.ours.place.headers) as answer:
                if answer.status != 201:
                    raise RuntimeError(f"answered {answer.status}: {(await answer.read())[:300]!r}")
            heard.waits.append(time.perf_counter() - started)
            await asyncio.sleep(_SENDER_RESTS)

    async def _read(self, token: str, heard: Heard, until: float, rest: float) -> None:
        """The page, again and again, with its stream open all the while."""
        headers = {"Cookie": f"{SESSION_COOKIE}={token}"}
        async with self._listening(headers, heard):
            while (started := time.perf_counter()) < until:
                await self._page("/surveillance", headers)
                heard.pages.append(time.perf_counter() - started)
                await asyncio.sleep(min(rest, max(until - time.perf_counter(), 0)))

    async def _page(self, path: str, headers: dict[str, str]) -> None:
        async with self.http.get(f"{self.ours.place.base_url}{path}", headers=headers) as answer:
            if answer.status != 200 or not await answer.read():
                raise RuntimeError(f"{path} answered {answer.status}")

    @asynccontextmanager
    async def _listening(self, headers: dict[str, str], heard: Heard) -> AsyncIterator[None]:
        async with self.http.get(f"{self.ours.place.base_url}/events", headers=headers) as stream:
            if stream.status != 200:
                raise RuntimeError(f"/events answered {stream.status}")
            listening = asyncio.create_task(_listen(stream, heard))
            try:
                yield
            finally:
                listening.cancel()


async def _listen(stream: aiohttp.ClientResponse, heard: Heard) -> None:
    async for line in stream.content:
        heard.events += line.startswith(b"data:") and b'"hello"' not in line


def measure() -> Table:
    """The whole table."""
    rows = run_in_folder("reading", _measure)
    columns = (
        *("database", "board of 1,000 open alerts", "measures/s", "pages/s", "p50 of a page, ms", "events told"),
        *("p50 of a measure, ms", "p50 read : unread", "p99, ms", "p99 read : unread"),
    )
    bound = (
        f"{_SENDERS} connections, a measure a request, {_SENDER_RESTS * 1_000:.0f} ms between two; {_READERS} "
        f"readers, each with its stream of events open. {ROUNDS} stretches of {_SECONDS:.0f} s of each, by turns. "
        "One process serves both: a page that is drawn is time in which no measure is taken."
    )
    return Table("Measures while the board is read", columns, tuple(rows), bound)


async def _measure(folder: Path) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for name in ("PostgreSQL", "SQLite"):
        place = folder / name
        place.mkdir()
        is_postgresql = name == "PostgreSQL"
        url = f"{running_server(folder, is_durable=True)}/board" if is_postgresql else f"sqlite:///{place}/board.db"
        async with AsyncExitStack() as stack:
            scene = await _open(stack, place, url)
            kinds = (None, *_RESTS)
            found: dict[float | None, list[Heard]] = {kind: [] for kind in kinds}
            for number in range(ROUNDS + 1):  # the first warms
                for kind in kinds:
                    heard = await scene.stretch(kind)
                    if number:
                        found[kind].append(heard)
        for kind in kinds:
            rows.append((name, *_row(kind, found[kind], found[None])))
            say("board_and_doors", rows[-1])
    return rows


async def _open(stack: AsyncExitStack, folder: Path, url: str) -> Scene:
    ours = await open_ours(stack, folder, url, {"TELEMED_REQUESTS_PER_MINUTE": "1000000"})
    assert ours.doctor.practice_id is not None
    tokens = []
    numbers = (text for number in range(10**6) if luhn_is_valid(text := f"10{number:09d}"))
    for number, rpps in zip(range(_READERS), numbers, strict=False):
        nurse = make_carer(ours.doctor.practice_id, rpps=rpps)
        await ours.services.professionals.create(SYSTEM, nurse, f"infirmiere.{number}")
        if number == 0:
            await add_alerts(ours.services, ours.doctor.practice_id, nurse.id, _OPEN)
        tokens.append(await open_session(ours.services, caller_for(nurse)))
    connector = aiohttp.TCPConnector(limit=_SENDERS + 2 * _READERS)
    timeout = aiohttp.ClientTimeout(total=None)
    http = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), timeout=timeout)
    return Scene(ours, await stack.enter_async_context(http), tokens)


def _row(kind: float | None, rounds: Sequence[Heard], unread: Sequence[Heard]) -> tuple[str, ...]:
    label = (
        "unread" if kind is None else f"{_READERS} readers, " + (f"a page every {kind:.0f} s" if kind else "no rest")
    )
    pages = [page for one in rounds for page in one.pages]
    cells: list[str] = []
    for share in (50, 99):
        ours, alone = [_at(one, share) for one in rounds], [_at(one, share) for one in unread]
        cells += [figure(median(ours)), f"{median([a / b for a, b in zip(ours, alone, strict=True)]):.2f}"]
    return (
        label,
        figure(median([len(one.waits) / _SECONDS for one in rounds])),
        figure(len(pages) / _SECONDS / len(rounds)) if pages else "–",
        figure(median(pages) * 1_000) if pages else "–",
        figure(sum(one.events for one in rounds)),
        *cells,
    )


def _at(heard: Heard, share: int) -> float:
    """Milliseconds within which so many of a hundred requests were answered."""
    return sorted(heard.waits)[len(heard.waits) * share // 100] * 1_000
