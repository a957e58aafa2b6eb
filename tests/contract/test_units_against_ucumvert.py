"""Our table of units against a library that reads the whole of UCUM."""

from __future__ import annotations

import pytest
from ucumvert import PintUcumRegistry

from telemed.acts.telemonitoring.model.units import UNITS, Dimension

SPOKEN_OTHERWISE = {"mL/min/1.73.m2", "ml/min/1.73.m2", "mg/mmol"}
"""UCUM divides the first by square metres written out; the second needs the molar mass of creatinine."""


def test_factors_are_those_of_another_implementation_of_ucum() -> None:
    registry = PintUcumRegistry()
    for dimension in set(Dimension) - {Dimension.TEMPERATURE, Dimension.INSULIN, Dimension.INSULIN_RATE}:
        codes = [code for code, unit in UNITS.items() if unit.dimension is dimension and code not in SPOKEN_OTHERWISE]
        for code in codes:
            theirs = registry.from_ucum(code).to(registry.from_ucum(codes[0]).units).magnitude
            ours = UNITS[code].factor / UNITS[codes[0]].factor
            assert float(theirs) == pytest.approx(float(ours), rel=1e-5), code
