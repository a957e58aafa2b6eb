"""The picture of a follow-up: well formed whatever it holds, honest about what is missing, said in words too."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from telemed.acts.telemonitoring.formats.curves import WIDTHS, describe, draw
from telemed.acts.telemonitoring.model.alert import Severity
from telemed.acts.telemonitoring.model.curve import (
    AlertMark,
    Answered,
    Chart,
    Event,
    EventKind,
    Limit,
    Point,
    Series,
    Span,
    Window,
)
from telemed.kernel.clock import Territory
from telemed.kernel.period import Interval
from tests.unit.acts.telemonitoring.making import make_reading

WEEK = Window(date(2026, 11, 22), Span.WEEK.days, Territory.METROPOLE)
LABELS = {"device_state": "« État » <du dispositif>"}


def point(day: int, value: float, *, late_days: int = 0) -> Point:
    at, millionths = WEEK.start + timedelta(days=day, hours=8), round(value * 1_000_000)
    return Point(at, millionths, millionths, millionths, 1, at + timedelta(days=late_days))


def series(name: str, *points: Point, **more: object) -> Series:
    signal = make_reading().catalogue.find(name)
    assert signal
    return replace(Series(signal, points), **more)  # type: ignore[arg-type]


def weights() -> Series:
    gap = Interval(WEEK.start + timedelta(days=2), WEEK.start + timedelta(days=4))
    limit = Limit("weight_high", 73_000_000, True, Interval(WEEK.start + timedelta(days=4), WEEK.end))
    points = (point(0, 72), point(1, 74), point(4, 72.5), point(5, 74.1), point(6, 74.3, late_days=2))
    return series("weight", *points, gaps=(gap,), limits=(limit,))


def full() -> Chart:
    mark = AlertMark(1, WEEK.start + timedelta(days=5), WEEK.end, Severity.NOW, "Prise de poids", frozenset({"weight"}))
    return Chart(
        WEEK,
        (weights(), series("systolic_pressure", point(1, 130)), series("diastolic_pressure", point(1, 80)),
         series("basal_insulin", point(1, 12))),
        alerts=(mark, replace(mark, number=2, severity=Severity.WATCH)),
        events=(Event(WEEK.start, EventKind.THRESHOLD, "Seuil modifié"),),
        answers=(Answered(WEEK.start, "device_state", "<b>éteint</b>"),),
        away=(Interval(WEEK.start, WEEK.start + timedelta(days=1)),),
    )  # fmt: skip


def parts(drawn: str, class_: str) -> list[Any]:
    return [one for one in etree.fromstring(drawn).iter() if class_ in one.get("class", "").split()]


@pytest.mark.parametrize("width", WIDTHS)
def test_everything_is_on_the_picture_at_each_width(width: int) -> None:
    drawn = draw(full(), LABELS, width=width, key="k")
    assert drawn == draw(full(), LABELS, width=width, key="k")
    assert [one.text for one in parts(drawn, "chart-number")] == ["1", "2"]
    assert len(parts(drawn, "chart-ground")) == 2
    assert len(parts(drawn, "chart-dose")) == 2
    assert "« État » &lt;du dispositif&gt;" in drawn
    assert "<b>" not in drawn
    assert "Prise" not in drawn


def test_a_line_never_runs_over_a_gap_and_worries_have_their_own_shape() -> None:
    drawn = draw(Chart(WEEK, (weights(),)), {}, width=700, key="k")
    runs = [one.get("points", "").split() for one in parts(drawn, "chart-line-0")]
    assert [len(run) for run in runs] == [2, 3]
    assert len(parts(drawn, "chart-beyond")) == 2
    assert len(parts(drawn, "chart-dot")) == 3
    assert [one.text for one in parts(drawn, "chart-last")] == ["74,3"]
    (band,) = parts(drawn, "chart-band")
    assert float(band.get("x", "0")) > float(runs[0][-1].split(",")[0])
    late = replace(weights(), points=(point(0, 72, late_days=2),), gaps=())
    assert len(parts(draw(Chart(WEEK, (late,)), {}, width=700, key="k"), "chart-late")) == 1


def test_limits_that_lie_close_are_all_named_and_said() -> None:
    held = Interval(WEEK.start, WEEK.end)
    values = (("high", 250, True), ("low", 70, False), ("severe", 54, False))
    limits = tuple(Limit(name, value * 1_000_000, is_high, held) for name, value, is_high in values)
    chart = Chart(WEEK, (series("capillary_glucose", point(0, 100), point(1, 60), limits=limits),))
    for width in WIDTHS:
        names = parts(draw(chart, LABELS, width=width, key="k"), "chart-limit-text")
        assert [one.text for one in names] == ["haut 250", "bas 70", "bas 54"]
        places = [(float(one.get("x")), float(one.get("y"))) for one in names]
        assert not any(
            abs(x - other_x) < 40 and abs(y - other_y) < 12
            for number, (x, y) in enumerate(places)
            for other_x, other_y in places[:number]
        )
    said = describe(chart)
    assert all(f"{value}\u00a0mg/dL" in said for _, value, _ in values)


def test_ten_thousand_points_keep_their_peaks_and_weigh_little() -> None:
    points = [Point(WEEK.start + timedelta(seconds=60 * n), 10**8, 10**8, 10**8) for n in range(10_000)]
    points[5_000] = replace(points[5_000], value=3 * 10**8, high=3 * 10**8)
    drawn = draw(Chart(WEEK, (series("interstitial_glucose", *points),)), {}, width=700, key="k")
    assert len(drawn) < 20_000
    (line,) = parts(drawn, "chart-line-0")
    heights = [float(pair.split(",")[1]) for pair in line.get("points", "").split()]
    assert min(heights) < max(heights) - 90


def test_what_is_seen_is_said() -> None:
    said = describe(full()).replace("\u00a0", " ")
    assert (
        "Poids : 5 mesures, de 72 kg à 74,3 kg, la dernière 74,3 kg, seuil haut 73 kg, 1 période sans mesure." in said
    )
    assert "Insuline basale : 1 dose, 12 UI en tout." in said
    assert "2 alertes." in said
    assert "aucune mesure" in describe(Chart(WEEK, (series("weight"),)))


@settings(max_examples=30, deadline=None)
@given(
    days=st.sampled_from([1, 7, 90]),
    last=st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    values=st.lists(st.tuples(st.floats(0, 1), st.integers(-(10**15), 10**15)), max_size=40),
    width=st.sampled_from(WIDTHS),
)
def test_any_chart_is_well_formed_and_inside_its_frame(
    days: int, last: date, values: list[tuple[float, int]], width: int
) -> None:
    window = Window(last, days, Territory.LA_REUNION)
    whole = window.end - window.start
    points = [Point(window.start + whole * share, value, value, value) for share, value in sorted(values)]
    chart = Chart(window, (series("weight", *points),))
    drawn = draw(chart, {}, width=width, key="k")
    right, bottom = (float(side) for side in etree.fromstring(drawn).get("viewBox", "").split()[2:])
    for pairs in re.findall(r'points="([^"]+)"', drawn):
        for pair in pairs.split():
            x, y = map(float, pair.split(","))
            assert -12 <= x <= right
            assert -12 <= y <= bottom
    assert "nan" not in drawn
