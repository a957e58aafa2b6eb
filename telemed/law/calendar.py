"""Public holidays and working days (« jours ouvrés ») of each part of France, from the law of each day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum

from telemed.kernel.clock import Territory
from telemed.law.holidays import parse_holiday
from telemed.law.parameter import DatedValue, LawOfDay, NotEstablished

NATIONAL = "calendar/holidays/national"
ABOLITION = "calendar/holidays/abolition"
ALSACE_MOSELLE = "calendar/holidays/alsace_moselle"
GOOD_FRIDAY = "calendar/holidays/good_friday"
SATURDAY = "calendar/saturday_is_working_day"

_SATURDAY, _SUNDAY = 5, 6


class CalendarZone(StrEnum):
    """Where the same days are holidays. A practice of Alsace or Moselle says so itself: it is in `metropole`
    for its tariffs and its clock. There, Good Friday is a holiday only in a commune that has a Protestant
    temple or a church of both confessions.
    """

    METROPOLE = "metropole"
    ALSACE_MOSELLE = "alsace_moselle"
    ALSACE_MOSELLE_WITHOUT_TEMPLE = "alsace_moselle_without_temple"
    GUADELOUPE = "guadeloupe"
    MARTINIQUE = "martinique"
    GUYANE = "guyane"
    LA_REUNION = "la_reunion"
    MAYOTTE = "mayotte"

    @property
    def territory(self) -> Territory:
        """The territory whose clock and tariffs the zone follows."""
        return _TERRITORIES.get(self) or Territory(self.value)


_TERRITORIES = {
    CalendarZone.ALSACE_MOSELLE: Territory.METROPOLE,
    CalendarZone.ALSACE_MOSELLE_WITHOUT_TEMPLE: Territory.METROPOLE,
}


def find_zone(territory: Territory) -> CalendarZone:
    """The zone of a practice that has said nothing else than its territory."""
    return CalendarZone(territory.value)


def find_holiday(day: date, zone: CalendarZone, law: LawOfDay) -> str | None:
    """The French name of the public holiday of that day in that zone, under the law of that very day; or None."""
    for value in _holidays(day, zone, law):
        for code, name in value.labels.items():
            if parse_holiday(code).falls_on(day):
                return name
    return None


def is_working_day(day: date, zone: CalendarZone, law: LawOfDay) -> bool:
    """Is it a « jour ouvré »: neither a Sunday, nor a holiday there, nor a Saturday unless the law counts it?

    Raises NotInForce for a day before the lists of holidays that we hold.
    """
    if day.weekday() == _SUNDAY or (day.weekday() == _SATURDAY and not law.on(day).value(SATURDAY).flag):
        return False
    return find_holiday(day, zone, law) is None


def add_working_days(day: date, days: int, zone: CalendarZone, law: LawOfDay) -> date:
    """The last day of a delay of `days` working days that starts on `day`, which does not count itself.

    Two working days from a Friday end on Tuesday (trap 29); from the Saturday or the Sunday after it too.
    Raises ValueError unless `days` is at least one.
    """
    if days < 1:
        raise ValueError("a delay is of one working day at least")
    left = days
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day, zone, law)
    return day


def _holidays(day: date, zone: CalendarZone, law: LawOfDay) -> Iterator[DatedValue]:
    then = law.on(day)
    yield then.value(NATIONAL)
    if zone in _TERRITORIES:
        yield then.value(ALSACE_MOSELLE)
    if zone is CalendarZone.ALSACE_MOSELLE:
        yield then.value(GOOD_FRIDAY)
    local = _find_local(zone, then)
    if local is not None:
        yield local


def _find_local(zone: CalendarZone, law: LawOfDay) -> DatedValue | None:
    """The overseas days; none in a territory that the text does not name."""
    try:
        return law.find(ABOLITION, zone.territory)
    except NotEstablished:
        return None
