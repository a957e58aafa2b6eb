"""One rule about to read what came in for one patient: straight on, or again from a place in his history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from telemed.acts.telemonitoring.formats.rules import open_checkpoint, read_following, write_following
from telemed.acts.telemonitoring.model.arrival import Arrival
from telemed.acts.telemonitoring.model.evidence import Finding, FindingKind, Known, Sample, to_milliseconds
from telemed.acts.telemonitoring.model.progress import Checkpoint, Following
from telemed.acts.telemonitoring.model.told import Told
from telemed.acts.telemonitoring.rules.reading import Change, find_start, make_change, read_again, read_on
from telemed.acts.telemonitoring.rules.telling import find_told_at
from telemed.acts.telemonitoring.rules.watching import Watch
from telemed.acts.telemonitoring.service.roster import Patient, Reader, Readers
from telemed.acts.telemonitoring.store.rule_states import Pair, to_instant

_TOLD_LATER = frozenset((FindingKind.FIRED, FindingKind.REPEATED))


@dataclass(slots=True)
class Move:
    """One version of a rule, what it has to read, and, where it must begin again, from where."""

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

    @property
    def since(self) -> int:
        """The first millisecond of the history that it must read again."""
        at = self.checkpoint.at if self.checkpoint else None
        return self.watch.active_from if at is None else at

    @property
    def is_from_start(self) -> bool:
        return self.checkpoint is not None and self.checkpoint.at is None


def plan(patient: Patient, general: Readers, fresh: Sequence[tuple[Arrival, bool]]) -> list[Move]:
    """What each rule has to read of a patient's arrivals, corrections or not; a signal of no rule costs only this."""
    moves: dict[str, Move] = {}
    of_signal: dict[str, list[Move]] = {}
    for arrival, is_correction in fresh:
        signal = arrival.observation.signal or ""
        mine = of_signal.get(signal)
        if mine is None:
            readers = general.of.get(signal, ()) + patient.own.of.get(signal, ())
            mine = of_signal[signal] = _moves_of(patient, readers, moves)
        if not mine:
            continue
        change = make_change(arrival.device_id, arrival.observation, patient.territory, is_correction=is_correction)
        received = to_milliseconds(arrival.received_at)
        for move in mine:
            if move.watch.reads(change.place):
                move.changes.append(change)
                if received > move.received:
                    move.received = received
    return [move for move in moves.values() if move.changes]


def _moves_of(patient: Patient, readers: Iterable[Reader], moves: dict[str, Move]) -> list[Move]:
    """One for each rule that can be true of this patient, the same for all its signals."""
    found = []
    for reader in readers:
        watch = patient.watch(reader)
        if watch is not None:
            found.append(moves.setdefault(reader.key, Move(patient, reader, watch, 0)))
    return found


def plan_rereading(patient: Patient, general: Readers, states: Iterable[str], received: int) -> list[Move]:
    """The rules of a patient that remember nothing, as if all of his history arrived at `received`."""
    known = set(states)
    readers = [*general.by_key.values(), *patient.own.by_key.values()]
    wanted = [reader for reader in readers if reader.key not in known]
    watches = ((reader, patient.watch(reader)) for reader in wanted)
    return [Move(patient, reader, watch, received) for reader, watch in watches if watch is not None]


def go_on(move: Move, state: bytes | None) -> tuple[bytes, list[Finding]] | None:
    """Read what comes after all that was read: the state to keep. None: it must begin again from `move.checkpoint`."""
    kinds = move.reader.kinds
    following = None if state is None else read_following(state, kinds)
    checkpoint = find_start(move.watch, following, move.changes)
    if checkpoint is None and following is not None:
        following, findings = read_on(move.watch, following, move.changes, move.received)
        return write_following(following), findings
    move.following = following
    move.checkpoint = None if checkpoint is None else open_checkpoint(checkpoint, kinds)
    return None


def go_back(move: Move, history: Sequence[Sample], known: Sequence[Known]) -> tuple[bytes, list[Finding]]:
    """Read the history again; it holds what stands since `move.since` at least, the changes included."""
    assert move.checkpoint is not None  # noqa: S101 - `go_on` has found it
    since = move.since
    mine = [sample for sample in history if sample.at >= since]
    following, findings = read_again(
        move.watch, move.following, move.checkpoint, mine, told=known, received=move.received
    )
    return write_following(following), findings


def tell(move: Move, finding: Finding) -> Told:
    """The finding as people are told of it: of whom, by which rule, and when."""
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
