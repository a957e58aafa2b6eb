"""Tables of experts: profiles, lines, hours, and the openings made of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field

from telemed.kernel.ids import new_id
from telemed.storage.tables import Table
from telemed.storage.types import UtcDateTime

_OWN, _OF_LINE = text("line_id IS NULL"), text("line_id IS NOT NULL")


def _listed() -> Any:
    return Field(sa_column=Column(JSON, nullable=False))


class ProfileRow(Table, table=True):
    """An expert. `kept_until` says how far his openings reach; None while he has no hours at all."""

    __tablename__ = "expert_profiles"
    __table_args__ = (
        CheckConstraint("capacity_per_day >= 1 AND capacity_per_day <= 200", name="capacity"),
        Index("ix_expert_profiles_kept", "kept_until"),
        Index("ix_expert_profiles_rpps", "rpps"),
    )

    professional_id: UUID = Field(primary_key=True, foreign_key="professionals.id")
    practice_id: UUID
    rpps: str
    specialty_code: str
    territory: str
    department: str = ""
    skills: list[str] = _listed()
    words: list[str] = _listed()
    languages: list[str] = _listed()
    channels: list[str] = _listed()
    is_open: bool
    auto_accept: bool
    capacity_per_day: int | None = None
    suspended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    kept_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LineRow(Table, table=True):
    """A team of a practice."""

    __tablename__ = "expert_lines"
    __table_args__ = (
        Index("ix_expert_lines_practice", "practice_id", "id"),
        Index("ix_expert_lines_specialty", "specialty_code", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    practice_id: UUID = Field(foreign_key="practices.id")
    name: str
    specialty_code: str
    territory: str
    department: str = ""
    skills: list[str] = _listed()
    words: list[str] = _listed()
    languages: list[str] = _listed()
    widening_minutes: dict[str, int] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LineMemberRow(Table, table=True):
    """Someone who answers in a line; `joined_at` is None while he has not said yes."""

    __tablename__ = "expert_line_members"
    __table_args__ = (Index("ix_expert_line_members_person", "professional_id", "line_id"),)

    line_id: UUID = Field(primary_key=True, foreign_key="expert_lines.id")
    professional_id: UUID = Field(primary_key=True, foreign_key="expert_profiles.professional_id")
    invited_at: datetime = Field(sa_type=UtcDateTime)
    joined_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LineManagerRow(Table, table=True):
    """Someone who looks after a line; he need not answer in it."""

    __tablename__ = "expert_line_managers"
    __table_args__ = (Index("ix_expert_line_managers_person", "professional_id", "line_id"),)

    line_id: UUID = Field(primary_key=True, foreign_key="expert_lines.id")
    professional_id: UUID = Field(primary_key=True, foreign_key="professionals.id")


class ImportRow(Table, table=True):
    """A calendar that was sent: looked at, then kept or dropped, then perhaps undone."""

    __tablename__ = "expert_imports"
    __table_args__ = (
        CheckConstraint("state IN ('previewed', 'kept', 'undone')", name="state"),
        CheckConstraint("(state = 'previewed') = (settled_at IS NULL)", name="settled"),
        CheckConstraint("accepted_count >= 0 AND rejected_count >= 0", name="counts"),
        Index("ix_expert_imports_person", "professional_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    professional_id: UUID = Field(foreign_key="expert_profiles.professional_id")
    state: str
    at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    accepted_count: int
    rejected_count: int
    lines: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))


class ShiftRow(Table, table=True):
    """Hours that come back, on the wall clock of a zone."""

    __tablename__ = "expert_shifts"
    __table_args__ = (
        CheckConstraint("start_minute >= 0 AND start_minute < 1440", name="start"),
        CheckConstraint("minutes >= 5 AND minutes <= 10080", name="minutes"),
        Index("ix_expert_shifts_person", "professional_id", "id"),
        Index("ix_expert_shifts_line", "line_id", "id", sqlite_where=_OF_LINE, postgresql_where=_OF_LINE),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    professional_id: UUID = Field(foreign_key="expert_profiles.professional_id")
    line_id: UUID | None = Field(default=None, foreign_key="expert_lines.id")
    first_on: date
    start_minute: int
    minutes: int
    zone: str
    rule: str = ""
    except_on: list[str] = _listed()
    import_id: UUID | None = Field(default=None, foreign_key="expert_imports.id")


class ExceptionRow(Table, table=True):
    """Leave or extra hours of a person."""

    __tablename__ = "expert_exceptions"
    __table_args__ = (
        CheckConstraint("kind IN ('leave', 'extra')", name="kind"),
        CheckConstraint("source IN ('hand', 'calendar', 'fhir')", name="source"),
        CheckConstraint("ends_at > starts_at", name="lasts"),
        CheckConstraint("kind = 'extra' OR line_id IS NULL", name="leave_is_of_the_person"),
        CheckConstraint("(source = 'fhir') = (identifier IS NOT NULL)", name="named_by_another"),
        UniqueConstraint("professional_id", "identifier"),
        Index("ix_expert_exceptions_person", "professional_id", "kind", "ends_at", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    professional_id: UUID = Field(foreign_key="expert_profiles.professional_id")
    kind: str
    line_id: UUID | None = Field(default=None, foreign_key="expert_lines.id")
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    source: str
    identifier: str | None = None
    import_id: UUID | None = Field(default=None, foreign_key="expert_imports.id")


class OpeningRow(Table, table=True):
    """Somebody can answer: made of his hours, never written by hand. None goes past a UTC midnight (decision 0062)."""

    __tablename__ = "expert_openings"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="lasts"),
        Index("ix_expert_openings_free", "specialty_code", "territory", "ends_at", "starts_at", "professional_id"),
        Index("ix_expert_openings_person", "professional_id", "ends_at"),
        Index(
            "uq_expert_openings_own",
            "professional_id",
            "starts_at",
            unique=True,
            sqlite_where=_OWN,
            postgresql_where=_OWN,
        ),
        Index(
            "uq_expert_openings_line",
            "line_id",
            "starts_at",
            "professional_id",
            unique=True,
            sqlite_where=_OF_LINE,
            postgresql_where=_OF_LINE,
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    professional_id: UUID = Field(foreign_key="expert_profiles.professional_id")
    line_id: UUID | None = Field(default=None, foreign_key="expert_lines.id")
    specialty_code: str
    territory: str
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)


class PresenceRow(Table, table=True):
    """Somebody said that he can answer at once, until `until`; his page gives a sign of life before `expires_at`."""

    __tablename__ = "expert_presences"
    __table_args__ = (
        CheckConstraint("until > since", name="lasts"),
        Index("ix_expert_presences_expires", "expires_at"),
    )

    professional_id: UUID = Field(primary_key=True, foreign_key="professionals.id")
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class StandingRow(Table, table=True):
    """What is in the hands of one expert, and how he answered of late; changed with each move of a case.

    `accepted` is of the civil day `accepted_on`; `recent` holds his last outcomes and `minutes` his last times, the
    newest last, of which `taken`, `left` and `median_minutes` are made when they change: a search counts nothing.
    """

    __tablename__ = "expert_standings"
    __table_args__ = (
        CheckConstraint("pending >= 0", name="pending"),
        CheckConstraint("open_cases >= 0", name="open_cases"),
        CheckConstraint("accepted >= 0", name="accepted"),
    )

    professional_id: UUID = Field(primary_key=True, foreign_key="professionals.id")
    pending: int = 0
    open_cases: int = 0
    accepted: int = 0
    accepted_on: date | None = None
    recent: str = ""
    minutes: list[int] = _listed()
    taken: int = 0
    left: int = 0
    median_minutes: int | None = None


class AcquaintanceRow(Table, table=True):
    """An expert who answered about a patient: how often, and when last."""

    __tablename__ = "expert_acquaintances"
    __table_args__ = (CheckConstraint("cases >= 1", name="cases"),)

    patient_id: UUID = Field(primary_key=True, foreign_key="patients.id")
    professional_id: UUID = Field(primary_key=True, foreign_key="professionals.id")
    cases: int
    last_on: date


class LineTurnRow(Table, table=True):
    """When a member of a line was last asked: a number that only grows within the line. Its smallest is next."""

    __tablename__ = "expert_line_turns"
    __table_args__ = (UniqueConstraint("line_id", "turn"), CheckConstraint("turns >= 1", name="turns"))

    line_id: UUID = Field(primary_key=True, foreign_key="expert_lines.id")
    professional_id: UUID = Field(primary_key=True, foreign_key="expert_profiles.professional_id")
    turn: int
    turns: int
