"""Devices, who wears them, and their credentials. The names that messages give to patients are sealed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field

from telemed.kernel.ids import new_id
from telemed.storage.tables import Table
from telemed.storage.types import Encrypted, UtcDateTime

_LIVING = text("ended_at IS NULL")
_NOT_REVOKED = text("revoked_at IS NULL")


class DeviceRow(Table, table=True):
    """A device. Only a device stands behind a gateway, never a gateway."""

    __tablename__ = "telemonitoring_devices"
    __table_args__ = (
        UniqueConstraint("practice_id", "identifier"),
        CheckConstraint("kind IN ('device', 'gateway')", name="kind"),
        CheckConstraint("gateway_id IS NULL OR kind = 'device'", name="behind"),
        Index("ix_telemonitoring_devices_page", "practice_id", "id"),
        Index("ix_telemonitoring_devices_behind", "gateway_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    practice_id: UUID = Field(foreign_key="practices.id")
    identifier: str
    aliases: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    kind: str
    model: str
    label: str
    signals: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    gateway_id: UUID | None = Field(default=None, foreign_key="telemonitoring_devices.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AssignmentRow(Table, table=True):
    """A device with a follow-up, from an instant to another; one follow-up at a time."""

    __tablename__ = "telemonitoring_assignments"
    __table_args__ = (
        Index(
            "uq_telemonitoring_assignments_device",
            "device_id",
            unique=True,
            sqlite_where=_LIVING,
            postgresql_where=_LIVING,
        ),
        Index("ix_telemonitoring_assignments_follow_up", "follow_up_id", "id"),
        Index("ix_telemonitoring_assignments_former", "device_id", "ended_at"),
        CheckConstraint("ended_at IS NULL OR ended_at >= assigned_at", name="order"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    device_id: UUID = Field(foreign_key="telemonitoring_devices.id")
    follow_up_id: UUID = Field(foreign_key="telemonitoring_follow_ups.id")
    subject: str = Field(sa_type=Encrypted("telemonitoring_assignments.subject"))
    assigned_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CredentialRow(Table, table=True):
    """A credential. A token is not kept: it is signed, and only says which row it is; a certificate by its digest."""

    __tablename__ = "telemonitoring_credentials"
    __table_args__ = (
        Index(
            "uq_telemonitoring_credentials_thumbprint",
            "thumbprint",
            unique=True,
            sqlite_where=_NOT_REVOKED,
            postgresql_where=_NOT_REVOKED,
        ),
        CheckConstraint("kind IN ('token', 'certificate')", name="kind"),
        CheckConstraint("(kind = 'certificate') = (thumbprint IS NOT NULL)", name="thumbprint"),
        CheckConstraint("expires_at > issued_at", name="order"),
        Index("ix_telemonitoring_credentials_device", "device_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    device_id: UUID = Field(foreign_key="telemonitoring_devices.id")
    assignment_id: UUID | None = Field(default=None, foreign_key="telemonitoring_assignments.id")
    kind: str
    thumbprint: str | None = None
    subject: str | None = Field(default=None, sa_type=Encrypted("telemonitoring_credentials.subject"))
    issued_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
