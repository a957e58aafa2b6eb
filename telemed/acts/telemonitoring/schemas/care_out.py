"""What is answered about follow-ups."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from telemed.acts.telemonitoring.model.care import (
    EducationSession,
    EducationTopic,
    EndReason,
    FollowUp,
    FollowUpMove,
    IncreaseAsked,
    Month,
    Prescription,
    SilenceSetting,
    TeamMember,
    TeamRole,
    ThresholdSetting,
)
from telemed.acts.telemonitoring.model.follow_up import (
    FOLLOW_UP_STANDINGS,
    FollowUpActor,
    FollowUpDue,
    FollowUpState,
    FollowUpStep,
)
from telemed.acts.telemonitoring.model.rule import Side
from telemed.acts.telemonitoring.model.units import MILLION
from telemed.api.problems import ProblemReason, to_reason
from telemed.kernel.clock import Territory
from telemed.kernel.decision import Decision
from telemed.kernel.period import DayRange


class DaysOut(BaseModel):
    """Civil days, both included; `last_day` null while no end is known."""

    first_day: date
    last_day: date | None

    @classmethod
    def of(cls, days: DayRange) -> Self:
        return cls(first_day=days.first_day, last_day=days.last_day)


class FollowUpOut(BaseModel):
    """Where a follow-up stands: no measure, no limit."""

    id: UUID
    patient_id: UUID
    pathway: str
    state: FollowUpState
    owner: FollowUpActor | None
    due: FollowUpDue | None
    due_at: datetime | None
    territory: Territory
    silence_days: int
    dmn: str
    exploitant: str
    hand_signals: list[str]
    exclusions: list[str]
    is_tiers_payant: bool
    created_at: datetime
    started_on: date | None
    prescribed_until: date | None
    months_done: int
    stays: list[DaysOut]
    ended_at: datetime | None
    end_reason: EndReason | None
    version: int

    @classmethod
    def of(cls, follow_up: FollowUp) -> Self:
        standing, plan = FOLLOW_UP_STANDINGS[follow_up.state], follow_up.plan
        return cls(
            id=follow_up.id,
            patient_id=follow_up.patient_id,
            pathway=plan.pathway,
            state=follow_up.state,
            owner=standing.owner if standing else None,
            due=standing.due if standing else None,
            due_at=follow_up.due_at,
            territory=plan.territory,
            silence_days=plan.silence_days,
            dmn=plan.dmn,
            exploitant=plan.exploitant,
            hand_signals=sorted(plan.hand_signals),
            exclusions=sorted(plan.exclusions),
            is_tiers_payant=plan.is_tiers_payant,
            created_at=follow_up.created_at,
            started_on=follow_up.started_on,
            prescribed_until=follow_up.prescribed_until,
            months_done=follow_up.months_done,
            stays=[DaysOut.of(stay) for stay in follow_up.stays],
            ended_at=follow_up.ended_at,
            end_reason=follow_up.end_reason,
            version=follow_up.version,
        )


class ReadinessOut(BaseModel):
    """May a draft start today, and all that lacks; warnings do not prevent it."""

    may_start: bool
    reasons: list[ProblemReason]
    warnings: list[ProblemReason]

    @classmethod
    def of(cls, decision: Decision) -> Self:
        return cls(
            may_start=decision.is_allowed,
            reasons=[to_reason(one) for one in decision.refusals],
            warnings=[to_reason(one) for one in decision.warnings],
        )


class StartedOut(BaseModel):
    """A follow-up that starts, and what to know of it."""

    follow_up: FollowUpOut
    warnings: list[ProblemReason]


class PrescriptionOut(BaseModel):
    """One prescription, as it was recorded."""

    id: UUID
    prescriber_name: str
    prescriber_rpps: str | None
    specialty_code: str | None
    is_qualified: bool
    prescribed_on: date
    first_day: date
    last_day: date | None
    renews: UUID | None
    recorded_by: UUID
    recorded_at: datetime

    @classmethod
    def of(cls, one: Prescription) -> Self:
        return cls(
            id=one.id,
            prescriber_name=one.prescriber_name,
            prescriber_rpps=one.prescriber_rpps,
            specialty_code=one.specialty_code,
            is_qualified=one.is_qualified,
            prescribed_on=one.prescribed_on,
            first_day=one.days.first_day,
            last_day=one.days.last_day,
            renews=one.renews,
            recorded_by=one.recorded_by,
            recorded_at=one.recorded_at,
        )


class PrescriptionsOut(BaseModel):
    """The prescriptions of a follow-up, the oldest first."""

    items: list[PrescriptionOut]


class LimitOut(BaseModel):
    """One limit as it was set. `value` is in `unit`; null takes the limit away."""

    position: int
    name: str
    signal: str
    unit: str
    value: Decimal | None
    side: Side | None
    since: datetime
    until: datetime | None
    author_id: UUID
    reason: str
    set_at: datetime

    @classmethod
    def of(cls, one: ThresholdSetting) -> Self:
        return cls(
            position=one.position,
            name=one.name,
            signal=one.signal,
            unit=one.unit,
            value=None if one.value is None else Decimal(one.value) / MILLION,
            side=one.side,
            since=one.since,
            until=one.until,
            author_id=one.author_id,
            reason=one.reason,
            set_at=one.set_at,
        )


class LimitsOut(BaseModel):
    """Every limit ever set, in the order of setting: none is overwritten."""

    items: list[LimitOut]


class MemberOut(BaseModel):
    """Somebody's part in a follow-up; `until` null: he is in it."""

    professional_id: UUID
    role: TeamRole
    since: datetime
    until: datetime | None

    @classmethod
    def of(cls, one: TeamMember) -> Self:
        return cls(professional_id=one.professional_id, role=one.role, since=one.since, until=one.until)


