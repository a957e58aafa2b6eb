"""Tables of the teleconsultation."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field

from telemed.kernel.ids import new_id
from telemed.storage.tables import Table
from telemed.storage.types import Encrypted, EncryptedJson, UtcDateTime

IS_OPEN = text("state IN ('booked', 'waiting', 'in_call', 'finished')")
"""The condition of the index of open acts, which a query writes word for word to be served by it."""
_HOLDS_SLOT = text("slot_start IS NOT NULL AND state NOT IN ('cancelled', 'no_show')")


class TeleconsultationRow(Table, table=True):
    """One act. What the patient said or where the patient is, is sealed."""

    __tablename__ = "teleconsultations"
    __table_args__ = (
        CheckConstraint(
            "state IN ('booked', 'waiting', 'in_call', 'finished', 'closed', 'cancelled', 'no_show')", name="state"
        ),
        CheckConstraint("(slot_start IS NULL) = (slot_end IS NULL) AND slot_end > slot_start", name="slot"),
        CheckConstraint("state NOT IN ('in_call', 'finished', 'closed') OR started_at IS NOT NULL", name="started"),
        CheckConstraint("state NOT IN ('finished', 'closed') OR finished_at IS NOT NULL", name="finished"),
        CheckConstraint("state <> 'closed' OR (closed_at IS NOT NULL AND document_id IS NOT NULL)", name="reported"),
        Index(
            "uq_teleconsultations_professional_slot",
            "professional_id",
            "slot_start",
            unique=True,
            sqlite_where=_HOLDS_SLOT,
            postgresql_where=_HOLDS_SLOT,
        ),
        Index(
            "uq_teleconsultations_professional_in_call",
            "professional_id",
            unique=True,
            sqlite_where=text("state = 'in_call'"),
            postgresql_where=text("state = 'in_call'"),
        ),
        Index("ix_teleconsultations_day", "professional_id", "listed_at", "id"),
        Index("ix_teleconsultations_practice_day", "practice_id", "listed_at", "id"),
        Index("ix_teleconsultations_patient", "patient_id", "practice_id", "listed_at", "id"),
        Index("ix_teleconsultations_state", "state", "listed_at"),
        Index(
            "ix_teleconsultations_open",
            "professional_id",
            "listed_at",
            sqlite_where=IS_OPEN,
            postgresql_where=IS_OPEN,
        ),
        UniqueConstraint("room"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    practice_id: UUID
    professional_id: UUID
    patient_id: UUID
    territory: str
    kind: str
    state: str
    room: str
    version: int = 1
    listed_at: datetime = Field(sa_type=UtcDateTime)
    booked_at: datetime = Field(sa_type=UtcDateTime)
    booked_by: UUID | None = None
    slot_start: datetime | None = Field(default=None, sa_type=UtcDateTime)
    slot_end: datetime | None = Field(default=None, sa_type=UtcDateTime)
    motive: str = Field(default="", sa_column=Column(Encrypted("teleconsultations.motive"), nullable=False))
    arrived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finish_reason: str | None = None
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    place: dict[str, Any] | None = Field(default=None, sa_column=Column(EncryptedJson("teleconsultations.place")))
    traits_answer: str | None = None
    traits_answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    traits_by_patient: bool = False
    identity_method: str | None = None
    identity_checked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    identity_checked_by: UUID | None = None
    device_check: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    device_checked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    notes: str = Field(default="", sa_column=Column(Encrypted("teleconsultations.notes"), nullable=False))
    coverage: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    sick_leave: dict[str, Any] | None = Field(
        default=None, sa_column=Column(EncryptedJson("teleconsultations.sick_leave"))
    )
    document_id: UUID | None = None


class AgendaRow(Table, table=True):
    """One row per professional, locked while one of his times is taken."""

    __tablename__ = "agendas"

    professional_id: UUID = Field(primary_key=True)
    bookings: int = 0


class OpeningHoursRow(Table, table=True):
    """When a professional offers slots, in local time."""

    __tablename__ = "opening_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("closes_at > opens_at", name="order"),
        CheckConstraint("slot_minutes BETWEEN 5 AND 180", name="length"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    professional_id: UUID = Field(index=True)
    weekday: int
    opens_at: time
    closes_at: time
    slot_minutes: int


class ContinuityRow(Table, table=True):
    """One line of the continuity ledger, append-only; handed over twice, it is kept once."""

    __tablename__ = "continuity_entries"
    __table_args__ = (
        UniqueConstraint("act_id", "stream", "sequence"),
        Index("ix_continuity_entries_act", "act_id", "at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    act_id: UUID
    seat: str
    kind: str
    source: str
    at: datetime = Field(sa_type=UtcDateTime)
    seat_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    stream: str
    sequence: int
    details: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class UsedRoomTokenRow(Table, table=True):
    """Room tokens that have opened a session: each serves once, on whichever process."""

    __tablename__ = "used_room_tokens"

    token_id: str = Field(primary_key=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)
