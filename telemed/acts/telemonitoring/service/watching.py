"""Rules read observations in the transaction that keeps them: what they find commits with what they have read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from telemed.acts.telemonitoring.formats.rules import open_checkpoint, read_following, write_following
from telemed.acts.telemonitoring.model.arrival import Arrival, Taken
from telemed.acts.telemonitoring.model.evidence import Finding, FindingKind, Known, Sample, to_milliseconds
from telemed.acts.telemonitoring.model.progress import Checkpoint, Following
from telemed.acts.telemonitoring.model.told import Told
from telemed.acts.telemonitoring.ports.watching import AlertBook
from telemed.acts.telemonitoring.rules.reading import Change, find_start, make_change, read_again, read_on
from telemed.acts.telemonitoring.rules.telling import find_told_at
from telemed.acts.telemonitoring.rules.watching import Watch
from telemed.acts.telemonitoring.service.roster import Patient, Reader, Readers, Roster
from telemed.acts.telemonitoring.store.histories import read_histories
from telemed.acts.telemonitoring.store.rule_states import Found, Pair, RuleStateStore, to_instant
from telemed.storage.uow import UnitOfWork

_TOLD_LATER = frozenset((FindingKind.FIRED, FindingKind.REPEATED))
_MOVES_AT_ONCE = 100
_LONG = 5_000
"""So many samples are read again apart from the event loop."""

log = structlog.get_logger("telemonitoring")


@dataclass(slots=True)
class Move:
    """One version of a rule, about to read what came in for one patient."""

    patient: Patient
    reader: Reader
    watch: Watch
    received: int
    changes: list[Change] = field(default_factory=list)
    following: Following | None = None
    checkpoint: Checkpoint | None = None

    @property
    def pair(self) -> Pair:
        return self.patient.follow_up_id, self.reader.id


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
        at = arrivals[0].received_at
        patients = await self._roster.call(uow.session, fresh.keys(), at)
        shelves = {patient.shelf for patient in patients.values()}
        if not shelves:
            return
        books = await self._roster.readers(uow.session, shelves, at)
        moves = [move for one, patient in patients.items() for move in _plan(patient, books[patient.shelf], fresh[one])]
        await self.make(uow, moves)

    async def make(self, uow: UnitOfWork, moves: Sequence[Move]) -> None:
        """Move the rules, keep where they are, and hand over what they found. The follow-ups are locked."""
        if not moves:
            return
        store = RuleStateStore(uow.session)
        _restore(moves, await store.read([move.pair for move in moves]))
        again = [move for move in moves if move.checkpoint is not None]
        histories = await _histories(uow.session, again)
        known = await store.known([move.pair for move in again if move.checkpoint and move.checkpoint.at is None])
        states: dict[Pair, bytes | None] = {}
        found: list[tuple[Move, Finding]] = []
        for number, move in enumerate(moves, start=1):
            states[move.pair], findings = await _attempt(move, histories, known)
            found += [(move, finding) for finding in findings]
            if number % _MOVES_AT_ONCE == 0:
                await asyncio.sleep(0)
        await store.write(states)
        if found:
            await store.add_findings(Found(move.pair, finding) for move, finding in found)
            await self._alerts.record(uow, sorted((_told(*one) for one in found), key=_order))


def _gather(arrivals: Sequence[Arrival], answers: Sequence[Taken]) -> dict[UUID, list[tuple[Arrival, bool]]]:
    """By follow-up, what was kept and is of a known signal; is it a correction?"""
    fresh: dict[UUID, list[tuple[Arrival, bool]]] = {}
    for arrival, answer in zip(arrivals, answers, strict=True):
        if arrival.observation.signal is not None and (answer is Taken.NEW or answer is Taken.CORRECTED):
            fresh.setdefault(arrival.follow_up_id, []).append((arrival, answer is Taken.CORRECTED))
    return fresh


def _plan(patient: Patient, general: Readers, fresh: Iterable[tuple[Arrival, bool]]) -> list[Move]:
    """What each rule has to read of a patient; a signal that no rule reads costs no more than this."""
    moves: dict[UUID, Move | None] = {}
    for arrival, is_correction in fresh:
        signal = arrival.observation.signal or ""
        readers = general.get(signal, ()) + patient.own.get(signal, ())
        if not readers:
            continue
        change = make_change(arrival.device_id, arrival.observation, patient.territory, is_correction=is_correction)
        received = to_milliseconds(arrival.received_at)
        for reader in readers:
            if reader.id not in moves:
                watch = patient.watch(reader)
                moves[reader.id] = None if watch is None else Move(patient, reader, watch, received)
            move = moves[reader.id]
            if move is not None and move.watch.reads(change.place):
                move.changes.append(change)
                move.received = max(move.received, received)
    return [move for move in moves.values() if move is not None and move.changes]


def _restore(moves: Iterable[Move], states: Mapping[Pair, bytes]) -> None:
    """Give each rule what it remembers, and from where it must read again."""
    for move in moves:
        state, kinds = states.get(move.pair), move.reader.kinds
        move.following = None if state is None else read_following(state, kinds)
        checkpoint = find_start(move.watch, move.following, move.changes)
        move.checkpoint = None if checkpoint is None else open_checkpoint(checkpoint, kinds)


async def _histories(session: AsyncSession, moves: Sequence[Move]) -> dict[UUID, list[Sample]]:
    """What stands for the patients of these, since the oldest checkpoint of each."""
    since: dict[UUID, datetime] = {}
    for move in moves:
        watch, checkpoint = move.watch, move.checkpoint
        start = watch.active_from if checkpoint is None or checkpoint.at is None else checkpoint.at
        follow_up_id = move.patient.follow_up_id
        since[follow_up_id] = min(to_instant(start), since.get(follow_up_id, to_instant(start)))
    if not since:
        return {}
    signals = {signal for move in moves for signal in move.reader.program.leaves_of}
    territories = {move.patient.follow_up_id: move.patient.territory for move in moves}
    return await read_histories(session, since, signals, territories)


async def _attempt(
    move: Move, histories: Mapping[UUID, list[Sample]], known: Mapping[Pair, Sequence[Known]]
) -> tuple[bytes | None, list[Finding]]:
    """A rule that cannot be evaluated must not cost the measure: it is read again later, and that is said."""
    try:
        history = histories.get(move.patient.follow_up_id, ())
        if len(history) + len(move.changes) > _LONG:
            following, findings = await asyncio.to_thread(_make, move, history, known.get(move.pair, ()))
        else:
            following, findings = _make(move, history, known.get(move.pair, ()))
    except Exception:
        log.exception("telemonitoring.rule_failed", rule_version_id=str(move.reader.id))
        return None, []
    return write_following(following), findings


def _make(move: Move, history: Sequence[Sample], known: Sequence[Known]) -> tuple[Following, list[Finding]]:
    watch, checkpoint = move.watch, move.checkpoint
    if checkpoint is None:
        assert move.following is not None  # noqa: S101 - `find_start` sends to the history whoever has read nothing
        return read_on(watch, move.following, move.changes, move.received)
    since = watch.active_from if checkpoint.at is None else checkpoint.at
    mine = [sample for sample in history if sample.at >= since]
    return read_again(watch, move.following, checkpoint, mine, told=known, received=move.received)


def _told(move: Move, finding: Finding) -> Told:
    patient, rule, received_at = move.patient, move.reader.rule, to_instant(finding.received)
    told_at = find_told_at(rule, received_at, patient.territory) if finding.kind in _TOLD_LATER else received_at
    return Told(
        follow_up_id=patient.follow_up_id,
        practice_id=patient.practice_id,
        patient_id=patient.patient_id,
        pathway=patient.pathway,
        cause=rule.name,
        label=rule.label,
        severity=rule.severity,
        direction=rule.direction,
        rule_version_id=move.reader.id,
        kind=finding.kind,
        since=to_instant(finding.since),
        at=to_instant(finding.at),
        received_at=received_at,
        told_at=told_at,
        evidence=finding.evidence,
    )


def _order(told: Told) -> tuple[UUID, str, bool, datetime]:
    """What is withdrawn comes before what takes its place."""
    return told.follow_up_id, told.cause, told.kind is not FindingKind.WITHDRAWN, told.since
