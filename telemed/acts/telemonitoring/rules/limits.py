"""The limits of a patient as a curve shows them: each name, stretch by stretch, over a window."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from telemed.acts.telemonitoring.model.care import ThresholdSetting
from telemed.acts.telemonitoring.model.curve import Limit
from telemed.acts.telemonitoring.model.rule import AtLeast, Condition, Rule, Side, Threshold, Trend, TrendMeasure
from telemed.acts.telemonitoring.rules.thresholds import find_setting
from telemed.kernel.period import Interval

_DRAWN = {"_high": Side.ABOVE, "_low": Side.BELOW, "_severe": Side.BELOW}
"""Names that end so are values of their signal; the others are ways or slopes, which lie on no axis of values."""


@dataclass(frozen=True)
class AskedLimit:
    """A limit that rules name: a value of its signal, or how it moves over `days`."""

    name: str
    signal: str
    unit: str
    side: Side
    measure: TrendMeasure | None = None
    days: int = 0


def find_asked(rules: Iterable[Rule]) -> list[AskedLimit]:
    """Every limit that these rules leave to a doctor, each name once, in the order in which they come."""
    found = {one.name: one for rule in rules for one in _asked_by(rule.when)}
    return list(found.values())


def _asked_by(condition: Condition) -> Iterator[AskedLimit]:
    if isinstance(condition, AtLeast):
        for part in condition.of:
            yield from _asked_by(part)
    elif isinstance(condition, Threshold) and condition.patient_limit:
        yield AskedLimit(condition.patient_limit, condition.signal, condition.unit, condition.side)
    elif isinstance(condition, Trend) and condition.patient_limit:
        measure, days = condition.measure, condition.days
        yield AskedLimit(condition.patient_limit, condition.signal, condition.unit, condition.side, measure, days)


def is_drawn(name: str) -> bool:
    return name.endswith(tuple(_DRAWN))


def find_limits(settings: Sequence[ThresholdSetting], signal: str, start: datetime, end: datetime) -> tuple[Limit, ...]:
    """What held for a signal from `start` to `end`, by name, then in order: a new value begins where it was set."""
    names = sorted({one.name for one in settings if one.signal == signal and is_drawn(one.name)})
    return tuple(limit for name in names for limit in _of_name(settings, name, start, end))


def _of_name(settings: Iterable[ThresholdSetting], name: str, start: datetime, end: datetime) -> Iterator[Limit]:
    own = [one for one in settings if one.name == name]
    marks = {start, end} | {mark for one in own for mark in (one.since, one.until) if mark and start < mark < end}
    held: Limit | None = None
    for first, last in pairwise(sorted(marks)):
        found = find_setting(own, name, first)
        value = None if found is None else found.value
        if held is not None and held.value == value and held.held.end == first:
            held = Limit(name, held.value, held.is_high, Interval(held.held.start, last))
            continue
        if held is not None:
            yield held
        is_high = (found.side if found and found.side else _DRAWN[name[name.rindex("_") :]]) is Side.ABOVE
        held = None if value is None else Limit(name, value, is_high, Interval(first, last))
    if held is not None:
        yield held


def find_in_force(settings: Sequence[ThresholdSetting], at: datetime) -> list[ThresholdSetting]:
    """Every limit that holds at an instant, by signal and name."""
    found = (find_setting(settings, name, at) for name in sorted({one.name for one in settings}))
    return sorted((one for one in found if one is not None), key=lambda one: (one.signal, one.name))
