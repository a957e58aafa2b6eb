"""The units that a measure may arrive in, as UCUM writes them, and exact conversion between them (decision 0070)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

MILLION = 1_000_000
"""A measure is kept as a whole number of millionths of its unit: exact in every database, quick to compare."""

_WHOLE = 2**53
"""Beyond it a binary number has no decimals left."""

_ANNOTATION = re.compile(r"\{[^{}]*\}")


class Dimension(StrEnum):
    """What a unit measures: two units convert into one another only within a dimension."""

    MASS = "mass"
    LENGTH = "length"
    BODY_MASS_INDEX = "body_mass_index"
    PRESSURE = "pressure"
    TEMPERATURE = "temperature"
    RATIO = "ratio"
    FREQUENCY = "frequency"
    TIME = "time"
    VOLUME = "volume"
    FLOW = "flow"
    MASS_CONCENTRATION = "mass_concentration"
    SUBSTANCE_CONCENTRATION = "substance_concentration"
    CELLS = "cells"
    INSULIN = "insulin"
    INSULIN_RATE = "insulin_rate"
    FILTRATION = "filtration"
    MASS_RATIO = "mass_ratio"
    VOLTAGE = "voltage"
    RESISTANCE = "resistance"


@dataclass(frozen=True)
class Unit:
    """One UCUM unit: a value in it, times `factor`, plus `offset`, is the value in the dimension's reference unit."""

    code: str
    dimension: Dimension
    factor: Fraction
    offset: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Conversion:
    """From millionths of one unit to millionths of another: times `times`, over `over`, plus `plus` millionths."""

    times: int
    over: int
    plus: Fraction

    @property
    def is_identity(self) -> bool:
        return self.times == self.over and not self.plus

    def apply(self, millionths: int) -> int:
        """Whole millionths; a half goes up."""
        if self.plus:
            exact = Fraction(millionths * self.times, self.over) + self.plus
            return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
        return (2 * millionths * self.times + self.over) // (2 * self.over)


def _table() -> Mapping[str, Unit]:
    rows: tuple[tuple[Dimension, Mapping[str, str]], ...] = (
        (Dimension.MASS, {"kg": "1", "g": "1/1000", "[lb_av]": "45359237/100000000", "[oz_av]": "45359237/1600000000"}),
        (Dimension.LENGTH, {"cm": "1", "m": "100", "mm": "1/10", "[in_i]": "254/100"}),
        (Dimension.BODY_MASS_INDEX, {"kg/m2": "1"}),
        (Dimension.PRESSURE, {"mm[Hg]": "1", "kPa": "1000000/133322", "cm[H2O]": "980665/1333220"}),
        (Dimension.RATIO, {"%": "1", "1": "100"}),
        (Dimension.FREQUENCY, {"/min": "1", "1/min": "1", "/s": "60", "Hz": "60", "/h": "1/60"}),
        (Dimension.TIME, {"h": "1", "min": "1/60", "s": "1/3600", "d": "24"}),
        (Dimension.VOLUME, {"mL": "1", "L": "1000", "dL": "100", "cL": "10"}),
        (Dimension.FLOW, {"L/min": "1", "mL/min": "1/1000", "mL/h": "1/60000", "L/h": "1/60", "L/s": "60"}),
        (Dimension.MASS_CONCENTRATION, {"mg/dL": "1", "g/L": "100", "mg/L": "1/10", "g/dL": "1000", "ug/L": "1/10000"}),
        (Dimension.MASS_CONCENTRATION, {"ng/mL": "1/10000", "ug/mL": "1/10", "mg/mL": "100", "pg/mL": "1/10000000"}),
        (
            Dimension.SUBSTANCE_CONCENTRATION,
            {"mmol/L": "1", "umol/L": "1/1000", "mol/L": "1000", "nmol/L": "1/1000000"},
        ),
        (Dimension.CELLS, {"10*9/L": "1", "10*3/uL": "1", "/uL": "1/1000", "10*6/L": "1/1000", "10*12/L": "1000"}),
        (Dimension.INSULIN, {"[iU]": "1", "[IU]": "1"}),
        (Dimension.INSULIN_RATE, {"[iU]/h": "1", "[IU]/h": "1"}),
        (Dimension.FILTRATION, {"mL/min/{1.73_m2}": "1", "mL/min/1.73.m2": "1"}),
        (Dimension.MASS_RATIO, {"mg/g": "1", "mg/mmol": "100000/11312", "g/g": "1000"}),
        (Dimension.VOLTAGE, {"V": "1", "mV": "1/1000"}),
        (Dimension.RESISTANCE, {"Ohm": "1", "kOhm": "1000"}),
    )
    units = {
        spelling: Unit(spelling, what, Fraction(factor))
        for what, row in rows
        for code, factor in row.items()
        for spelling in (code, code.replace("L", "l"))  # UCUM writes the litre both ways
    }
    temperature = Dimension.TEMPERATURE
    units["Cel"] = Unit("Cel", temperature, Fraction(1))
    units["K"] = Unit("K", temperature, Fraction(1), Fraction(-27315, 100))
    units["[degF]"] = Unit("[degF]", temperature, Fraction(5, 9), Fraction(-160, 9))
    return MappingProxyType(units)


UNITS = _table()
"""Every unit that is read. `mg/mmol` of a ratio to creatinine uses its molar mass, 113.12 g/mol."""


def find_unit(code: str) -> Unit | None:
    """The unit that UCUM writes so; annotations between braces carry no meaning: `{beats}/min` is `/min`."""
    known = UNITS.get(code)
    if known is None and "{" in code:
        plain = _ANNOTATION.sub("", code)
        return UNITS.get("1" if plain in ("", "1") else plain)
    return known


def find_conversion(source: Unit, target: Unit, molar_mass: Fraction | None = None) -> Conversion | None:
    """How to go from one unit to the other; None where they measure different things.

    `molar_mass` in g/mol opens the way between mass and amount of substance: mg/dL × 10 / molar mass = mmol/L.
    """
    bridge = _bridge(source.dimension, target.dimension, molar_mass)
    if bridge is None:
        return None
    factor = source.factor * bridge / target.factor
    plus = (source.offset - target.offset) / target.factor * MILLION
    return Conversion(factor.numerator, factor.denominator, plus)


def _bridge(source: Dimension, target: Dimension, molar_mass: Fraction | None) -> Fraction | None:
    if source is target:
        return Fraction(1)
    if molar_mass and (source, target) == (Dimension.SUBSTANCE_CONCENTRATION, Dimension.MASS_CONCENTRATION):
        return molar_mass / 10
    if molar_mass and (source, target) == (Dimension.MASS_CONCENTRATION, Dimension.SUBSTANCE_CONCENTRATION):
        return 10 / molar_mass
    return None


def to_millionths(value: float) -> int:
    """A number in millionths: exact up to six decimals and nine digits. Raises ValueError if it is not finite."""
    if isinstance(value, int):
        return value * MILLION
    if not math.isfinite(value):
        raise ValueError("a measure is a finite number")
    return round(value * MILLION) if abs(value) < _WHOLE else int(value) * MILLION
