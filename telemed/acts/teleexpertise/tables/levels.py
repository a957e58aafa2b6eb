"""What came of each case in each line: kept with the case, so that service levels are read from a range of an index."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from telemed.storage.tables import Table
from telemed.storage.types import UtcDateTime


class LineCaseRow(Table, table=True):
    """One case in one line; no health data: when, whether late, whether a consultation was avoided."""

    __tablename__ = "teleexpertise_line_cases"
    __table_args__ = (
        CheckConstraint("outcome IN ('waiting', 'answered', 'missed', 'left')", name="outcome"),
        CheckConstraint("(outcome = 'answered') = (minutes IS NOT NULL)", name="answered"),
        CheckConstraint("outcome = 'answered' OR avoided IS NULL", name="avoided"),
        CheckConstraint("refusals >= 0 AND lapses >= 0", name="counts"),
        Index("ix_teleexpertise_line_cases_case", "case_id"),
        Index("ix_teleexpertise_line_cases_asked", "line_id", "asked_at"),
    )

    line_id: UUID = Field(primary_key=True, foreign_key="expert_lines.id")
    case_id: UUID = Field(primary_key=True, foreign_key="teleexpertises.id")
    asked_at: datetime = Field(sa_type=UtcDateTime)
    deadline: datetime = Field(sa_type=UtcDateTime)
    outcome: str
    refusals: int
    lapses: int
    minutes: int | None = None
    is_late: bool
    avoided: bool | None = None
