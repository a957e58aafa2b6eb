"""Identifiers, money, periods, decisions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.kernel.decision import ALLOWED, Reason, combine, refuse, warn
from telemed.kernel.identifiers import (
    InsOid,
    luhn_is_valid,
    nir_key,
    parse_cog,
    parse_finess,
    parse_matricule,
    parse_rpps,
)
from telemed.kernel.ids import new_id
from telemed.kernel.money import format_euros
from telemed.kernel.period import DayRange, Interval, add_months, age_on

NOON = datetime(2026, 11, 25, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    "number",
    ["279035121518989", "236066322083656", "180032B02040123", "295109912611193", "253072A07300443", "253072B07300470"],
)
def test_published_matricules_are_read(number: str) -> None:
    assert parse_matricule(number).value == number


def test_a_matricule_may_be_written_in_groups() -> None:
    assert parse_matricule("2 79 03 51 215 189 89").value == "279035121518989"


@pytest.mark.parametrize("number", ["295109912611199", "253072C07300443", "27903512151898", "0" * 15, "", "abc"])
def test_a_wrong_matricule_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match="matricule"):
        parse_matricule(number)


def test_a_matricule_never_shows_itself() -> None:
    assert "279035" not in repr(parse_matricule("279035121518989"))


@given(st.from_regex(r"[12][0-9]{2}(0[1-9]|1[0-2])[0-9]{8}", fullmatch=True))
def test_a_key_is_between_01_and_97_and_never_00(number: str) -> None:
    key = nir_key(number)
    assert 1 <= int(key) <= 97
    assert parse_matricule(number + key).oid is InsOid.NIR


@given(st.from_regex(r"[12][0-9]{12}", fullmatch=True), st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(number: str, place: int, shift: int) -> None:
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert nir_key(wrong) != nir_key(number)


def test_test_oids_are_known_as_such() -> None:
    assert [oid.is_for_tests for oid in InsOid] == [False, False, True, True]


def test_other_identifiers() -> None:
    assert parse_rpps("10100000016") == "10100000016"
    assert parse_finess("2a0000154") == "2A0000154"
    assert parse_cog("2b033") == "2B033"
    for parse, wrong in ((parse_rpps, "1010000001"), (parse_finess, "12"), (parse_cog, "ABCDE")):
        with pytest.raises(ValueError, match="compte"):
            parse(wrong)


def test_luhn() -> None:
    assert luhn_is_valid("750803447")
    assert not luhn_is_valid("801234567")


@pytest.mark.parametrize(
    ("cents", "text"),
    [(2300, "23,00\u00a0€"), (123456, "1\u202f234,56\u00a0€"), (-5, "-0,05\u00a0€"), (0, "0,00\u00a0€")],
)
def test_amounts_in_french(cents: int, text: str) -> None:
    assert format_euros(cents) == text


@pytest.mark.parametrize(
    ("day", "born", "age"),
    [
        (date(2026, 11, 24), date(2010, 11, 25), 15),
        (date(2026, 11, 25), date(2010, 11, 25), 16),
        (date(2026, 11, 26), date(2010, 11, 25), 16),
        (date(2026, 2, 28), date(2008, 2, 29), 17),
        (date(2026, 3, 1), date(2008, 2, 29), 18),
        (date(2028, 2, 29), date(2008, 2, 29), 20),
    ],
)
def test_age_the_day_before_of_and_after(day: date, born: date, age: int) -> None:
    assert age_on(day, born) == age


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 0, date(2026, 1, 31)),
        (date(2026, 1, 15), 1, date(2026, 2, 15)),
        (date(2026, 1, 31), 1, date(2026, 3, 1)),
        (date(2028, 1, 29), 1, date(2028, 2, 29)),
        (date(2028, 1, 30), 1, date(2028, 3, 1)),
        (date(2026, 3, 31), 1, date(2026, 5, 1)),
        (date(2026, 10, 31), 1, date(2026, 12, 1)),
        (date(2026, 10, 31), 2, date(2026, 12, 31)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2028, 2, 29), 12, date(2029, 3, 1)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
    ],
)
def test_months_later_is_the_same_number_or_the_first_of_the_month_after(
    day: date, months: int, expected: date
) -> None:
    assert add_months(day, months) == expected


def test_a_range_of_days_holds_both_its_ends() -> None:
    first, last = date(2026, 1, 15), date(2026, 2, 14)
    days, day = DayRange(first, last), timedelta(days=1)
    assert days.covers(first, last)
    assert not days.covers(first - day, last)
    assert not days.covers(first, last + day)
    assert DayRange(first).covers(first, date(2090, 1, 1))
    assert not DayRange(first).covers(first - day, last)
    assert days.touches(last, last + day)
    assert days.touches(first - day, first)
    assert not days.touches(last + day, last + day)
    assert not days.touches(first - day, first - day)
    assert DayRange(first).touches(date(2090, 1, 1), date(2090, 1, 1))
    assert DayRange(first, first).last_day == first
    with pytest.raises(ValueError, match="ends on its first day or after"):
        DayRange(first, first - day)


def test_months_are_not_counted_back() -> None:
    with pytest.raises(ValueError, match="forward"):
        add_months(date(2026, 1, 31), -1)


def test_an_interval_holds_its_start_and_not_its_end() -> None:
    hour = Interval(NOON, NOON + timedelta(hours=1))
    assert hour.contains(NOON)
    assert not hour.contains(hour.end)
    assert not hour.overlaps(Interval(hour.end, hour.end + timedelta(hours=1)))
    with pytest.raises(ValueError, match="ends after"):
        Interval(NOON, NOON)


def test_decisions_add_up() -> None:
    both = combine([ALLOWED, warn(Reason("w", "…")), refuse(Reason("r", "…"))])
    assert not both.is_allowed
    assert [reason.code for reason in both.refusals + both.warnings] == ["r", "w"]


def test_ids_sort_by_creation() -> None:
    ids = [new_id() for _ in range(100)]
    assert ids == sorted(ids)
