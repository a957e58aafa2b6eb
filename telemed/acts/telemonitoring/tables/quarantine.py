"""What people decided of measures that were set aside; append-only."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column
from sqlmodel import Field

from telemed.storage.tables import Table
from telemed.storage.types import Encrypted, UtcDateTime


class JudgementRow(Table, table=True):
    """One decision, of one version of a measure."""

    __tablename__ = "telemonitoring_judgements"
    __table_args__ = (CheckConstraint("verdict IN ('confirmed', 'rejected')", name="verdict"),)

    device_id: UUID = Field(primary_key=True)
    signal: str = Field(primary_key=True)
    component: str = Field(primary_key=True)
    measured_at: datetime = Field(primary_key=True, sa_type=UtcDateTime)
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    follow_up_id: UUID = Field(foreign_key="telemonitoring_follow_ups.id")
    verdict: str
    by: UUID
    at: datetime = Field(sa_type=UtcDateTime)
    reason: str = Field(sa_column=Column(Encrypted("telemonitoring_judgements.reason"), nullable=False))
