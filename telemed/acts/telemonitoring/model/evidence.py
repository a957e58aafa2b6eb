"""What rules read and keep: samples in order, thresholds over time, the state of one rule for one patient."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from telemed.acts.telemonitoring.model.observation import Observation
from telemed.kernel.clock import Territory, civil_date

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MILLISECOND = timedelta(milliseconds=1)
_QUARTER = 900_000
HOUR = 3_600_000
DAY = 24 * HOUR
"""In milliseconds, which is how rules count instants."""


def to_milliseconds(instant: datetime) -> int:
    """An aware instant as rules count it."""
    return (instant - _EPOCH) // _MILLISECOND


def find_civil_day(at: int, territory: Territory) -> int:
    """The ordinal of the civil day of an instant in milliseconds: clocks change on whole quarters of an hour."""
    return _civil_day_of_quarter(at // _QUARTER, territory)


@lru_cache(maxsize=2**14)
def _civil_day_of_quarter(quarter: int, territory: Territory) -> int:
    return civil_date(_EPOCH + quarter * _QUARTER * _MILLISECOND, territory).toordinal()


class Sample(NamedTuple):
    """One value as rules read it: `at` in milliseconds, `day` the ordinal of its civil day where the patient lives.

    Two samples are in order by instant, then signal, then `key` (the device): the same order wherever they come from.
    """

    at: int
    signal: str
    key: str
    day: int
    value: int | None = None
    answer: str | None = None

    @property
    def order(self) -> tuple[int, str, str]:
        return self[:3]


def make_sample(observation: Observation, territory: Territory) -> Sample | None:
    """What rules read of an observation; None where they read nothing."""
    if not observation.counts or observation.signal is None:
        return None
    at = to_milliseconds(observation.measured_at)
    return Sample(
        at,
        observation.signal,
        observation.device,
        find_civil_day(at, territory),
        observation.value,
        observation.answer,
    )


@dataclass(frozen=True)
class ThresholdVersion:
    """What a doctor set for a patient, in force from `since`: the later of when he set it and when he wanted it."""

    since: int
    values: Mapping[str, int]


@dataclass(frozen=True)
class Thresholds:
    """A patient's own thresholds over time. A measure is compared with those in force at its instant, never with later
    ones (R-35): what was not set yet is no limit."""

    versions: tuple[ThresholdVersion, ...] = ()
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = tuple(version.since for version in self.versions)
        if list(starts) != sorted(set(starts)):
            raise ValueError("versions of thresholds follow one another")
        object.__setattr__(self, "_starts", starts)

    def find(self, name: str, at: int) -> int | None:
        """The limit of this name for a measure made at `at`, in millionths."""
        return self.at(at).get(name)

    def at(self, at: int) -> Mapping[str, int]:
        """Every limit in force for a measure made at `at`."""
        position = bisect_right(self._starts, at)
        return self.versions[position - 1].values if position else {}


class Evidence(NamedTuple):
    """Why a leaf holds: its signal, the value compared (millionths, or an answer), and the limit."""

    signal: str
    value: int | str | None
    limit: int | None


class Episode(NamedTuple):
    """A stretch during which a rule was true: `start` and `last` are its first and last samples that made it so.

    `end` is the sample that ended it, None while it lasts.
    """

    start: int
    last: int
    end: int | None
    evidence: tuple[Evidence, ...]


class FindingKind(StrEnum):
    """What is to be said of an episode.

    `fired`: somebody must look; `repeated`: it still lasts; `late`: it is only known now, too late to wake anybody;
    `ended`: values are back; `withdrawn`: corrected data say that it never was. None deletes anything.
    """

    FIRED = "fired"
    REPEATED = "repeated"
    LATE = "late"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


class Known(NamedTuple):
    """An episode that was told of: it began at `since`, `at` is the last of its samples that was told."""

    since: int
    at: int
    is_fired: bool
    is_ended: bool = False


@dataclass(frozen=True)
class Finding:
    """Something to write down about the episode that began at `since`; `at` is the sample that shows it."""

    kind: FindingKind
    since: int
    at: int
    received: int
    evidence: tuple[Evidence, ...] = ()
