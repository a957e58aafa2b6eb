"""Files of past measures, sealed; what each brought is among the observations, by its id."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, Index, text
from sqlmodel import Field

from telemed.kernel.ids import new_id
from telemed.storage.tables import Table
from telemed.storage.types import EncryptedBytes, UtcDateTime

_UNDER_WAY = text("worked_at IS NOT NULL")


class HistoryRow(Table, table=True):
    """A file as it was sent, with what was found in it."""

    __tablename__ = "telemonitoring_histories"
    __table_args__ = (
        CheckConstraint("state IN ('previewed', 'keeping', 'kept', 'undoing', 'undone')", name="state"),
        CheckConstraint("(state IN ('previewed', 'keeping')) = (settled_at IS NULL)", name="settled"),
        CheckConstraint("(state IN ('keeping', 'undoing')) = (worked_at IS NOT NULL)", name="worked"),
        CheckConstraint("accepted >= 0 AND doubtful >= 0 AND rejected >= 0", name="counts"),
        CheckConstraint("known >= 0 AND conflicting >= 0 AND known + conflicting <= accepted", name="known"),
        Index("ix_telemonitoring_histories_follow_up", "follow_up_id", "id"),
        Index(
            "ix_telemonitoring_histories_under_way",
            "worked_at",
            sqlite_where=_UNDER_WAY,
            postgresql_where=_UNDER_WAY,
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    follow_up_id: UUID = Field(foreign_key="telemonitoring_follow_ups.id")
    state: str
    by: UUID
    at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done: int = 0
    worked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    accepted: int
    doubtful: int
    rejected: int
    known: int
    conflicting: int
    first_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    signals: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    faults: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    content: bytes = Field(sa_column=Column(EncryptedBytes("telemonitoring_histories.content"), nullable=False))
