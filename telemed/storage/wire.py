"""Wakes the open streams of this process when a commit of any process tells their people something."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from telemed.storage.engine import Database
from telemed.storage.feed import CHANNEL, Feed

_POLL_SECONDS = 0.5
_RETRY_SECONDS = 1.0
_PROVE_EVERY_SECONDS = 20.0
_ASKED_AT_ONCE = 500
log = structlog.get_logger("live")


class Wire:
    """One a process. PostgreSQL: one connection of its own that listens, and comes back when it is cut.

    SQLite: commits of this process ring at once; those of others are found by a poll, only while somebody waits.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._feed = Feed(database)
        self._waiting: defaultdict[UUID, set[asyncio.Event]] = defaultdict(set)
        self._heads: dict[UUID, int] = {}
        self.is_listening = asyncio.Event()
        database.live_bells.append(self.wake)

    @property
    def audiences(self) -> Collection[UUID]:
        """Who waits on this process."""
        return self._waiting.keys()

    @contextmanager
    def waiting(self, audience: UUID) -> Iterator[asyncio.Event]:
        """An event that is set whenever this person may have been told something."""
        bell = asyncio.Event()
        self._waiting[audience].add(bell)
        try:
            yield bell
        finally:
            self._waiting[audience].discard(bell)
            if not self._waiting[audience]:
                del self._waiting[audience]
                self._heads.pop(audience, None)

    def wake(self, audiences: Collection[UUID]) -> None:
        """Ring for these people; those who do not wait here cost a look-up."""
        for audience in audiences:
            for bell in self._waiting.get(audience, ()):
                bell.set()

    def wake_all(self) -> None:
        self.wake(list(self._waiting))

    async def run(self) -> None:
        """For ever: listen, or poll. Cancel it to stop."""
        while True:
            try:
                await (self._poll() if self._database.is_sqlite else self._listen())
            except Exception as err:  # an edge: the database is away; the streams stay open meanwhile
                log.warning("live.wire_cut", error=type(err).__name__)
            self.is_listening.clear()
            await asyncio.sleep(_RETRY_SECONDS)

    async def _listen(self) -> None:
        """Return when the connection ends."""
        ended = asyncio.Event()
        dsn = self._database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(dsn, timeout=10)
        connection.add_termination_listener(lambda _connection: ended.set())
        try:
            await connection.add_listener(CHANNEL, self._on_notice)
            self.is_listening.set()
            self.wake_all()  # what was told while nobody listened
            while not ended.is_set():
                await _within(ended, _PROVE_EVERY_SECONDS)
                if not ended.is_set():  # a network that fell silent says nothing by itself
                    await connection.execute("SELECT 1", timeout=_RETRY_SECONDS * 5)
        finally:
            connection.terminate()
        log.warning("live.wire_cut", error="ended")

    def _on_notice(self, _connection: Any, _pid: int, _channel: str, payload: Any) -> None:
        self.wake((UUID(hex=str(payload)),))

    async def _poll(self) -> None:
        self.is_listening.set()
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            people = list(self._waiting)
            for start in range(0, len(people), _ASKED_AT_ONCE):
                self._compare(await self._feed.heads(people[start : start + _ASKED_AT_ONCE]))

    def _compare(self, heads: dict[UUID, int]) -> None:
        self.wake([one for one, number in heads.items() if self._heads.get(one) != number])
        self._heads.update((one, number) for one, number in heads.items() if one in self._waiting)


async def _within(happened: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(happened.wait(), seconds)
