"""Observations are kept by the group: what arrives while a commit runs goes into the next one (decision 0073)."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy.exc import DBAPIError

from telemed.acts.telemonitoring.model.arrival import Arrival, Kept, Taken
from telemed.acts.telemonitoring.ports.watching import Watcher
from telemed.acts.telemonitoring.store import ObservationStore
from telemed.acts.telemonitoring.store.adding import add_on_postgresql
from telemed.acts.telemonitoring.store.observations import make_new_rows
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.acts.telemonitoring.store.versions import Key
from telemed.kernel.errors import TooMany
from telemed.storage.engine import Database, is_deadlock

_TRIES = 5


@dataclass(eq=False)
class _Batch:
    """What one sender waits for."""

    arrivals: Sequence[Arrival]
    answer: asyncio.Future[list[Taken]] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Ingestion:
    """The way in of observations, for every protocol. It answers once they are on disk, and not before.

    Batches that come at the same time share a transaction of at most `group_rows` rows. When one of them cannot be
    kept, each is tried alone: it fails nobody else. Beyond `waiting_rows` rows in line, new ones are turned away. The
    watcher reads what is kept in the same transaction.
    """

    def __init__(
        self,
        *,
        database: Database,
        writer: RowWriter,
        watcher: Watcher | None = None,
        group_rows: int = 5_000,
        waiting_rows: int = 50_000,
    ) -> None:
        self._database = database
        self._writer = writer
        self._watcher = watcher
        self._group_rows = group_rows
        self._waiting_rows = waiting_rows
        self._line: deque[_Batch] = deque()
        self._rows = 0
        self._work: asyncio.Task[None] | None = None

    async def take(self, arrivals: Sequence[Arrival]) -> list[Taken]:
        """Keep them; what became of each, in order, once it is durable.

        Raises TooMany when too much waits already, and the database's own error if they cannot be kept. A caller that
        goes away undoes nothing: what it sent may be kept all the same.
        """
        if not arrivals:
            return []
        self.check_room(len(arrivals))
        batch = _Batch(arrivals)
        self._line.append(batch)
        self._rows += len(arrivals)
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._keep_all())
        return await batch.answer

    def check_room(self, measures: int) -> None:
        """Raises TooMany when so many more would be too much: asked before a message is read, it spares reading it."""
        if self._rows and self._rows + measures > self._waiting_rows:
            text = "Trop de mesures arrivent à la fois : renvoyez celles-ci dans un instant."
            raise TooMany(text, retry_after_seconds=2, code="telemonitoring.overloaded")

    async def versions(self, keys: Collection[Key]) -> dict[Key, list[Kept]]:
        """Every version of these measures, in order."""
        async with self._database.read() as session:
            return await ObservationStore(session, self._writer).versions(set(keys))

    async def close(self) -> None:
        """Wait for what is in line."""
        if self._work is not None:
            await self._work

    async def _keep_all(self) -> None:
        while self._line:
            group = self._next_group()
            await self._keep(group)
            self._rows -= sum(len(batch.arrivals) for batch in group)

    def _next_group(self) -> list[_Batch]:
        group = [self._line.popleft()]
        rows = len(group[0].arrivals)
        while self._line and rows + len(self._line[0].arrivals) <= self._group_rows:
            rows += len(self._line[0].arrivals)
            group.append(self._line.popleft())
        return group

    async def _keep(self, group: list[_Batch]) -> None:
        """Answer everyone in the group. Whatever goes wrong is an answer too: the line must go on."""
        try:
            answers = await self._store([arrival for batch in group for arrival in batch.arrivals])
        except Exception as error:
            if len(group) == 1:
                _answer(group[0], error)
            else:
                for batch in group:
                    await self._keep([batch])
            return
        position = 0
        for batch in group:
            end = position + len(batch.arrivals)
            _answer(batch, answers[position:end])
            position = end

    async def _store(self, arrivals: Sequence[Arrival]) -> list[Taken]:
        """Corrections may make two processes wait for each other: the one that the database undoes tries again."""
        for _ in range(_TRIES - 1):
            try:
                return await self._store_once(arrivals)
            except DBAPIError as error:
                if not is_deadlock(error):
                    raise
        return await self._store_once(arrivals)

    async def _store_once(self, arrivals: Sequence[Arrival]) -> list[Taken]:
        if await self._store_plain(arrivals):
            return [Taken.NEW] * len(arrivals)
        async with self._database.begin() as uow:
            answers = await ObservationStore(uow.session, self._writer).add(arrivals)
            if self._watcher is not None:
                await self._watcher.read(uow, arrivals, answers)
            return answers

    async def _store_plain(self, arrivals: Sequence[Arrival]) -> bool:
        """Most groups are new and tell rules nothing: on PostgreSQL these are kept by the driver alone, at a third of
        the cost. False: this one is not of those, and nothing of it was kept."""
        rows = None if self._database.is_sqlite else make_new_rows(self._writer, arrivals)
        if rows is None:
            return False
        try:
            async with self._database.begin_driver() as driver:
                _require_plain(await add_on_postgresql(driver, rows) == len(rows))
                if self._watcher is not None:
                    _require_plain(await self._watcher.read_plain(driver, arrivals))
        except _NotPlain:
            return False
        return True


class _NotPlain(Exception):
    """Undoes the transaction of a group that asks for more."""


def _require_plain(is_plain: bool) -> None:
    if not is_plain:
        raise _NotPlain


def _answer(batch: _Batch, answer: list[Taken] | Exception) -> None:
    if batch.answer.done():  # whoever asked has gone
        return
    if isinstance(answer, Exception):
        batch.answer.set_exception(answer)
    else:
        batch.answer.set_result(answer)
