"""Small pictures of figures: every point in its box, gaps seen, and the same said in words."""

from __future__ import annotations

import re
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from telemed.acts.telemonitoring.model.curve import DayFigures
from telemed.acts.telemonitoring.model.evidence import Finding, FindingKind
from telemed.acts.telemonitoring.model.rule import Side
from telemed.acts.telemonitoring.rules.dry_run import DryRun
from telemed.web import sparks
from telemed.web.trials import Tried, draw_trial

TODAY = date(2026, 11, 24)


def days_of(values: dict[int, tuple[int, int]]) -> list[DayFigures]:
    """By days back from today: lowest and highest."""
    return [
        DayFigures(TODAY - timedelta(days=back), 2, min(pair), max(pair), sum(pair))
        for back, pair in sorted(values.items(), reverse=True)
    ]


FIGURES = st.dictionaries(
    st.integers(0, 40), st.tuples(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9)), max_size=20
)


@given(FIGURES, st.none() | st.integers(-(10**9), 10**9), st.sampled_from([None, *Side]))
def test_every_point_is_in_its_box(values: dict[int, tuple[int, int]], limit: int | None, side: Side | None) -> None:
    spark = sparks.make_spark(days_of(values), TODAY, label="Poids", unit="kg", side=side, limit=limit)
    curve = sparks.make_curve(days_of(values), TODAY, label="Poids", unit="kg", side=side, limit=limit)
    for lines, width, height in ((spark.lines, 120, 32), (curve.lines, 1000, 240)):
        for x, y in re.findall(r"([-\d.]+),([-\d.]+)", " ".join(lines)):
            assert 0 <= float(x) <= width
            assert 0 <= float(y) <= height
    assert len(curve.rows) == len([back for back in values if back < 30])


def test_a_gap_breaks_the_line_and_is_hatched() -> None:
    curve = sparks.make_curve(
        days_of({0: (74, 74), 1: (73, 73), 7: (72, 72), 8: (71, 71)}), TODAY, label="Poids", unit="kg", length=9
    )
    assert len(curve.lines) == 2
    assert curve.gaps == ((250.0, 625.0),)


def test_the_worst_of_a_day_is_what_is_shown_and_said() -> None:
    days = days_of({0: (88_000_000, 96_000_000)})
    spark = sparks.make_spark(days, TODAY, label="Saturation", unit="%", side=Side.BELOW, limit=90_000_000)
    assert spark.summary == (
        "Saturation\u00a0: de 88\u00a0% à 96\u00a0%, 1\u00a0jour mesuré, en dernier 88\u00a0%, seuil 90\u00a0%."
    )
    assert "aucune mesure" in sparks.make_spark([], TODAY, label="Poids", unit="kg").summary


def test_a_trial_is_counted_by_patient_and_by_day() -> None:
    def run(*back: int) -> DryRun:
        findings = tuple(Finding(FindingKind.FIRED, one, one, one) for one in back)
        return DryRun(findings, {(TODAY - timedelta(days=one)).toordinal(): 1 for one in back})

    tried = [Tried("A", "/a", run(0, 89)), Tried("B", "/b", run(0)), Tried("C", "/c", run())]
    trial = draw_trial(tried, TODAY, 90)
    assert (trial.fired, trial.patients, trial.followed, trial.silent) == (3, 2, 3, 1)
    assert [(bar.x, bar.number, bar.height) for bar in trial.bars] == [(0, 1, 50), (89, 2, 100)]
    assert [lane.patient for lane in trial.lanes] == ["A", "B"]
    assert "0,2 par semaine" in trial.sentence
    assert "personne" in draw_trial(tried[2:], TODAY, 90).sentence
