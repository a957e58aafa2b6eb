"""Measures are read and written as French readers do, and what is missing is found by the rhythm of the rest."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.acts.telemonitoring.formats.figures import format_measure, format_value, parse_value
from telemed.acts.telemonitoring.model.curve import Window
from telemed.acts.telemonitoring.model.observation import Comparator
from telemed.acts.telemonitoring.rules.gaps import find_gaps
from telemed.kernel.clock import Territory
from telemed.kernel.period import Interval
from tests.unit.acts.telemonitoring.making import make_reading

WEEK = Window(date(2026, 11, 22), 7, Territory.METROPOLE)
LATER = datetime(2026, 12, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("millionths", "said"),
    [(72_400_000, "72,4"), (72_000_000, "72"), (5_555_000, "5,56"), (-1_250_000, "−1,25"), (-1000, "0"), (0, "0")],
)
def test_a_value_has_no_more_digits_than_it_needs(millionths: int, said: str) -> None:
    assert format_value(millionths) == said


def test_a_measure_has_its_usual_unit() -> None:
    catalogue = make_reading().catalogue
    pressure, joints = catalogue.find("systolic_pressure"), catalogue.find("tender_joints")
    assert pressure
    assert joints
    assert format_measure(pressure, 142_000_000) == "142\u00a0mmHg"
    assert format_measure(pressure, 350_000_000, Comparator.ABOVE) == ">\u00a0350\u00a0mmHg"
    assert format_measure(joints, 3_000_000) == "3"


@given(st.integers(-(10**14), 10**14))
def test_what_is_written_whole_is_read_back(millionths: int) -> None:
    assert parse_value(format_value(millionths, 6)) == millionths


@pytest.mark.parametrize("text", ["", "abc", "1,2,3", "nan", "inf", "1e3", "²", "0,1234567", "12345678901", "-"])
def test_what_is_no_number_is_refused_in_french(text: str) -> None:
    with pytest.raises(ValueError, match=r"nombre|décimales"):
        parse_value(text)


def test_a_daily_measure_has_gaps_of_whole_civil_days_that_are_over() -> None:
    mornings = [WEEK.start + timedelta(days=number, hours=8) for number in (0, 3, 4, 5)]
    now = WEEK.start + timedelta(days=6, hours=12)
    assert find_gaps(mornings, WEEK, now, is_expected=True) == [
        Interval(WEEK.start + timedelta(days=1), WEEK.start + timedelta(days=3))
    ]
    assert find_gaps([], WEEK, now, is_expected=True) == [Interval(WEEK.start, WEEK.start + timedelta(days=6))]
    assert find_gaps([], WEEK, now, is_expected=False) == []
    assert find_gaps([], WEEK, WEEK.start, is_expected=True) == []


def test_a_sensor_has_gaps_of_minutes_and_a_rare_measure_none() -> None:
    readings = [WEEK.start + timedelta(minutes=5 * number) for number in range(100) if not 40 <= number < 60]
    found = find_gaps(readings, WEEK, readings[-1], is_expected=True)
    assert found == [Interval(WEEK.start + timedelta(minutes=195), WEEK.start + timedelta(minutes=300))]
    rare = [WEEK.start, WEEK.start + timedelta(days=2), WEEK.start + timedelta(days=5)]
    assert find_gaps(rare, WEEK, LATER, is_expected=False) == []