class TeamOut(BaseModel):
    """Everybody who is or was in it."""

    items: list[MemberOut]


class MoveOut(BaseModel):
    """One step of a follow-up."""

    number: int
    step: FollowUpStep
    start: FollowUpState
    end: FollowUpState
    actor: FollowUpActor
    at: datetime
    by: UUID | None
    day: date | None
    reason: str

    @classmethod
    def of(cls, one: FollowUpMove) -> Self:
        return cls(
            number=one.position,
            step=one.step,
            start=one.start,
            end=one.end,
            actor=one.actor,
            at=one.at,
            by=one.by,
            day=one.day,
            reason=one.reason,
        )


class MonthOut(BaseModel):
    """A month that is over: how often data were expected, and came."""

    number: int
    first_day: date
    last_day: date | None
    expected: int
    received: int
    is_adherent: bool | None
    closed_at: datetime

    @classmethod
    def of(cls, one: Month) -> Self:
        return cls(
            number=one.number,
            first_day=one.days.first_day,
            last_day=one.days.last_day,
            expected=one.expected,
            received=one.received,
            is_adherent=one.is_adherent,
            closed_at=one.closed_at,
        )


class MonthsOut(BaseModel):
    """The months of a follow-up that are over."""

    items: list[MonthOut]


class SilenceOut(BaseModel):
    """A change of the number of days without data after which somebody is told."""

    former_days: int
    days: int
    reason: str
    by: UUID
    at: datetime

    @classmethod
    def of(cls, one: SilenceSetting) -> Self:
        return cls(former_days=one.former_days, days=one.days, reason=one.reason, by=one.by, at=one.at)


class SilencesOut(BaseModel):
    """Every change of it, in order."""

    items: list[SilenceOut]


class IncreaseOut(BaseModel):
    """What a doctor asked of the increased forfait, from a month on."""

    id: UUID
    level: int
    grounds: list[str]
    is_renewal: bool
    from_month: int
    by: UUID
    at: datetime

    @classmethod
    def of(cls, one: IncreaseAsked) -> Self:
        return cls(
            id=one.id,
            level=one.level,
            grounds=list(one.grounds),
            is_renewal=one.is_renewal,
            from_month=one.from_month,
            by=one.by,
            at=one.at,
        )


class IncreasesOut(BaseModel):
    """Everything that was asked, in order; the last one of a month holds."""

    items: list[IncreaseOut]


class SessionOut(BaseModel):
    """A session of therapeutic education."""

    id: UUID
    held_on: date
    minutes: int
    topics: list[EducationTopic]
    note: str
    by: UUID
    recorded_at: datetime

    @classmethod
    def of(cls, one: EducationSession) -> Self:
        return cls(
            id=one.id,
            held_on=one.held_on,
            minutes=one.minutes,
            topics=list(one.topics),
            note=one.note,
            by=one.by,
            recorded_at=one.recorded_at,
        )
