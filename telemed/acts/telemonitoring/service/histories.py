"""Past measures in a CSV file: looked at line by line, kept by the same way in as any measure, taken back whole."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace as change

from telemed.acts.telemonitoring.formats.fhir.observation import Reading
from telemed.acts.telemonitoring.formats.history import decode_history
from telemed.acts.telemonitoring.model.arrival import Arrival, Kept, Taken
from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.history import (
    MOST_FAULTS,
    Fault,
    History,
    HistoryCount,
    HistoryState,
    device_of_history,
)
from telemed.acts.telemonitoring.model.observation import Catalogue, Observation, ObservationStatus
from telemed.acts.telemonitoring.model.receipt import Issue, Receipt, Unreadable
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.rules.arrivals import check_clock, find_current, settle
from telemed.acts.telemonitoring.service.care_access import open_follow_up, require_right
from telemed.acts.telemonitoring.service.ingestion import Ingestion
from telemed.acts.telemonitoring.store.devices import DeviceStore
from telemed.acts.telemonitoring.store.history_files import HistoryStore
from telemed.acts.telemonitoring.store.versions import Key
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.kernel.errors import Conflict, Invalid, NotFound
from telemed.kernel.ids import new_id
from telemed.storage.engine import Database
from telemed.trace.service import Journal

_AT_ONCE = 2_000
_ABSENT = "Ce fichier n'existe pas, ou n'est pas de ce suivi."


class _Line(NamedTuple):
    """A line of the file, and what it says or what is wrong with it."""

    number: int
    observation: Observation | None
    fault: Issue | None


class HistoryService:
    def __init__(
        self, *, database: Database, clock: Clock, journal: Journal, ingestion: Ingestion, catalogue: Catalogue
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._ingestion = ingestion
        self._catalogue = catalogue

    async def preview(self, caller: Caller, follow_up_id: UUID, content: bytes) -> History:
        """What a file would bring; nothing counts yet. Raises NotFound, Invalid on a file that cannot be read."""
        who, now = require_right(caller, Right.ENROL), self._clock.now()
        async with self._database.begin() as uow:
            follow_up = await open_follow_up(
                uow, self._journal, caller, follow_up_id, "preview_history", right=Right.ENROL
            )
        lines, history_id = await self._read(content, follow_up, now), new_id()
        faults = tuple(Fault(one.number, one.fault.code, one.fault.text) for one in lines if one.fault is not None)
        compared = await self._compare(await self._arrivals(follow_up, history_id, now, lines))
        count = replace(
            _count(lines, len(faults)), known=compared[Taken.DUPLICATE], conflicting=compared[Taken.CONFLICT]
        )
        state, told = HistoryState.PREVIEWED, faults[:MOST_FAULTS]
        one = History(history_id, follow_up_id, state, who, now, count, told)
        async with self._database.begin() as uow:
            await HistoryStore(uow.session).add(one, content)
        return one

    async def keep(self, caller: Caller, follow_up_id: UUID, history_id: UUID) -> History:
        """Let it count. Cut short, it is kept again: nothing comes twice. Raises NotFound, Conflict once settled."""
        follow_up, one, content = await self._open(caller, follow_up_id, history_id, "keep_history")
        if one.state is not HistoryState.PREVIEWED:
            raise Conflict("Ce fichier est déjà gardé ou annulé.", code="history.settled")
        if not one.count.accepted:
            raise Conflict("Aucune ligne de ce fichier n'est acceptée.", code="history.nothing_accepted")
        for some in _some(await self._again(follow_up, one, content)):
            await self._ingestion.take(some)
        return await self._settle(one, HistoryState.KEPT)

    async def undo(self, caller: Caller, follow_up_id: UUID, history_id: UUID) -> History:
        """Take back all that a file brought: each measure that still stands is marked as entered in error, and stays
        to be seen. What a device had sent before the file, or was corrected since, is left. Raises NotFound."""
        follow_up, one, content = await self._open(caller, follow_up_id, history_id, "undo_history")
        if one.state is HistoryState.UNDONE:
            return one
        if one.state is HistoryState.KEPT:
            for some in _some(await self._again(follow_up, one, content)):
                versions = await self._ingestion.versions({arrival.key for arrival in some})
                own = [arrival for arrival in some if _stands(versions.get(arrival.key), one.id)]
                await self._ingestion.take([_taken_back(arrival) for arrival in own])
        return await self._settle(one, HistoryState.UNDONE)

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
        self, caller: Caller, follow_up_id: UUID, history_id: UUID, action: str
    ) -> tuple[FollowUp, History, bytes]:
        async with self._database.begin() as uow:
            follow_up = await open_follow_up(uow, self._journal, caller, follow_up_id, action, right=Right.ENROL)
            store = HistoryStore(uow.session)
            one = await store.find(history_id, follow_up_id)
            if one is None:
                raise NotFound(_ABSENT)
            return follow_up, one, await store.content(history_id)

    async def _settle(self, one: History, state: HistoryState) -> History:
        now = self._clock.now()
        async with self._database.begin() as uow:
            await HistoryStore(uow.session).settle(one.id, state, now)
        return replace(one, state=state, settled_at=now)

    async def _again(self, follow_up: FollowUp, one: History, content: bytes) -> list[Arrival]:
        """What the file brings, read as it was read when it was looked at."""
        return await self._arrivals(follow_up, one.id, one.at, await self._read(content, follow_up, one.at))

    async def _arrivals(
        self, follow_up: FollowUp, history_id: UUID, at: datetime, lines: Iterable[_Line]
    ) -> list[Arrival]:
        async with self._database.read() as session:
            devices = await DeviceStore(session).of_follow_up(follow_up.id)
        known = {device.content.identifier: device.id for device in devices}
        observations = (line.observation for line in lines if line.observation is not None)
        return [
            Arrival(
                follow_up.id,
                known.get(said.device) or device_of_history(follow_up.id, said.device),
                history_id,
                at,
                said,
            )
            for said in observations
        ]

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

    async def _read(self, content: bytes, follow_up: FollowUp, at: datetime) -> list[_Line]:
        """Raises Invalid."""
        reading = Reading(self._catalogue, follow_up.plan.territory)
        try:
            return await asyncio.to_thread(
                lambda: list(_judge(decode_history(content, str(follow_up.patient_id), reading), at))
            )
        except Unreadable as unreadable:
            raise Invalid(unreadable.issue.text, field="file", code="history.unreadable") from unreadable


def _judge(receipts: Iterable[Receipt], at: datetime) -> Iterator[_Line]:
    for number, receipt in enumerate(receipts, 2):
        observation = receipt.observations[0] if receipt.observations else None
        late = check_clock(observation, at) if observation is not None else None
        fault = late or (receipt.issues[0] if receipt.is_refused else None)
        yield _Line(number, None if fault else observation, fault)


def _count(lines: list[_Line], rejected: int) -> HistoryCount:
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


def _stands(versions: Sequence[Kept] | None, history_id: UUID) -> bool:
    """Does what a file brought still count? What is too old may have gone since."""
    return bool(versions) and find_current(versions or ()).arrival_id == history_id


def _taken_back(arrival: Arrival) -> Arrival:
    return change(arrival, observation=change(arrival.observation, status=ObservationStatus.ENTERED_IN_ERROR))
