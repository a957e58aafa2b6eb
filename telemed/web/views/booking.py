"""Rendez-vous: the list of a day, one appointment and the life of its link, and the booking form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from telemed.web.views.frame import NOTHING_TYPED, Badge, Choice, Form


@dataclass(frozen=True)
class BookingLine:
    """One appointment in a list."""

    address: str
    planned_at: datetime
    minutes: int
    patient: str
    age: int | None
    doctor: str
    state: Badge
    link: Badge


@dataclass(frozen=True)
class BookingsView:
    """The appointments of one day."""

    day: date
    lines: tuple[BookingLine, ...]
    previous_address: str
    next_address: str
    today_address: str
    next_page: str = ""


@dataclass(frozen=True)
class BookingFormView:
    """A new appointment. `patient` is set when the person was chosen beforehand."""

    form: Form
    doctors: tuple[Choice, ...]
    channels: tuple[Choice, ...]
    durations: tuple[Choice, ...] = ()
    matches: tuple[Choice, ...] = ()
    patient: str = ""
    is_arrival: bool = False
    asks_season: bool = False
    asks_override: bool = False
    free: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sending:
    """One attempt to hand the link over."""

    channel: str
    recipient: str
    at: datetime
    state: Badge
    explanation: str = ""


@dataclass(frozen=True)
class LinkCard:
    """The patient's link: its state, its sendings, and what may be done with it."""

    state: Badge
    explanation: str
    expires_at: datetime | None
    sendings: tuple[Sending, ...] = ()
    opened_at: datetime | None = None
    may_send: bool = True
    may_revoke: bool = False


@dataclass(frozen=True)
class BookingView:
    """One appointment, without clinical content."""

    act_id: str
    planned_at: datetime | None
    minutes: int
    patient: str
    age: int | None
    patient_address: str
    phone: str
    email: str
    channels: tuple[str, ...]
    doctor: str
    state: Badge
    link: LinkCard
    move_form: Form = NOTHING_TYPED
    may_move: bool = False
    may_cancel: bool = False
    is_cancelled: bool = False
    may_mark_absent: bool = False
    asks_season: bool = False
    call_address: str = ""
