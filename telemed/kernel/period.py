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
