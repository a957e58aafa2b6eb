"""How a file of the law names a public holiday: a day of the year, or a number of days from Easter Sunday."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_FIXED = re.compile(r"([0-9]{2})-([0-9]{2})")
_FROM_EASTER = re.compile(r"easter([+-][1-9][0-9]?)")
_MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]


@dataclass(frozen=True)
class FixedDay:
    """The same day every year: `07-14`."""

    month: int
    day: int

    def falls_on(self, day: date) -> bool:
        return (day.month, day.day) == (self.month, self.day)

    def __str__(self) -> str:
        return f"{'1er' if self.day == 1 else self.day} {_MONTHS[self.month - 1]}"


@dataclass(frozen=True)
class EasterDay:
    """So many days after Easter Sunday, before it where negative: `easter+1`, `easter-2`."""

    days: int

    def falls_on(self, day: date) -> bool:
        return day == find_easter(day.year) + timedelta(days=self.days)

    def __str__(self) -> str:
        counted = f"{abs(self.days)} {'jours' if abs(self.days) > 1 else 'jour'}"
        return f"{counted} {'après' if self.days > 0 else 'avant'} Pâques"


def parse_holiday(code: str) -> FixedDay | EasterDay:
    """Raises ValueError on anything but `MM-DD` or `easter±N`; 29 February is not a day of every year."""
    if found := _FROM_EASTER.fullmatch(code):
        return EasterDay(int(found[1]))
    if found := _FIXED.fullmatch(code):
        month, day = int(found[1]), int(found[2])
        date(2001, month, day)
        return FixedDay(month, day)
    raise ValueError(f"a holiday is written 07-14 or easter+1, not {code!r}")


def find_easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the anonymous computus of 1876 (Butcher, Meeus)."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    leap_centuries, rest_of_centuries = divmod(century, 4)
    moon_shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon_shift + 15) % 30
    leap_years, rest_of_years = divmod(of_century, 4)
    to_sunday = (32 + 2 * rest_of_centuries + 2 * leap_years - epact - rest_of_years) % 7
    late_moon = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late_moon + 114, 31)
    return date(year, month, day + 1)
