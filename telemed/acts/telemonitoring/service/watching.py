"""Rules read observations in the transaction that keeps them: what they find commits with what they have read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from telemed.acts.telemonitoring.formats.rules import read_followings, write_followings
from telemed.acts.telemonitoring.model.arrival import Arrival, Taken
from telemed.acts.telemonitoring.model.evidence import Finding, FindingKind, Sample, to_milliseconds
from telemed.acts.telemonitoring.model.told import Told
from telemed.acts.telemonitoring.ports.watching import AlertBook
from telemed.acts.telemonitoring.service.moves import Move, go_back, go_on, plan, plan_rereading, tell
from telemed.acts.telemonitoring.service.roster import Patient, Readers, Roster
from telemed.acts.telemonitoring.store.histories import stream_histories
from telemed.acts.telemonitoring.store.locks import lock_on_postgresql
from telemed.acts.telemonitoring.store.rule_states import (
    Found,
    Remembered,
    RuleStateStore,
    read_standing,
    to_instant,
    write_on_postgresql,
)
from telemed.acts.telemonitoring.store.rulebook import Shelf
from telemed.kernel.clock import Clock
from telemed.storage.driver import Driver
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork

_MOVES_AT_ONCE = 100
_LONG = 5_000
"""So many samples are read again apart from the event loop."""

Books = Mapping[Shelf, Readers]

log = structlog.get_logger("telemonitoring")


@dataclass(slots=True)
class _Round:
    """What comes of a group: the states by patient and version, whose must be read again, and what was found."""

    states: dict[UUID, dict[str, bytes]]
    unread: set[UUID]
    found: list[tuple[Move, Finding]] = field(default_factory=list)

    def attempt(self, move: Move, work: Callable[..., tuple[bytes, list[Finding]] | None], *read: Any) -> bool:
        """Is it done? A rule that cannot be evaluated must not cost the measure: it is read again later."""
        states = self.states.setdefault(move.patient.follow_up_id, {})
        try:
            done = work(move, *(read or (states.get(move.reader.key),)))
        except Exception:
            log.exception("telemonitoring.rule_failed", rule_version_id=str(move.reader.id))
            states.pop(move.reader.key, None)
            self.unread.add(move.patient.follow_up_id)
            return True
        if done is None:
            return False
        states[move.reader.key], findings = done
        if findings:
            self.found += [(move, finding) for finding in findings]
        return True

    def remembered(self) -> dict[UUID, Remembered]:
        return {one: Remembered(write_followings(states), one in self.unread) for one, states in self.states.items()}


class RuleWatcher:
    """Several processes may keep observations of one patient at once: his follow-up is locked before they are read, so
    that each is read after all that was read before it, once."""

    def __init__(self, *, roster: Roster, alerts: AlertBook) -> None:
        self._roster = roster
        self._alerts = alerts

    async def read(self, uow: UnitOfWork, arrivals: Sequence[Arrival], answers: Sequence[Taken]) -> None:
        """Let the rules read what is new of a group, in a number of statements that does not depend on its size."""
        fresh = _gather(arrivals, answers)
        if not fresh:
            return
        patients, books = await self._watched(uow.session, fresh, arrivals[0].received_at)
        moves = _plan(patients, books, fresh)
        if moves:
            await self._make(uow, await self._open(uow.session, _moved(moves), books), moves)

    async def read_plain(self, driver: Driver, arrivals: Sequence[Arrival]) -> bool:
        """As `read`, where all that it needs is in memory, and the rules go on and find nothing."""
        fresh = _gather(arrivals, [Taken.NEW] * len(arrivals))
        patients = self._roster.recall(await lock_on_postgresql(driver, fresh)) if fresh else {}
        if not patients:
            return patients is not None
        standing = await read_standing(driver, patients)
        books = self._roster.recall_readers(
            {patients[one].shelf: found.book_version for one, found in standing.items()}
        )
        if books is None:
            return False
        moves = _plan(patients, books, fresh)
        if moves:
            moved = _moved(moves)
            round_ = _begin({one: kept for one in moved if (kept := standing[one].remembered)}, moved, books)
            if round_.unread or await _go_on(round_, moves) or round_.unread or round_.found:
                return False
            await write_on_postgresql(driver, round_.remembered())
        return True

    async def reread(self, uow: UnitOfWork, follow_ups: Sequence[UUID], now: datetime) -> None:
        """Let the rules of these that remember nothing read the history, as if it had come in now."""
        patients, books = await self._watched(uow.session, follow_ups, now)
        store = RuleStateStore(uow.session)
        for gone in set(follow_ups) - patients.keys():
            await store.forget(gone)
        round_ = await self._open(uow.session, patients, books)
        round_.unread.clear()
        received = to_milliseconds(now)
        moves = [
            move
            for one, patient in patients.items()
            for move in plan_rereading(patient, books[patient.shelf], round_.states.get(one, ()), received)
        ]
        await self._make(uow, round_, moves)

    async def _watched(
        self, session: AsyncSession, follow_ups: Iterable[UUID], at: datetime
    ) -> tuple[Mapping[UUID, Patient], Books]:
        patients = await self._roster.call(session, list(follow_ups), at)
        shelves = {patient.shelf for patient in patients.values()}
        return patients, await self._roster.readers(session, shelves, at) if shelves else {}

    async def _open(self, session: AsyncSession, patients: Mapping[UUID, Patient], books: Books) -> _Round:
        return _begin(await RuleStateStore(session).read(patients), patients, books)

    async def _make(self, uow: UnitOfWork, round_: _Round, moves: Sequence[Move]) -> None:
        """Move the rules, keep where they are, and hand over what they found. The follow-ups are locked."""
        again = await _go_on(round_, moves)
        store = RuleStateStore(uow.session)
        if again:
            await _go_back(uow.session, round_, again)
        await store.write(round_.remembered())
        if round_.found:
            await store.add_findings(Found(move.pair, finding) for move, finding in round_.found)
            await self._alerts.record(uow, sorted((tell(*one) for one in round_.found), key=_order))


class RereadJob:
    """Rules that could not be evaluated, a fault of ours, are read again though nothing may come any more."""

    def __init__(self, *, database: Database, clock: Clock, watcher: RuleWatcher) -> None:
        self._database = database
        self._clock = clock
        self._watcher = watcher

    async def run(self) -> None:
        """The periodic job."""
        async with self._database.read() as session:
            follow_ups = await RuleStateStore(session).unread(limit=_MOVES_AT_ONCE)
        for follow_up_id in follow_ups:
            async with self._database.begin() as uow:
                await self._watcher.reread(uow, [follow_up_id], self._clock.now())
        if follow_ups:
            log.info("telemonitoring.rules_read_again", count=len(follow_ups))


def _gather(arrivals: Sequence[Arrival], answers: Sequence[Taken]) -> dict[UUID, list[tuple[Arrival, bool]]]:
    """By follow-up, what was kept and is of a known signal; is it a correction?"""
    fresh: dict[UUID, list[tuple[Arrival, bool]]] = {}
    for arrival, answer in zip(arrivals, answers, strict=True):
        if arrival.observation.signal is not None and (answer is Taken.NEW or answer is Taken.CORRECTED):
            fresh.setdefault(arrival.follow_up_id, []).append((arrival, answer is Taken.CORRECTED))
    return fresh


def _plan(
    patients: Mapping[UUID, Patient], books: Books, fresh: Mapping[UUID, Sequence[tuple[Arrival, bool]]]
) -> list[Move]:
    return [move for one, patient in patients.items() for move in plan(patient, books[patient.shelf], fresh[one])]


def _moved(moves: Iterable[Move]) -> dict[UUID, Patient]:
    return {move.patient.follow_up_id: move.patient for move in moves}


def _begin(kept: Mapping[UUID, Remembered], patients: Mapping[UUID, Patient], books: Books) -> _Round:
    """What the rules of these remember; what a rule remembered that reads nothing any more is forgotten."""
    states = {one: read_followings(remembered.states) for one, remembered in kept.items()}
    for one, found in states.items():
        patient = patients[one]
        for key in found.keys() - books[patient.shelf].by_key.keys() - patient.own.by_key.keys():
            del found[key]
    return _Round(states, {one for one, remembered in kept.items() if remembered.is_unread})


async def _go_on(round_: _Round, moves: Sequence[Move]) -> list[Move]:
    """Those that must go back in the history."""
    again = []
    for number, move in enumerate(moves, start=1):
        if not round_.attempt(move, go_on):
            again.append(move)
        if number % _MOVES_AT_ONCE == 0:
            await asyncio.sleep(0)
    return again


async def _go_back(session: AsyncSession, round_: _Round, moves: Sequence[Move]) -> None:
    """Read the histories of these again, in one statement but one patient after the other, and what was told of those
    that begin at the start."""
    known = await RuleStateStore(session).known([move.pair for move in moves if move.is_from_start])
    left: dict[UUID, list[Move]] = {}
    for move in moves:
        left.setdefault(move.patient.follow_up_id, []).append(move)
    async for follow_up_id, history in _histories(session, moves):
        for move in left.pop(follow_up_id):
            if len(history) > _LONG:
                await asyncio.to_thread(round_.attempt, move, go_back, history, known.get(move.pair, ()))
            else:
                round_.attempt(move, go_back, history, known.get(move.pair, ()))
    for move in chain.from_iterable(left.values()):  # of whom nothing stands
        round_.attempt(move, go_back, (), known.get(move.pair, ()))


def _histories(session: AsyncSession, moves: Sequence[Move]) -> AsyncIterator[tuple[UUID, list[Sample]]]:
    """What stands for the patients of these, since the first instant that one of their rules must read again."""
    since: dict[UUID, int] = {}
    for move in moves:
        one = move.patient.follow_up_id
        since[one] = min(move.since, since.get(one, move.since))
    signals = {signal for move in moves for signal in move.reader.program.leaves_of}
    territories = {move.patient.follow_up_id: move.patient.territory for move in moves}
    return stream_histories(session, {one: to_instant(at) for one, at in since.items()}, signals, territories)


def _order(told: Told) -> tuple[UUID, str, bool, datetime]:
    """What is withdrawn comes before what takes its place."""
    return told.follow_up_id, told.cause, told.kind is not FindingKind.WITHDRAWN, told.since
