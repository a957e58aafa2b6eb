"""Tables of télé-expertise. Words about the patient are sealed; moves, messages and opinions are append-only."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field

from telemed.kernel.ids import new_id
from telemed.storage.tables import Table
from telemed.storage.types import Encrypted, EncryptedJson, UtcDateTime

_STATES = (
    "state IN ('draft', 'sent', 'queued', 'offered', 'seen', 'more_information', 'accepted', 'refused', 'answered',"
    " 'closed', 'withdrawn', 'expired')"
)
_ENDED = "state IN ('closed', 'withdrawn', 'expired')"


class CaseRow(Table, table=True):
    """One case. While it lives it has an owner and a due date; once over it has neither."""

    __tablename__ = "teleexpertises"
    __table_args__ = (
        CheckConstraint(_STATES, name="state"),
        CheckConstraint(f"({_ENDED}) = (owner IS NULL)", name="owned"),
        CheckConstraint(f"({_ENDED}) = (due_at IS NULL)", name="due"),
        CheckConstraint(f"({_ENDED}) = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("state NOT IN ('withdrawn', 'expired') OR end_reason IS NOT NULL", name="end_explained"),
        CheckConstraint(
            "state IN ('draft', 'withdrawn', 'expired') OR"
            " (sent_at IS NOT NULL AND deadline IS NOT NULL AND expires_at IS NOT NULL)",
            name="sent",
        ),
        CheckConstraint("expires_at > deadline AND deadline > sent_at", name="delays"),
        CheckConstraint(
            "(requis_id IS NULL) = (accepted_at IS NULL) AND (requis_id IS NULL) = (requis_rpps IS NULL)",
            name="acceptance",
        ),
        CheckConstraint("state NOT IN ('accepted', 'answered', 'closed') OR requis_id IS NOT NULL", name="accepted"),
        CheckConstraint("state NOT IN ('answered', 'closed') OR answered_at IS NOT NULL", name="answered"),
        CheckConstraint("requerant_rpps <> requis_rpps", name="two_persons"),
        CheckConstraint(
            "(stage IS NULL) = (stage_until IS NULL) AND (stage IS NULL) = (sought_in IS NULL)"
            " AND (stage IS NOT NULL OR state IN ('draft', 'withdrawn', 'expired'))",
            name="cascade",
        ),
        CheckConstraint("stage IN ('colleague', 'line', 'territory')", name="stage"),
        CheckConstraint("(state = 'queued') = (look_at IS NOT NULL)", name="looked_at"),
        CheckConstraint("state <> 'queued' OR (stage = 'line' AND line_id IS NOT NULL)", name="queued"),
        CheckConstraint("stage <> 'line' OR line_id IS NOT NULL", name="line"),
        Index("ix_teleexpertises_asked", "requerant_id", "due_at", "id"),
        Index("ix_teleexpertises_asked_ended", "requerant_id", "ended_at", "id"),
        Index("ix_teleexpertises_answered_ended", "requis_id", "ended_at", "id"),
        Index("ix_teleexpertises_patient", "patient_id", "state"),
        Index(
            "ix_teleexpertises_queue",
            "line_id",
            "due_at",
            "id",
            sqlite_where=text("state = 'queued'"),
            postgresql_where=text("state = 'queued'"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    patient_id: UUID = Field(foreign_key="patients.id")
    requerant_id: UUID
    requerant_practice_id: UUID
    requerant_rpps: str
    requerant_territory: str
    state: str
    owner: str | None = None
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    version: int = 1
    urgency: str
    specialty_code: str | None = None
    skill: str = ""
    question: str = Field(sa_column=Column(Encrypted("teleexpertises.question"), nullable=False))
    administrative: dict[str, Any] = Field(
        sa_column=Column(EncryptedJson("teleexpertises.administrative"), nullable=False)
    )
    medical: dict[str, Any] = Field(sa_column=Column(EncryptedJson("teleexpertises.medical"), nullable=False))
    created_at: datetime = Field(sa_type=UtcDateTime)
    edited_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    deadline: datetime | None = Field(default=None, sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    escalated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    requis_id: UUID | None = None
    requis_practice_id: UUID | None = None
    requis_rpps: str | None = None
    requis_territory: str | None = None
    accepted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    end_reason: str | None = None
    stage: str | None = None
    stage_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sought_in: str | None = None
    line_id: UUID | None = None
    widens: bool = True
    look_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OfferRow(Table, table=True):
    """A case proposed to one colleague. `due_at` is that of the case while this offer puts it in his inbox."""

    __tablename__ = "teleexpertise_offers"
    __table_args__ = (
        CheckConstraint(
            "outcome IN ('pending', 'accepted', 'refused', 'lapsed', 'overtaken', 'cancelled', 'handed_over')",
            name="outcome",
        ),
        CheckConstraint("via IN ('colleague', 'line', 'territory', 'handover')", name="via"),
        CheckConstraint("via <> 'line' OR line_id IS NOT NULL", name="line"),
        CheckConstraint("(outcome = 'pending') = (settled_at IS NULL)", name="settled"),
        CheckConstraint("(outcome = 'refused') = (reason IS NOT NULL)", name="refusal_explained"),
        CheckConstraint("until > offered_at", name="time_box"),
        CheckConstraint("due_at IS NULL OR outcome IN ('pending', 'accepted')", name="listed"),
        Index(
            "uq_teleexpertise_offers_accepted",
            "case_id",
            unique=True,
            sqlite_where=text("outcome = 'accepted'"),
            postgresql_where=text("outcome = 'accepted'"),
        ),
        Index(
            "uq_teleexpertise_offers_pending",
            "case_id",
            "rpps",
            unique=True,
            sqlite_where=text("outcome = 'pending'"),
            postgresql_where=text("outcome = 'pending'"),
        ),
        Index("ix_teleexpertise_offers_inbox", "professional_id", "due_at", "case_id"),
        Index("ix_teleexpertise_offers_case", "case_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="teleexpertises.id")
    professional_id: UUID
    practice_id: UUID
    rpps: str
    territory: str
    offered_at: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime)
    outcome: str
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str | None = None
    words: str = Field(default="", sa_column=Column(Encrypted("teleexpertise_offers.words"), nullable=False))
    via: str = "colleague"
    line_id: UUID | None = None


class MoveRow(Table, table=True):
    """The history of a case. A trigger refuses every update and deletion."""

    __tablename__ = "teleexpertise_moves"
    __table_args__ = (
        UniqueConstraint("case_id", "position"),
        CheckConstraint("position >= 1", name="position"),
        CheckConstraint("(owner IS NULL) = (due_at IS NULL)", name="owned_and_due"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="teleexpertises.id")
    position: int
    step: str
    start_state: str
    end_state: str
    actor: str
    at: datetime = Field(sa_type=UtcDateTime)
    owner: str | None = None
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    by: UUID | None = None
    reason: str = ""


class MessageRow(Table, table=True):
    """A message inside a case. A trigger refuses every update and deletion."""

    __tablename__ = "teleexpertise_messages"
    __table_args__ = (
        CheckConstraint("kind IN ('word', 'question', 'information')", name="kind"),
        Index("ix_teleexpertise_messages_case", "case_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="teleexpertises.id")
    author_id: UUID
    kind: str
    at: datetime = Field(sa_type=UtcDateTime)
    words: str = Field(sa_column=Column(Encrypted("teleexpertise_messages.words"), nullable=False))


class OpinionRow(Table, table=True):
    """A kept revision of an opinion; `document_id` seals a signed one. A trigger refuses every update and deletion."""

    __tablename__ = "teleexpertise_opinions"
    __table_args__ = (
        UniqueConstraint("case_id", "author_id", "revision"),
        CheckConstraint("revision >= 1", name="revision"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="teleexpertises.id")
    revision: int
    author_id: UUID
    content: dict[str, Any] = Field(sa_column=Column(EncryptedJson("teleexpertise_opinions.content"), nullable=False))
    at: datetime = Field(sa_type=UtcDateTime)
    signature: str | None = None
    document_id: UUID | None = None
    reason: str | None = Field(default=None, sa_type=Encrypted("teleexpertise_opinions.reason"))


class TimerRow(Table, table=True):
    """What a sweep does to a case at an instant: one reminder and one due date at most, gone once done."""

    __tablename__ = "teleexpertise_timers"
    __table_args__ = (
        CheckConstraint("kind IN ('reminder', 'due')", name="kind"),
        Index("ix_teleexpertise_timers_fires", "fires_at", "case_id"),
    )

    case_id: UUID = Field(primary_key=True, foreign_key="teleexpertises.id")
    kind: str = Field(primary_key=True)
    fires_at: datetime = Field(sa_type=UtcDateTime)


class HeldNoticeRow(Table, table=True):
    """A notice that waits for a digest, or left in one."""

    __tablename__ = "teleexpertise_held_notices"
    __table_args__ = (
        UniqueConstraint("key"),
        Index(
            "ix_teleexpertise_held_notices_leaves",
            "leaves_at",
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
        Index(
            "ix_teleexpertise_held_notices_person",
            "professional_id",
            "id",
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    key: str
    professional_id: UUID = Field(foreign_key="professionals.id")
    case_id: UUID = Field(foreign_key="teleexpertises.id")
    kind: str
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    leaves_at: datetime = Field(sa_type=UtcDateTime)
    left_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TemplateRow(Table, table=True):
    """An answer that a professional keeps to start from; it holds no patient. `removed_at` until it is forgotten."""

    __tablename__ = "teleexpertise_templates"
    __table_args__ = (Index("ix_teleexpertise_templates_own", "professional_id", "title", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    professional_id: UUID = Field(foreign_key="professionals.id")
    title: str
    conclusion: str = ""
    conduct: str = ""
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
