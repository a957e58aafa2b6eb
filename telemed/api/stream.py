"""`GET /events`: server-sent events for the open pages of a professional (docs/reference/live-events.md)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import orjson
from aiohttp import web
from pydantic import Field

from telemed.api.auth import SIGNED_IN
from telemed.api.operation import Operations
from telemed.kernel.caller import Caller
from telemed.kernel.errors import TooMany, Unavailable
from telemed.storage.feed import Feed, FeedPage, FeedRow
from telemed.storage.wire import Wire

operations = Operations("events")
_HEADERS = {"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
_GREATEST = 2**31 - 1
After = Annotated[int | None, Field(ge=0, le=_GREATEST, description="The last number that the page knows.")]


@dataclass(frozen=True)
class StreamLimits:
    """`behind`: how many events a page may have missed before it is told to reload instead.

    `per_person` bounds the pages of one person on this process, `streams` those of everybody; a write that a reader
    does not take within `patience_seconds` ends the stream. A session is looked at whenever something is told, its own
    end too, and every `check_seconds`.
    """

    heartbeat_seconds: float = 15.0
    check_seconds: float = 60.0
    behind: int = 100
    per_person: int = 12
    streams: int = 20_000
    patience_seconds: float = 30.0
    retry_ms: int = 2000


class LiveStreams:
    """The open streams of one process.

    A stream holds a bell and a number, never a queue: whatever happens meanwhile waits in the database.
    `is_open` says whether the caller's session still lives; `on_first` and `on_last` hear of the person whose first
    stream here opens, and whose last one closes.
    """

    def __init__(
        self,
        *,
        feed: Feed,
        wire: Wire,
        is_open: Callable[[Caller], Awaitable[bool]],
        on_first: Callable[[UUID], Awaitable[None]],
        on_last: Callable[[UUID], Awaitable[None]],
        limits: StreamLimits | None = None,
    ) -> None:
        self._feed = feed
        self._wire = wire
        self._is_open = is_open
        self._on_first = on_first
        self._on_last = on_last
        self._leaving: set[asyncio.Task[None]] = set()
        self.limits = limits or StreamLimits()
        self._people: Counter[UUID] = Counter()
        self.count = 0
        self._is_closing = False

    def has(self, audience: UUID) -> bool:
        """Has this person a page open on this process?"""
        return self._people[audience] > 0

    async def close(self, _app: web.Application) -> None:
        """End every stream: pages come back by themselves, to this process or another."""
        self._is_closing = True
        self._wire.wake_all()
        await asyncio.gather(*self._leaving, return_exceptions=True)

    async def serve(self, request: web.Request, caller: Caller, after: int | None) -> web.StreamResponse:
        """Tell the page what its person is told, from `after` on, until one of the two goes away."""
        audience = self._admit(caller)
        is_first, response = not self.has(audience), web.StreamResponse(headers=_HEADERS)
        self.count += 1
        self._people[audience] += 1
        try:
            if is_first:
                await self._on_first(audience)
            with self._wire.waiting(audience) as bell:
                number = await self._feed.last(audience) if after is None else after
                await response.prepare(request)
                await self._write(response, f"retry: {self.limits.retry_ms}\n".encode() + _frame("hello", number))
                await self._follow(response, caller, audience, number, bell)
        except (ConnectionError, TimeoutError):
            if request.transport is not None:
                request.transport.abort()
        finally:
            self.count -= 1
            self._people[audience] -= 1
            if not self._people[audience]:
                del self._people[audience]
            self._let_go(audience)
        return response

    def _let_go(self, audience: UUID) -> None:
        """Say, after the request, that nobody of this person is left; a page that came back meanwhile undoes it."""
        if self.has(audience) or self._is_closing:
            return

        async def leave() -> None:
            if not self.has(audience):
                await self._on_last(audience)

        task = asyncio.create_task(leave())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    def _admit(self, caller: Caller) -> UUID:
        """Whose stream it is. Raises TooMany, Unavailable."""
        if caller.id is None or self._is_closing or self.count >= self.limits.streams:
            raise Unavailable("Trop de pages sont ouvertes : celle-ci se mettra à jour plus tard.")
        if self._people[caller.id] >= self.limits.per_person:
            raise TooMany("Trop de pages sont ouvertes à votre nom.", retry_after_seconds=30)
        return caller.id

    async def _follow(
        self, response: web.StreamResponse, caller: Caller, audience: UUID, number: int, bell: asyncio.Event
    ) -> None:
        checked_at = _now()
        while not self._is_closing:
            bell.clear()
            number = await self._catch_up(response, audience, number)
            while not await _rang(bell, self.limits.heartbeat_seconds):
                await self._write(response, b":\n\n")
                if _now() - checked_at >= self.limits.check_seconds:
                    break
            checked_at = _now()
            if not await self._is_open(caller):
                return

    async def _catch_up(self, response: web.StreamResponse, audience: UUID, number: int) -> int:
        """Tell what came after `number`, or that it is too much; gives the number to go on from."""
        page = await self._feed.since(audience, number, limit=self.limits.behind + 1)
        if not page.is_whole or len(page.rows) > self.limits.behind:
            await self._write(response, _frame("reload", page.last))
        elif page.rows:
            await self._write(response, _frames(page))
        return page.last

    async def _write(self, response: web.StreamResponse, frames: bytes) -> None:
        """Raises TimeoutError when the reader does not take it, ConnectionError when he is gone."""
        async with asyncio.timeout(self.limits.patience_seconds):
            await response.write(frames)


STREAMS = web.AppKey("streams", LiveStreams)


@operations.get("/events", access=SIGNED_IN, media_type="text/event-stream", errors=(429, 503))
async def follow_events(request: web.Request, caller: Caller, *, after: After = None) -> web.StreamResponse:
    """Follow what one is told, as server-sent events.

    Each has a number (`id`) and, as JSON, a kind, the id of what changed and when; nothing else. A page that comes back
    with `Last-Event-ID`, or `after`, misses nothing; one that missed too much is told `reload`. The stream ends with
    the session.
    """
    return await request.app[STREAMS].serve(request, caller, _last_event_id(request, after))


def _last_event_id(request: web.Request, after: int | None) -> int | None:
    """What the browser remembers wins over the address, which is that of its first try."""
    given = request.headers.get("Last-Event-ID", "")
    return min(int(given), _GREATEST) if given.isascii() and given.isdigit() and len(given) < 11 else after


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _rang(bell: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(bell.wait(), seconds)
    except TimeoutError:
        return False
    return True


def _frames(page: FeedPage) -> bytes:
    return b"".join(_frame(row.kind, row.number, row) for row in page.rows)


def _frame(kind: str, number: int, row: FeedRow | None = None) -> bytes:
    told: dict[str, object] = {"kind": kind}
    if row is not None:
        told |= {"subject": str(row.subject_id) if row.subject_id else None, "at": row.at}
    return f"id: {number}\n".encode() + b"data: " + orjson.dumps(told) + b"\n\n"
