"""The only module that reads the time, and the civil day of each territory."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo


class Territory(StrEnum):
    """Where a professional practises: it fixes the civil day of an act (trap 31) and its tariff (trap 33)."""

    METROPOLE = "metropole"
    GUADELOUPE = "guadeloupe"
    MARTINIQUE = "martinique"
    GUYANE = "guyane"
    LA_REUNION = "la_reunion"
    MAYOTTE = "mayotte"

    @property
    def zone(self) -> ZoneInfo:
        return _ZONES[self]


_ZONES = {
    Territory.METROPOLE: ZoneInfo("Europe/Paris"),
    Territory.GUADELOUPE: ZoneInfo("America/Guadeloupe"),
    Territory.MARTINIQUE: ZoneInfo("America/Martinique"),
    Territory.GUYANE: ZoneInfo("America/Cayenne"),
    Territory.LA_REUNION: ZoneInfo("Indian/Reunion"),
    Territory.MAYOTTE: ZoneInfo("Indian/Mayotte"),
}


class Clock(Protocol):
    """What tells the time. `now` is aware, in UTC; `monotonic` counts seconds for durations only."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class FrozenClock:
    """A clock that moves only when told to: shipped for tests and for replaying a day."""

    def __init__(self, now: datetime) -> None:
        self._now = require_aware(now).astimezone(UTC)
        self._elapsed = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._elapsed

    def advance(self, by: timedelta) -> None:
        """Move forward; time never goes back. Raises ValueError on a negative step."""
        if by < timedelta(0):
            raise ValueError("a clock does not go back")
        self._now += by
        self._elapsed += by.total_seconds()

    def move_to(self, instant: datetime) -> None:
        self.advance(require_aware(instant) - self._now)


def require_aware(instant: datetime) -> datetime:
    """The same instant. Raises ValueError if it carries no offset."""
    if instant.utcoffset() is None:
        raise ValueError("an instant needs an offset")
    return instant


def parse_instant(text: str) -> datetime:
    """The instant that a text names with its offset, in UTC. Raises ValueError on any other text, and where the
    calendar ends."""
    try:
        return require_aware(datetime.fromisoformat(text)).astimezone(UTC)
    except OverflowError:
        raise ValueError("this instant is beyond the calendar") from None


def civil_date(instant: datetime, territory: Territory) -> date:
    """The day on the wall calendar of `territory` at `instant` (aware)."""
    return require_aware(instant).astimezone(territory.zone).date()


def civil_year(instant: datetime, territory: Territory) -> int:
    """The civil year of `territory` at `instant` (aware)."""
    return civil_date(instant, territory).year


def resolve_local(wall: datetime, territory: Territory) -> datetime:
    """The UTC instant of a wall time (naive) in `territory`.

    Raises ValueError for a time that the clock skips (the last Sunday of March) and for one that it
    shows twice (the last Sunday of October) unless `wall.fold` was set on purpose: see `is_ambiguous`.
    """
    if wall.tzinfo is not None:
        raise ValueError("a wall time carries no offset")
    aware = wall.replace(tzinfo=territory.zone)
    instant = aware.astimezone(UTC)
    if instant.astimezone(territory.zone).replace(tzinfo=None, fold=0) != wall.replace(fold=0):
        raise ValueError("this time does not exist: the clock skips it that night")
    return instant


def is_ambiguous(wall: datetime, territory: Territory) -> bool:
    """Does the clock of `territory` show this wall time (naive) twice?"""
    first = wall.replace(tzinfo=territory.zone, fold=0)
    second = wall.replace(tzinfo=territory.zone, fold=1)
    return first.utcoffset() != second.utcoffset() and first.astimezone(UTC).astimezone(territory.zone).replace(
        tzinfo=None, fold=0
    ) == wall.replace(fold=0)


def day_bounds(day: date, territory: Territory) -> tuple[datetime, datetime]:
    """First instant of `day` in `territory` and of the next day, in UTC: 23, 24 or 25 hours apart."""
    start = datetime(day.year, day.month, day.day, tzinfo=territory.zone)
    after = day + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=territory.zone)
    return start.astimezone(UTC), end.astimezone(UTC)
