"""From a number and a unit as sent to millionths of the signal's unit, with its quarantine: shared by every format."""

from __future__ import annotations

import math

import msgspec

from telemed.acts.telemonitoring.model.observation import Comparator, Quarantine, Signal
from telemed.acts.telemonitoring.model.receipt import IssueKind, Unreadable
from telemed.acts.telemonitoring.model.units import MILLION, find_unit, to_millionths

MAX_WORDS = 2000
_LARGEST = 2**63 - 1
_LARGEST_SENT = 10**310
"""Above every number of double precision: only a flood of digits is longer."""


class Measure(msgspec.Struct, frozen=True, gc=False):
    """The value of an observation; `raw` is what was sent, kept for the person who looks at a doubtful one."""

    value: int | None = None
    answer: str | None = None
    absent: str | None = None
    comparator: Comparator | None = None
    raw: str = ""
    quarantine: Quarantine | None = None


def measure_quantity(signal: Signal, number: float, unit: str, place: str) -> Measure:
    """A number in the signal's unit. An implausible one is kept, with its quarantine. Raises Unreadable on the unit.

    A value too large for a database is kept as it was written alone.
    """
    conversions = signal.conversions or {}
    conversion = conversions.get(unit)
    if conversion is None:
        known = find_unit(unit)
        conversion = None if known is None else conversions.get(known.code)
    if conversion is None:
        text = f"Unité inconnue pour « {signal.label} » ; elle est attendue en {signal.unit}, ou s'y convertit."
        raise Unreadable(IssueKind.CODE_INVALID, "unit.unknown", text, place)
    if abs(number) > _LARGEST_SENT:
        raise Unreadable(IssueKind.VALUE, "value.not_a_quantity", "Ce nombre est trop grand.", place)
    sent = to_millionths(number)
    value = sent if conversion.is_identity else conversion.apply(sent)
    return _plausible(signal, value, f"{number} {unit}")


def measure_count(signal: Signal, number: float, place: str) -> Measure:
    """A whole number without unit. Raises Unreadable on a fraction."""
    if number != int(number):
        raise Unreadable(IssueKind.VALUE, "value.not_a_count", "Un nombre entier est attendu.", place)
    return _plausible(signal, int(number) * MILLION, str(number))


def read_number(text: str, place: str) -> float:
    """A finite number, with a decimal point or comma. Raises Unreadable."""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise Unreadable(IssueKind.VALUE, "value.not_a_quantity", "Un nombre est attendu.", place)
    return number


def keep_words(words: str, place: str) -> str | None:
    """Words of an answer. Raises Unreadable beyond what one answer may hold."""
    if len(words) > MAX_WORDS:
        raise Unreadable(IssueKind.TOO_LONG, "value.too_long", f"Une réponse a {MAX_WORDS} caractères au plus.", place)
    return words or None


def _plausible(signal: Signal, value: int, raw: str) -> Measure:
    if signal.is_plausible(value):
        return Measure(value=value, raw=raw)
    return Measure(value=value if abs(value) <= _LARGEST else None, raw=raw[:100], quarantine=Quarantine.IMPLAUSIBLE)
