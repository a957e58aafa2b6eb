"""What professionals send about follow-ups."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from telemed.acts.telemonitoring.model.care import EducationTopic, EndReason, PaperKind, TeamRole, Week
from telemed.acts.telemonitoring.model.rule import Side
from telemed.acts.telemonitoring.model.units import MILLION
from telemed.acts.telemonitoring.service.follow_ups import Equipment, PlanDraft, PrescriptionDraft
from telemed.acts.telemonitoring.service.practices import PaperDraft
from telemed.acts.telemonitoring.service.thresholds import LimitDraft
from telemed.kernel.clock import Territory
from telemed.kernel.period import DayRange
from telemed.law.calendar import CalendarZone
from telemed.professionals.model import find_specialty


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("ce texte tient sur une ligne, sans caractère invisible")
    return text


def _known_specialty(code: str) -> str:
    if find_specialty(code) is None:
        raise ValueError("cette spécialité n'est pas connue")
    return code


Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]
Instant = Annotated[
    AwareDatetime,
    Field(ge=datetime.fromisoformat("2000-01-01T00:00:00Z"), le=datetime.fromisoformat("2200-01-01T00:00:00Z")),
]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
Words = Annotated[str, Field(max_length=2_000)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_one_line)]
FilledLine = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_one_line)
]
Code = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,59}$")]
Unit = Annotated[str, Field(min_length=1, max_length=30)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
SilenceDays = Annotated[int, Field(ge=1, le=366, description="The pathway's number of days, or fewer.")]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", max_length=5)]
Value = Annotated[Decimal, Field(ge=-1_000_000_000, le=1_000_000_000, max_digits=16, decimal_places=6)]


class Input(BaseModel):
    """A body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class PlanIn(Input):
    """What a draft says. `hand_signals`: what the patient, or a nurse on the phone, keys by hand."""

    pathway: Code
    silence_days: SilenceDays | None = None
    territory: Territory | None = None
    dmn: Line = ""
    exploitant: Line = ""
    hand_signals: Annotated[list[Code], Field(max_length=50)] = []
    exclusions: Annotated[list[Code], Field(max_length=20)] = []
    is_tiers_payant: bool = False

    def to_draft(self) -> PlanDraft:
        return PlanDraft(
            pathway=self.pathway,
            silence_days=self.silence_days,
            territory=self.territory,
            dmn=self.dmn,
            exploitant=self.exploitant,
            hand_signals=frozenset(self.hand_signals),
            exclusions=frozenset(self.exclusions),
            is_tiers_payant=self.is_tiers_payant,
        )


class FollowUpIn(PlanIn):
    """A new draft about a patient of one's practice."""

    patient_id: UUID


class PlanEditIn(PlanIn):
    """A draft, on the version that was read."""

    version: Version


class EquipmentIn(Input):
    """What a follow-up is done with, on the version that was read."""

    dmn: Line = ""
    exploitant: Line = ""
    hand_signals: Annotated[list[Code], Field(max_length=50)] = []
    is_tiers_payant: bool = False
    version: Version

    def to_equipment(self) -> Equipment:
        return Equipment(self.dmn, self.exploitant, frozenset(self.hand_signals), self.is_tiers_payant)


class PrescriptionIn(Input):
    """A prescription, or a renewal. `is_qualified`: whoever records it attests that this prescriber may prescribe this
    pathway (for a cardiac implant, a cardiologist competent in rhythmology)."""

    prescriber_name: FilledLine
    prescriber_rpps: Annotated[str, Field(pattern="^[0-9]{11}$")] | None = None
    specialty_code: Annotated[str, Field(max_length=20), AfterValidator(_known_specialty)] | None = None
    is_qualified: bool
    prescribed_on: Day
    first_day: Day
    last_day: Day

    def to_draft(self) -> PrescriptionDraft:
        return PrescriptionDraft(**self.model_dump())


class SuspensionIn(Input):
    """The patient is cared for elsewhere, from a day on."""

    first_day: Day
    reason: Words = ""


class ReturnIn(Input):
    """The day on which the patient came back."""

    day: Day


class KeepIn(Input):
    """Why a doctor goes on with a patient whose data seldom come."""

    reason: Reason


class StopIn(Input):
    """Why it ends. `reason` is for the team."""

    end_reason: Annotated[EndReason, Field(description="One of those that people choose.")]
    reason: Words = ""

    @model_validator(mode="after")
    def _said_by_people(self) -> Self:
        if self.end_reason in (EndReason.NOT_RENEWED, EndReason.NOT_STARTED, EndReason.CONSENT_WITHDRAWN):
            raise ValueError("ce motif ne se choisit pas")
        return self


class LimitIn(Input):
    """One limit, in any unit that its signal is read in. `value` null takes it away; `since` null: from now on."""

    name: Code
    signal: Code
    unit: Unit
    value: Value | None
    side: Side | None = None
    since: Instant | None = None
    until: Instant | None = None

    def to_draft(self) -> LimitDraft:
        value = None if self.value is None else int(self.value * MILLION)
        return LimitDraft(self.name, self.signal, self.unit, value, self.side, self.since, self.until)


class LimitsIn(Input):
    """Limits set together, for one reason."""

    limits: Annotated[list[LimitIn], Field(min_length=1, max_length=50)]
    reason: Reason


class SilenceIn(Input):
    """After how many days without data somebody is told, and why it changes."""

    days: SilenceDays
    version: Version
    reason: Words = ""


class IncreaseIn(Input):
    """The increased forfait of level 1 or 2, on the arrêté's grounds (`III-1`…), or 0 to ask no more."""

    level: Annotated[int, Field(ge=0, le=2)]
    grounds: Annotated[
        list[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,19}$")]], Field(max_length=20)
    ] = []
    is_renewal: bool = False


class TeamRoleIn(Input):
    """What somebody does in a follow-up."""

    role: TeamRole


class EducationIn(Input):
    """A session that was held."""

    held_on: Day
    minutes: Annotated[int, Field(ge=1, le=1440)]
    topics: Annotated[list[EducationTopic], Field(min_length=1, max_length=20)]
    note: Words = ""


class PaperIn(Input):
    """A declaration (`name`: its number), a convention (the exploitant), a listing (code or brand of the device)."""

    kind: PaperKind
    activity: Code | None = None
    name: FilledLine
    first_day: Day
    last_day: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_day is not None and self.last_day < self.first_day:
            raise ValueError("le dernier jour vient après le premier")
        return self

    def to_draft(self) -> PaperDraft:
        return PaperDraft(self.kind, self.activity, self.name, DayRange(self.first_day, self.last_day))


class StretchIn(Input):
    """From a wall time to another of the same day."""

    start: TimeOfDay
    end: TimeOfDay


class DayHoursIn(Input):
    """The hours of one day of the week; 0 is Monday."""

    weekday: Annotated[int, Field(ge=0, le=6)]
    stretches: Annotated[list[StretchIn], Field(max_length=10)]


class HoursIn(Input):
    """A week; a day that is not there is a day off."""

    week: Annotated[list[DayHoursIn], Field(max_length=7)]
    calendar: CalendarZone | None = None

    @model_validator(mode="after")
    def _each_day_once(self) -> Self:
        if len({day.weekday for day in self.week}) < len(self.week):
            raise ValueError("chaque jour de la semaine se dit une fois")
        return self

    def to_week(self) -> Week:
        return {
            day.weekday: tuple((time.fromisoformat(one.start), time.fromisoformat(one.end)) for one in day.stretches)
            for day in self.week
        }
