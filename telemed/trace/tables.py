"""Tables of the trace. A trigger refuses every update and deletion of an entry (migration 0002)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, LargeBinary
from sqlmodel import Field

from telemed.storage.tables import Table
from telemed.storage.types import UtcDateTime


class TraceEntryRow(Table, table=True):
    """One entry of the chain."""

    __tablename__ = "trace_entries"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcDateTime)
    action: str = Field(index=True)
    actor_kind: str
    actor_id: UUID | None = Field(default=None, index=True)
    rpps: str | None = None
    patient_id: UUID | None = Field(default=None, index=True)
    resource: str = ""
    purpose: str = ""
    outcome: str
    code: str = ""
    details: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))


class TraceHeadRow(Table, table=True):
    """The end of the chain: one row, locked while an entry is added."""

    __tablename__ = "trace_head"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int = 0
    hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
