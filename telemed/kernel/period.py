"""Half-open intervals of instants and of days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from telemed.kernel.clock import require_aware


@dataclass(frozen=True, order=True)
class Interval:
    """Instants from `start` (included) to `end` (excluded), both aware. Raises ValueError if empty or reversed."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if require_aware(self.end) <= require_aware(self.start):
            raise ValueError("an interval ends after it starts")

    @property
    def duration(self) -> timedelta:
        return self.end - self.start

    def overlaps(self, other: Interval) -> bool:
        """Do they share an instant? Intervals that only touch do not."""
        return self.start < other.end and other.start < self.end

    def contains(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


@dataclass(frozen=True)
class DayRange:
    """Civil days from `first_day` to `last_day`, both included; `last_day` None while no end is known.

    Raises ValueError if it ends before it starts.
    """

    first_day: date
    last_day: date | None = None

    def __post_init__(self) -> None:
        if self.last_day is not None and self.last_day < self.first_day:
            raise ValueError("a range of days ends on its first day or after it")

    def covers(self, first_day: date, last_day: date) -> bool:
        """Does it hold all the days from `first_day` to `last_day`, both included?"""
        return self.first_day <= first_day and (self.last_day is None or last_day <= self.last_day)

    def touches(self, first_day: date, last_day: date) -> bool:
        """Does it hold one of the days from `first_day` to `last_day`, both included?"""
        return self.first_day <= last_day and (self.last_day is None or first_day <= self.last_day)


def age_on(day: date, born_on: date) -> int:
    """Completed years on `day`. Someone born on 29 February is a year older on 1 March of a common year (trap 16)."""
    had_birthday = (day.month, day.day) >= (born_on.month, born_on.day)
    return day.year - born_on.year - (0 if had_birthday else 1)


def add_months(day: date, months: int) -> date:
    """The same day number some months later, or the first of the next month where there is none (trap 16).

    A year is twelve months: one year after 29 February is 1 March. Raises ValueError on a negative number.
    """
    if months < 0:
        raise ValueError("months are counted forward")
    years, month = divmod(day.month - 1 + months, 12)
    try:
        return day.replace(year=day.year + years, month=month + 1)
    except ValueError:
        return date(day.year + years, month + 2, 1)
