"""The tables of patients' links; `act_id` is the act, or the follow-up, that they open."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, LargeBinary, UniqueConstraint
from sqlmodel import Field

from telemed.kernel.ids import new_id
from telemed.storage.tables import Table
from telemed.storage.types import UtcDateTime


class VisitLinkRow(Table, table=True):
    """A patient's link: its token is kept only as a hash."""

    __tablename__ = "visit_links"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    act_id: UUID = Field(index=True)
    delivery_id: UUID | None = Field(default=None, index=True)
    token_hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class VisitAccessRow(Table, table=True):
    """Tries of the second factor for one act, whichever link was used; locked while one is counted."""

    __tablename__ = "visit_accesses"
    __table_args__ = (CheckConstraint("failed_tries BETWEEN 0 AND 5", name="tries"),)

    act_id: UUID = Field(primary_key=True)
    failed_tries: int = 0
    resent_on: date | None = None
    resent_count: int = 0


class VisitSessionRow(Table, table=True):
    """A patient's browser that passed both factors, for one act."""

    __tablename__ = "visit_sessions"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    act_id: UUID = Field(index=True)
    patient_id: UUID
    token_hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LinkDeliveryRow(Table, table=True):
    """One sending of a link, by one channel."""

    __tablename__ = "link_deliveries"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    act_id: UUID = Field(index=True)
    channel: str
    state: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    provider_id: str = ""
    detail: str = ""
