"""Holidays and working days of each zone; against another source in tests/contract/test_holidays.py."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.kernel.clock import Territory
from telemed.law.calendar import SATURDAY, CalendarZone, add_working_days, find_holiday, find_zone, is_working_day
from telemed.law.loader import parse_parameter
from telemed.law.parameter import LawOfDay, NotInForce
from tests.the_law import LAW as THE_LAW

LAW = THE_LAW.on(date(2026, 11, 22))
METROPOLE = CalendarZone.METROPOLE
DAYS = st.dates(date(2018, 1, 1), date(2040, 12, 31))
ZONES = st.sampled_from(CalendarZone)


@pytest.mark.parametrize(
    ("day", "zone", "name"),
    [
        (date(2026, 1, 1), METROPOLE, "Jour de l'an"),
        (date(2026, 4, 6), METROPOLE, "Lundi de Pâques"),
        (date(2026, 5, 14), METROPOLE, "Ascension"),
        (date(2026, 5, 25), METROPOLE, "Lundi de Pentecôte"),
        (date(2026, 12, 25), METROPOLE, "Noël"),
        (date(2026, 4, 3), CalendarZone.ALSACE_MOSELLE, "Vendredi saint"),
        (date(2026, 4, 3), CalendarZone.ALSACE_MOSELLE_WITHOUT_TEMPLE, None),
        (date(2026, 12, 26), CalendarZone.ALSACE_MOSELLE, "Second jour de Noël"),
        (date(2026, 12, 26), CalendarZone.ALSACE_MOSELLE_WITHOUT_TEMPLE, "Second jour de Noël"),
        (date(2026, 12, 26), METROPOLE, None),
        (date(2026, 5, 27), CalendarZone.GUADELOUPE, "Abolition de l'esclavage"),
        (date(2026, 5, 22), CalendarZone.GUADELOUPE, None),
        (date(2026, 5, 27), CalendarZone.ALSACE_MOSELLE, None),
        (date(2019, 6, 10), CalendarZone.GUYANE, "Lundi de Pentecôte"),
        (date(2026, 4, 7), METROPOLE, None),
    ],
)
def test_a_holiday_has_its_name_in_its_zone_only(day: date, zone: CalendarZone, name: str | None) -> None:
    assert find_holiday(day, zone, LAW) == name


def test_each_territory_has_the_zone_of_its_name_and_alsace_keeps_the_clock_of_paris() -> None:
    assert {find_zone(one).territory for one in Territory} == set(Territory)
    assert [find_zone(one).value for one in Territory] == [one.value for one in Territory]
    assert CalendarZone.ALSACE_MOSELLE.territory is Territory.METROPOLE
    assert CalendarZone.ALSACE_MOSELLE_WITHOUT_TEMPLE.territory is Territory.METROPOLE


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),
        (date(2026, 11, 22), False),
        (date(2026, 11, 23), True),
        (date(2026, 11, 11), False),
    ],
)
def test_saturdays_sundays_and_holidays_are_not_worked(day: date, works: bool) -> None:
    assert is_working_day(day, METROPOLE, LAW) is works


def with_saturdays() -> LawOfDay:
    text = "description: x\nunit: flag\nreviewed_on: 2026-01-01\nvalues:\n  2008-05-01:\n    value: true\n"
    text += "    published_on: 2008-05-01\n    certainty: confirmed\n    references: [{title: T, address: 'https://e.org'}]\n"
    return LawOfDay(LAW.day, {**LAW.parameters, SATURDAY: parse_parameter(SATURDAY, text)})


def test_the_saturday_counts_where_the_law_says_so() -> None:
    law = with_saturdays()
    assert is_working_day(date(2026, 11, 21), METROPOLE, law)
    assert not is_working_day(date(2026, 11, 22), METROPOLE, law)
    assert not is_working_day(date(2026, 8, 15), METROPOLE, law)
    assert add_working_days(date(2026, 11, 20), 2, METROPOLE, law) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
        (date(2026, 11, 20), 2, date(2026, 11, 24)),
        (date(2026, 11, 19), 1, date(2026, 11, 20)),
        (date(2026, 11, 21), 1, date(2026, 11, 23)),
        (date(2026, 11, 22), 1, date(2026, 11, 23)),
    ],
)
def test_the_day_of_departure_never_counts(start: date, days: int, end: date) -> None:
    assert add_working_days(start, days, METROPOLE, LAW) == end


@pytest.mark.parametrize("days", [0, -1])
def test_a_delay_of_nothing_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="at least"):
        add_working_days(date(2026, 11, 20), days, METROPOLE, LAW)


def test_no_calendar_is_guessed_before_the_lists_that_we_hold() -> None:
    assert not is_working_day(date(2008, 5, 1), METROPOLE, LAW)
    with pytest.raises(NotInForce):
        is_working_day(date(2008, 4, 30), METROPOLE, LAW)


def test_before_the_law_of_2016_the_overseas_days_are_not_in_the_code() -> None:
    assert find_holiday(date(2017, 5, 22), CalendarZone.MARTINIQUE, LAW) == "Abolition de l'esclavage"
    assert find_holiday(date(2016, 5, 22), CalendarZone.MARTINIQUE, LAW) is None


@given(day=DAYS, days=st.integers(1, 30), zone=ZONES)
def test_a_delay_ends_on_the_working_day_that_completes_it(day: date, days: int, zone: CalendarZone) -> None:
    end = add_working_days(day, days, zone, LAW)
    between = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
    assert is_working_day(end, zone, LAW)
    assert sum(is_working_day(one, zone, LAW) for one in between) == days


@given(day=DAYS, days=st.integers(1, 30), zone=ZONES)
def test_a_delay_that_starts_later_never_ends_earlier(day: date, days: int, zone: CalendarZone) -> None:
    end = add_working_days(day, days, zone, LAW)
    assert end <= add_working_days(day + timedelta(days=1), days, zone, LAW)
    assert end < add_working_days(day, days + 1, zone, LAW)


@given(day=DAYS, zone=ZONES)
def test_a_zone_only_adds_holidays_to_the_national_ones(day: date, zone: CalendarZone) -> None:
    assert is_working_day(day, METROPOLE, LAW) or not is_working_day(day, zone, LAW)


@given(day=DAYS)
def test_good_friday_alone_tells_the_two_calendars_of_alsace_apart(day: date) -> None:
    with_temple = find_holiday(day, CalendarZone.ALSACE_MOSELLE, LAW)
    without = find_holiday(day, CalendarZone.ALSACE_MOSELLE_WITHOUT_TEMPLE, LAW)
    assert (with_temple == without) is (with_temple != "Vendredi saint")
