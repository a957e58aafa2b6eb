"""What the events of a calendar become, one by one: hours, leave, or a reason why nothing."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from telemed.experts.model.drafts import ShiftDraft
from telemed.experts.model.hours import HoursException, Kind, Shift, Source
from telemed.experts.model.imports import CalendarEvent, ImportLine, Meaning, Moment
from telemed.experts.rules.hours import check_number, make_shift, require_length, require_near
from telemed.experts.rules.openings import occurrences, union
from telemed.experts.rules.walls import instant_of, parse_zone
from telemed.kernel.clock import Territory, civil_date
from telemed.kernel.decision import Reason
from telemed.kernel.errors import Invalid
from telemed.kernel.ids import new_id
from telemed.kernel.period import Interval

MOST_TIMES_OF_LEAVE = 120
LEAVE_AHEAD_DAYS = 400
_DAY = timedelta(days=1)


class _Rejected(Exception):
    """An event becomes nothing."""

    def __init__(self, code: Reason) -> None:
        super().__init__(code.code)
        self.reason = code


@dataclass(frozen=True)
class Reader:
    """Whose calendar is read, when, and what he has already."""

    professional_id: UUID
    territory: Territory
    now: datetime
    import_id: UUID
    meaning: Meaning = Meaning.HOURS
    shifts: Sequence[Shift] = ()
    exceptions: Sequence[HoursException] = field(default_factory=tuple)

    @property
    def today(self) -> date:
        return civil_date(self.now, self.territory)


def judge(events: Sequence[CalendarEvent], reader: Reader) -> tuple[ImportLine, ...]:
    """A line for each event, in the order of the file.

    An event that replaces one time of another takes that day out of it. What the person has already, or what the file
    says twice, is rejected; so is leave that overlaps other leave: nothing overlaps in silence.
    """
    replaced: dict[str, list[Moment]] = {}
    for event in events:
        if event.replaces is not None and event.uid:
            replaced.setdefault(event.uid, []).append(event.replaces)
    known = _Known(reader)
    lines: list[ImportLine] = []
    for event in events:
        try:
            line = _judge_one(event, replaced.get(event.uid, ()), reader)
            known.require_new(line)
        except _Rejected as rejected:
            line = ImportLine(event.number, refusal=rejected.reason)
        lines.append(line)
    return tuple(lines)


def _judge_one(event: CalendarEvent, replaced: Sequence[Moment], reader: Reader) -> ImportLine:
    _require_readable(event)
    start, end = _bounds(event, reader)
    kind = _kind_of(event, reader)
    recurs = bool(event.rules) and event.replaces is None
    if not recurs:
        return ImportLine(event.number, exceptions=(_once(start, end, kind, reader),))
    except_on = frozenset(_day_on_wall(one, start) for one in (*event.excluded, *replaced))
    shift = _shift(event, start, end, except_on, reader)
    if kind is Kind.LEAVE:
        return ImportLine(event.number, exceptions=tuple(_times(shift, reader)))
    _require_to_come(shift, reader)
    return ImportLine(event.number, shift=shift)


def _require_readable(event: CalendarEvent) -> None:
    if event.broken:
        text = f"Cet événement ne se lit pas ({', '.join(event.broken)})."
        raise _Rejected(Reason("calendar.broken", text))
    if event.start is None:
        raise _Rejected(Reason("calendar.no_start", "Cet événement ne dit pas quand il commence."))
    if event.is_cancelled:
        raise _Rejected(Reason("calendar.cancelled", "Cet événement est annulé."))
    if event.has_other_dates or len(event.rules) > 1:
        text = "Des dates choisies une à une (RDATE) ou deux règles de répétition ne sont pas reprises."
        raise _Rejected(Reason("calendar.rdate", text))


def _kind_of(event: CalendarEvent, reader: Reader) -> Kind:
    """Our own categories decide; else the meaning of the calendar, in which whole days are leave."""
    if "LEAVE" in event.categories:
        return Kind.LEAVE
    if event.categories & {"SHIFT", "EXTRA"}:
        return Kind.EXTRA
    is_day = event.start is not None and event.start.is_day
    return Kind.LEAVE if is_day or reader.meaning is Meaning.LEAVE else Kind.EXTRA


def _bounds(event: CalendarEvent, reader: Reader) -> tuple[Moment, Moment]:
    """First and last moment, both on the wall of the first one's zone."""
    first = event.start
    if first is None:
        raise _Rejected(Reason("calendar.no_start", "Cet événement ne dit pas quand il commence."))
    start = replace(first, zone=first.zone or reader.territory.zone.key)
    zone = _zone(start.zone)
    try:
        if event.end is not None:
            theirs = _zone(event.end.zone or start.zone)
            wall = event.end.wall
            if theirs.key != zone.key:
                wall = instant_of(wall, theirs).astimezone(zone).replace(tzinfo=None, fold=0)
        else:
            wall = start.wall + (event.lasts if event.lasts is not None else _DAY * start.is_day)
    except OverflowError:
        raise _Rejected(_length("Cet événement est trop loin ou trop long.")) from None
    if wall <= start.wall:
        raise _Rejected(_length("Cet événement ne dure pas, ou finit avant de commencer."))
    return start, replace(start, wall=wall)


def _zone(name: str) -> ZoneInfo:
    try:
        return parse_zone(name)
    except ValueError:
        text = "Le fuseau horaire de cet événement n'est pas connu."
        raise _Rejected(Reason("calendar.zone", text)) from None


def _length(text: str) -> Reason:
    return Reason("calendar.length", text)


def _day_on_wall(moment: Moment, start: Moment) -> date:
    """The day of an excluded time, on the wall where the event begins."""
    if moment.is_day or not moment.zone or moment.zone == start.zone:
        return moment.wall.date()
    there = instant_of(moment.wall, _zone(moment.zone))
    return there.astimezone(_zone(start.zone)).date()


