"""When a person answers: shifts that come back, leave, extra hours, and the openings that result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from telemed.experts.model.line import Line
from telemed.experts.model.profile import Profile
from telemed.kernel.clock import Territory
from telemed.kernel.period import Interval

KEPT_DAYS = 42
"""How far ahead openings are made."""
REFRESHED_BELOW_DAYS = 35
"""Openings that reach less far than this are made again by the daily job: five weeks are always known."""
SHORTEST_MINUTES = 5
LONGEST_SHIFT_MINUTES = 7 * 24 * 60
LONGEST_EXCEPTION_DAYS = 400
MOST_SHIFTS = 200
MOST_EXCEPTIONS = 2_000
FARTHEST_PAST_DAYS = 3_660
FARTHEST_FUTURE_DAYS = 1_830


class Kind(StrEnum):
    """An exception takes hours away, or adds some."""

    LEAVE = "leave"
    EXTRA = "extra"


class Source(StrEnum):
    """Who said so: the person or a manager, an imported calendar, another system by FHIR."""

    HAND = "hand"
    CALENDAR = "calendar"
    FHIR = "fhir"


@dataclass(frozen=True)
class Shift:
    """Hours on the wall clock of `zone`, from `start_minute` of `first_on` and for `minutes` of wall time.

    `rule` is an RRULE without its name, empty for once; `except_on` are days on which it does not begin. The end is
    read on the wall as well: 22:00 to 06:00 lasts seven hours in the night of March that has only twenty-three.
    """

    id: UUID
    professional_id: UUID
    first_on: date
    start_minute: int
    minutes: int
    zone: str
    rule: str = ""
    line_id: UUID | None = None
    except_on: frozenset[date] = frozenset()
    import_id: UUID | None = None

    @property
    def first_wall(self) -> datetime:
        """When it first begins, on the wall clock of its zone (naive)."""
        return datetime.combine(self.first_on, time()) + timedelta(minutes=self.start_minute)


@dataclass(frozen=True)
class HoursException:
    """Leave or extra hours. `identifier` is another system's name for it, one of its own per person."""

    id: UUID
    professional_id: UUID
    kind: Kind
    interval: Interval
    line_id: UUID | None = None
    source: Source = Source.HAND
    identifier: str | None = None
    import_id: UUID | None = None


@dataclass(frozen=True)
class Opening:
    """A person can answer, from `interval.start` to `interval.end`; in the name of a line, or his own."""

    professional_id: UUID
    line_id: UUID | None
    specialty_code: str
    territory: Territory
    interval: Interval


@dataclass(frozen=True)
class Roster:
    """All that decides when one person can answer. `lines` are those that he joined and that are not closed."""

    profile: Profile
    lines: Mapping[UUID, Line] = field(default_factory=dict)
    shifts: tuple[Shift, ...] = ()
    exceptions: tuple[HoursException, ...] = ()


def window_at(now: datetime) -> Interval:
    """What is kept at `now`: from the UTC midnight before it, for `KEPT_DAYS` days."""
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return Interval(start, start + timedelta(days=KEPT_DAYS))
