"""Past measures in a CSV file: looked at line by line, kept by the same way in as any measure, taken back whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from telemed.acts.telemonitoring.model.arrival import Arrival, Kept, Taken
from telemed.acts.telemonitoring.model.history import MOST_FAULTS, Fault, History, HistoryCount, HistoryState
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.rules.arrivals import settle
from telemed.acts.telemonitoring.service.care_access import open_follow_up, require_right
from telemed.acts.telemonitoring.service.history_reading import HistoryReader, Line
from telemed.acts.telemonitoring.service.history_work import HistoryWork
from telemed.acts.telemonitoring.service.ingestion import Ingestion
from telemed.acts.telemonitoring.store.history_files import HistoryStore
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.acts.telemonitoring.store.versions import Key
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.kernel.errors import Conflict, NotFound
from telemed.kernel.ids import new_id
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

_AT_ONCE = 2_000
_ABSENT = "Ce fichier n'existe pas, ou n'est pas de ce suivi."


class HistoryService:
    def __init__(
        self, *, database: Database, clock: Clock, journal: Journal, ingestion: Ingestion, catalogue: Catalogue
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._ingestion = ingestion
        self._reader = HistoryReader(database=database, catalogue=catalogue)
        writer = RowWriter(catalogue)
        self.work = HistoryWork(database=database, clock=clock, ingestion=ingestion, reader=self._reader, writer=writer)

    async def preview(self, caller: Caller, follow_up_id: UUID, content: bytes) -> History:
        """What a file would bring; nothing counts yet. Raises NotFound, Invalid on a file that cannot be read."""
        who, now = require_right(caller, Right.ENROL), self._clock.now()
        async with self._database.begin() as uow:
            follow_up = await open_follow_up(
                uow, self._journal, caller, follow_up_id, "preview_history", right=Right.ENROL
            )
        lines, history_id = await self._reader.read(content, follow_up, now), new_id()
        faults = tuple(Fault(one.number, one.fault.code, one.fault.text) for one in lines if one.fault is not None)
        compared = await self._compare(await self._reader.arrivals(follow_up, history_id, now, lines))
        count = replace(
            _count(lines, len(faults)), known=compared[Taken.DUPLICATE], conflicting=compared[Taken.CONFLICT]
        )
        state, told = HistoryState.PREVIEWED, faults[:MOST_FAULTS]
        one = History(history_id, follow_up_id, state, who, now, count, told)
        async with self._database.begin() as uow:
            await HistoryStore(uow.session).add(one, content)
        return one

    async def keep(self, caller: Caller, follow_up_id: UUID, history_id: UUID) -> History:
        """Let it count: whole at once where it is short, else what comes back is under way. Cut short, it is gone on
        with: nothing comes twice. Raises NotFound, Conflict once it is kept or dropped."""
        async with self._database.begin() as uow:
            store, one = await self._open(uow, caller, follow_up_id, history_id, "keep_history")
            if one.state is HistoryState.KEEPING:
                return one
            if one.state is not HistoryState.PREVIEWED:
                raise Conflict("Ce fichier est déjà gardé ou annulé.", code="history.settled")
            if not one.count.accepted:
                raise Conflict("Aucune ligne de ce fichier n'est acceptée.", code="history.nothing_accepted")
            one = await store.begin(one, HistoryState.KEEPING, self._clock.now())
        return await self._start(one)

    async def undo(self, caller: Caller, follow_up_id: UUID, history_id: UUID) -> History:
        """Take back all that a file brought: each measure that still stands is marked as entered in error, and stays
        to be seen. What a device had sent before the file, or was corrected since, is left. A long one comes back under
        way. Raises NotFound, Conflict while it is being kept."""
        async with self._database.begin() as uow:
            store, one = await self._open(uow, caller, follow_up_id, history_id, "undo_history")
            if one.state is HistoryState.KEEPING:
                text = "Ce fichier est en train d'être gardé : attendez la fin, puis retirez-le."
                raise Conflict(text, code="history.under_way")
            if one.state is not HistoryState.KEPT:
                return one if one.state is not HistoryState.PREVIEWED else await self._drop(store, one)
            one = await store.begin(one, HistoryState.UNDOING, self._clock.now())
        return await self._start(one)

    async def get(self, caller: Caller, follow_up_id: UUID, history_id: UUID) -> History:
        """One file. Raises NotFound."""
        async with self._database.begin() as uow:
            await open_follow_up(uow, self._journal, caller, follow_up_id, "read_history")
            one = await HistoryStore(uow.session).find(history_id, follow_up_id)
        if one is None:
            raise NotFound(_ABSENT)
        return one

    async def page(self, caller: Caller, follow_up_id: UUID, *, before: UUID | None, limit: int) -> list[History]:
        """The files of a patient, the latest first. Raises NotFound."""
        async with self._database.begin() as uow:
            await open_follow_up(uow, self._journal, caller, follow_up_id, "read_histories")
            return await HistoryStore(uow.session).page(follow_up_id, before=before, limit=limit)

    async def _open(
        self, uow: UnitOfWork, caller: Caller, follow_up_id: UUID, history_id: UUID, action: str
    ) -> tuple[HistoryStore, History]:
        """Locked: of two who decide at once, the second one sees what the first one did."""
        await open_follow_up(uow, self._journal, caller, follow_up_id, action, right=Right.ENROL)
        store = HistoryStore(uow.session)
        one = await store.find(history_id, follow_up_id, lock=True)
        if one is None:
            raise NotFound(_ABSENT)
        return store, one

    async def _drop(self, store: HistoryStore, one: History) -> History:
        """One that was only looked at."""
        now = self._clock.now()
        await store.settle(one.id, HistoryState.UNDONE, now)
        return replace(one, state=HistoryState.UNDONE, settled_at=now)

    async def _start(self, one: History) -> History:
        await self.work.start(one)
        async with self._database.read() as session:
            return await HistoryStore(session).find(one.id, one.follow_up_id) or one

    async def _compare(self, arrivals: list[Arrival]) -> Counter[Taken]:
        """What would become of each, beside what is kept and what comes before it in the file."""
        found: Counter[Taken] = Counter()
        last: tuple[Key, list[Kept]] | None = None
        for some in _some(sorted(arrivals, key=lambda one: one.key)):
            versions = await self._ingestion.versions({arrival.key for arrival in some})
            if last is not None and last[0] == some[0].key:
                versions[last[0]] = last[1]
            for arrival in some:
                taken, kept = settle(arrival, versions.setdefault(arrival.key, []))
                found[taken] += 1
                if kept is not None:
                    versions[arrival.key].append(kept)
            last = some[-1].key, versions[some[-1].key]
        return found


def _count(lines: list[Line], rejected: int) -> HistoryCount:
    taken = [line.observation for line in lines if line.observation is not None]
    instants = [one.measured_at for one in taken]
    return HistoryCount(
        accepted=len(taken),
        doubtful=sum(one.quarantine is not None for one in taken),
        rejected=rejected,
        first_at=min(instants, default=None),
        last_at=max(instants, default=None),
        signals=tuple(sorted({one.signal for one in taken if one.signal})),
    )


def _some(arrivals: list[Arrival]) -> Iterator[list[Arrival]]:
    return (arrivals[start : start + _AT_ONCE] for start in range(0, len(arrivals), _AT_ONCE))
