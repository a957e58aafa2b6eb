"""Instants as senders write them: FHIR's dateTime and HL7 v2's DTM, to UTC, with what is known of them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from telemed.acts.telemonitoring.model.observation import Precision
from telemed.acts.telemonitoring.model.receipt import IssueKind, Unreadable
from telemed.kernel.clock import Territory, day_bounds

OLDEST = date(2000, 1, 1)
"""No device of télésurveillance measured before: an older date is a clock that was never set."""

_LEAP = "60"
_DTM = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(?:(\d{2})(?:\.(\d{1,4}))?)?)?([+-]\d{4})?")


def read_fhir_time(text: str, territory: Territory, place: str) -> tuple[datetime, Precision]:
    """The instant of a dateTime. A civil day alone is its first instant where the patient lives.

    Raises Unreadable for a time without offset, a year or a month alone, and what no calendar has.
    """
    try:
        if text[4:8:3] != "--":
            raise _unreadable(place)
        if len(text) == 10:
            return _first_instant(date.fromisoformat(text), territory, place), Precision.DAY
        instant = datetime.fromisoformat(text) if text[17:19] != _LEAP else _leap(text, 17)
    except (ValueError, OverflowError) as error:
        raise _outermost(error, place) from error
    if instant.tzinfo is None or len(text) < 17:
        raise _no_offset(place)
    return _checked(instant, place), Precision.INSTANT


def read_hl7_time(text: str, territory: Territory, place: str) -> tuple[datetime, Precision]:
    """The instant of a DTM; without offset, the wall time where the patient lives is not guessed but refused."""
    parts = _DTM.fullmatch(text)
    if parts is None:
        raise _unreadable(place)
    year, month, day, hour, minute, second, fraction, offset = parts.groups()
    if hour is not None and offset is None:
        raise _no_offset(place)
    try:
        civil = date(int(year), int(month), int(day))
        if hour is None:
            return _first_instant(civil, territory, place), Precision.DAY
        clock = f"{hour}:{minute}:{second or '00'}.{(fraction or '0').ljust(6, '0')}"
        written = f"{civil}T{clock}{offset[:3]}:{offset[3:]}"
        instant = datetime.fromisoformat(written) if second != _LEAP else _leap(written, 17)
    except (ValueError, OverflowError) as error:
        raise _outermost(error, place) from error
    return _checked(instant, place), Precision.INSTANT


def _leap(text: str, at: int) -> datetime:
    """A second that clocks count as 60 is the first of the next minute, as everywhere. Raises ValueError."""
    return datetime.fromisoformat(f"{text[:at]}59{text[at + 2 :]}") + timedelta(seconds=1)


def _outermost(error: Exception, place: str) -> Unreadable:
    """Unreadable is a ValueError itself: what it says stands."""
    return error if isinstance(error, Unreadable) else _unreadable(place)


def _first_instant(day: date, territory: Territory, place: str) -> datetime:
    if not OLDEST <= day <= date(2200, 1, 1):
        raise _too_old(place)
    return day_bounds(day, territory)[0]


def _checked(instant: datetime, place: str) -> datetime:
    if not OLDEST.year <= instant.year < 2200:
        raise _too_old(place)
    return instant.astimezone(UTC)


def _no_offset(place: str) -> Unreadable:
    return Unreadable(IssueKind.VALUE, "time.no_offset", "Une heure se dit avec son décalage (Z ou +01:00).", place)


def _unreadable(place: str) -> Unreadable:
    return Unreadable(IssueKind.VALUE, "time.unreadable", "Cette date n'est pas lisible, ou trop vague.", place)


def _too_old(place: str) -> Unreadable:
    return Unreadable(IssueKind.VALUE, "time.impossible", "Cette date est impossible : réglez l'horloge.", place)
