"""Mes disponibilités: whether and when one may be asked; and lines, with who answers in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from telemed.web.views.frame import NOTHING_TYPED, Badge, Choice, Form


@dataclass(frozen=True)
class HoursLine:
    """A shift or an absence in words, and the address that removes it."""

    words: str
    note: str
    remove_address: str


@dataclass(frozen=True)
class OpenDay:
    """When one may be asked on a day: `14 h – 16 h`, with the line's name if it is a line's."""

    day: date
    spans: tuple[str, ...]


@dataclass(frozen=True)
class PresenceCard:
    """« Disponible maintenant »: until when, None when one is not."""

    until: datetime | None


@dataclass(frozen=True)
class AvailabilityView:
    """`may_answer` is false for a profession that asks and does not answer: only its notices are shown."""

    may_answer: bool
    specialty: str
    presence: PresenceCard
    profile_form: Form
    hours_form: Form
    away_form: Form
    notice_form: Form
    skills: tuple[Choice, ...] = ()
    lines: tuple[Choice, ...] = ()
    shifts: tuple[HoursLine, ...] = ()
    absences: tuple[HoursLine, ...] = ()
    extras: tuple[HoursLine, ...] = ()
    days: tuple[OpenDay, ...] = ()
    is_open: bool = False


@dataclass(frozen=True)
class CalendarView:
    """What a calendar would bring, or brought: each event in words, and each that was left out with its reason."""

    base: str
    accepted: tuple[str, ...]
    accepted_count: int
    rejected: tuple[Choice, ...]
    rejected_count: int
    is_waiting: bool
    is_kept: bool
    form: Form = NOTHING_TYPED


@dataclass(frozen=True)
class LineCard:
    """A line in the list: `state` says what I am in it."""

    name: str
    specialty: str
    state: Badge
    address: str
    join_address: str = ""
    leave_address: str = ""


@dataclass(frozen=True)
class LinesView:
    """The lines that one answers in, looks after, or is asked to join."""

    lines: tuple[LineCard, ...]
    form: Form
    specialties: tuple[Choice, ...]


@dataclass(frozen=True)
class MemberLine:
    """Someone of a line, with his hours in it; `remove_address` is empty for whoever may not take him out."""

    name: str
    state: Badge
    shifts: tuple[HoursLine, ...]
    load: str = ""
    remove_address: str = ""


@dataclass(frozen=True)
class RosterDay:
    """Who answers on a day: a name and his spans."""

    day: date
    people: tuple[Choice, ...]


@dataclass(frozen=True)
class Figure:
    """One figure of a line: what it counts, and the figure in words."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class LineView:
    """A line: who answers when, who is in it, how it does. Forms are for its managers."""

    base: str
    name: str
    specialty: str
    managers: str
    is_managed: bool
    is_member: bool
    is_closed: bool
    roster: tuple[RosterDay, ...]
    members: tuple[MemberLine, ...]
    form: Form
    member_choices: tuple[Choice, ...] = ()
    specialties: tuple[Choice, ...] = ()
    candidates: tuple[Choice, ...] = ()
    is_searched: bool = False
    figures: tuple[Figure, ...] = ()
    since: datetime | None = None
