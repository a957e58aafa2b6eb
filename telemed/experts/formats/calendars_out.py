"""iCalendar (RFC 5545) out: shifts, leave and extra hours, as our own import reads them back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from telemed.experts.model.hours import HoursException, Kind, Shift
from telemed.experts.model.line import Line
from telemed.experts.rules.recurrence import zone_of
from telemed.experts.rules.walls import instant_of

if TYPE_CHECKING:
    from icalendar import Event

_TITLES = {Kind.LEAVE: "Absence", Kind.EXTRA: "Disponible pour avis (plage exceptionnelle)"}


def write_calendar(
    shifts: Sequence[Shift], exceptions: Sequence[HoursException], lines: Mapping[UUID, Line], at: datetime
) -> bytes:
    """A calendar of one person's hours, with the zones it needs. It takes tenths of a second: call it off the loop."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Telemed//Disponibilites//FR")
    calendar.add("version", "2.0")
    for shift in shifts:
        calendar.add_component(_shift_event(shift, lines, at))
    for one in exceptions:
        calendar.add_component(_exception_event(one, at))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _shift_event(shift: Shift, lines: Mapping[UUID, Line], at: datetime) -> Event:
    from icalendar import Event, vRecur

    zone, start = zone_of(shift), shift.first_wall
    event = Event()
    event.add("uid", f"{shift.id}@telemed")
    event.add("dtstamp", at)
    event.add("dtstart", start.replace(tzinfo=zone))
    event.add("dtend", (start + timedelta(minutes=shift.minutes)).replace(tzinfo=zone))
    line = lines.get(shift.line_id) if shift.line_id else None
    event.add("summary", f"Disponible pour avis ({line.name})" if line else "Disponible pour avis")
    event.add("categories", ["SHIFT"])
    if shift.rule:
        event.add("rrule", vRecur.from_ical(_with_utc_end(shift)))
    for day in sorted(shift.except_on):
        event.add("exdate", datetime.combine(day, start.time()).replace(tzinfo=zone))
    return event


def _with_utc_end(shift: Shift) -> str:
    """RFC 5545 wants UNTIL in UTC where DTSTART has a zone; ours is on the wall."""
    head, marker, until = shift.rule.partition("UNTIL=")
    if not marker:
        return shift.rule
    wall, _, rest = until.partition(";")
    end = instant_of(datetime.strptime(wall, "%Y%m%dT%H%M%S").replace(tzinfo=UTC).replace(tzinfo=None), zone_of(shift))
    return f"{head}UNTIL={end:%Y%m%dT%H%M%SZ}" + (f";{rest}" if rest else "")


def _exception_event(one: HoursException, at: datetime) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", f"{one.id}@telemed")
    event.add("dtstamp", at)
    event.add("dtstart", one.interval.start)
    event.add("dtend", one.interval.end)
    event.add("summary", _TITLES[one.kind])
    event.add("categories", [one.kind.value.upper()])
    return event
