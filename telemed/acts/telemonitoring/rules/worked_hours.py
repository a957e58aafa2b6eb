"""The hours in which a team looks: when an alert that comes at night is opened, and by when it must be handled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from telemed.acts.telemonitoring.rules.walls import find_instant
from telemed.kernel.clock import Territory, civil_date
from telemed.kernel.period import Interval

_HORIZON = timedelta(days=60)
"""A team that looks at nothing for two months has no hours."""


@dataclass(frozen=True)
class WorkedHours:
    """A team's week, by weekday from 0 (Monday): wall hours where it practises, in order, none over midnight."""

    week: Mapping[int, tuple[tuple[time, time], ...]]
    territory: Territory

    def __post_init__(self) -> None:
        for weekday, hours in self.week.items():
            marks = [mark for pair in hours for mark in pair]
            if weekday not in range(7) or marks != sorted(set(marks)):
                raise ValueError("the hours of a day follow one another, on a weekday from 0 to 6")
        if not any(self.week.values()):
            raise ValueError("a team looks at some hour of the week")


def find_opening(hours: WorkedHours, at: datetime, is_closed: Callable[[date], bool]) -> datetime:
    """`at` itself when the team is there, else the next time that it is. `is_closed` says its days off: holidays.

    Raises ValueError where it is never there.
    """
    return max(at, next(_stretches(hours, at, is_closed)).start)


def add_worked(hours: WorkedHours, at: datetime, minutes: int, is_closed: Callable[[date], bool]) -> datetime:
    """The instant at which `minutes` of the team's own time have passed since `at`: the deadline of an alert.

    Raises ValueError where it is never there.
    """
    left = timedelta(minutes=minutes)
    stretches = _stretches(hours, at, is_closed)
    stretch = next(stretches)
    while stretch.end - max(at, stretch.start) < left:
        left -= stretch.end - max(at, stretch.start)
        stretch = next(stretches)
    return max(at, stretch.start) + left


def _stretches(hours: WorkedHours, at: datetime, is_closed: Callable[[date], bool]) -> Iterator[Interval]:
    """The times at which the team is there and that end after `at`, in order."""
    day = civil_date(at, hours.territory)
    empty_since = day
    while day - empty_since < _HORIZON:
        if not is_closed(day):
            for start, end in hours.week.get(day.weekday(), ()):
                stretch = _interval(day, start, end, hours.territory)
                if stretch is not None and stretch.end > at:
                    empty_since = day
                    yield stretch
        day += timedelta(days=1)
    raise ValueError("a team that is never there has no deadline")


def _interval(day: date, start: time, end: time, territory: Territory) -> Interval | None:
    """None where the clock skips all of it."""
    first, last = (find_instant(datetime.combine(day, mark), territory) for mark in (start, end))
    return Interval(first, last) if first < last else None
