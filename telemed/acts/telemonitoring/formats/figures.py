"""Measures as a person reads them: decimal comma, usual units, no more digits than say something."""

from __future__ import annotations

from telemed.acts.telemonitoring.model.observation import Comparator, Signal
from telemed.acts.telemonitoring.model.units import MILLION

FIXED = "\u00a0"
_UNITS = {
    "mm[Hg]": "mmHg",
    "cm[H2O]": "cmH₂O",
    "[iU]": "UI",
    "[IU]": "UI",
    "[iU]/h": "UI/h",
    "Cel": "°C",
    "kg/m2": "kg/m²",
    "umol/L": "µmol/L",
    "ug/L": "µg/L",
    "mL/min/{1.73_m2}": "mL/min/1,73 m²",
    "10*9/L": "10⁹/L",
    "Ohm": "Ω",
}
_COMPARATORS = {Comparator.BELOW: "<", Comparator.AT_MOST: "≤", Comparator.AT_LEAST: "≥", Comparator.ABOVE: ">"}


def format_value(millionths: int, decimals: int = 2) -> str:
    """`72,4` of 72400000: at most `decimals` decimals, rounded to the nearest, a half away from zero."""
    step = 10 ** (6 - decimals)
    sign, rounded = ("−" if millionths < 0 else ""), (abs(millionths) + step // 2) // step
    whole, rest = divmod(rounded, 10**decimals)
    tail = f"{rest:0{decimals}d}".rstrip("0") if decimals else ""
    return f"{sign if rounded else ''}{whole}{',' if tail else ''}{tail}"


def format_unit(ucum: str) -> str:
    """A UCUM unit as French readers write it."""
    return _UNITS.get(ucum, ucum)


def format_measure(signal: Signal, millionths: int, comparator: Comparator | None = None, decimals: int = 2) -> str:
    """`72,4 kg`, `> 500 mg/dL`."""
    said = format_value(millionths, decimals)
    unit = format_unit(signal.unit)
    before = f"{_COMPARATORS[comparator]}{FIXED}" if comparator else ""
    return f"{before}{said}{FIXED}{unit}" if unit else f"{before}{said}"


def parse_value(text: str) -> int:
    """Millionths of what was typed: `72,4`, `72.4`. Raises ValueError, in French."""
    plain = text.strip().replace(FIXED, "").replace("\u202f", "").replace(" ", "").replace(",", ".").replace("−", "-")
    negative, digits = plain.startswith("-"), plain.removeprefix("-")
    whole, _, rest = digits.partition(".")
    if not (digits.isascii() and whole.isdecimal() and len(whole) <= 9 and (not rest or rest.isdecimal())):
        raise ValueError("un nombre est attendu, comme 72,4")
    if len(rest) > 6:
        raise ValueError("au plus six décimales")
    value = int(whole) * MILLION + int(f"{rest:0<6}" if rest else 0)
    return -value if negative else value
