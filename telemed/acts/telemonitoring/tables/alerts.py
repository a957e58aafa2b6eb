"""Tables of the team's work: alerts, all that was written in their lives, mutes, and what woke nobody."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field

from telemed.kernel.ids import new_id
from telemed.storage.tables import Table
from telemed.storage.types import Encrypted, EncryptedJson, UtcDateTime

_OPEN = text("due_at IS NOT NULL")
_UNOWNED = text("due_at IS NOT NULL AND holder_id IS NULL")
_CLOSED = "state = 'closed'"
_RANKED = ("rank", "due_at", "id")


def _index(name: str, *columns: str, where: Any = _OPEN, is_unique: bool = False) -> Index:
    return Index(name, *columns, unique=is_unique, sqlite_where=where, postgresql_where=where)


class AlertRow(Table, table=True):
    """One alert. While it is open it has an owner and a due date, and is the only one of its follow-up and cause."""

    __tablename__ = "telemonitoring_alerts"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'new', 'taken', 'interpreted', 'decided', 'closed')", name="state"),
        CheckConstraint(f"({_CLOSED}) = (owner IS NULL)", name="owned"),
        CheckConstraint(f"({_CLOSED}) = (due_at IS NULL)", name="due"),
        CheckConstraint(f"({_CLOSED}) = (closed_at IS NOT NULL AND outcome IS NOT NULL)", name="closed"),
        CheckConstraint("(state IN ('taken', 'interpreted', 'decided')) = (holder_id IS NOT NULL)", name="held"),
        CheckConstraint("state <> 'queued' OR queued_until IS NOT NULL", name="queued"),
        CheckConstraint("rank BETWEEN 0 AND 2", name="rank"),
        CheckConstraint("version > 0 AND ordinal > 0 AND repeats >= 0", name="counts"),
        UniqueConstraint("follow_up_id", "cause", "ordinal", name="uq_telemonitoring_alerts_ordinal"),
        _index("uq_telemonitoring_alerts_open", "follow_up_id", "cause", is_unique=True),
        _index("ix_telemonitoring_alerts_ranked", "practice_id", *_RANKED),
        _index("ix_telemonitoring_alerts_unowned", "practice_id", *_RANKED, where=_UNOWNED),
        _index("ix_telemonitoring_alerts_held", "holder_id", *_RANKED),
        _index("ix_telemonitoring_alerts_pathway", "practice_id", "pathway", *_RANKED),
        _index("ix_telemonitoring_alerts_due", "practice_id", "due_at", "id"),
        _index("ix_telemonitoring_alerts_timer", "timer_at", where=text("timer_at IS NOT NULL")),
        _index(
            "ix_telemonitoring_alerts_closed", "practice_id", "closed_at", "id", where=text("closed_at IS NOT NULL")
        ),
        Index("ix_telemonitoring_alerts_follow_up", "follow_up_id", "id"),
        Index("ix_telemonitoring_alerts_opened", "practice_id", "opened_at"),
    )

    id: UUID = Field(primary_key=True)
    practice_id: UUID = Field(foreign_key="practices.id")
    patient_id: UUID = Field(foreign_key="patients.id")
    follow_up_id: UUID = Field(foreign_key="telemonitoring_follow_ups.id")
    pathway: str
    cause: str
    ordinal: int
    label: str
    direction: str | None = None
    rank: int
    state: str
    owner: str | None = None
    holder_id: UUID | None = Field(default=None, foreign_key="professionals.id")
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    timer_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    queued_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    escalations: int
    rule_version_id: UUID | None = None
    evidence: list[Any] = Field(sa_type=EncryptedJson("telemonitoring_alerts.evidence"))
    since: datetime = Field(sa_type=UtcDateTime)
    last_at: datetime = Field(sa_type=UtcDateTime)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    repeats: int
    taken_by: UUID | None = None
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str | None = None
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_by: UUID | None = None
    handled_minutes: int | None = None
    former_id: UUID | None = Field(default=None, foreign_key="telemonitoring_alerts.id")
    version: int


class AlertEventRow(Table, table=True):
    """One thing written in the life of an alert: append-only, numbered without a hole."""

    __tablename__ = "telemonitoring_alert_events"
    __table_args__ = (CheckConstraint("position > 0", name="position"),)

    alert_id: UUID = Field(primary_key=True, foreign_key="telemonitoring_alerts.id")
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str
    start_state: str
    end_state: str
    actor: str
    by: UUID | None = Field(default=None, foreign_key="professionals.id")
    at: datetime = Field(sa_type=UtcDateTime)
    words: str = Field(sa_type=Encrypted("telemonitoring_alert_events.words"))
    details: dict[str, Any] = Field(sa_type=EncryptedJson("telemonitoring_alert_events.details"))


class MuteRow(Table, table=True):
    """Somebody asked not to be told of one cause on one side; it can only be lifted, once."""

    __tablename__ = "telemonitoring_mutes"
    __table_args__ = (
        CheckConstraint("until > made_at", name="end"),
        CheckConstraint("tolerance >= 0", name="tolerance"),
        Index(
            "ix_telemonitoring_mutes_living",
            "follow_up_id",
            "cause",
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
        Index("ix_telemonitoring_mutes_follow_up", "follow_up_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    practice_id: UUID = Field(foreign_key="practices.id")
    follow_up_id: UUID = Field(foreign_key="telemonitoring_follow_ups.id")
    alert_id: UUID = Field(foreign_key="telemonitoring_alerts.id")
    cause: str
    direction: str | None = None
    until: datetime = Field(sa_type=UtcDateTime)
    level: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    tolerance: int = Field(sa_column=Column(BigInteger, nullable=False))
    author_id: UUID = Field(foreign_key="professionals.id")
    made_at: datetime = Field(sa_type=UtcDateTime)
    reason: str = Field(sa_type=Encrypted("telemonitoring_mutes.reason"))
    lifted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lifted_by: UUID | None = Field(default=None, foreign_key="professionals.id")


class MutedFindingRow(Table, table=True):
    """A finding that woke nobody, because its cause was muted: append-only, nothing is lost."""

    __tablename__ = "telemonitoring_muted_findings"
    __table_args__ = (
        Index("ix_telemonitoring_muted_findings_follow_up", "follow_up_id", "id"),
        Index("ix_telemonitoring_muted_findings_noted", "practice_id", "noted_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    mute_id: UUID = Field(foreign_key="telemonitoring_mutes.id")
    practice_id: UUID = Field(foreign_key="practices.id")
    patient_id: UUID
    follow_up_id: UUID = Field(foreign_key="telemonitoring_follow_ups.id")
    cause: str
    label: str
    rule_version_id: UUID | None = None
    since: datetime = Field(sa_type=UtcDateTime)
    at: datetime = Field(sa_type=UtcDateTime)
    noted_at: datetime = Field(sa_type=UtcDateTime)
    evidence: list[Any] = Field(sa_type=EncryptedJson("telemonitoring_muted_findings.evidence"))
