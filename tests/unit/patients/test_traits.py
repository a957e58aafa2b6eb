"""Strict traits and names of daily life."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.patients.model import (
    BirthDate,
    Traits,
    fold_name,
    name_words,
    parse_birth_date,
    parse_strict_name,
    parse_used_name,
)


@pytest.mark.parametrize(
    ("typed", "strict"),
    [
        ("Leroy", "LEROY"),
        ("  noël-lefèvre ", "NOEL-LEFEVRE"),
        ("d’Œuvre", "D'OEUVRE"),
        ("Le   Gall", "LE GALL"),
        ("Muñoz\u2010Çelik", "MUNOZ-CELIK"),
        ("Łukasz", "LUKASZ"),
    ],
)
def test_a_strict_name_is_written_in_plain_capitals(typed: str, strict: str) -> None:
    assert parse_strict_name(typed) == strict


@pytest.mark.parametrize("typed", ["", "  ", "L3ROY", "LEROY;", "-", "Иван", "A" * 101, "LE----GALL", "<b>"])
def test_what_is_not_a_name_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="nom"):
        parse_strict_name(typed)


def test_a_used_name_keeps_its_accents() -> None:
    assert parse_used_name(" Zoé  Hélène") == "Zoé Hélène"


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzàâäéèêëîïôöùûüç -'", min_size=1, max_size=30))
def test_spelling_never_hides_a_person(name: str) -> None:
    assert fold_name(name) == fold_name(name.upper()) == fold_name(name.replace("-", " "))
    assert name_words(name) == name_words(name.upper())


def test_each_part_of_a_name_and_the_whole_are_found() -> None:
    assert name_words("Noël-Lefèvre", "Le Gall") == {"NOEL", "LEFEVRE", "NOELLEFEVRE", "LE", "GALL", "LEGALL"}


@pytest.mark.parametrize("text", ["1955", "1955-03", "1955-03-12", "2024-02-29"])
def test_a_birth_date_keeps_the_precision_that_is_known(text: str) -> None:
    assert str(parse_birth_date(text)) == text


@pytest.mark.parametrize(
    "text", ["", "55", "1955-13", "1955-02-29", "12/03/1955", "1955-3-1", "0001-01-01", "1955-03-"]
)
def test_a_birth_date_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="naissance"):
        parse_birth_date(text)


def test_a_day_without_its_month_is_refused() -> None:
    with pytest.raises(ValueError, match="mois"):
        BirthDate(1955, None, 12)


@pytest.mark.parametrize(
    ("birth", "earliest", "latest"),
    [
        ("1955", date(1955, 1, 1), date(1955, 12, 31)),
        ("1956-02", date(1956, 2, 1), date(1956, 2, 29)),
        ("1955-12", date(1955, 12, 1), date(1955, 12, 31)),
        ("1955-03-12", date(1955, 3, 12), date(1955, 3, 12)),
    ],
)
def test_an_unknown_day_leaves_an_interval(birth: str, earliest: date, latest: date) -> None:
    known = parse_birth_date(birth)
    assert (known.earliest, known.latest) == (earliest, latest)


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2026, 11, 24), True), (date(2026, 11, 25), False), (date(2026, 11, 26), False)],
    ids=["the day before", "the birthday", "the day after"],
)
def test_sixteen_on_the_day_is_not_under_sixteen(day: date, *, expected: bool) -> None:
    assert parse_birth_date("2010-11-25").is_under(16, day) is expected


def test_someone_born_on_29_february_comes_of_age_on_1_march() -> None:
    born = parse_birth_date("2008-02-29")
    assert [born.is_under(18, date(2026, 2, 28)), born.is_under(18, date(2026, 3, 1))] == [True, False]


def test_an_imprecise_date_may_leave_the_age_unknown() -> None:
    assert parse_birth_date("2010").is_under(16, date(2026, 6, 1)) is None
    assert parse_birth_date("2010").is_under(16, date(2025, 12, 31)) is True
    assert parse_birth_date("2010").is_under(16, date(2026, 12, 31)) is False


@given(st.integers(1900, 2026), st.none() | st.integers(1, 12))
def test_age_bounds_hold_every_possible_age(year: int, month: int | None) -> None:
    least, greatest = BirthDate(year, month).age_bounds_on(date(2026, 11, 25))
    assert least <= greatest <= least + 1


def test_unasked_traits_are_named() -> None:
    traits = Traits("LEROY", ("JEANNE",), BirthDate(1955, 3, 12), birth_place="29019")
    assert traits.missing == ("sex",)
    assert not traits.is_complete


def test_traits_never_show_in_a_log() -> None:
    assert "LEROY" not in repr(Traits("LEROY", ("JEANNE",), BirthDate(1955, 3, 12)))
