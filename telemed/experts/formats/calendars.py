"""iCalendar (RFC 5545) in: bounded, and without the words of the events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from telemed.experts.model.imports import MOST_BYTES, MOST_EVENTS, CalendarEvent, Moment
from telemed.kernel.errors import Invalid

_UNNAMED = "LINE"  # one that is not « name:value »: it may have been any
_READ = frozenset({"DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "RECURRENCE-ID", "RDATE", _UNNAMED})
_BEGIN = re.compile(rb"^BEGIN:VEVENT", re.MULTILINE | re.IGNORECASE)
_FOREIGN_PATH = re.compile(r"/.*/([A-Za-z]+/[A-Za-z_]+)")


def read_events(raw: bytes) -> list[CalendarEvent]:
    """The events of a file, in its order. It takes up to a second: call it off the loop.

    Raises Invalid: too large, not text, no calendar, no event, too many. An event of which a part cannot be read says
    so in `broken`; the others are not lost with it.
    """
    text = _decode(raw)
    if len(_BEGIN.findall(raw)) > MOST_EVENTS:
        raise Invalid(f"L'agenda compte plus de {MOST_EVENTS} événements.", code="calendar.too_many")
    events = list(_events(text))
    if not events:
        raise Invalid("L'agenda ne contient aucun événement.", code="calendar.empty")
    return [_read_event(number, event) for number, event in enumerate(events, start=1)]


def _decode(raw: bytes) -> str:
    if len(raw) > MOST_BYTES:
        raise Invalid("L'agenda dépasse 500 ko : exportez une période plus courte.", code="calendar.too_large")
    if b"\x00" in raw or raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Invalid("L'agenda n'est pas du texte en UTF-8.", code="calendar.encoding")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("L'agenda n'est pas du texte en UTF-8.", code="calendar.encoding") from None


def _events(text: str) -> Iterator[Any]:
    """The VEVENTs of every VCALENDAR; what is inside another component is not one."""
    from icalendar import Calendar  # half a second, for the few who need it

    try:
        calendars = Calendar.from_ical(text, multiple=True)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        # The library refuses what it cannot parse by any of these.
        raise Invalid("Le fichier n'est pas un agenda iCalendar lisible.", code="calendar.unreadable") from None
    for calendar in calendars:
        if calendar.name != "VCALENDAR":
            raise Invalid("Le fichier n'est pas un agenda iCalendar lisible.", code="calendar.unreadable")
        yield from (one for one in calendar.subcomponents if one.name == "VEVENT")


def _read_event(number: int, event: Any) -> CalendarEvent:
    broken = {(name or _UNNAMED).upper() for name, _why in event.errors} & _READ
    broken |= {name for name in ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID") if isinstance(event.get(name), list)}
    if broken:
        return CalendarEvent(number, broken=tuple(sorted(broken)))
    try:
        return CalendarEvent(
            number=number,
            uid=str(event.get("UID", ""))[:255],
            start=_moment(event.get("DTSTART")),
            end=_moment(event.get("DTEND")),
            lasts=_length(event.get("DURATION")),
            rules=tuple(one.to_ical().decode() for one in _listed(event.get("RRULE"))),
            has_other_dates="RDATE" in event,
            excluded=tuple(_moment_of(one) for many in _listed(event.get("EXDATE")) for one in many.dts),
            replaces=_moment(event.get("RECURRENCE-ID")),
            is_cancelled=str(event.get("STATUS", "")).upper() == "CANCELLED",
            categories=frozenset(_categories(event.get("CATEGORIES"))),
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return CalendarEvent(number, broken=("VEVENT",))


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else () if value is None else (value,)


def _categories(value: Any) -> Iterator[str]:
    for many in _listed(value):
        yield from (str(one).strip().upper()[:40] for one in many.cats)


def _length(value: Any) -> timedelta | None:
    if value is None:
        return None
    if not isinstance(value.dt, timedelta):
        raise TypeError("not a duration")
    return value.dt


def _moment(value: Any) -> Moment | None:
    return None if value is None else _moment_of(value)


def _moment_of(value: Any) -> Moment:
    """Raises ValueError on what is neither a day nor a time of a day."""
    when = value.dt
    if isinstance(when, datetime):
        name = str(value.params.get("TZID", ""))
        if name:
            return Moment(when.replace(tzinfo=None, fold=0), _zone_name(name))
        if when.tzinfo is not None:
            return Moment(when.astimezone(UTC).replace(tzinfo=None), "UTC")
        return Moment(when)
    if isinstance(when, date):
        return Moment(datetime(when.year, when.month, when.day), is_day=True)  # noqa: DTZ001 - a wall
    raise ValueError("neither a day nor a time")


def _zone_name(name: str) -> str:
    """The IANA name where another calendar writes Windows' or a path of its own; else as written."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    path = _FOREIGN_PATH.fullmatch(name)
    return str(WINDOWS_TO_OLSON.get(name, path[1] if path else name))[:64]
