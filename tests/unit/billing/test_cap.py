"""The two regimes and their readings, against plain fractions; single cases are in tests/law/cap."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.cap import (
    Counts,
    Reading,
    ReadingName,
    Regime,
    find_cap,
    read_cap,
    read_regime_a,
    read_regime_b,
    remote_acts,
)
from tests.the_law import LAW

VECTOR = Counts(teleconsultations=190, own_teleconsultations=100, teleexpertises=50, other_acts=760, own_acts=700)


@st.composite
def counts(draw: st.DrawFn) -> Counts:
    teleconsultations, teleexpertises = draw(st.integers(0, 3000)), draw(st.integers(0, 500))
    other = draw(st.integers(0, 6000))
    own_remote = draw(st.integers(0, teleconsultations))
    own = draw(st.none() | st.integers(own_remote, teleconsultations + teleexpertises + other))
    return Counts(teleconsultations, own_remote, teleexpertises, other, own)


def test_the_vector_of_the_regulation() -> None:
    (a,) = read_regime_a(VECTOR, 20)
    literal, caisse = read_regime_b(VECTOR, 20)
    assert (a.numerator, a.denominator, a.basis_points, a.is_exceeded) == (240, 1000, 2400, True)
    assert (literal.numerator, literal.denominator, literal.basis_points, literal.is_exceeded) == (90, 1000, 900, False)
    assert (caisse.numerator, caisse.denominator, caisse.basis_points, caisse.is_exceeded) == (90, 300, 3000, True)


@given(numerator=st.integers(0, 10_000), denominator=st.integers(0, 10_000), rate=st.integers(1, 99))
def test_exceeded_is_strictly_more_than_the_rate(numerator: int, denominator: int, rate: int) -> None:
    reading = Reading(ReadingName.LITERAL, numerator, denominator, rate)
    expected = numerator > 0 if denominator == 0 else Fraction(numerator, denominator) > Fraction(rate, 100)
    assert reading.is_exceeded is expected


@given(fifth=st.integers(1, 100_000))
def test_exactly_one_in_five_passes_and_one_more_does_not(fifth: int) -> None:
    assert not Reading(ReadingName.LITERAL, fifth, 5 * fifth, 20).is_exceeded
    assert Reading(ReadingName.LITERAL, fifth + 1, 5 * fifth, 20).is_exceeded
    assert Reading(ReadingName.LITERAL, fifth, 5 * fifth - 1, 20).is_exceeded


@given(numerator=st.integers(0, 10_000), denominator=st.integers(1, 10_000), rate=st.integers(1, 99))
def test_the_acts_needed_bring_back_to_the_rate_and_one_less_does_not(
    numerator: int, denominator: int, rate: int
) -> None:
    reading = Reading(ReadingName.LITERAL, numerator, denominator, rate)
    assert not Reading(ReadingName.LITERAL, numerator, denominator + reading.acts_needed, rate).is_exceeded
    if reading.is_exceeded:
        assert Reading(ReadingName.LITERAL, numerator, denominator + reading.acts_needed - 1, rate).is_exceeded
    else:
        assert reading.acts_needed == 0


@given(numerator=st.integers(0, 10_000), denominator=st.integers(1, 10_000), rate=st.integers(1, 99))
def test_a_share_shown_never_contradicts_the_verdict(numerator: int, denominator: int, rate: int) -> None:
    reading = Reading(ReadingName.LITERAL, numerator, denominator, rate)
    assert reading.basis_points is not None
    assert (reading.basis_points > rate * 100) is reading.is_exceeded


def test_a_share_of_nothing_is_not_shown() -> None:
    assert Reading(ReadingName.LITERAL, 0, 0, 20).basis_points is None


@given(one=counts())
def test_regime_b_limits_a_part_of_what_regime_a_limits(one: Counts) -> None:
    assert remote_acts(Regime.B, one) <= remote_acts(Regime.A, one) <= one.total
    assert remote_acts(Regime.A, one) - remote_acts(Regime.B, one) == one.own_teleconsultations + one.teleexpertises


@given(one=counts())
def test_the_reading_of_the_caisses_is_the_stricter_one_and_absent_when_unknown(one: Counts) -> None:
    literal, *others = read_regime_b(one, 20)
    assert literal.name is ReadingName.LITERAL
    assert len(others) == (one.own_acts is not None)
    for caisse in others:
        assert caisse.numerator == literal.numerator
        assert caisse.denominator <= literal.denominator
        assert not (literal.is_exceeded and not caisse.is_exceeded)


@given(one=counts(), other=counts())
def test_counts_add_up(one: Counts, other: Counts) -> None:
    both = one + other
    assert both.total == one.total + other.total
    assert (both.own_acts is None) is (one.own_acts is None or other.own_acts is None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"teleconsultations": -1},
        {"other_acts": -1, "teleconsultations": 5, "own_acts": None},
        {"own_teleconsultations": 1, "own_acts": None},
        {"other_acts": -1},
        {"teleconsultations": 1, "own_teleconsultations": 2, "own_acts": 2},
        {"teleconsultations": 2, "own_teleconsultations": 2, "own_acts": 1},
        {"teleconsultations": 2, "own_acts": 3},
    ],
)
def test_a_part_is_never_more_than_its_whole(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"counts|own_acts"):
        Counts(**wrong)


@pytest.mark.parametrize(
    ("year", "specialty", "regime", "rate"),
    [
        (2022, "G15_10/SM54", Regime.A, 20),
        (2023, "G15_10/SM42", Regime.A, 20),
        (2024, "G15_10/SM54", Regime.B, 20),
        (2024, "G15_10/SM42", Regime.B, 40),
        (2025, "G15_10/SM43", Regime.B, 40),
        (2026, "G15_10/SM93", Regime.B, 40),
        (2026, "G15_10/SM33", Regime.B, 20),
        (2026, "", Regime.B, 20),
    ],
)
def test_the_regime_and_the_rate_follow_the_civil_year_and_the_specialty(
    year: int, specialty: str, regime: Regime, rate: int
) -> None:
    cap = find_cap(LAW.on(date(year, 1, 1)), specialty=specialty)
    assert cap is not None
    assert (cap.year, cap.regime, cap.rate_percent) == (year, regime, rate)
    assert [value.references for value in cap.basis]
    assert read_cap(cap, VECTOR)[0].rate_percent == rate


def test_before_2022_there_is_no_cap() -> None:
    assert find_cap(LAW.on(date(2021, 1, 1)), specialty="G15_10/SM54") is None


def test_a_cap_is_asked_of_a_whole_year() -> None:
    with pytest.raises(ValueError, match="1 January"):
        find_cap(LAW.on(date(2026, 1, 2)), specialty="G15_10/SM54")
