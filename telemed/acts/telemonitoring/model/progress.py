"""What a rule remembers of a patient between two samples: small, and of a size that does not grow with the history."""

from __future__ import annotations

from typing import NamedTuple

from telemed.acts.telemonitoring.model.evidence import Episode, Known


class ThresholdState(NamedTuple):
    """Is the last value beyond, which of the last ones were (bits, last first), and since when it counts."""

    is_beyond: bool = False
    flags: int = 0
    since: int | None = None
    at: int | None = None
    holds: bool = False
    value: int | None = None
    limit: int | None = None


class Bucket(NamedTuple):
    """The values of one civil day, in sums: enough for means, slopes and extremes, however many there were.

    Times are in seconds from the midnight of that day in UTC, so that the sums stay short.
    """

    day: int
    number: int
    times: int
    values: int
    squares: int
    products: int
    low: int
    high: int


class TrendState(NamedTuple):
    """The days of the window, and what they say."""

    days: tuple[Bucket, ...] = ()
    at: int | None = None
    holds: bool = False
    value: int | None = None
    limit: int | None = None


class AnswerState(NamedTuple):
    """The last answer."""

    at: int | None = None
    holds: bool = False
    value: str | None = None
    limit: None = None


LeafState = ThresholdState | TrendState | AnswerState


class Machine(NamedTuple):
    """What a rule remembers: its leaves, and the episode that lasts, None while the rule is false."""

    leaves: tuple[LeafState, ...]
    episode: Episode | None = None


class Checkpoint(NamedTuple):
    """The machine before the first sample at `at` or after; None: before everything.

    Bytes are a machine as it was kept, which nobody has begun from yet: most never are.
    """

    at: int | None
    machine: Machine | bytes


class Progress(NamedTuple):
    """How far a rule has read: its machine, the last sample read, and two places from which it can begin again."""

    machine: Machine
    head: tuple[int, str, str] | None
    older: Checkpoint
    newer: Checkpoint


class Following(NamedTuple):
    """The whole state of one rule for one patient: how far it has read, and what it has told lately."""

    progress: Progress
    known: tuple[Known, ...] = ()
