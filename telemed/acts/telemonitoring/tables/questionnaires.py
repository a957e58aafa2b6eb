"""Tables of what is asked of patients, and of what was keyed in."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from telemed.kernel.ids import new_id
from telemed.storage.tables import Table
from telemed.storage.types import EncryptedJson, UtcDateTime

_LIVING = text("ended_at IS NULL")


class QuestionnaireRow(Table, table=True):
    """A version of a questionnaire that a practice imported, as it came; only its retirement is ever written."""

    __tablename__ = "telemonitoring_questionnaires"
    __table_args__ = (
        UniqueConstraint("practice_id", "canonical"),
        Index("ix_telemonitoring_questionnaires_page", "practice_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    practice_id: UUID = Field(foreign_key="practices.id")
    canonical: str
    title: str
    content: str = Field(sa_column=Column(Text, nullable=False))
    imported_by: UUID
    imported_at: datetime = Field(sa_type=UtcDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AskingRow(Table, table=True):
    """How often a questionnaire is asked of a patient, instead of what its pathway says; the last one holds."""

    __tablename__ = "telemonitoring_askings"
    __table_args__ = (
        CheckConstraint("every_days BETWEEN 1 AND 31", name="every_days"),
        CheckConstraint("last_day >= first_day", name="days"),
        CheckConstraint("(remind_at IS NULL) = (channel IS NULL)", name="reminder"),
        CheckConstraint("next_reminder_at IS NULL OR (remind_at IS NOT NULL AND ended_at IS NULL)", name="reminded"),
        Index(
            "uq_telemonitoring_askings_living",
            "follow_up_id",
            "questionnaire_id",
            unique=True,
            sqlite_where=_LIVING,
            postgresql_where=_LIVING,
        ),
        Index("ix_telemonitoring_askings_next_reminder_at", "next_reminder_at", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    follow_up_id: UUID = Field(foreign_key="telemonitoring_follow_ups.id")
    questionnaire_id: UUID
    every_days: int
    first_day: date
    last_day: date | None = None
    remind_at: time | None = None
    channel: str | None = None
    next_reminder_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    is_off: bool = False
    set_by: UUID
    set_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class EntryRow(Table, table=True):
    """A version of what was keyed in, sealed; append-only. Its observations are rows of their own."""

    __tablename__ = "telemonitoring_entries"
    __table_args__ = (
        CheckConstraint("number >= 0", name="number"),
        CheckConstraint("channel IN ('patient_page', 'phone')", name="channel"),
        CheckConstraint("hand IN ('patient', 'team')", name="hand"),
        CheckConstraint("status IN ('completed', 'amended', 'entered-in-error')", name="status"),
        CheckConstraint("(channel = 'phone') = (author_id IS NOT NULL)", name="author"),
        CheckConstraint("(number = 0) = (id = first_id) AND (number = 0) = (status = 'completed')", name="first"),
        UniqueConstraint("first_id", "number"),
        Index("ix_telemonitoring_entries_page", "follow_up_id", "first_id", "number"),
        Index("ix_telemonitoring_entries_period", "follow_up_id", "questionnaire", "period_on"),
    )

    id: UUID = Field(primary_key=True)
    first_id: UUID
    number: int
    follow_up_id: UUID = Field(foreign_key="telemonitoring_follow_ups.id")
    practice_id: UUID
    patient_id: UUID
    questionnaire: str
    title: str
    hand: str
    channel: str
    author_id: UUID | None = None
    measured_at: datetime = Field(sa_type=UtcDateTime)
    received_at: datetime = Field(sa_type=UtcDateTime)
    status: str
    period_on: date | None = None
    answers: list[Any] = Field(sa_column=Column(EncryptedJson("telemonitoring_entries.answers"), nullable=False))
