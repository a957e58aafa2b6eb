"""What is open: shifts, without leave, with extra hours, cut at each UTC midnight."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from telemed.experts.model.hours import HoursException, Kind, Opening, Roster, Shift
from telemed.experts.model.profile import Abilities, Place
from telemed.experts.rules.recurrence import starts_of, zone_of
from telemed.experts.rules.walls import instant_of
from telemed.kernel.period import Interval

_DAY = timedelta(days=1)


def openings_of(roster: Roster, window: Interval) -> tuple[Opening, ...]:
    """Every opening of one person that touches `window`, cut to it; none while he may not be found."""
    if not roster.profile.may_be_found:
        return ()
    named: list[tuple[UUID | None, Abilities, Place]] = [(None, roster.profile.abilities, roster.profile.place)]
    named += [(line.id, line.abilities, line.place) for line in roster.lines.values()]
    return tuple(
        Opening(roster.profile.professional_id, line_id, abilities.specialty_code, place.territory, interval)
        for line_id, abilities, place in named
        for interval in open_hours(roster, line_id, window)
    )


def open_hours(roster: Roster, line_id: UUID | None, window: Interval) -> Iterator[Interval]:
    """The open hours of one person in a line, or his own (None): in order, apart, none over a UTC midnight."""
    shifts = [one for shift in roster.shifts if shift.line_id == line_id for one in occurrences(shift, window)]
    leave = [one.interval for one in roster.exceptions if one.kind is Kind.LEAVE]
    extra = [one.interval for one in _of_line(roster.exceptions, line_id) if one.kind is Kind.EXTRA]
    hours = union([*subtract(union(shifts), union(leave)), *extra])
    return cut_at_midnights(clip(hours, window))


def _of_line(exceptions: Iterable[HoursException], line_id: UUID | None) -> Iterator[HoursException]:
    return (one for one in exceptions if one.line_id == line_id)


def occurrences(shift: Shift, window: Interval) -> Iterator[Interval]:
    """Each time of a shift that touches `window`, whole. A time that the clock leaves out entirely is none."""
    zone, lasts = zone_of(shift), timedelta(minutes=shift.minutes)
    first = window.start.astimezone(zone).replace(tzinfo=None) - lasts - _DAY
    last = window.end.astimezone(zone).replace(tzinfo=None) + _DAY
    for wall in starts_of(shift, first, last):
        start, end = instant_of(wall, zone), instant_of(wall + lasts, zone)
        if start < end and start < window.end and window.start < end:
            yield Interval(start, end)


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """The same instants in order, apart: what overlaps or touches is one."""
    merged: list[Interval] = []
    for one in sorted(intervals):
        if merged and one.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, one.end))
        else:
            merged.append(one)
    return merged


def subtract(hours: list[Interval], taken: list[Interval]) -> Iterator[Interval]:
    """What is left of `hours` without `taken`; both in order and apart."""
    index = 0
    for one in hours:
        start = one.start
        while index < len(taken) and taken[index].end <= start:
            index += 1
        place = index
        while place < len(taken) and taken[place].start < one.end:
            if start < taken[place].start:
                yield Interval(start, taken[place].start)
            start = max(start, taken[place].end)
            place += 1
        if start < one.end:
            yield Interval(start, one.end)


def clip(hours: Iterable[Interval], window: Interval) -> Iterator[Interval]:
    for one in hours:
        if one.overlaps(window):
            yield Interval(max(one.start, window.start), min(one.end, window.end))


def cut_at_midnights(hours: Iterable[Interval]) -> Iterator[Interval]:
    """The same instants, each piece within one UTC day: who looks for a day finds it by where it begins or ends."""
    for one in hours:
        start = one.start
        while (midnight := next_midnight(start)) < one.end:
            yield Interval(start, midnight)
            start = midnight
        yield Interval(start, one.end)


def next_midnight(instant: datetime) -> datetime:
    """The first UTC midnight after `instant` (UTC)."""
    return instant.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
