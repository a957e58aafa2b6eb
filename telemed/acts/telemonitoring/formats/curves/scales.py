"""From values and instants to places on a drawing, with round numbers to read them by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from telemed.acts.telemonitoring.model.curve import Series, Window

_DAYS = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")
_MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
FIXED = "\u00a0"


@dataclass(frozen=True)
class TimeScale:
    """The window across the drawing, from `left` to `right`."""

    window: Window
    left: float
    right: float

    def x(self, instant: datetime) -> float:
        """Where an instant lies; one outside the window lies on its edge."""
        whole = (self.window.end - self.window.start).total_seconds()
        share = (instant - self.window.start).total_seconds() / whole
        return self.left + (self.right - self.left) * min(max(share, 0.0), 1.0)

    @property
    def is_wide(self) -> bool:
        return self.right - self.left > 400

    def ticks(self) -> list[tuple[float, str]]:
        """Where the axis says when: hours of a day, days of a week, or beginnings and middles of months."""
        if self.window.days == 1:
            step = 3 if self.is_wide else 6
            return [(self.x(at), said) for at, said in self._hours(step)]
        days = self.window.civil_days
        if self.window.days <= 14:
            is_narrow = (self.right - self.left) / len(days) < 50
            names = [name[0].upper() if is_narrow else name for name in _DAYS]
            said = [(day, f"{names[day.weekday()]}{FIXED}{day.day}") for day in days]
        else:
            said = [(day, short_day(day)) for day in days if day.day in ((1, 15) if self.is_wide else (1,))]
        return [(self.x(_start(day, self.window)), words) for day, words in said]

    def _hours(self, step: int) -> list[tuple[datetime, str]]:
        """The wall clock every `step` hours; an hour that is skipped or shown twice is said as it is shown."""
        zone, instant = self.window.territory.zone, self.window.start
        found: list[tuple[datetime, str]] = []
        while instant < self.window.end:
            hour = instant.astimezone(zone).hour
            if hour % step == 0 and (not found or found[-1][1] != f"{hour}{FIXED}h"):
                found.append((instant, f"{hour}{FIXED}h"))
            instant += timedelta(hours=1)
        return found


@dataclass(frozen=True)
class ValueScale:
    """Values from `low` at `bottom` to `high` at `top`, in millionths."""

    low: int
    high: int
    top: float
    bottom: float
    step: int

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.bottom - (self.bottom - self.top) * min(max(share, 0.0), 1.0)

    def ticks(self) -> list[int]:
        first = -(-self.low // self.step) * self.step
        return list(range(first, self.high + 1, self.step))


def value_scale(panel: Iterable[Series], top: float, bottom: float) -> ValueScale | None:
    """A scale that holds every value and limit of the panel, between round numbers; None where there is nothing."""
    values = [value for one in panel for point in one.points for value in (point.low, point.high)]
    values += [limit.value for one in panel for limit in one.limits]
    if not values:
        return None
    low, high = min(values), max(values)
    room = max((high - low) // 10, max(abs(high), abs(low)) // 100, 100_000)
    step = _step(high - low + 2 * room)
    return ValueScale((low - room) // step * step, -(-(high + room) // step) * step, top, bottom, step)


def _step(span: int) -> int:
    """1, 2 or 5 times a power of ten, so that three to six of them make the span."""
    power = 1
    while power * 10 <= span // 3:
        power *= 10
    return next((power * times for times in (5, 2) if power * times * 3 <= span), power)


def short_day(day: date) -> str:
    """`3 nov.`"""
    return f"{'1er' if day.day == 1 else day.day}{FIXED}{_MONTHS[day.month - 1]}"


def _start(day: date, window: Window) -> datetime:
    return Window(day, 1, window.territory).start
