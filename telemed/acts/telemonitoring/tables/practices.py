"""Tables of what a whole practice holds: the papers that its months need, and the hours of its team."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, Index
from sqlmodel import Field

from telemed.kernel.ids import new_id
from telemed.storage.tables import Table
from telemed.storage.types import UtcDateTime


class PaperRow(Table, table=True):
    """One paper, on its days; only its cancellation is ever written."""

    __tablename__ = "telemonitoring_papers"
    __table_args__ = (
        CheckConstraint("kind IN ('ars_declaration', 'convention', 'dmn_listing')", name="kind"),
        CheckConstraint("last_day >= first_day", name="days"),
        Index("ix_telemonitoring_papers_page", "practice_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    practice_id: UUID = Field(foreign_key="practices.id")
    kind: str
    activity: str | None = None
    name: str
    first_day: date
    last_day: date | None = None
    recorded_by: UUID
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class HoursRow(Table, table=True):
    """The hours in which the team of a practice looks; append-only, the last ones hold."""

    __tablename__ = "telemonitoring_hours"
    __table_args__ = (Index("ix_telemonitoring_hours_practice", "practice_id", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    practice_id: UUID = Field(foreign_key="practices.id")
    week: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    calendar: str | None = None
    set_by: UUID
    set_at: datetime = Field(sa_type=UtcDateTime)
