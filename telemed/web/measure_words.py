"""Measures in the words of the screens: a value with its unit as it is written in France, never a UCUM code."""

from __future__ import annotations

from decimal import Decimal

from telemed.acts.telemonitoring.model.observation import Signal
from telemed.acts.telemonitoring.model.units import MILLION
from telemed.web.french import FIXED, NARROW

_UNITS = {
    "": "",
    "1": "",
    "mm[Hg]": "mmHg",
    "cm[H2O]": "cmH₂O",
    "Cel": "°C",
    "/min": "/min",
    "[iU]": "UI",
    "[iU]/h": "UI/h",
    "kg/m2": "kg/m²",
    "umol/L": "µmol/L",
    "ug/L": "µg/L",
    "10*9/L": "G/L",
    "mL/min/{1.73_m2}": f"mL/min/1,73{FIXED}m²",
    "Ohm": "Ω",
    "d": "j",
}
_MINUS = "−"


def unit(ucum: str) -> str:
    """`mmHg` for `mm[Hg]`, `°C` for `Cel`; what needs no translation is given back."""
    return _UNITS.get(ucum, ucum)


def number(millionths: int) -> str:
    """`74,1`, `1 250`, `−0,5`: the decimals that there are, three at most."""
    exact = (Decimal(abs(millionths)) / MILLION).quantize(Decimal("0.001"))
    whole, _, decimals = f"{exact:,.3f}".partition(".")
    decimals = decimals.rstrip("0")
    sign = _MINUS if millionths < 0 and exact else ""
    return f"{sign}{whole.replace(',', NARROW)}{',' + decimals if decimals else ''}"


def measure(millionths: int, ucum: str) -> str:
    """`74,1 kg`, `38,5 °C`, `92 %`, `64/min`."""
    shown = unit(ucum)
    if not shown:
        return number(millionths)
    return f"{number(millionths)}{'' if shown.startswith('/') else FIXED}{shown}"


def value_of(signal: Signal | None, value: int | str | None) -> str:
    """What a signal said: a measure with its unit, or an answer in its own words; empty for nothing."""
    if value is None:
        return ""
    return value if isinstance(value, str) else measure(value, signal.unit if signal else "")


def read_number(text: str) -> Decimal:
    """`74,1`, `1 250.5` or `-2` as a number. Raises ValueError with a French reason."""
    plain = text.strip().replace(FIXED, "").replace(NARROW, "").replace(" ", "").replace(_MINUS, "-").replace(",", ".")
    digits = plain.removeprefix("-").replace(".", "", 1)
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 15:
        raise ValueError("un nombre est attendu, comme 74,5")
    return Decimal(plain)
