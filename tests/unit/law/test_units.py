"""What a legal value must look like, and how it reads in French."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.law.units import Unit, check_quantity, format_quantity

NUMBERS = [unit for unit in Unit if unit not in (Unit.FLAG, Unit.CODE, Unit.LABELS, Unit.HOLIDAYS)]


@pytest.mark.parametrize("unit", NUMBERS)
@pytest.mark.parametrize("raw", [True, "25", 25.0, None, [25], -1])
def test_a_number_is_a_whole_number_and_nothing_else(unit: Unit, raw: object) -> None:
    with pytest.raises(ValueError, match=r"whole number|negative"):
        check_quantity(raw, unit)


@pytest.mark.parametrize("unit", NUMBERS)
@given(raw=st.integers(min_value=0, max_value=100))
def test_a_whole_number_passes_unchanged(unit: Unit, raw: int) -> None:
    assert check_quantity(raw, unit) == raw


def test_a_percentage_stops_at_one_hundred() -> None:
    assert check_quantity(100, Unit.PERCENT) == 100
    with pytest.raises(ValueError, match="at most 100"):
        check_quantity(101, Unit.PERCENT)


@pytest.mark.parametrize("raw", [1, 0, "true", None])
def test_a_flag_is_true_or_false_only(raw: object) -> None:
    with pytest.raises(ValueError, match="true or false"):
        check_quantity(raw, Unit.FLAG)


@pytest.mark.parametrize("raw", ["", "  ", 1, None])
def test_a_code_is_a_text(raw: object) -> None:
    with pytest.raises(ValueError, match="a code"):
        check_quantity(raw, Unit.CODE)


@pytest.mark.parametrize("raw", [{}, [], "TC", {"TC": ""}, {"TC": 1}, {1: "x"}, None])
def test_labels_are_codes_with_their_wording(raw: object) -> None:
    with pytest.raises(ValueError, match="expected"):
        check_quantity(raw, Unit.LABELS)


@pytest.mark.parametrize("raw", [{}, ["07-14"], {"07-14": ""}, {"14-07": "x"}, {"easter": "Pâques"}, None])
def test_holidays_are_days_of_the_year_with_their_names(raw: object) -> None:
    with pytest.raises(ValueError, match=r"expected|must be|written"):
        check_quantity(raw, Unit.HOLIDAYS)


@pytest.mark.parametrize(
    ("quantity", "unit", "text"),
    [
        (2500, Unit.EURO_CENTS, "25,00\u00a0€"),
        (20, Unit.PERCENT, "20\u00a0%"),
        (0, Unit.DAYS, "0\u00a0jour"),
        (1, Unit.DAYS, "1\u00a0jour"),
        (3, Unit.DAYS, "3\u00a0jours"),
        (12, Unit.MONTHS, "12\u00a0mois"),
        (16, Unit.YEARS, "16\u00a0ans"),
        (4, Unit.ACTS, "4\u00a0actes"),
        (True, Unit.FLAG, "oui"),
        (False, Unit.FLAG, "non"),
        ("TCG", Unit.CODE, "TCG"),
        ({"TC": "Téléconsultation", "TCG": "x"}, Unit.LABELS, "TC, TCG"),
        (30, Unit.ML_PER_MIN, "30\u00a0mL/min/1,73 m²"),
        (2, Unit.TIMES, "2\u00a0fois"),
        (1, Unit.PATIENTS, "1\u00a0patient"),
        (5000, Unit.PATIENTS, "5000\u00a0patients"),
        (1, Unit.WORKING_DAYS, "1\u00a0jour ouvré"),
        (2, Unit.WORKING_DAYS, "2\u00a0jours ouvrés"),
        (
            {"01-01": "Jour de l'an", "easter+1": "Lundi de Pâques", "easter-2": "Vendredi saint", "12-25": "Noël"},
            Unit.HOLIDAYS,
            (
                "Jour de l'an (1er janvier), Lundi de Pâques (1 jour après Pâques), "
                "Vendredi saint (2 jours avant Pâques), Noël (25 décembre)"
            ),
        ),
    ],
)
def test_a_value_reads_in_french(quantity: object, unit: Unit, text: str) -> None:
    assert format_quantity(check_quantity(quantity, unit), unit) == text
