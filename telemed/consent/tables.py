"""The table of consents. A trigger refuses every update and deletion (migration 0002)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from telemed.kernel.ids import new_id
from telemed.storage.tables import Table
from telemed.storage.types import Encrypted, UtcDateTime


class ConsentRow(Table, table=True):
    """One decision of a patient, or of who represents them, about one act."""

    __tablename__ = "consents"
    __table_args__ = (
        CheckConstraint("by <> 'legal_representative' OR representative_name IS NOT NULL", name="representative_named"),
        CheckConstraint("channel <> 'oral_to_professional' OR recorded_by IS NOT NULL", name="oral_has_witness"),
        Index("ix_consents_patient", "patient_id", "act_kind", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    patient_id: UUID = Field(foreign_key="patients.id")
    act_kind: str
    act_id: UUID = Field(index=True)
    decision: str
    channel: str
    by: str
    at: datetime = Field(sa_type=UtcDateTime)
    wording_version: date
    wording_sha256: str
    recorded_by: UUID | None = None
    representative_name: str | None = Field(default=None, sa_type=Encrypted("consents.representative_name"))
