"""Measures in the words of the screens, by the unit alone: a rule's limit, an alert's evidence."""

from __future__ import annotations

from telemed.acts.telemonitoring.formats.figures import format_unit, format_value
from telemed.acts.telemonitoring.model.observation import Signal
from telemed.web.french import FIXED


def measure(millionths: int, ucum: str) -> str:
    """`74,1 kg`, `38,5 °C`, `92 %`, `64/min`; a number alone where there is no unit."""
    shown = format_unit(ucum)
    return f"{format_value(millionths)}{'' if not shown or shown.startswith('/') else FIXED}{shown}"


def value_of(signal: Signal | None, value: int | str | None) -> str:
    """What a signal said: a measure with its unit, or an answer in its own words; empty for nothing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return signal.say(value) if signal else value
    return measure(value, signal.unit if signal else "")
