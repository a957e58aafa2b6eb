"""What a doctor declares of a civil year. Triggers refuse every update and deletion (migration 0002)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, Index
from sqlmodel import Field

from telemed.kernel.ids import new_id
from telemed.storage.tables import Table
from telemed.storage.types import UtcDateTime


class DeclarationRow(Table, table=True):
    """What a doctor declared of a civil year; the newest of a year counts."""

    __tablename__ = "billing_declarations"
    __table_args__ = (
        Index("ix_billing_declarations_of_year", "rpps", "year", "recorded_at"),
        CheckConstraint("outside_as_of IS NULL OR outside_counts IS NOT NULL", name="outside"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    rpps: str
    year: int
    source: str
    declared_on: date
    annual_acts: int | None = None
    annual_own_acts: int | None = None
    outside_as_of: date | None = None
    outside_counts: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True), nullable=True)
    )
    recorded_by: UUID | None = None
    recorded_at: datetime = Field(sa_type=UtcDateTime)