def _once(start: Moment, end: Moment, kind: Kind, reader: Reader) -> HoursException:
    zone = _zone(start.zone)
    try:
        interval = Interval(instant_of(start.wall, zone), instant_of(end.wall, zone))
        require_length(interval)
        require_near(civil_date(interval.start, reader.territory), reader.today)
    except Invalid as err:
        raise _Rejected(_translate(err)) from None
    except (ValueError, OverflowError):
        raise _Rejected(_length("Cet événement ne dure pas : l'horloge change à ce moment.")) from None
    if interval.end <= reader.now:
        raise _Rejected(_past())
    return _exception(kind, interval, reader)


def _exception(kind: Kind, interval: Interval, reader: Reader) -> HoursException:
    return HoursException(
        new_id(), reader.professional_id, kind, interval, source=Source.CALENDAR, import_id=reader.import_id
    )


def _shift(event: CalendarEvent, start: Moment, end: Moment, except_on: frozenset[date], reader: Reader) -> Shift:
    wall = start.wall.replace(second=0, microsecond=0)
    draft = ShiftDraft(
        first_on=wall.date(),
        start_minute=wall.hour * 60 + wall.minute,
        minutes=int((end.wall - wall) / timedelta(minutes=1)),
        rule=event.rules[0],
        zone=start.zone,
        except_on=except_on,
    )
    try:
        shift = make_shift(draft, reader.professional_id, zone=start.zone, today=reader.today)
    except Invalid as err:
        raise _Rejected(_translate(err)) from None
    return replace(shift, import_id=reader.import_id)


def _times(shift: Shift, reader: Reader) -> Iterator[HoursException]:
    """Leave that comes back, as the stretches of the year to come. Rejects one that comes back too often."""
    window = Interval(reader.now, reader.now + timedelta(days=LEAVE_AHEAD_DAYS))
    found: list[Interval] = []
    for interval in occurrences(shift, window):
        found.append(interval)
        if len(found) > MOST_TIMES_OF_LEAVE:
            text = f"Cette absence revient plus de {MOST_TIMES_OF_LEAVE} fois dans l'année : retirez plutôt la plage."
            raise _Rejected(Reason("calendar.too_often", text))
    if not found:
        raise _Rejected(_past())
    for interval in found:
        yield _exception(Kind.LEAVE, interval, reader)


def _require_to_come(shift: Shift, reader: Reader) -> None:
    """Rejects a rule that does not fall any more in the two years to come."""
    window = Interval(reader.now, reader.now + timedelta(days=800))
    if next(occurrences(shift, window), None) is None:
        raise _Rejected(_past())


def _past() -> Reason:
    return Reason("calendar.past", "Cet événement est passé, ou ne revient plus.")


def _translate(err: Invalid) -> Reason:
    """What hours may not be, said of an event."""
    reasons = {
        "experts.rule": Reason("calendar.rule", "La répétition de cet événement n'est pas acceptée."),
        "experts.date": Reason("calendar.date", "Cet événement est trop ancien ou trop lointain."),
        "experts.zone": Reason("calendar.zone", "Le fuseau horaire de cet événement n'est pas connu."),
    }
    return reasons.get(err.code, _length("Cet événement dure trop, ou trop peu."))


class _Known:
    """What the person has already, and what earlier events of the file added to it."""

    def __init__(self, reader: Reader) -> None:
        self._shifts = {_hours(one) for one in reader.shifts}
        self._stretches = {(one.kind, one.interval) for one in reader.exceptions}
        self._leave = union(one.interval for one in reader.exceptions if one.kind is Kind.LEAVE)

    def require_new(self, line: ImportLine) -> None:
        """Rejects what is there already, leave that overlaps leave, and more than a person may have."""
        if line.shift is not None and _hours(line.shift) in self._shifts:
            raise _Rejected(_known())
        for one in line.exceptions:
            if (one.kind, one.interval) in self._stretches:
                raise _Rejected(_known())
            if one.kind is Kind.LEAVE and self._covers(one.interval):
                raise _Rejected(Reason("calendar.overlap", "Cette absence en recouvre une autre."))
        self._add(line)

    def _add(self, line: ImportLine) -> None:
        shifts = len(self._shifts) + (line.shift is not None)
        if not check_number(shifts, len(self._stretches) + len(line.exceptions)).is_allowed:
            text = "Vous auriez trop de plages ou d'absences avec celle-ci."
            raise _Rejected(Reason("calendar.too_many_hours", text))
        if line.shift is not None:
            self._shifts.add(_hours(line.shift))
        for one in line.exceptions:
            self._stretches.add((one.kind, one.interval))
            if one.kind is Kind.LEAVE:
                insort(self._leave, one.interval)

    def _covers(self, interval: Interval) -> bool:
        """Is leave there at some instant of it? What is kept is apart: only its neighbours can be."""
        place = bisect_left(self._leave, interval)
        return any(one.overlaps(interval) for one in self._leave[max(0, place - 1) : place + 1])


def _known() -> Reason:
    return Reason("calendar.known", "Cet événement est déjà là.")


def _hours(one: Shift) -> tuple[object, ...]:
    """What a shift says, whoever's import it is of."""
    return one.first_on, one.start_minute, one.minutes, one.zone, one.rule, one.except_on


def still_fits(wanted: Sequence[HoursException], known: Sequence[HoursException]) -> bool:
    """Does no leave of `wanted` overlap leave that is there by now?"""
    leave = union(one.interval for one in known if one.kind is Kind.LEAVE)
    return not any(one.kind is Kind.LEAVE and any(other.overlaps(one.interval) for other in leave) for one in wanted)
