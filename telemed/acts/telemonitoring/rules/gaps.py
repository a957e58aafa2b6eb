"""Where nothing came: the stretches of a curve that are hatched, by the rhythm of its own measures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from telemed.acts.telemonitoring.model.curve import Window
from telemed.kernel.clock import day_bounds
from telemed.kernel.period import Interval

_DENSE = timedelta(hours=1)
_DAILY = timedelta(hours=36)
_MISSED = 4
"""How many measures in a row a sensor must miss for its line to be broken."""


def find_gaps(instants: Sequence[datetime], window: Window, until: datetime, *, is_expected: bool) -> list[Interval]:
    """The stretches without a measure, before `until`; `instants` are in order, `is_expected`: a text wants it daily.

    A sensor that speaks every few minutes has a gap after four that are missing; what is measured about once a day has
    one where a whole civil day is empty; of what comes more rarely, nothing can be said.
    """
    end = min(window.end, until)
    if end <= window.start:
        return []
    spaces = [(after - before).total_seconds() for before, after in pairwise(instants)]
    usual = timedelta(seconds=median(spaces)) if len(spaces) >= 2 else None
    if usual is not None and usual <= _DENSE:
        return _breaks(instants, max(usual * _MISSED, timedelta(minutes=30)), Interval(window.start, end))
    if is_expected or (usual is not None and usual <= _DAILY):
        return _empty_days(instants, window, end)
    return []


def leave_out(gaps: Iterable[Interval], known: Sequence[Interval]) -> list[Interval]:
    """What is left of gaps outside stretches that explain them: stays elsewhere, days before the follow-up began."""
    left = list(gaps)
    for stay in known:
        left = [
            Interval(start, end)
            for gap in left
            for start, end in ((gap.start, min(gap.end, stay.start)), (max(gap.start, stay.end), gap.end))
            if start < end
        ]
    return left


def _breaks(instants: Sequence[datetime], longest: timedelta, within: Interval) -> list[Interval]:
    edges = [within.start, *instants, within.end]
    return [Interval(before, after) for before, after in pairwise(edges) if after - before > longest]


def _empty_days(instants: Sequence[datetime], window: Window, end: datetime) -> list[Interval]:
    """Whole civil days that are over and hold nothing, neighbours together."""
    full = {window.day_of(instant) for instant in instants}
    gaps: list[Interval] = []
    for day in window.civil_days:
        first, last = day_bounds(day, window.territory)
        if day in full or last > end:
            continue
        if gaps and gaps[-1].end == first:
            gaps[-1] = Interval(gaps[-1].start, last)
        else:
            gaps.append(Interval(first, last))
    return gaps
