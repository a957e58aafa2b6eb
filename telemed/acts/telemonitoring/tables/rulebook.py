"""Tables of rules: their versions, what each remembers of each patient, what it found, and silences."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, Index, text
from sqlmodel import Field

from telemed.kernel.ids import new_id
from telemed.storage.tables import Table
from telemed.storage.types import UtcDateTime

_GENERAL = text("follow_up_id IS NULL")
_OWN = text("follow_up_id IS NOT NULL")
_IN_FORCE = text("retired_at IS NULL")
_UNREAD = text("is_unread")
_LASTING = text("last_day IS NULL")
_IS_LATE = text("kind = 'late'")
_KINDS = "kind IN ('fired', 'repeated', 'late', 'ended', 'withdrawn')"


class RuleBookRow(Table, table=True):
    """The rules of a practice for a pathway. `version` moves with each change of one: who keeps them in memory knows.

    Whoever changes a rule of the book locks it.
    """

    __tablename__ = "telemonitoring_rule_books"
    __table_args__ = (CheckConstraint("version >= 1", name="version"),)

    practice_id: UUID = Field(primary_key=True, foreign_key="practices.id")
    pathway: str = Field(primary_key=True)
    version: int


class RuleRow(Table, table=True):
    """One cause of alert, for everyone on the pathway or for one patient. `mandatory`: the alert of the law it is."""

    __tablename__ = "telemonitoring_rules"
    __table_args__ = (
        CheckConstraint("name <> 'non_transmission'", name="silence_is_no_rule"),
        CheckConstraint("mandatory IS NULL OR follow_up_id IS NULL", name="mandatory_is_general"),
        Index(
            "uq_telemonitoring_rules_general",
            "practice_id",
            "pathway",
            "name",
            unique=True,
            sqlite_where=_GENERAL,
            postgresql_where=_GENERAL,
        ),
        Index(
            "uq_telemonitoring_rules_own",
            "follow_up_id",
            "name",
            unique=True,
            sqlite_where=_OWN,
            postgresql_where=_OWN,
        ),
        Index("ix_telemonitoring_rules_page", "practice_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    practice_id: UUID = Field(foreign_key="practices.id")
    pathway: str
    follow_up_id: UUID | None = Field(default=None, foreign_key="telemonitoring_follow_ups.id")
    name: str
    mandatory: str | None = None


class RuleVersionRow(Table, table=True):
    """A rule as it was from a day; only its end is ever written. `author_id` None: it came with the service."""

    __tablename__ = "telemonitoring_rule_versions"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("retired_at >= active_from", name="period"),
        Index("uq_telemonitoring_rule_versions_number", "rule_id", "number", unique=True),
        Index(
            "uq_telemonitoring_rule_versions_in_force",
            "rule_id",
            unique=True,
            sqlite_where=_IN_FORCE,
            postgresql_where=_IN_FORCE,
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    rule_id: UUID = Field(foreign_key="telemonitoring_rules.id")
    number: int
    body: str
    author_id: UUID | None = Field(default=None, foreign_key="professionals.id")
    active_from: datetime = Field(sa_type=UtcDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RuleStatesRow(Table, table=True):
    """What the rules of a patient remember of him, by version, as one text: they are moved together.

    A version that is not there begins with the history; `is_unread`: one of them must, and nothing may come any more.
    There is no foreign key: a row is written with each measure. Whoever writes it has found the follow-up.
    """

    __tablename__ = "telemonitoring_rule_states"
    __table_args__ = (
        Index("ix_telemonitoring_rule_states_unread", "follow_up_id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
    )

    follow_up_id: UUID = Field(primary_key=True)
    states: bytes
    is_unread: bool


class FindingRow(Table, table=True):
    """What a version of a rule said of a patient; append-only. Values are in millionths of the signal's unit."""

    __tablename__ = "telemonitoring_findings"
    __table_args__ = (
        CheckConstraint(_KINDS, name="kind"),
        Index("ix_telemonitoring_findings_follow_up", "follow_up_id", "at"),
        Index("ix_telemonitoring_findings_late", "received_at", "id", sqlite_where=_IS_LATE, postgresql_where=_IS_LATE),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    follow_up_id: UUID = Field(foreign_key="telemonitoring_follow_ups.id")
    rule_version_id: UUID = Field(foreign_key="telemonitoring_rule_versions.id")
    kind: str
    since: datetime = Field(sa_type=UtcDateTime)
    at: datetime = Field(sa_type=UtcDateTime)
    received_at: datetime = Field(sa_type=UtcDateTime)
    evidence: list[Any] = Field(sa_column=Column(JSON, nullable=False))


class SilenceCheckRow(Table, table=True):
    """When to look whether a patient's data still come; every follow-up that takes data has one (R-34)."""

    __tablename__ = "telemonitoring_silence_checks"
    __table_args__ = (Index("ix_telemonitoring_silence_checks_due", "check_at", "follow_up_id"),)

    follow_up_id: UUID = Field(primary_key=True, foreign_key="telemonitoring_follow_ups.id")
    check_at: datetime = Field(sa_type=UtcDateTime)


class SilenceRow(Table, table=True):
    """Days without data that were told of; never deleted. `late_days` are those whose data came afterwards."""

    __tablename__ = "telemonitoring_silences"
    __table_args__ = (
        CheckConstraint("cause IN ('device_off', 'not_measured', 'unknown')", name="cause"),
        CheckConstraint("last_day >= first_day", name="days"),
        Index(
            "uq_telemonitoring_silences_lasting",
            "follow_up_id",
            unique=True,
            sqlite_where=_LASTING,
            postgresql_where=_LASTING,
        ),
        Index("ix_telemonitoring_silences_follow_up", "follow_up_id", "first_day"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    follow_up_id: UUID = Field(foreign_key="telemonitoring_follow_ups.id")
    first_day: date
    last_day: date | None = None
    cause: str
    told_at: datetime = Field(sa_type=UtcDateTime)
    repeated_at: datetime = Field(sa_type=UtcDateTime)
    late_days: list[Any] = Field(sa_column=Column(JSON, nullable=False))
