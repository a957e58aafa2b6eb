"""Files of past measures as they are kept and taken back: by batches, and to the end whatever becomes of a process."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import structlog
from msgspec.structs import replace as change

from telemed.acts.telemonitoring.model.arrival import Arrival, Kept
from telemed.acts.telemonitoring.model.history import History, HistoryState
from telemed.acts.telemonitoring.model.observation import ObservationStatus
from telemed.acts.telemonitoring.service.history_reading import HistoryReader
from telemed.acts.telemonitoring.service.ingestion import Ingestion
from telemed.acts.telemonitoring.store.follow_ups import FollowUpStore
from telemed.acts.telemonitoring.store.history_files import HistoryStore
from telemed.acts.telemonitoring.store.history_measures import Place, read_standing
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.kernel.clock import Clock
from telemed.kernel.errors import TooMany
from telemed.storage.engine import Database

SHORT = 2_000
"""A file that holds no more lines is kept or taken back while one waits."""

_AT_ONCE = 5_000
"""As the way in keeps in one transaction: rules that read the file go back in the history with each batch undone."""

_LATE = timedelta(minutes=1)

log = structlog.get_logger("telemonitoring")


class _Away(Exception):
    """The work was ended by somebody else."""


class HistoryWork:
    """What is under way says so in its row. Cut short, the job of whoever leads then takes it over: from the start
    where it is kept (what is there already is not added twice), from what still stands where it is taken back."""

    def __init__(
        self, *, database: Database, clock: Clock, ingestion: Ingestion, reader: HistoryReader, writer: RowWriter
    ) -> None:
        self._database = database
        self._clock = clock
        self._ingestion = ingestion
        self._reader = reader
        self._writer = writer
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, one: History) -> None:
        """Do it, a long one beside whoever asks."""
        if one.count.accepted <= SHORT:
            await self._do(one)
            return
        task = asyncio.create_task(self._do_aside(one), name="history")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def run(self) -> None:
        """The periodic job: what got on no more is done to its end, the oldest first."""
        while one := await self._take_over():
            log.info("telemonitoring.history_taken_over", state=one.state.value)
            await self._do(one)

    async def wait(self) -> None:
        """Until what this process has begun is done."""
        await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """Stop: what is left is taken over later."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _take_over(self) -> History | None:
        now = self._clock.now()
        async with self._database.begin() as uow:
            return await HistoryStore(uow.session).take_over(now - _LATE, now)

    async def _do_aside(self, one: History) -> None:
        """The edge of the task: what fails is logged, and tried again by the job."""
        try:
            await self._do(one)
        except Exception:
            log.exception("telemonitoring.history_failed", state=one.state.value)

    async def _do(self, one: History) -> None:
        """Where too much arrives at once it goes on later: past measures give way to the present ones."""
        try:
            await (self._keep(one) if one.state is HistoryState.KEEPING else self._take_back(one))
        except (TooMany, _Away):
            return

    async def _keep(self, one: History) -> None:
        async with self._database.read() as session:
            follow_up = await FollowUpStore(session).find(one.follow_up_id)
            content = await HistoryStore(session).content(one.id)
        assert follow_up is not None  # noqa: S101 - a foreign key says so
        arrivals = await self._reader.read_again(follow_up, one, content)
        for start in range(0, len(arrivals), _AT_ONCE):
            some = arrivals[start : start + _AT_ONCE]
            await self._ingestion.take(some)
            await self._go_on(one, start + len(some))
        await self._settle(one, HistoryState.KEPT)

    async def _take_back(self, one: History) -> None:
        """The latest measures first: rules that go back then find nothing more behind."""
        for signal in one.count.signals:
            before: Place | None = None
            while some := await self._standing(one, signal, before):
                await self._ingestion.take([_as_error(kept) for kept in some])
                one = await self._go_on(one, one.done + len(some))
                before = some[-1].observation.measured_at, some[-1].device_id
        await self._settle(one, HistoryState.UNDONE)

    async def _standing(self, one: History, signal: str, before: Place | None) -> list[Kept]:
        async with self._database.read() as session:
            return await read_standing(session, self._writer, one, signal, before=before, limit=_AT_ONCE)

    async def _go_on(self, one: History, done: int) -> History:
        async with self._database.begin() as uow:
            if not await HistoryStore(uow.session).go_on(one, done, self._clock.now()):
                raise _Away
        return replace(one, done=done)

    async def _settle(self, one: History, state: HistoryState) -> None:
        async with self._database.begin() as uow:
            store = HistoryStore(uow.session)
            now_is = await store.find(one.id, one.follow_up_id, lock=True)
            if now_is is not None and now_is.state is one.state:
                await store.settle(one.id, state, self._clock.now())


def _as_error(kept: Kept) -> Arrival:
    """What takes a measure back, as of the same file."""
    gone = change(kept.observation, status=ObservationStatus.ENTERED_IN_ERROR)
    return Arrival(kept.follow_up_id, kept.device_id, kept.arrival_id, kept.received_at, gone)
