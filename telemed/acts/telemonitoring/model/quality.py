"""How good the alerts of a team are: what fired, what it was, how long it took; by cause or by patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Grouping(StrEnum):
    """One line a cause, which is a rule or silence; or one a patient."""

    CAUSE = "cause"
    PATIENT = "patient"


@dataclass(frozen=True)
class Fired:
    """The sums of the alerts of one key that fired in a period; `minutes` to the close, of each that was closed."""

    key: str
    label: str
    fired: int
    actionable: int
    false: int
    technical: int
    repeats: int
    silences: int
    minutes: Sequence[int]


@dataclass(frozen=True)
class Quality:
    """Of the alerts that fired in a period. `key` names the line: a cause, or the id of a patient.

    `still_open` are those that nobody closed yet; `repeats`, how often they were told again; `silences`, those of
    non-transmission; `muted`, findings of the period that woke nobody. Minutes run from when the team could look to the
    close, of those that were closed: the median, and what nine in ten take at most.
    """

    key: str
    label: str
    fired: int
    actionable: int
    false: int
    technical: int
    still_open: int
    repeats: int
    silences: int
    muted: int
    median_minutes: int | None
    p90_minutes: int | None

    @property
    def mute_percent(self) -> int:
        """How much of what was found was muted, rounded to the nearest."""
        found = self.fired + self.muted
        return round(100 * self.muted / found) if found else 0

    @property
    def actionable_percent(self) -> int | None:
        """How much of what was closed was worth it; None while nothing is closed."""
        closed = self.actionable + self.false + self.technical
        return round(100 * self.actionable / closed) if closed else None


@dataclass(frozen=True)
class QualityPlace:
    """Where a page goes on: after this line, in order of what fired most."""

    fired: int
    key: str
