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
