"""A follow-up and what is written around it: prescriptions, thresholds, team, papers, sessions, months, history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from telemed.acts.telemonitoring.model.evidence import Thresholds
from telemed.acts.telemonitoring.model.follow_up import (
    FOLLOW_UP_STANDINGS,
    FollowUpActor,
    FollowUpState,
    FollowUpStep,
)
from telemed.acts.telemonitoring.model.rule import Side
from telemed.kernel.clock import Territory
from telemed.kernel.period import DayRange
from telemed.law.calendar import CalendarZone


@dataclass(frozen=True)
class Plan:
    """What the team writes in a draft. `hand_signals`: what the patient, or a nurse on the phone, keys by hand;
    `dmn` and `exploitant`: the listed device and who supplies it, as their papers name them."""

    pathway: str
    silence_days: int
    territory: Territory
    dmn: str = ""
    exploitant: str = ""
    hand_signals: frozenset[str] = frozenset()
    exclusions: frozenset[str] = frozenset()
    is_tiers_payant: bool = False


@dataclass(frozen=True)
class FollowUp:
    """One patient on one pathway.

    `due_at` is what its owner owes; `wakes_at` when time has something to do with it. `prescribed_until` is the last
    day that a prescription covers; `months_done` how many months of it are closed.
    """

    id: UUID
    practice_id: UUID
    patient_id: UUID
    state: FollowUpState
    plan: Plan
    created_at: datetime
    due_at: datetime | None = None
    wakes_at: datetime | None = None
    started_on: date | None = None
    prescribed_until: date | None = None
    months_done: int = 0
    stays: tuple[DayRange, ...] = ()
    thresholds: Thresholds = field(default_factory=Thresholds)
    ended_at: datetime | None = None
    end_reason: EndReason | None = None
    version: int = 1

    @property
    def is_living(self) -> bool:
        return FOLLOW_UP_STANDINGS[self.state] is not None


class EndReason(StrEnum):
    """Why a follow-up is over."""

    GOAL_REACHED = "goal_reached"
    NOT_ADHERENT = "not_adherent"
    CARE_ELSEWHERE = "care_elsewhere"
    PATIENT_WISH = "patient_wish"
    DEATH = "death"
    OTHER = "other"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    NOT_RENEWED = "not_renewed"
    NOT_STARTED = "not_started"


@dataclass(frozen=True, repr=False)
class Prescription:
    """A prescription of the follow-up, or the renewal of one: never changed. `is_qualified`: may this prescriber
    prescribe this pathway, as whoever recorded it attests?"""

    id: UUID
    follow_up_id: UUID
    prescriber_name: str
    prescriber_rpps: str | None
    specialty_code: str | None
    is_qualified: bool
    prescribed_on: date
    days: DayRange
    recorded_by: UUID
    recorded_at: datetime
    renews: UUID | None = None


@dataclass(frozen=True, repr=False)
class ThresholdSetting:
    """A limit that a doctor set for a patient: a new one takes its place and erases nothing.

    `value` is in millionths of `unit`, that of the signal; None takes the limit away. It holds from `since` (the later
    of when it was set and when he wanted it) to `until` (excluded). `side` is the worrying one.
    """

    follow_up_id: UUID
    position: int
    name: str
    signal: str
    unit: str
    value: int | None
    side: Side | None
    since: datetime
    until: datetime | None
    author_id: UUID
    reason: str
    set_at: datetime


@dataclass(frozen=True, repr=False)
class SilenceSetting:
    """From `at` on, somebody is told after `days` days without data instead of `former_days`."""

    follow_up_id: UUID
    position: int
    former_days: int
    days: int
    reason: str
    by: UUID
    at: datetime


class TeamRole(StrEnum):
    """What somebody does in a follow-up. `responsible`: the doctor who answers for it and bills it, one at a time."""

    RESPONSIBLE = "responsible"
    DOCTOR = "doctor"
    CARER = "carer"


@dataclass(frozen=True)
class TeamMember:
    id: UUID
    follow_up_id: UUID
    professional_id: UUID
    role: TeamRole
    since: datetime
    until: datetime | None = None


class PaperKind(StrEnum):
    """What a practice must hold for its months to be billed (R-30)."""

    ARS_DECLARATION = "ars_declaration"
    CONVENTION = "convention"
    DMN_LISTING = "dmn_listing"


@dataclass(frozen=True)
class Paper:
    """A paper of a practice. `activity` None: of every activity. `name`: the number of a declaration, the exploitant
    of a convention, the code or brand of a listed device."""

    id: UUID
    practice_id: UUID
    kind: PaperKind
    activity: str | None
    name: str
    days: DayRange
    recorded_by: UUID
    recorded_at: datetime
    cancelled_at: datetime | None = None


Week = Mapping[int, tuple[tuple[time, time], ...]]


@dataclass(frozen=True)
class HoursSetting:
    """When the team of a practice looks, by weekday from 0 (Monday). `set_by` None: nobody said, these are ours.

    `calendar`: whose holidays are its days off, where they are not those of its territory (Alsace, Moselle).
    """

    practice_id: UUID
    week: Week
    set_by: UUID | None = None
    set_at: datetime | None = None
    calendar: CalendarZone | None = None


@dataclass(frozen=True, repr=False)
class EducationSession:
    """A session of therapeutic education or of training to the device. `topics` are codes; `note` is for the team."""

    id: UUID
    follow_up_id: UUID
    held_on: date
    minutes: int
    topics: tuple[EducationTopic, ...]
    note: str
    by: UUID
    recorded_at: datetime


class EducationTopic(StrEnum):
    """What was worked on."""

    DEVICE = "device"
    DISEASE = "disease"
    TREATMENT = "treatment"
    DIET = "diet"
    ACTIVITY = "activity"
    SIGNS = "signs"
    EMERGENCY = "emergency"


@dataclass(frozen=True)
class Month:
    """A month of a follow-up that is over, counted from its first day. `is_adherent` None: not one that is checked."""

    follow_up_id: UUID
    number: int
    days: DayRange
    expected: int
    received: int
    is_adherent: bool | None
    closed_at: datetime


@dataclass(frozen=True)
class IncreaseAsked:
    """From a month on, a doctor asks for the increased forfait of `level` 1 or 2, on `grounds` (codes of the arrêté);
    0: for none any more. `is_renewal`: he decides to go on after the first term (R-32)."""

    id: UUID
    follow_up_id: UUID
    level: int
    grounds: tuple[str, ...]
    is_renewal: bool
    from_month: int
    by: UUID
    at: datetime


@dataclass(frozen=True, repr=False)
class FollowUpMove:
    """One step of a follow-up, kept for ever. `day` is that of a departure or of a return."""

    follow_up_id: UUID
    position: int
    step: FollowUpStep
    start: FollowUpState
    end: FollowUpState
    actor: FollowUpActor
    at: datetime
    by: UUID | None = None
    day: date | None = None
    reason: str = field(default="")
