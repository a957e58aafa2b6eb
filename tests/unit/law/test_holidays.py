"""How a holiday is written, and on which day Easter falls."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.law.holidays import EasterDay, FixedDay, find_easter, parse_holiday


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [
        (1818, 3, 22),  # the earliest day possible
        (1943, 4, 25),  # the latest
        (1954, 4, 18),
        (1981, 4, 19),
        (2000, 4, 23),
        (2019, 4, 21),
        (2024, 3, 31),
        (2026, 4, 5),
        (2038, 4, 25),
        (2049, 4, 18),
        (2285, 3, 22),
        (2299, 4, 16),
    ],
)
def test_easter_falls_on_the_days_of_the_tables(year: int, month: int, day: int) -> None:
    assert find_easter(year) == date(year, month, day)


@pytest.mark.parametrize("century", range(1600, 3000, 100))
def test_easter_agrees_with_another_computus_over_a_century(century: int) -> None:
    for year in range(century, century + 100):
        assert find_easter(year) == _by_tables(year), year


def _by_tables(year: int) -> date:
    """The computus of the ecclesiastical tables: golden number, corrected epact, then the Sunday after."""
    golden, century = year % 19 + 1, year // 100 + 1
    solar, lunar = 3 * century // 4 - 12, (8 * century + 5) // 25 - 5
    sunday = 5 * year // 4 - solar - 10
    epact = (11 * golden + 20 + lunar - solar) % 30
    if epact == 24 or (epact == 25 and golden > 11):
        epact += 1
    moon = 44 - epact if 44 - epact >= 21 else 74 - epact
    return date(year, 3, 1) + timedelta(days=moon + 7 - (sunday + moon) % 7 - 1)


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("07-14", FixedDay(7, 14)),
        ("12-31", FixedDay(12, 31)),
        ("easter+1", EasterDay(1)),
        ("easter+50", EasterDay(50)),
        ("easter-2", EasterDay(-2)),
    ],
)
def test_a_holiday_is_a_day_of_the_year_or_of_easter(code: str, rule: object) -> None:
    assert parse_holiday(code) == rule


@pytest.mark.parametrize(
    "code",
    [
        "7-14",
        "07-14 ",
        "14/07",
        "13-01",
        "00-10",
        "04-31",
        "02-29",
        "easter",
        "easter+0",
        "easter+01",
        "easter+100",
        "easter 1",
        "easter1",
        "xeaster+1",
        "",
        "Noël",
        "2026-07-14",
    ],
)
def test_anything_else_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match=r"holiday is written|month must be|day is out of range|must be in"):
        parse_holiday(code)


def test_a_fixed_day_is_of_every_year_and_of_no_other_day() -> None:
    assert FixedDay(7, 14).falls_on(date(2026, 7, 14))
    assert not FixedDay(7, 14).falls_on(date(2026, 7, 13))
    assert not FixedDay(7, 14).falls_on(date(2026, 8, 14))


@given(st.dates(date(1600, 1, 1), date(3000, 12, 31)), st.sampled_from([-2, 1, 39, 50]))
def test_a_day_of_easter_is_that_many_days_from_it(day: date, days: int) -> None:
    assert EasterDay(days).falls_on(day) == ((day - find_easter(day.year)).days == days)
