"""How the acts that the cap counts added up over a civil year, day after day, against what it allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from billing.rules.cap import NONE, Cap, Counts, remote_acts
from billing.rules.projection import Outside, days_elapsed


@dataclass(frozen=True)
class CurvePoint:
    """The end of a day: remote acts and all acts since 1 January, and the most remote acts that those allow."""

    day: date
    remote: int
    total: int
    allowed: int


@dataclass(frozen=True)
class YearOfActs:
    """Acts by day, here and in imported files; `lump` is a figure declared whole, which has no days of its own."""

    here: Mapping[date, Counts]
    imported: Mapping[date, Counts]
    lump: Outside | None = None


def trace_curve(cap: Cap, acts: YearOfActs, days: Iterable[date]) -> tuple[CurvePoint, ...]:
    """A point for each of `days`, in order. A declared lump is spread evenly from 1 January to its day."""
    points, known = [], NONE
    left = sorted((*acts.here.items(), *acts.imported.items()), key=lambda one: one[0])
    for day in sorted(days):
        while left and left[0][0] <= day:
            known += left.pop(0)[1]
        remote, total = remote_acts(cap.regime, known), known.total
        if acts.lump is not None:
            share, whole = days_elapsed(min(day, acts.lump.as_of), cap.year), days_elapsed(acts.lump.as_of, cap.year)
            remote += remote_acts(cap.regime, acts.lump.counts) * share // whole
            total += acts.lump.counts.total * share // whole
        points.append(CurvePoint(day, remote, total, cap.rate_percent * total // 100))
    return tuple(points)


def month_ends(year: int, until: date) -> tuple[date, ...]:
    """The last day of each month of the year that is over on `until`, and `until` itself within the year."""
    ends = [date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1) for month in range(1, 13)]
    return tuple(sorted({day for day in ends if day < until} | {min(until, ends[-1])}))
