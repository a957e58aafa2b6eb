"""Tables of attachments: what is on disk, under which key, and what may be seen of it. No file is in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, Uuid
from sqlmodel import Field

from telemed.attachments.model import MAX_BOX_BYTES, MAX_BOX_FILES, MAX_BYTES
from telemed.storage.tables import Table
from telemed.storage.types import Encrypted, EncryptedBytes, UtcDateTime

_WHOLE = "state IN ('kept', 'removed', 'withdrawn')"


class BoxRow(Table, table=True):
    """The files of one act together: their key, wrapped, and how much they weigh. Locked by whoever counts."""

    __tablename__ = "attachment_boxes"
    __table_args__ = (
        CheckConstraint(f"bytes_taken BETWEEN 0 AND {MAX_BOX_BYTES}", name="bytes_taken"),
        CheckConstraint(f"file_count BETWEEN 0 AND {MAX_BOX_FILES}", name="file_count"),
        CheckConstraint("owner_kind IN ('teleexpertise')", name="owner_kind"),
    )

    owner_id: UUID = Field(primary_key=True)
    owner_kind: str
    data_key: bytes
    bytes_taken: int = 0
    file_count: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)


class AttachmentRow(Table, table=True):
    """One file. `received` bytes are durable, of which `tail` waits in this row to fill a piece of the file."""

    __tablename__ = "attachments"
    __table_args__ = (
        CheckConstraint("state IN ('arriving', 'checking', 'kept', 'refused', 'removed', 'withdrawn')", name="state"),
        CheckConstraint(f"length BETWEEN 1 AND {MAX_BYTES}", name="length"),
        CheckConstraint("received BETWEEN 0 AND length", name="received"),
        CheckConstraint("state = 'arriving' OR state = 'refused' OR received = length", name="whole"),
        CheckConstraint(f"NOT ({_WHOLE}) OR (kind IS NOT NULL AND sha256 IS NOT NULL)", name="known"),
        CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refusal_explained"),
        CheckConstraint("(state = 'withdrawn') = (withdrawal IS NOT NULL)", name="withdrawal_explained"),
        CheckConstraint("tail IS NULL OR state = 'arriving'", name="tail"),
        Index("ix_attachments_owner", "owner_id", "id"),
        Index("ix_attachments_state", "state", "touched_at"),
    )

    id: UUID = Field(primary_key=True)
    owner_kind: str
    owner_id: UUID = Field(foreign_key="attachment_boxes.owner_id")
    author_id: UUID = Field(foreign_key="professionals.id")
    side: str
    name: str = Field(sa_column=Column(Encrypted("attachments.name"), nullable=False))
    length: int
    received: int = 0
    tail: bytes | None = Field(default=None, sa_type=EncryptedBytes("attachments.tail"))
    state: str
    kind: str | None = None
    sha256: str | None = None
    frames: int = 0
    warnings: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    refusal: str | None = None
    withdrawal: str | None = Field(default=None, sa_type=Encrypted("attachments.withdrawal"))
    created_at: datetime = Field(sa_type=UtcDateTime)
    touched_at: datetime = Field(sa_type=UtcDateTime)


class PictureRow(Table, table=True):
    """A picture made of a file, kept beside it."""

    __tablename__ = "attachment_pictures"
    __table_args__ = (
        CheckConstraint("role IN ('shown', 'thumbnail')", name="role"),
        CheckConstraint("length >= 1", name="length"),
    )

    attachment_id: UUID = Field(
        sa_column=Column(
            Uuid(),
            ForeignKey("attachments.id", ondelete="CASCADE", name="fk_attachment_pictures_attachment_id"),
            primary_key=True,
        )
    )
    role: str = Field(primary_key=True)
    frame: int = Field(primary_key=True)
    media_type: str
    length: int
    width: int
    height: int
