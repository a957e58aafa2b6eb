"""Hours of experts as people say them: a recurrence rule, a shift, the days that are open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from telemed.experts.model import Shift
from telemed.web import french

DAYS = (
    ("MO", "lundi"),
    ("TU", "mardi"),
    ("WE", "mercredi"),
    ("TH", "jeudi"),
    ("FR", "vendredi"),
    ("SA", "samedi"),
    ("SU", "dimanche"),
)
_NAMES = dict(DAYS)
_WEEK = ["MO", "TU", "WE", "TH", "FR"]


def shift_words(shift: Shift, today: date) -> str:
    """`Chaque lundi et jeudi, de 14 h à 16 h`."""
    return f"{rule_words(shift.rule, shift.first_on, today)}, {hours_words(shift.start_minute, shift.minutes)}"


def rule_words(rule: str, first_on: date, today: date) -> str:
    """What an RRULE says; one that we do not know how to say is told as such, never guessed."""
    if not rule:
        return f"Le {french.format_day(first_on, today)}"
    parts = dict(part.split("=", 1) for part in rule.split(";") if "=" in part)
    unknown = set(parts) - {"FREQ", "BYDAY", "INTERVAL", "UNTIL", "WKST"}
    days = parts.get("BYDAY", "").split(",") if parts.get("BYDAY") else [DAYS[first_on.weekday()][0]]
    every = parts.get("INTERVAL", "1")
    if unknown or parts.get("FREQ") not in ("WEEKLY", "DAILY") or not set(days) <= set(_NAMES):
        return "Selon une règle de votre agenda"
    if parts["FREQ"] == "DAILY" and "BYDAY" not in parts:
        said = "Chaque jour" if every == "1" else f"Un jour sur {every}"
    else:
        said = _weekly(days, every)
    until = _until(parts.get("UNTIL", ""))
    return f"{said} jusqu’au {french.format_day(until, today)}" if until else said


def _weekly(days: Sequence[str], every: str) -> str:
    named = "jour de semaine" if sorted(days) == sorted(_WEEK) else _listed([_NAMES[day] for day in days])
    return f"Chaque {named}" if every == "1" else f"Chaque {named}, une semaine sur {every}"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} et {words[-1]}"


def _until(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def hours_words(start_minute: int, minutes: int) -> str:
    """`de 14 h à 16 h 30`; the end of a shift that goes past midnight is the next day's."""
    end = start_minute + minutes
    after = "" if end <= 24 * 60 else " le lendemain" if end < 48 * 60 else f", {end // (24 * 60)} jours plus tard"
    return f"de {_hour(start_minute)} à {_hour(end)}{after}"


def _hour(minute: int) -> str:
    hours, minutes = divmod(minute, 60)
    shown = 24 if minute == 24 * 60 else hours % 24
    return f"{shown}{french.FIXED}h" + (f"{french.FIXED}{minutes:02d}" if minutes else "")
