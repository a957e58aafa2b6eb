"""The units of legal quantities: what a value of each must look like, and how it reads in French."""

# ruff: noqa: TRY004 - whatever is wrong in a file of the law is one family of faults: ValueError

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from telemed.kernel.money import format_euros
from telemed.law.holidays import parse_holiday

Quantity = bool | int | str | Mapping[str, str]
"""A legal value: never a float, so that a comparison is exact."""


class Unit(StrEnum):
    """What a number counts; `labels` is a closed list of codes, each with its French wording.

    The codes of `holidays` are days of the year, as `telemed.law.holidays` reads them.
    """

    EURO_CENTS = "euro_cents"
    PERCENT = "percent"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"
    YEARS = "years"
    ACTS = "acts"
    TIMES = "times"
    PATIENTS = "patients"
    ML_PER_MIN = "ml_per_min"
    FLAG = "flag"
    CODE = "code"
    LABELS = "labels"
    HOLIDAYS = "holidays"


_COUNTED = {
    Unit.DAYS: ("jour", "jours"),
    Unit.WORKING_DAYS: ("jour ouvré", "jours ouvrés"),
    Unit.MONTHS: ("mois", "mois"),
    Unit.YEARS: ("an", "ans"),
    Unit.ACTS: ("acte", "actes"),
    Unit.TIMES: ("fois", "fois"),
    Unit.PATIENTS: ("patient", "patients"),
    Unit.ML_PER_MIN: ("mL/min/1,73 m²", "mL/min/1,73 m²"),
}
_NO_BREAK_SPACE = "\u00a0"


def check_quantity(raw: object, unit: Unit) -> Quantity:
    """The value if it fits the unit. Raises ValueError saying what was expected; a bool is never a number."""
    if unit is Unit.FLAG:
        return _require_flag(raw)
    if unit is Unit.CODE:
        return _require_text(raw, "a code")
    if unit is Unit.LABELS:
        return _check_labels(raw)
    if unit is Unit.HOLIDAYS:
        return _check_holidays(raw)
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise ValueError(f"a whole number is expected for {unit}, not {raw!r}")
    if raw < 0:
        raise ValueError(f"{unit} cannot be negative: {raw}")
    if unit is Unit.PERCENT and raw > 100:
        raise ValueError(f"a percentage is at most 100: {raw}")
    return raw


def format_quantity(quantity: Quantity, unit: Unit) -> str:
    """The value as a French reader writes it: `25,00 €`, `20 %`, `3 jours`, `oui`, `TCG`, `TC, TCG`."""
    if isinstance(quantity, bool):
        return "oui" if quantity else "non"
    if isinstance(quantity, Mapping):
        return ", ".join(_format_holidays(quantity) if unit is Unit.HOLIDAYS else quantity)
    if isinstance(quantity, str):
        return quantity
    if unit is Unit.EURO_CENTS:
        return format_euros(quantity)
    if unit is Unit.PERCENT:
        return f"{quantity}{_NO_BREAK_SPACE}%"
    singular, plural = _COUNTED[unit]
    return f"{quantity}{_NO_BREAK_SPACE}{plural if quantity > 1 else singular}"


def _require_flag(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise ValueError(f"true or false is expected, not {raw!r}")
    return raw


def _require_text(raw: object, expected: str) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError(f"{expected} is expected as text, not {raw!r}")
    return raw


def _check_labels(raw: object) -> Mapping[str, str]:
    if not isinstance(raw, Mapping) or not raw:
        raise ValueError("a list of codes with their French labels is expected")
    return {_require_text(code, "a code"): _require_text(label, "a label") for code, label in raw.items()}


def _check_holidays(raw: object) -> Mapping[str, str]:
    holidays = _check_labels(raw)
    for code in holidays:
        parse_holiday(code)
    return holidays


def _format_holidays(holidays: Mapping[str, str]) -> list[str]:
    return [f"{name} ({parse_holiday(code)})" for code, name in holidays.items()]
