"""Documents as JSON."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from telemed.documents.model import (
    Delivery,
    DeliveryReason,
    DeliveryStep,
    DocumentKind,
    DocumentState,
    Recipient,
    SignedDocument,
    Visibility,
)
from telemed.documents.service import Verification
from telemed.kernel.messages import Channel


class DocumentSummary(BaseModel):
    """A signed version, without its content."""

    id: UUID
    kind: DocumentKind
    set_id: UUID = Field(description="The same for all versions of one document.")
    version: int
    replaces: UUID | None = Field(description="The version that this one takes the place of.")
    state: DocumentState
    patient_id: UUID
    act_id: UUID
    act_code: str = Field(description="NGAP code of the act documented.")
    act_started_at: datetime
    signed_at: datetime
    signer_rpps: str
    visibility: list[Visibility] = Field(description="Who must not see it (JDV_J08); empty: no restriction.")
    content_sha256: str = Field(description="Fingerprint of the content, printed on each page of the PDF.")
    pdf_bytes: int
    cda_bytes: int

    @classmethod
    def of(cls, document: SignedDocument) -> DocumentSummary:
        identity = document.identity
        return cls(
            id=identity.document_id,
            kind=document.kind,
            set_id=identity.set_id,
            version=identity.version,
            replaces=identity.replaces,
            state=document.state,
            patient_id=document.patient_id,
            act_id=document.act_id,
            act_code=document.act_code,
            act_started_at=document.act_started_at,
            signed_at=document.signed_at,
            signer_rpps=document.signer_rpps,
            visibility=sorted(document.visibility),
            content_sha256=document.content_sha256,
            pdf_bytes=document.pdf_bytes,
            cda_bytes=document.cda_bytes,
        )


class DocumentDetail(DocumentSummary):
    """A signed version with its history."""

    versions: list[DocumentSummary] = Field(description="Every signed version that the caller may read, in order.")

    @classmethod
    def with_versions(cls, document: SignedDocument, versions: tuple[SignedDocument, ...]) -> DocumentDetail:
        summary = DocumentSummary.of(document)
        return cls(**dict(summary), versions=[DocumentSummary.of(version) for version in versions])


class DocumentVerification(BaseModel):
    """Is the document as it was sealed? `faults` names what is not."""

    is_intact: bool
    faults: list[str]

    @classmethod
    def of(cls, verification: Verification) -> DocumentVerification:
        return cls(is_intact=verification.is_intact, faults=list(verification.faults))


class DeliveryOut(BaseModel):
    """One thing that happened on the way of a document to a recipient."""

    recipient: Recipient
    step: DeliveryStep
    reason: DeliveryReason
    at: datetime
    channel: Channel | None = Field(description="How a message was sent, if one was.")
    receipt: str = Field(description="The operator's name for the message, or why he refused it.")
    by: UUID | None = Field(description="Who handed it over, or had it sent again.")

    @classmethod
    def of(cls, delivery: Delivery) -> DeliveryOut:
        return cls(
            recipient=delivery.recipient,
            step=delivery.step,
            reason=delivery.reason,
            at=delivery.at,
            channel=delivery.channel,
            receipt=delivery.receipt,
            by=delivery.by,
        )
