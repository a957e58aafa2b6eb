"""What a doctor declares of his years, and decisions about him. Triggers refuse every update and deletion."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field

from billing.rules.derogation import DecidedBy
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


class DerogationRow(Table, table=True):
    """An individual decision that raises a doctor's rate; the entry that nothing replaces counts."""

    __tablename__ = "billing_derogations"
    __table_args__ = (
        UniqueConstraint("replaces_id"),
        Index("ix_billing_derogations_of_doctor", "rpps", "first_day", "id"),
        CheckConstraint("rate_percent > 0 AND rate_percent < 100", name="rate"),
        CheckConstraint("last_day >= first_day", name="days"),
        CheckConstraint(f"decided_by IN ({', '.join(repr(one.value) for one in DecidedBy)})", name="decided_by"),
        CheckConstraint("replaces_id IS NOT NULL OR NOT is_withdrawn", name="withdrawn"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    rpps: str
    reference: str
    decided_by: str
    rate_percent: int
    first_day: date
    last_day: date
    source: str
    replaces_id: UUID | None = Field(default=None, foreign_key="billing_derogations.id")
    is_withdrawn: bool = False
    recorded_by: UUID | None = None
    recorded_at: datetime = Field(sa_type=UtcDateTime)
