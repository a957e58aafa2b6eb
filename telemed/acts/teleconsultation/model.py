"""States, facts and the one table of transitions of a teleconsultation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from telemed.kernel.clock import Territory
from telemed.kernel.period import Interval


class State(StrEnum):
    """Where a teleconsultation stands. `finished`: the call is over, the report is owed."""

    BOOKED = "booked"
    WAITING = "waiting"
    IN_CALL = "in_call"
    FINISHED = "finished"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class Step(StrEnum):
    """What moves it from one state to another."""

    MOVE = "move"
    CANCEL = "cancel"
    RESTORE = "restore"
    ARRIVE = "arrive"
    ADMIT = "admit"
    FINISH = "finish"
    RESUME = "resume"
    CLOSE = "close"
    MARK_ABSENT = "mark_absent"


TRANSITIONS: Mapping[tuple[State, Step], State] = MappingProxyType(
    {
        (State.BOOKED, Step.MOVE): State.BOOKED,
        (State.BOOKED, Step.CANCEL): State.CANCELLED,
        (State.BOOKED, Step.ARRIVE): State.WAITING,
        (State.BOOKED, Step.MARK_ABSENT): State.NO_SHOW,
        (State.WAITING, Step.ARRIVE): State.WAITING,
        (State.WAITING, Step.CANCEL): State.CANCELLED,
        (State.WAITING, Step.ADMIT): State.IN_CALL,
        (State.WAITING, Step.MARK_ABSENT): State.NO_SHOW,
        (State.IN_CALL, Step.FINISH): State.FINISHED,
        (State.FINISHED, Step.RESUME): State.IN_CALL,
        (State.FINISHED, Step.CLOSE): State.CLOSED,
        (State.CANCELLED, Step.RESTORE): State.BOOKED,
        (State.NO_SHOW, Step.ARRIVE): State.WAITING,
    }
)

OPEN_STATES = frozenset({State.BOOKED, State.WAITING, State.IN_CALL, State.FINISHED})
HOLDS_ITS_SLOT = frozenset({State.BOOKED, State.WAITING, State.IN_CALL, State.FINISHED, State.CLOSED})


def next_state(state: State, step: Step) -> State | None:
    """The state after a step; None if the table does not hold it."""
    return TRANSITIONS.get((state, step))


class Kind(StrEnum):
    """Booked for a time, or taken in a doctor's queue as people come."""

    PROGRAMMED = "programmed"
    UNPROGRAMMED = "unprogrammed"


class PlaceKind(StrEnum):
    """Where the patient is during the call."""

    HOME = "home"
    CARE_HOME = "care_home"
    PHARMACY = "pharmacy"
    WORKPLACE = "workplace"
    OTHER = "other"


@dataclass(frozen=True, repr=False)
class Place:
    """The patient's exact location, in words that an ambulance could use, and a phone that rings there (R-3)."""

    kind: PlaceKind
    description: str
    phone: str
    confirmed_at: datetime


class TraitsAnswer(StrEnum):
    """What was said of the five strict traits that were read out or shown."""

    CONFIRMED = "confirmed"
    CONTESTED = "contested"


@dataclass(frozen=True)
class TraitsConfirmation:
    """Who said that the traits on record are, or are not, those of the person: the patient, or the professional."""

    answer: TraitsAnswer
    at: datetime
    by_patient: bool


class IdentityMethod(StrEnum):
    """How the professional checked during the call who was in front of the camera."""

    TRAITS_STATED = "traits_stated"
    DOCUMENT_ON_CAMERA = "document_on_camera"
    KNOWN_PATIENT = "known_patient"


@dataclass(frozen=True)
class IdentityCheck:
    """The check of the call (R-3, R-4…R-6): it validates no identity by itself."""

    method: IdentityMethod
    at: datetime
    by: UUID


class Readiness(StrEnum):
    """Verdict of a device check of the patient's page."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class DeviceCheck:
    """What the patient's browser said of its camera, microphone and network, and when."""

    camera: Readiness
    microphone: Readiness
    network: Readiness
    at: datetime


class FinishReason(StrEnum):
    """Why the professional ended the call."""

    COMPLETED = "completed"
    TECHNICAL_FAILURE = "technical_failure"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    REDIRECTED = "redirected"


@dataclass(frozen=True)
class Coverage:
    """What the doctor states about the reimbursement of the act (R-28), and how it is to be paid.

    `alternates` is None outside a regular follow-up; `invoked` holds codes of exceptions of the law; `has_overrun`:
    the doctor asks for more than the tariff, and `fee_cents` says how much.
    """

    follows_pathway: bool
    is_within_territory: bool
    alternates: bool | None = None
    invoked: frozenset[str] = frozenset()
    has_overrun: bool = False
    is_tiers_payant: bool = False
    fee_cents: int | None = None


@dataclass(frozen=True, repr=False)
class LeaveAnswer:
    """A sick leave prescribed in the act (R-27); `ongoing_…` is the leave in course, whoever wrote it."""

    first_day: date
    last_day: date
    ongoing_first_day: date | None = None
    ongoing_last_day: date | None = None
    justification: str = ""


@dataclass(frozen=True, repr=False)
class Teleconsultation:
    """One teleconsultation. `version` grows at each change: a change made on an older one is refused.

    `slot` is when it was booked for, None in a queue; `motive` is the patient's own words. `started_at` is the
    first admission: an interrupted and resumed session is one act.
    """

    id: UUID
    practice_id: UUID
    professional_id: UUID
    patient_id: UUID
    territory: Territory
    kind: Kind
    state: State
    room: str
    version: int
    booked_at: datetime
    booked_by: UUID | None
    slot: Interval | None
    motive: str = ""
    arrived_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    finish_reason: FinishReason | None = None
    closed_at: datetime | None = None
    cancelled_at: datetime | None = None
    place: Place | None = None
    traits_confirmation: TraitsConfirmation | None = None
    identity_check: IdentityCheck | None = None
    device_check: DeviceCheck | None = None
    notes: str = ""
    coverage: Coverage | None = None
    sick_leave: LeaveAnswer | None = None
    document_id: UUID | None = None


class Seat(StrEnum):
    """The two seats of the room of a teleconsultation."""

    DOCTOR = "doctor"
    PATIENT = "patient"


@dataclass(frozen=True)
class ContinuityEntry:
    """One line of the continuity ledger. `seat_at` is the far end's own clock where it reports."""

    seat: str
    kind: str
    source: str
    at: datetime
    seat_at: datetime | None = None
    stream: str = ""
    sequence: int = 0
    details: Mapping[str, str | int | float | bool] = field(default_factory=dict)


@dataclass(frozen=True)
class OpeningHours:
    """When a professional offers slots: on `weekday` (0 is Monday), local time of his place of practice."""

    weekday: int
    opens_at: time
    closes_at: time
    slot_minutes: int


@dataclass(frozen=True)
class FreeSlot:
    """A time that may be booked."""

    interval: Interval


LINK_LIFE_AFTER_SLOT = timedelta(hours=12)
LINK_LIFE_UNPROGRAMMED = timedelta(hours=12)
VISIT_SESSION_LIFE = timedelta(hours=12)
RESUME_WINDOW = timedelta(minutes=10)
UNDO_WINDOW = timedelta(minutes=10)
