"""What is drawn of a follow-up: measures over a stretch of civil days, with what surrounds them on the same axis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from telemed.acts.telemonitoring.model.alert import Severity
from telemed.acts.telemonitoring.model.observation import Comparator, Quarantine, Signal
from telemed.kernel.clock import Territory, civil_date, day_bounds
from telemed.kernel.period import Interval

TOGETHER = (
    ("systolic_pressure", "diastolic_pressure", "mean_pressure"),
    ("interstitial_glucose", "capillary_glucose"),
    ("weight", "dry_weight"),
)
"""Signals of one unit that are read beside one another, on one scale."""

DOSES = ("basal_insulin", "bolus_insulin")
"""What was given, not measured: bars under the curves."""


class Span(StrEnum):
    """How many civil days are seen at once."""

    DAY = "day"
    WEEK = "week"
    QUARTER = "quarter"

    @property
    def days(self) -> int:
        return {"day": 1, "week": 7, "quarter": 90}[self.value]


@dataclass(frozen=True)
class Window:
    """`days` civil days where the patient lives, the last one included."""

    last_day: date
    days: int
    territory: Territory

    @property
    def first_day(self) -> date:
        return self.last_day - timedelta(days=self.days - 1)

    @property
    def start(self) -> datetime:
        return day_bounds(self.first_day, self.territory)[0]

    @property
    def end(self) -> datetime:
        """The first instant after it."""
        return day_bounds(self.last_day, self.territory)[1]

    @property
    def civil_days(self) -> tuple[date, ...]:
        return tuple(self.first_day + timedelta(days=number) for number in range(self.days))

    def day_of(self, instant: datetime) -> date:
        return civil_date(instant, self.territory)


@dataclass(frozen=True, slots=True, repr=False)
class Point:
    """One measure as it stands. `low` and `high` differ from `value` where it is the mean of `count` measures."""

    at: datetime
    value: int
    low: int
    high: int
    count: int = 1
    received_at: datetime | None = None
    comparator: Comparator | None = None
    is_corrected: bool = False

    @property
    def is_late(self) -> bool:
        """Did it come more than a day after it was measured?"""
        return self.received_at is not None and self.received_at - self.at > timedelta(days=1)


@dataclass(frozen=True, slots=True, repr=False)
class Aside:
    """A measure that nobody may read yet: implausible, or in conflict with another."""

    at: datetime
    signal: str
    why: Quarantine
    said: str


@dataclass(frozen=True, slots=True, repr=False)
class Answered:
    """An answer to a question, or the state of a device. `question` names it where the catalogue does not."""

    at: datetime
    signal: str
    answer: str
    question: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One value, in millionths of its unit, and when it was measured."""

    value: int
    at: datetime


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What a signal did on one civil day: lowest, highest and sum of `count` values, in millionths."""

    day: date
    count: int
    low: int
    high: int
    total: int

    @property
    def mean(self) -> int:
        return (2 * self.total + self.count) // (2 * self.count)


@dataclass(frozen=True)
class Limit:
    """A threshold of the patient as it held during a stretch: the value is worrying beyond it, on its side."""

    name: str
    value: int
    is_high: bool
    held: Interval


@dataclass(frozen=True, repr=False)
class Series:
    """One signal of the window: its points in order, its days, where nothing came, and its limits."""

    signal: Signal
    points: tuple[Point, ...] = ()
    days: tuple[DayFigures, ...] = ()
    gaps: tuple[Interval, ...] = ()
    limits: tuple[Limit, ...] = ()

    @property
    def is_dose(self) -> bool:
        return self.signal.name in DOSES


class EventKind(StrEnum):
    """What happened to the follow-up that the curves cannot say."""

    START = "start"
    RENEWAL = "renewal"
    THRESHOLD = "threshold"
    SUSPENSION = "suspension"
    RETURN = "return"
    EDUCATION = "education"
    LATE = "late"
    END = "end"


@dataclass(frozen=True, repr=False)
class Event:
    """Something dated; `words` says it."""

    at: datetime
    kind: EventKind
    words: str


@dataclass(frozen=True, repr=False)
class AlertMark:
    """An alert on the axis: `number` names it in the drawing and in the list; `signals` are those it is about."""

    number: int
    at: datetime
    last_at: datetime
    severity: Severity
    label: str
    signals: frozenset[str]
    address: str = ""


@dataclass(frozen=True, repr=False)
class Chart:
    """All that one picture shows. `away` are the days when the patient was cared for elsewhere."""

    window: Window
    series: tuple[Series, ...]
    alerts: tuple[AlertMark, ...] = ()
    events: tuple[Event, ...] = ()
    answers: tuple[Answered, ...] = ()
    asides: tuple[Aside, ...] = ()
    away: tuple[Interval, ...] = ()

    @property
    def panels(self) -> tuple[tuple[Series, ...], ...]:
        """The measured series, those that share a scale together, in the order in which they came."""
        measured = {one.signal.name: one for one in self.series if not one.is_dose}
        found: list[tuple[Series, ...]] = []
        while measured:
            first = next(iter(measured))
            group = next((names for names in TOGETHER if first in names), (first,))
            found.append(tuple(measured.pop(name) for name in group if name in measured))
        return tuple(found)

    @property
    def doses(self) -> tuple[Series, ...]:
        return tuple(one for one in self.series if one.is_dose and one.points)
