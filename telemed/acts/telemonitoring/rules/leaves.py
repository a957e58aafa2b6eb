"""The leaves of a rule: each keeps a small state that one sample moves, whatever the length of the history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from telemed.acts.telemonitoring.model.evidence import Evidence, Sample, Thresholds
from telemed.acts.telemonitoring.model.progress import AnswerState, Bucket, LeafState, ThresholdState, TrendState
from telemed.acts.telemonitoring.model.rule import Side, TrendMeasure

_SECONDS_A_DAY = 86_400
_UNIX_DAY = 719_163
"""The ordinal of 1970-01-01."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A number in millionths, or the name of a patient's threshold; `sign` turns the worrying side upwards."""

    side: Side
    number: int | None
    name: str | None
    margin: int

    @property
    def sign(self) -> int:
        return 1 if self.side is Side.ABOVE else -1

    def find(self, at: int, thresholds: Thresholds) -> int | None:
        return self.number if self.name is None else thresholds.find(self.name, at)


@dataclass(frozen=True, slots=True)
class ThresholdLeaf:
    """Compiled: `count` of the last `of` beyond `limit`, for `lasting` milliseconds."""

    signal: str
    limit: Limit
    count: int
    of: int
    lasting: int
    fresh: int

    def move(self, state: LeafState, sample: Sample, thresholds: Thresholds) -> LeafState:
        assert isinstance(state, ThresholdState)  # noqa: S101 - a leaf is only ever given its own state
        limit = self.limit.find(sample.at, thresholds)
        is_beyond = False
        if limit is not None and sample.value is not None:
            gap = (sample.value - limit) * self.limit.sign
            is_beyond = gap > 0 or (state.is_beyond and gap > -self.limit.margin)
        flags = (state.flags << 1 | is_beyond) & ((1 << self.of) - 1)
        since = None
        if flags.bit_count() >= self.count:
            since = sample.at if state.since is None else state.since
        holds = since is not None and sample.at - since >= self.lasting
        return ThresholdState(is_beyond, flags, since, sample.at, holds, sample.value, limit)


@dataclass(frozen=True, slots=True)
class TrendLeaf:
    """Compiled: a measure of the movement over a window of civil days."""

    signal: str
    limit: Limit
    measure: TrendMeasure
    days: int
    points: int
    fresh: int

    def move(self, state: LeafState, sample: Sample, thresholds: Thresholds) -> LeafState:
        assert isinstance(state, TrendState)  # noqa: S101 - a leaf is only ever given its own state
        if sample.value is None:
            return state
        window = _slide(state.days, sample, self.days)
        limit = self.limit.find(sample.at, thresholds)
        if limit is None or sum(bucket.number for bucket in window) < self.points:
            return TrendState(window, sample.at, holds=False, limit=limit)
        over, under = _MEASURES[self.measure](window, sample.value, self.limit.side)
        gap = (over - limit * under) * self.limit.sign
        holds = under > 0 and (gap > 0 or (state.holds and gap > -self.limit.margin * under))
        return TrendState(window, sample.at, holds, over // under if under else None, limit)


@dataclass(frozen=True, slots=True)
class AnswerLeaf:
    """Compiled: one answer among some."""

    signal: str
    among: frozenset[str]
    fresh: int

    def move(self, _state: LeafState, sample: Sample, _thresholds: Thresholds) -> LeafState:
        return AnswerState(sample.at, sample.answer in self.among, sample.answer)


LeafProgram = ThresholdLeaf | TrendLeaf | AnswerLeaf


_INITIAL: dict[type[LeafProgram], LeafState] = {
    ThresholdLeaf: ThresholdState(),
    TrendLeaf: TrendState(),
    AnswerLeaf: AnswerState(),
}


def find_initial(leaf: LeafProgram) -> LeafState:
    """The state of a leaf that has read nothing."""
    return _INITIAL[type(leaf)]


def explain(leaf: LeafProgram, state: LeafState) -> Evidence:
    """Why it holds, to be kept with the alert."""
    return Evidence(leaf.signal, state.value, state.limit)


def _slide(days: tuple[Bucket, ...], sample: Sample, length: int) -> tuple[Bucket, ...]:
    """The window with one more value: its civil day and the `length` before it."""
    seconds, value = sample.at // 1000 - (sample.day - _UNIX_DAY) * _SECONDS_A_DAY, sample.value or 0
    if days and days[-1].day == sample.day:
        last = days[-1]
        bucket = Bucket(
            sample.day,
            last.number + 1,
            last.times + seconds,
            last.values + value,
            last.squares + seconds * seconds,
            last.products + seconds * value,
            min(last.low, value),
            max(last.high, value),
        )
        return (*days[:-1], bucket)
    first = sample.day - length
    kept = tuple(one for one in days if one.day >= first) if days and days[0].day < first else days
    return (*kept, Bucket(sample.day, 1, seconds, value, seconds * seconds, seconds * value, value, value))


def _delta(window: tuple[Bucket, ...], value: int, side: Side) -> tuple[int, int]:
    if side is Side.ABOVE:
        return value - min(bucket.low for bucket in window), 1
    return value - max(bucket.high for bucket in window), 1


def _slope(window: tuple[Bucket, ...], _value: int, _side: Side) -> tuple[int, int]:
    """Least squares, exactly: a fraction whose denominator is zero where all values are of one second."""
    number = times = values = squares = products = 0
    for bucket in window:
        shift = (bucket.day - window[0].day) * _SECONDS_A_DAY
        number += bucket.number
        times += bucket.times + bucket.number * shift
        values += bucket.values
        squares += bucket.squares + shift * (2 * bucket.times + bucket.number * shift)
        products += bucket.products + bucket.values * shift
    return (number * products - times * values) * _SECONDS_A_DAY, number * squares - times * times


def _average(window: tuple[Bucket, ...], _value: int, _side: Side) -> tuple[int, int]:
    return sum(bucket.values for bucket in window), sum(bucket.number for bucket in window)


_MEASURES: dict[TrendMeasure, Callable[[tuple[Bucket, ...], int, Side], tuple[int, int]]] = {
    TrendMeasure.DELTA: _delta,
    TrendMeasure.SLOPE: _slope,
    TrendMeasure.AVERAGE: _average,
}
