"""Which act bills the accompaniment of a téléconsultation: one nurse and one pharmacist at most (R-48)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from telemed.storage.tables import Table


class AccompanimentRow(Table, table=True):
    """The place is taken by the first act that may be billed, and given back when that act no longer may."""

    __tablename__ = "billing_accompaniments"
    __table_args__ = (
        UniqueConstraint("act_id"),
        CheckConstraint("family IN ('nurse', 'pharmacist')", name="family"),
    )

    teleconsultation_id: UUID = Field(primary_key=True)
    family: str = Field(primary_key=True)
    act_id: UUID
