"""What came in for one patient, as his rules read it: in order of measure, each instant once, corrections apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from telemed.acts.telemonitoring.model.evidence import Finding, Known, Sample, find_civil_day, to_milliseconds
from telemed.acts.telemonitoring.model.observation import Observation
from telemed.acts.telemonitoring.model.progress import Checkpoint, Following
from telemed.acts.telemonitoring.rules.findings import retake, start, take
from telemed.acts.telemonitoring.rules.watching import Watch, find_checkpoint, find_gap
from telemed.kernel.clock import Territory


class Change(msgspec.Struct, frozen=True, gc=False):
    """Something new about the measure of an instant: `sample`, or nothing that a rule reads.

    `place` is a sample without a value, at its order; `is_correction`: something else may have been read there before.
    """

    measured_at: datetime
    place: Sample
    sample: Sample | None
    is_correction: bool


def make_change(device_id: UUID, observation: Observation, territory: Territory, *, is_correction: bool) -> Change:
    """Of an observation of a known signal, for a patient who lives in `territory`."""
    measured_at = observation.measured_at
    at = to_milliseconds(measured_at)
    day = find_civil_day(at, territory)
    signal = observation.signal or ""
    sample = None
    if observation.counts:
        sample = Sample(at, signal, device_id.hex, day, observation.value, observation.answer)
    place = sample or Sample(at, signal, device_id.hex, day)
    return Change(measured_at, place, sample, is_correction)


def merge(changes: Iterable[Change]) -> list[Sample]:
    """The samples to read, none of them a correction, in order: of two within a millisecond the later one."""
    samples = {}
    for change in sorted(changes, key=lambda one: one.measured_at):
        if change.sample is not None:
            samples[change.sample.order] = change.sample
    return sorted(samples.values())


def find_start(watch: Watch, following: Following | None, changes: Sequence[Change]) -> Checkpoint | None:
    """From where must the history be read for these? None: they come after all that was read, and nothing is corrected.

    A rule that has read nothing of a patient yet begins with all that it may read: it may have come before the rule's
    first look.
    """
    if following is None:
        return start(watch.program).progress.older
    if len(changes) == 1 and not changes[0].is_correction:
        return find_gap(watch, following.progress, (changes[0].place,))
    corrected = [one.place.at for one in changes if one.is_correction and watch.reads(one.place)]
    if corrected:
        first = min(one.place.at for one in changes if watch.reads(one.place))
        return find_checkpoint(watch, following.progress, first)
    return find_gap(watch, following.progress, (one.place for one in changes))


def read_on(
    watch: Watch, following: Following, changes: Sequence[Change], received: int
) -> tuple[Following, list[Finding]]:
    """Changes for which `find_start` gave nothing."""
    if len(changes) == 1:
        sample = changes[0].sample
        return take(watch, following, () if sample is None else (sample,), received)
    return take(watch, following, merge(changes), received)


def read_again(
    watch: Watch,
    following: Following | None,
    checkpoint: Checkpoint,
    history: Sequence[Sample],
    *,
    told: Sequence[Known],
    received: int,
) -> tuple[Following, list[Finding]]:
    """From where `find_start` said; `history` is what stands, the changes included. `told`: all that was told, ever,
    which is only looked at where the checkpoint is the start."""
    before = following or start(watch.program)
    if checkpoint.at is None:
        before = before._replace(known=tuple(told))
    return retake(watch, before, checkpoint, history, received)
