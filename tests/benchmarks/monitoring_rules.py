"""Rules of télésurveillance on each measure: the same cost after one day of history and after a thousand."""

from __future__ import annotations

import random
import time
from decimal import Decimal

from telemed.acts.telemonitoring.formats.rules import write_following
from telemed.acts.telemonitoring.model.alert import Severity
from telemed.acts.telemonitoring.model.evidence import DAY, HOUR, Sample, Thresholds
from telemed.acts.telemonitoring.model.progress import Following
from telemed.acts.telemonitoring.model.rule import AtLeast, Condition, Rule, Side, Threshold, Trend, TrendMeasure
from telemed.acts.telemonitoring.rules.findings import start, take
from telemed.acts.telemonitoring.rules.program import compile_rule
from telemed.acts.telemonitoring.rules.watching import Watch
from tests.benchmarks.table import ROUNDS, Table, figure, median

_DAYS = (1, 10, 100, 1_000)
_PATIENTS = (100, 10_000)
_A_ROUND = 2_000
_HEAVY = Threshold(signal="weight", unit="kg", side=Side.ABOVE, limit=Decimal(80), margin=Decimal(1), count=2, of=3)
_GAIN = Trend(signal="weight", unit="kg", measure=TrendMeasure.DELTA, side=Side.ABOVE, days=3, limit=Decimal(2))
_SLOPE = Trend(signal="weight", unit="kg", measure=TrendMeasure.SLOPE, side=Side.ABOVE, days=14, limit=Decimal(2))
_RULES: dict[str, Condition] = {
    "threshold, 2 of 3": _HEAVY,
    "delta over 3 days": _GAIN,
    "slope over 14 days": _SLOPE,
    "threshold and delta": AtLeast(count=2, of=(_HEAVY, _GAIN)),
}


def measure() -> Table:
    """The whole table."""
    columns = ("rule, 24 measures a day", *(f"after {days:,} days (µs)" for days in _DAYS), "1,000 : 1",
               *(f"{count:,} patients (µs)" for count in _PATIENTS), "state (kB)")  # fmt: skip
    bound = (
        "CPU of one rule for one measure in order, states in memory; what a patient's state takes when it is written."
    )
    return Table("Rules of télésurveillance", columns, tuple(_row(name, when) for name, when in _RULES.items()), bound)


def _row(name: str, when: Condition) -> tuple[str, ...]:
    rule = Rule(name="bench", label="bench", severity=Severity.SOON, when=when)
    watch = Watch(compile_rule(rule), Thresholds(), active_from=0)
    following, day = start(watch.program), 0
    costs: list[float] = []
    for days in _DAYS:
        following = _live(watch, following, range(day, days))
        rounds = [_cost(watch, [following], days) for _ in range(ROUNDS)]
        costs.append(median(rounds))
        day = days
    many = [median([_cost(watch, [following] * count, day) for _ in range(ROUNDS)]) for count in _PATIENTS]
    size = len(write_following(following)) / 1000
    return (name, *map(figure, costs), f"{costs[-1] / costs[0]:.2f}", *map(figure, many), figure(size))


def _live(watch: Watch, following: Following, days: range) -> Following:
    chance = random.Random(days.start)
    for day in days:
        for hour in range(24):
            following, _ = take(watch, following, [_sample(day, hour, chance)], day * DAY + hour * HOUR)
    return following


def _cost(watch: Watch, patients: list[Following], day: int) -> float:
    """Microseconds of CPU a measure: the day after, each patient in turn."""
    chance, states = random.Random(day), list(patients)
    samples = [_sample(day + at // 24, at % 24, chance) for at in range(max(1, _A_ROUND // len(states)))]
    started = time.process_time()
    for sample in samples:
        for position, following in enumerate(states):
            states[position], _ = take(watch, following, (sample,), sample.at)
    return (time.process_time() - started) / (len(samples) * len(states)) * 1e6


def _sample(day: int, hour: int, chance: random.Random) -> Sample:
    return Sample(day * DAY + hour * HOUR, "weight", "scale", 719_163 + day, chance.randrange(78_000_000, 79_000_000))
