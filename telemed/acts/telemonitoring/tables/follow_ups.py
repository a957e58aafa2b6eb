"""Tables of follow-ups: the follow-up itself, and what is only ever added around it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, text
from sqlmodel import Field

from telemed.kernel.ids import new_id
from telemed.storage.tables import Table
from telemed.storage.types import Encrypted, UtcDateTime

_STATES = "state IN ('draft', 'active', 'suspended', 'flagged', 'lapsed', 'ended', 'dropped')"
_OVER = "state IN ('ended', 'dropped')"
_NOT_STARTED = "state IN ('draft', 'dropped')"
_LIVING = text("state NOT IN ('ended', 'dropped')")
_PRESENT = text("until IS NULL")
_RESPONSIBLE = text("until IS NULL AND role = 'responsible'")


class FollowUpRow(Table, table=True):
    """One follow-up. While it lives it has an owner and a due date; once over it has neither.

    `thresholds` and `stays` repeat, for whoever watches, what the rows of thresholds and the moves say.
    """

    __tablename__ = "telemonitoring_follow_ups"
    __table_args__ = (
        CheckConstraint(_STATES, name="state"),
        CheckConstraint(f"({_OVER}) = (owner IS NULL)", name="owned"),
        CheckConstraint(f"({_OVER}) = (due_at IS NULL)", name="due"),
        CheckConstraint(f"({_OVER}) = (wakes_at IS NULL)", name="wakes"),
        CheckConstraint(f"({_OVER}) = (ended_at IS NOT NULL)", name="over"),
        CheckConstraint(f"({_OVER}) = (end_reason IS NOT NULL)", name="end_explained"),
        CheckConstraint(
            f"({_NOT_STARTED}) OR (started_on IS NOT NULL AND prescribed_until IS NOT NULL)", name="started"
        ),
        CheckConstraint("silence_days >= 1", name="silence"),
        CheckConstraint("version >= 1 AND months_done >= 0", name="counts"),
        Index(
            "uq_telemonitoring_follow_ups_living",
            "patient_id",
            "pathway",
            unique=True,
            sqlite_where=_LIVING,
            postgresql_where=_LIVING,
        ),
        Index("ix_telemonitoring_follow_ups_page", "practice_id", "id"),
        Index("ix_telemonitoring_follow_ups_state", "practice_id", "state", "id"),
        Index("ix_telemonitoring_follow_ups_patient", "patient_id", "id"),
        Index("ix_telemonitoring_follow_ups_wakes_at", "wakes_at", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    practice_id: UUID = Field(foreign_key="practices.id")
    patient_id: UUID = Field(foreign_key="patients.id")
    pathway: str
    state: str
    owner: str | None = None
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    wakes_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    territory: str
    silence_days: int
    dmn: str
    exploitant: str
    hand_signals: list[str] = Field(sa_column=Column(JSON, nullable=False))
    exclusions: list[str] = Field(sa_column=Column(JSON, nullable=False))
    is_tiers_payant: bool
    created_at: datetime = Field(sa_type=UtcDateTime)
    started_on: date | None = None
    prescribed_until: date | None = None
    months_done: int = 0
    stays: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    thresholds: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    end_reason: str | None = None
    version: int = 1


class FollowUpMoveRow(Table, table=True):
    """One step of a follow-up; append-only."""

    __tablename__ = "telemonitoring_moves"
    __table_args__ = (CheckConstraint("position >= 1", name="position"),)

    follow_up_id: UUID = Field(primary_key=True, foreign_key="telemonitoring_follow_ups.id")
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    step: str
    start_state: str
    end_state: str
    actor: str
    at: datetime = Field(sa_type=UtcDateTime)
    by: UUID | None = None
    day: date | None = None
    reason: str = Field(sa_column=Column(Encrypted("telemonitoring_moves.reason"), nullable=False))


class PrescriptionRow(Table, table=True):
    """One prescription; append-only."""

    __tablename__ = "telemonitoring_prescriptions"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="days"),
        Index("ix_telemonitoring_prescriptions_follow_up", "follow_up_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    follow_up_id: UUID = Field(foreign_key="telemonitoring_follow_ups.id")
    renews: UUID | None = Field(default=None, foreign_key="telemonitoring_prescriptions.id")
    prescriber_name: str = Field(
        sa_column=Column(Encrypted("telemonitoring_prescriptions.prescriber_name"), nullable=False)
    )
    prescriber_rpps: str | None = None
    specialty_code: str | None = None
    is_qualified: bool
    prescribed_on: date
    first_day: date
    last_day: date
    recorded_by: UUID
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class ThresholdRow(Table, table=True):
    """One limit that a doctor set; append-only, in order of `position` within its follow-up."""

    __tablename__ = "telemonitoring_thresholds"
    __table_args__ = (
        CheckConstraint("position >= 1", name="position"),
        CheckConstraint("until > since", name="period"),
        CheckConstraint("side IN ('above', 'below')", name="side"),
    )

    follow_up_id: UUID = Field(primary_key=True, foreign_key="telemonitoring_follow_ups.id")
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str
    signal: str
    unit: str
    value: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    side: str | None = None
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    author_id: UUID
    reason: str = Field(sa_column=Column(Encrypted("telemonitoring_thresholds.reason"), nullable=False))
    set_at: datetime = Field(sa_type=UtcDateTime)


class TeamRow(Table, table=True):
    """Somebody's part in a follow-up, from a day to another; only its end is ever written."""

    __tablename__ = "telemonitoring_team"
    __table_args__ = (
        CheckConstraint("role IN ('responsible', 'doctor', 'carer')", name="role"),
        Index(
            "uq_telemonitoring_team_responsible",
            "follow_up_id",
            unique=True,
            sqlite_where=_RESPONSIBLE,
            postgresql_where=_RESPONSIBLE,
        ),
        Index(
            "uq_telemonitoring_team_present",
            "follow_up_id",
            "professional_id",
            unique=True,
            sqlite_where=_PRESENT,
            postgresql_where=_PRESENT,
        ),
        Index("ix_telemonitoring_team_professional", "professional_id", "follow_up_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    follow_up_id: UUID = Field(foreign_key="telemonitoring_follow_ups.id")
    professional_id: UUID = Field(foreign_key="professionals.id")
    role: str
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class EducationRow(Table, table=True):
    """One session; append-only."""

    __tablename__ = "telemonitoring_education"
    __table_args__ = (
        CheckConstraint("minutes >= 1", name="minutes"),
        Index("ix_telemonitoring_education_follow_up", "follow_up_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    follow_up_id: UUID = Field(foreign_key="telemonitoring_follow_ups.id")
    held_on: date
    minutes: int
    topics: list[str] = Field(sa_column=Column(JSON, nullable=False))
    note: str = Field(sa_column=Column(Encrypted("telemonitoring_education.note"), nullable=False))
    by: UUID
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class MonthRow(Table, table=True):
    """One month that is over, as it was when it was closed; append-only."""

    __tablename__ = "telemonitoring_months"
    __table_args__ = (
        CheckConstraint("number >= 1 AND expected >= 0 AND received BETWEEN 0 AND expected", name="counts"),
    )

    follow_up_id: UUID = Field(primary_key=True, foreign_key="telemonitoring_follow_ups.id")
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    first_day: date
    last_day: date
    expected: int
    received: int
    is_adherent: bool | None = None
    closed_at: datetime = Field(sa_type=UtcDateTime)


class SilenceSettingRow(Table, table=True):
    """A change of how many days without data are told; append-only. The one of the plan is the last."""

    __tablename__ = "telemonitoring_silence_settings"
    __table_args__ = (
        CheckConstraint("position >= 1 AND former_days >= 1 AND days >= 1 AND days <> former_days", name="days"),
    )

    follow_up_id: UUID = Field(primary_key=True, foreign_key="telemonitoring_follow_ups.id")
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    former_days: int
    days: int
    reason: str = Field(sa_column=Column(Encrypted("telemonitoring_silence_settings.reason"), nullable=False))
    by: UUID
    at: datetime = Field(sa_type=UtcDateTime)


class IncreaseRow(Table, table=True):
    """What a doctor asked of the increased forfait; append-only, the last one of a month holds."""

    __tablename__ = "telemonitoring_increases"
    __table_args__ = (
        CheckConstraint("level BETWEEN 0 AND 2 AND from_month >= 1", name="level"),
        Index("ix_telemonitoring_increases_follow_up", "follow_up_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    follow_up_id: UUID = Field(foreign_key="telemonitoring_follow_ups.id")
    level: int
    grounds: list[str] = Field(sa_column=Column(JSON, nullable=False))
    is_renewal: bool
    from_month: int
    by: UUID
    at: datetime = Field(sa_type=UtcDateTime)
