"""A patient's data as a store would keep them, arriving in any order, and the rules that read them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from hypothesis import strategies as st

from telemed.acts.telemonitoring.model.alert import Severity
from telemed.acts.telemonitoring.model.evidence import DAY, HOUR, Finding, Known, Sample, Thresholds, ThresholdVersion
from telemed.acts.telemonitoring.model.progress import Following
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
from telemed.acts.telemonitoring.rules.findings import remember, retake, start, take
from telemed.acts.telemonitoring.rules.program import compile_rule
from telemed.acts.telemonitoring.rules.watching import Watch, advance, begin, find_gap

BEGIN = 20_000 * DAY
FIRST_DAY = 719_163 + 20_000


def make_sample(hour: float, signal: str = "weight", value: float | None = None, answer: str | None = None) -> Sample:
    """A value some hours after the beginning; days are those of UTC."""
    at = BEGIN + int(hour * HOUR)
    return Sample(at, signal, "scale", at // DAY + 719_163, None if value is None else round(value * MILLION), answer)


def make_rule(when: Condition, **fields: object) -> Rule:
    return Rule(name="cause", label="Cause", severity=Severity.SOON, when=when, **fields)  # type: ignore[arg-type]


@dataclass
class Patient:
    """Keeps every sample, and feeds one rule as the service does: at once in order, from a checkpoint otherwise."""

    rule: Rule
    thresholds: Thresholds = field(default_factory=Thresholds)
    kept: dict[tuple[int, str, str], Sample] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    told: tuple[Known, ...] = ()
    replayed: int = 0

    def __post_init__(self) -> None:
        self.watch = Watch(compile_rule(self.rule), self.thresholds, active_from=BEGIN)
        self.following: Following = start(self.watch.program)

    @property
    def history(self) -> list[Sample]:
        return [self.kept[order] for order in sorted(self.kept)]

    def receive(
        self, samples: Iterable[Sample], received: int | None = None, removed: Iterable[Sample] = ()
    ) -> list[Finding]:
        """Samples that arrive together, new or corrected, and those taken back."""
        arrived, gone = sorted(samples), list(removed)
        at = max((one.at for one in arrived), default=BEGIN) if received is None else received
        checkpoint = find_gap(self.watch, self.following.progress, [*arrived, *gone])
        self.kept |= {one.order: one for one in arrived}
        for one in gone:
            self.kept.pop(one.order, None)
        if checkpoint is None:
            self.following, found = take(self.watch, self.following, arrived, at)
        else:
            self.replayed += 1
            again = [one for one in self.history if checkpoint.at is None or one.at >= checkpoint.at]
            told = Following(self.following.progress, self.told)
            self.following, found = retake(self.watch, told, checkpoint, again, at)
        self.findings += found
        self.told = remember(self.told, found)
        return found

    @property
    def episodes(self) -> list[tuple[int, int, int | None]]:
        """What the rule would say of everything kept, read at once."""
        watch = Watch(self.watch.program, self.thresholds, BEGIN)
        progress, ended = advance(watch, begin(watch.program), self.history)
        last = progress.machine.episode
        return [one[:3] for one in ([*ended, last] if last else ended)]


SIGNALS = ("weight", "heart_rate")
LIMITS = st.integers(-3, 3).map(Decimal)
MARGINS = st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(2)])
FRESH = st.sampled_from([1, 12, 48])


@st.composite
def thresholds_leaves(draw: st.DrawFn) -> Threshold:
    of = draw(st.integers(1, 4))
    limit = draw(st.none() | LIMITS)
    return Threshold(
        signal=draw(st.sampled_from(SIGNALS)),
        unit="kg",
        side=draw(st.sampled_from(Side)),
        limit=limit,
        patient_limit="own" if limit is None else None,
        margin=draw(MARGINS),
        count=draw(st.integers(1, of)),
        of=of,
        lasting_minutes=draw(st.sampled_from([0, 30, 600])),
        fresh_hours=draw(FRESH),
    )


@st.composite
def trends(draw: st.DrawFn) -> Trend:
    limit = draw(st.none() | LIMITS)
    return Trend(
        signal=draw(st.sampled_from(SIGNALS)),
        unit="kg",
        measure=draw(st.sampled_from(TrendMeasure)),
        side=draw(st.sampled_from(Side)),
        days=draw(st.integers(1, 5)),
        limit=limit,
        patient_limit="own" if limit is None else None,
        margin=draw(MARGINS),
        points=draw(st.integers(2, 4)),
        fresh_hours=draw(FRESH),
    )


ANSWERS = st.builds(Answer, signal=st.just("breath"), among=st.just(("short",)), fresh_hours=FRESH)
LEAVES: st.SearchStrategy[Condition] = st.one_of(thresholds_leaves(), trends(), ANSWERS)


def _combine(children: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(children, min_size=1, max_size=3).map(tuple)
    return several.flatmap(lambda of: st.integers(1, len(of)).map(lambda count: AtLeast(count=count, of=of)))


CONDITIONS: st.SearchStrategy[Condition] = st.recursive(LEAVES, _combine, max_leaves=4)
RULES = st.builds(make_rule, CONDITIONS, repeat_hours=st.sampled_from([6, 24]), late_hours=st.sampled_from([2, 24]))


@st.composite
def samples(draw: st.DrawFn, hours: int = 24 * 40) -> Sample:
    hour = draw(st.integers(0, hours))
    signal = draw(st.sampled_from((*SIGNALS, "breath")))
    if signal == "breath":
        return make_sample(hour, signal, answer=draw(st.sampled_from(["short", "easy"])))
    return make_sample(hour, signal, draw(st.integers(-5, 5)))


THRESHOLDS = st.builds(
    lambda hours, limits: Thresholds(
        tuple(
            ThresholdVersion(BEGIN + hour * HOUR, {"own": limit * MILLION})
            for hour, limit in zip(sorted(hours), limits, strict=False)
        )
    ),
    st.sets(st.integers(0, 600), max_size=3),
    st.lists(st.integers(-3, 3), min_size=3, max_size=3),
)
