"""Aujourd'hui: who waits now, who comes, what is left to finish."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from telemed.web.views.frame import Badge


class Light(StrEnum):
    """What is known of a patient's device or file."""

    YES = "yes"
    NO = "no"
    MIDDLING = "middling"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Lights:
    """The marks beside a waiting patient."""

    identity: Light = Light.UNKNOWN
    consent: Light = Light.UNKNOWN
    camera: Light = Light.UNKNOWN
    network: Light = Light.UNKNOWN


@dataclass(frozen=True)
class WaitingLine:
    """One patient in the waiting room. `planned_at` is None for an unprogrammed arrival."""

    act_id: str
    patient: str
    age: int | None
    planned_at: datetime | None
    waiting_since: datetime
    lights: Lights
    may_admit: bool = True
    is_present: bool = True
    is_in_call: bool = False


@dataclass(frozen=True)
class UpcomingLine:
    """A booked act whose patient is not there yet."""

    act_id: str
    patient: str
    age: int | None
    planned_at: datetime | None
    minutes: int
    link: Badge
    booking_address: str


@dataclass(frozen=True)
class UnfinishedLine:
    """An act that was held and still lacks something."""

    act_id: str
    patient: str
    held_at: datetime
    what: str
    address: str


@dataclass(frozen=True)
class CapLine:
    """The cap of the year in one line; ratios are parts of one, None while what is done elsewhere is unknown."""

    year: int
    ratio: float | None
    limit: float
    projection: float | None
    badge: Badge


@dataclass(frozen=True)
class TodayView:
    """A doctor's day. `is_clinical` is false for a secretary, who sees neither reports nor the cap."""

    waiting: tuple[WaitingLine, ...] = ()
    upcoming: tuple[UpcomingLine, ...] = ()
    unfinished: tuple[UnfinishedLine, ...] = ()
    cap: CapLine | None = None
    is_clinical: bool = True
    version: str = ""
