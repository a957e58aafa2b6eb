"""A signal summed by day: what a small curve needs of a long history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class DaySum:
    """What a signal showed on a day of UTC, in millionths of its unit; only measures that count are in it."""

    day: date
    low: int
    high: int
    mean: int
    number: int
