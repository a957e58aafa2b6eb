"""Tables of the synchronous mode: calls, their rings, the ledger of their rooms."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field

from telemed.kernel.ids import new_id
from telemed.storage.tables import Table
from telemed.storage.types import UtcDateTime


class CallRow(Table, table=True):
    """A try to talk at once about a case: one at a time for a case, and for who answers."""

    __tablename__ = "teleexpertise_calls"
    __table_args__ = (
        CheckConstraint("state IN ('ringing', 'open', 'ended')", name="state"),
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("(state = 'ended') = (ending IS NOT NULL)", name="end_explained"),
        CheckConstraint(
            "(room IS NULL) = (opened_at IS NULL) AND (room IS NULL) = (requis_id IS NULL)", name="opening"
        ),
        CheckConstraint("state <> 'open' OR room IS NOT NULL", name="open"),
        CheckConstraint("ring_until > started_at", name="rings"),
        CheckConstraint("requerant_id <> requis_id", name="two_persons"),
        UniqueConstraint("room"),
        Index(
            "uq_teleexpertise_calls_living",
            "case_id",
            unique=True,
            sqlite_where=text("state <> 'ended'"),
            postgresql_where=text("state <> 'ended'"),
        ),
        Index(
            "uq_teleexpertise_calls_open",
            "requis_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_teleexpertise_calls_timed",
            "state",
            "ring_until",
            sqlite_where=text("state <> 'ended'"),
            postgresql_where=text("state <> 'ended'"),
        ),
        Index("ix_teleexpertise_calls_case", "case_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="teleexpertises.id")
    requerant_id: UUID
    state: str
    started_at: datetime = Field(sa_type=UtcDateTime)
    ring_until: datetime = Field(sa_type=UtcDateTime)
    fallback: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    room: str | None = None
    requis_id: UUID | None = None
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ending: str | None = None


class RingRow(Table, table=True):
    """It rings at one colleague's: one ring at a time for a person, one answer for a call."""

    __tablename__ = "teleexpertise_rings"
    __table_args__ = (
        CheckConstraint("outcome IN ('ringing', 'answered', 'declined', 'missed', 'stopped')", name="outcome"),
        CheckConstraint("(outcome = 'ringing') = (settled_at IS NULL)", name="settled"),
        UniqueConstraint("call_id", "professional_id"),
        Index(
            "uq_teleexpertise_rings_ringing",
            "professional_id",
            unique=True,
            sqlite_where=text("outcome = 'ringing'"),
            postgresql_where=text("outcome = 'ringing'"),
        ),
        Index(
            "uq_teleexpertise_rings_answered",
            "call_id",
            unique=True,
            sqlite_where=text("outcome = 'answered'"),
            postgresql_where=text("outcome = 'answered'"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    call_id: UUID = Field(foreign_key="teleexpertise_calls.id")
    professional_id: UUID
    practice_id: UUID
    rpps: str
    territory: str
    outcome: str
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LedgerRow(Table, table=True):
    """A line of the continuity ledger of a room. A trigger refuses every update and deletion."""

    __tablename__ = "teleexpertise_continuity"
    __table_args__ = (UniqueConstraint("call_id", "stream", "sequence"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    call_id: UUID = Field(foreign_key="teleexpertise_calls.id")
    seat: str
    kind: str
    source: str
    at: datetime = Field(sa_type=UtcDateTime)
    seat_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    stream: str
    sequence: int
    details: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
