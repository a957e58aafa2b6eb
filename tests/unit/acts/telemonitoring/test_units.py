"""Units convert exactly, both ways."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.acts.telemonitoring.model.units import (
    MILLION,
    UNITS,
    find_conversion,
    find_unit,
    to_millionths,
)

GLUCOSE = Fraction("180.156")
MILLIONTHS = st.integers(min_value=-(10**13), max_value=10**13)


def convert(value: str, source: str, target: str, molar_mass: Fraction | None = None) -> Decimal:
    conversion = find_conversion(UNITS[source], UNITS[target], molar_mass)
    assert conversion is not None
    return Decimal(conversion.apply(int(Decimal(value) * MILLION))) / MILLION


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        ("154", "[lb_av]", "kg", "69.853225"),
        ("71000", "g", "kg", "71"),
        ("98.6", "[degF]", "Cel", "37"),
        ("-40", "[degF]", "Cel", "-40"),
        ("310.15", "K", "Cel", "37"),
        ("16", "kPa", "mm[Hg]", "120.010201"),
        ("90", "min", "h", "1.5"),
        ("1.2", "g/L", "mg/dL", "120"),
        ("0.98", "1", "%", "98"),
        ("3", "mg/mmol", "mg/g", "26.520509"),
        ("1.2", "g/l", "mg/dL", "120"),
        ("1.5", "l/min", "mL/min", "1500"),
    ],
)
def test_a_measure_converts_exactly(value: str, source: str, target: str, expected: str) -> None:
    assert convert(value, source, target) == Decimal(expected)


def test_glucose_goes_between_mass_and_amount_by_its_molar_mass() -> None:
    assert convert("5.5", "mmol/L", "mg/dL", GLUCOSE) == Decimal("99.0858")
    assert convert("99.0858", "mg/dL", "mmol/L", GLUCOSE) == Decimal("5.5")
    assert find_conversion(UNITS["mmol/L"], UNITS["mg/dL"]) is None


@given(st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)))
def test_two_units_convert_when_they_measure_the_same_thing_and_only_then(source: str, target: str) -> None:
    same = UNITS[source].dimension is UNITS[target].dimension
    assert (find_conversion(UNITS[source], UNITS[target]) is not None) == same


@given(MILLIONTHS, st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)))
def test_a_conversion_is_within_half_a_millionth_of_the_exact_value(millionths: int, source: str, target: str) -> None:
    conversion = find_conversion(UNITS[source], UNITS[target])
    if conversion is not None:
        start, end = UNITS[source], UNITS[target]
        exact = (Fraction(millionths, MILLION) * start.factor + start.offset - end.offset) / end.factor * MILLION
        assert abs(conversion.apply(millionths) - exact) <= Fraction(1, 2)


@given(MILLIONTHS, st.sampled_from(["[lb_av]", "g", "[oz_av]"]))
def test_what_is_converted_keeps_its_order(millionths: int, unit: str) -> None:
    conversion = find_conversion(UNITS[unit], UNITS["kg"])
    assert conversion is not None
    assert conversion.apply(millionths) <= conversion.apply(millionths + 1)


@given(st.decimals(min_value=-999, max_value=999, places=6))
def test_a_number_of_a_message_is_kept_to_the_sixth_decimal(value: Decimal) -> None:
    assert Decimal(to_millionths(float(value))) / MILLION == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_a_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        to_millionths(value)


@pytest.mark.parametrize(
    ("written", "unit"), [("{beats}/min", "/min"), ("{score}", "1"), ("mL/min/{1.73_m2}", "mL/min/{1.73_m2}")]
)
def test_annotations_carry_no_meaning(written: str, unit: str) -> None:
    found = find_unit(written)
    assert found is not None
    assert found.code == unit


@pytest.mark.parametrize("written", ["[kg]", "pounds", "", "{", "lb", "mmHg", "KG"])
def test_what_ucum_does_not_write_is_unknown(written: str) -> None:
    assert find_unit(written) is None
