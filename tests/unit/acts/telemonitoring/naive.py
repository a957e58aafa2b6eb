"""The rule language said in the plainest way: at each sample, the whole history before it is looked at again."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from telemed.acts.telemonitoring.model.evidence import HOUR, Sample, Thresholds
from telemed.acts.telemonitoring.model.rule import (
    Answer,
    AtLeast,
    Condition,
    Rule,
    Side,
    Threshold,
    Trend,
    TrendMeasure,
)
from telemed.acts.telemonitoring.model.units import MILLION


def episodes(rule: Rule, thresholds: Thresholds, history: Sequence[Sample]) -> list[tuple[int, int, int | None]]:
    """(first true sample, last true sample, sample that ended it or None), in order."""
    mine = [sample for sample in history if sample.signal in signals(rule.when)]
    found: list[tuple[int, int, int | None]] = []
    current: tuple[int, int] | None = None
    for position, sample in enumerate(mine):
        if holds(rule.when, thresholds, mine[: position + 1], sample.at):
            current = (sample.at, sample.at) if current is None else (current[0], sample.at)
        elif current is not None:
            found.append((*current, sample.at))
            current = None
    return found if current is None else [*found, (*current, None)]


def signals(condition: Condition) -> set[str]:
    if isinstance(condition, AtLeast):
        return set().union(*(signals(one) for one in condition.of))
    return {condition.signal}


def holds(condition: Condition, thresholds: Thresholds, before: Sequence[Sample], at: int) -> bool:
    if isinstance(condition, AtLeast):
        return sum(holds(one, thresholds, before, at) for one in condition.of) >= condition.count
    mine = [sample for sample in before if sample.signal == condition.signal]
    if not mine or at - mine[-1].at > condition.fresh_hours * HOUR:
        return False
    if isinstance(condition, Answer):
        return mine[-1].answer in condition.among
    return (
        _threshold(condition, thresholds, mine)
        if isinstance(condition, Threshold)
        else _trend(condition, thresholds, mine)
    )


def _sign(condition: Threshold | Trend) -> int:
    return 1 if condition.side is Side.ABOVE else -1


def _gap(condition: Threshold | Trend, thresholds: Thresholds, value: Fraction, at: int) -> Fraction | None:
    """How far beyond its limit a value is, in the signal's unit; None without a limit."""
    if condition.limit is not None:
        limit = Fraction(condition.limit)
    else:
        set_before = [version for version in thresholds.versions if version.since <= at]
        named = set_before[-1].values.get(condition.patient_limit or "") if set_before else None
        if named is None:
            return None
        limit = Fraction(named, MILLION)
    return (value - limit) * _sign(condition)


def _threshold(condition: Threshold, thresholds: Thresholds, mine: Sequence[Sample]) -> bool:
    beyond: list[bool] = []
    for sample in mine:
        gap = _gap(condition, thresholds, Fraction(sample.value or 0, MILLION), sample.at)
        was = beyond[-1] if beyond else False
        beyond.append(gap is not None and (gap > 0 or (was and gap > -Fraction(condition.margin))))
    enough = [sum(beyond[max(0, i + 1 - condition.of) : i + 1]) >= condition.count for i in range(len(mine))]
    if not enough[-1]:
        return False
    first = len(enough) - 1
    while first > 0 and enough[first - 1]:
        first -= 1
    return mine[-1].at - mine[first].at >= condition.lasting_minutes * 60_000


def _trend(condition: Trend, thresholds: Thresholds, mine: Sequence[Sample]) -> bool:
    was = False
    for position, sample in enumerate(mine):
        window = [one for one in mine[: position + 1] if sample.day - condition.days <= one.day]
        value = _measure(condition, window) if len(window) >= condition.points else None
        gap = None if value is None else _gap(condition, thresholds, value, sample.at)
        was = gap is not None and (gap > 0 or (was and gap > -Fraction(condition.margin)))
    return was


def _measure(condition: Trend, window: Sequence[Sample]) -> Fraction | None:
    values = [Fraction(sample.value or 0, MILLION) for sample in window]
    if condition.measure is TrendMeasure.AVERAGE:
        return sum(values, Fraction(0)) / len(values)
    if condition.measure is TrendMeasure.DELTA:
        return values[-1] - (min(values) if condition.side is Side.ABOVE else max(values))
    days = [Fraction(sample.at // 1000, 86_400) for sample in window]
    mean_day, mean_value = sum(days, Fraction(0)) / len(days), sum(values, Fraction(0)) / len(values)
    spread = sum((day - mean_day) ** 2 for day in days)
    if spread == 0:
        return None
    return sum((day - mean_day) * (value - mean_value) for day, value in zip(days, values, strict=True)) / spread
