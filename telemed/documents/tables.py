"""Tables of documents. Triggers (migration 0002) keep signed versions as they were sealed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from telemed.storage.tables import Table
from telemed.storage.types import Encrypted, EncryptedBytes, UtcDateTime

_IS_CURRENT = text("superseded_at IS NULL")


class ReportDraftRow(Table, table=True):
    """A report being written: one for an act, whether of a first version or of a correction."""

    __tablename__ = "report_drafts"
    __table_args__ = (UniqueConstraint("act_id"), UniqueConstraint("set_id"))

    id: UUID = Field(primary_key=True)
    set_id: UUID
    version: int
    replaces_id: UUID | None = Field(default=None, foreign_key="signed_documents.id")
    replacement_reason: str = Field(sa_type=Encrypted("report_drafts.replacement_reason"))
    practice_id: UUID
    patient_id: UUID = Field(index=True)
    act_id: UUID
    author_id: UUID
    revision: int
    content: str = Field(sa_type=Encrypted("report_drafts.content"))
    updated_at: datetime = Field(sa_type=UtcDateTime)


class SignedDocumentRow(Table, table=True):
    """A signed version, without its bytes. Only `superseded_at` may be set, once."""

    __tablename__ = "signed_documents"
    __table_args__ = (
        UniqueConstraint("set_id", "version"),
        UniqueConstraint("act_id", "kind", "version"),
        UniqueConstraint("replaces_id"),
        CheckConstraint("version >= 1", name="version_from_one"),
        CheckConstraint("(version = 1) = (replaces_id IS NULL)", name="later_versions_replace"),
        Index(
            "uq_signed_documents_current", "set_id", unique=True, sqlite_where=_IS_CURRENT, postgresql_where=_IS_CURRENT
        ),
        Index("ix_signed_documents_page", "practice_id", "patient_id", "id"),
    )

    id: UUID = Field(primary_key=True)
    set_id: UUID
    version: int
    replaces_id: UUID | None = Field(default=None, foreign_key="signed_documents.id")
    kind: str
    practice_id: UUID
    patient_id: UUID
    act_id: UUID
    author_id: UUID
    signer_rpps: str
    act_code: str
    act_started_at: datetime = Field(sa_type=UtcDateTime)
    signed_at: datetime = Field(sa_type=UtcDateTime)
    masked_from_professionals: bool
    hidden_from_patient: bool
    hidden_from_representatives: bool
    content_sha256: str
    pdf_bytes: int
    cda_bytes: int
    superseded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SealedContentRow(Table, table=True):
    """The bytes of a signed version, what they were made of, and their seal: never updated, never deleted."""

    __tablename__ = "sealed_contents"

    document_id: UUID = Field(primary_key=True, foreign_key="signed_documents.id")
    pdf: bytes = Field(sa_type=EncryptedBytes("sealed_contents.pdf"))
    cda: bytes = Field(sa_type=EncryptedBytes("sealed_contents.cda"))
    report: str = Field(sa_type=Encrypted("sealed_contents.report"))
    replacement_reason: str = Field(sa_type=Encrypted("sealed_contents.replacement_reason"))
    manifest: bytes
    seal: str


class DeliveryRow(Table, table=True):
    """One thing that happened on the way of a document to a recipient. A trigger refuses every change."""

    __tablename__ = "document_deliveries"
    __table_args__ = (
        CheckConstraint(
            "recipient IN ('requerant', 'prescriber', 'medecin_traitant', 'patient', 'dmp')", name="recipient"
        ),
        CheckConstraint("step IN ('queued', 'available', 'told', 'handed_over', 'withheld', 'failed')", name="step"),
        CheckConstraint("step <> 'handed_over' OR by IS NOT NULL", name="by_hand"),
        CheckConstraint("step <> 'told' OR (channel IS NOT NULL AND receipt <> '')", name="receipt"),
        Index("ix_document_deliveries_document", "document_id", "id"),
        Index("ix_document_deliveries_received", "professional_id", "document_id"),
    )

    id: UUID = Field(primary_key=True)
    document_id: UUID = Field(foreign_key="signed_documents.id")
    recipient: str
    step: str
    reason: str
    at: datetime = Field(sa_type=UtcDateTime)
    channel: str | None = None
    receipt: str = ""
    professional_id: UUID | None = None
    by: UUID | None = None
