"""One rule over one patient's data: moved by each sample, taken up again where late or corrected data fall (trap 35).

The state is what the whole history in time order would give, whatever the order of arrival. It is small and does not
grow: a sample in order moves it at once; one that falls before its head asks for the history since a checkpoint, a week
or two back, and only what is older than both for more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from telemed.acts.telemonitoring.model.evidence import DAY, Episode, Evidence, Sample, Thresholds
from telemed.acts.telemonitoring.model.progress import Checkpoint, Machine, Progress
from telemed.acts.telemonitoring.model.rule import Side
from telemed.acts.telemonitoring.rules.leaves import find_initial
from telemed.acts.telemonitoring.rules.program import Program

KEEP = 7 * DAY
"""How far apart two checkpoints are: late data are taken in by reading one to two weeks of history."""

_LAST = "\U0010ffff"
"""After every signal and every device: all that is before a checkpoint was read."""


@dataclass(frozen=True, slots=True)
class Bound:
    """Somebody asked not to be told again up to `level` (included), until an instant: beyond it, he is told at once."""

    side: Side
    level: int
    until: int

    def is_passed(self, level: int, at: int) -> bool:
        worse = level - self.level if self.side is Side.ABOVE else self.level - level
        return worse > 0 and at < self.until


@dataclass(frozen=True, slots=True)
class Watch:
    """A rule at work for a patient. Nothing measured before `active_from` counts: the rule was not there yet.

    Nor does what is measured from `until` on, when another version took its place: what comes late from before still
    does. `bounds`: what lasts is told again where it passes one of them.
    """

    program: Program
    thresholds: Thresholds
    active_from: int
    until: int | None = None
    bounds: tuple[Bound, ...] = ()

    def reads(self, sample: Sample) -> bool:
        at = sample.at
        is_in_force = at >= self.active_from and (self.until is None or at < self.until)
        return is_in_force and sample.signal in self.program.leaves_of


def begin(program: Program) -> Progress:
    """A rule that has read nothing."""
    machine = Machine(tuple(find_initial(leaf) for leaf in program.leaves))
    checkpoint = Checkpoint(None, machine)
    return Progress(machine, None, checkpoint, checkpoint)


def find_gap(watch: Watch, progress: Progress, samples: Iterable[Sample]) -> Checkpoint | None:
    """From which checkpoint must the history be read for these samples? None: they all come after what was read.

    A correction of a sample already read falls before the head, as late data do.
    """
    late = [one.at for one in samples if watch.reads(one) and progress.head is not None and one.order <= progress.head]
    return find_checkpoint(watch, progress, min(late)) if late else None


def find_checkpoint(watch: Watch, progress: Progress, at: int) -> Checkpoint:
    """The youngest place from which what was measured at `at` can be read again: the start where it is too old."""
    fitting = (one for one in (progress.newer, progress.older) if one.at is not None and at >= one.at)
    return next(fitting, begin(watch.program).older)


def advance(watch: Watch, progress: Progress, samples: Iterable[Sample]) -> tuple[Progress, list[Episode]]:
    """Read samples in order, all after the head. Gives the episodes that ended, in order.

    Raises ValueError on a sample that is not after the one before it: `find_gap` says so beforehand.
    """
    ended: list[Episode] = []
    machine, head, older, newer = progress
    for sample in samples:
        if not watch.reads(sample):
            continue
        place = sample[:3]
        if head is not None and place <= head:
            raise ValueError("a sample is read after those before it")
        if (head is None or place[0] > head[0]) and (newer.at is None or place[0] >= newer.at + KEEP):
            older, newer = newer, Checkpoint(place[0], machine)
        machine, episode = _move(watch, machine, sample)
        if episode is not None:
            ended.append(episode)
        head = place
    return Progress(machine, head, older, newer), ended


def resume(
    watch: Watch, progress: Progress, checkpoint: Checkpoint, history: Sequence[Sample]
) -> tuple[Progress, list[Episode]]:
    """Read again from a checkpoint: `history` is every sample at its instant or after, corrected and in order."""
    assert isinstance(checkpoint.machine, Machine)  # noqa: S101 - whoever kept it has opened it
    older = progress.older if checkpoint.at == progress.newer.at else checkpoint
    head = None if checkpoint.at is None else (checkpoint.at - 1, _LAST, _LAST)
    return advance(watch, Progress(checkpoint.machine, head, older, checkpoint), history)


def _move(watch: Watch, machine: Machine, sample: Sample) -> tuple[Machine, Episode | None]:
    """The machine after a sample, and the episode that it ends."""
    program, (states, episode) = watch.program, machine
    leaves = program.leaves
    if len(leaves) == 1:
        states = (leaves[0].move(states[0], sample, watch.thresholds),)
    else:
        moved = list(states)
        for position in program.leaves_of[sample.signal]:
            moved[position] = leaves[position].move(moved[position], sample, watch.thresholds)
        states = tuple(moved)
    if program.is_true(states, sample.at):
        evidence = program.explain(states, sample.at)
        return Machine(states, _lasting(episode, sample.at, evidence)), None
    return Machine(states), None if episode is None else episode._replace(end=sample.at)


def _lasting(episode: Episode | None, at: int, evidence: tuple[Evidence, ...]) -> Episode:
    return Episode(at if episode is None else episode.start, at, None, evidence)
