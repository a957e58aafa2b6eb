"""The table of observations: append-only, one row a version, partitioned by month on PostgreSQL (decision 0073)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, text
from sqlmodel import Field

from telemed.storage.tables import Table
from telemed.storage.types import UtcDateTime

_ASIDE = text("quarantine IS NOT NULL")


class ObservationRow(Table, table=True):
    """A version of a measure. `value` is in millionths of its unit; `code` None: the first of its signal.

    There is no foreign key: checking one costs more than the row. Whoever adds rows has found the device.
    """

    __tablename__ = "telemonitoring_observations"
    __table_args__ = (
        CheckConstraint("version >= 0", name="version"),
        Index("ix_telemonitoring_observations_curve", "follow_up_id", "signal", "measured_at"),
        Index(
            "ix_telemonitoring_observations_aside",
            "follow_up_id",
            "measured_at",
            sqlite_where=_ASIDE,
            postgresql_where=_ASIDE,
        ),
        {"postgresql_partition_by": "RANGE (measured_at)"},
    )

    device_id: UUID = Field(primary_key=True)
    signal: str = Field(primary_key=True)
    component: str = Field(primary_key=True)
    measured_at: datetime = Field(primary_key=True, sa_type=UtcDateTime)
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    follow_up_id: UUID
    arrival_id: UUID
    received_at: datetime = Field(sa_type=UtcDateTime)
    status: str
    is_known: bool
    value: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    answer: str | None = None
    absent: str | None = None
    comparator: str | None = None
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    is_day: bool
    code: str | None = None
    raw: str | None = None
    quarantine: str | None = None
