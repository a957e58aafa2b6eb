"""The life of a document: a draft, then versions that are sealed and only ever replaced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from telemed.documents.model.report import ReportContent, Visibility
from telemed.documents.model.statement import DocumentKind, Statement


class DocumentState(StrEnum):
    DRAFT = "draft"
    SIGNED = "signed"
    SUPERSEDED = "superseded"


TRANSITIONS: Mapping[DocumentState, frozenset[DocumentState]] = MappingProxyType(
    {
        DocumentState.DRAFT: frozenset({DocumentState.SIGNED}),
        DocumentState.SIGNED: frozenset({DocumentState.SUPERSEDED}),
        DocumentState.SUPERSEDED: frozenset(),
    }
)


def may_become(state: DocumentState, target: DocumentState) -> bool:
    """Does the table of transitions hold this step?"""
    return target in TRANSITIONS[state]


@dataclass(frozen=True)
class DocumentIdentity:
    """Which document: all versions share `set_id`; `replaces` is the version that this one takes the place of."""

    document_id: UUID
    set_id: UUID
    version: int
    replaces: UUID | None = None
    replacement_reason: str = ""

    def __post_init__(self) -> None:
        if self.version < 1 or (self.version > 1) != (self.replaces is not None):
            raise ValueError("version 1 replaces nothing; each later version replaces the one before")


@dataclass(frozen=True)
class Filing:
    """Which document, and where it is filed: `practice_id` keeps the patient's record, `author_id` signs."""

    identity: DocumentIdentity
    kind: DocumentKind
    practice_id: UUID
    patient_id: UUID
    act_id: UUID
    author_id: UUID


@dataclass(frozen=True)
class Draft:
    """A report being written. `revision` grows at each save: a save made on an older one is refused, never merged."""

    identity: DocumentIdentity
    practice_id: UUID
    patient_id: UUID
    act_id: UUID
    author_id: UUID
    revision: int
    content: ReportContent
    updated_at: datetime

    @property
    def filing(self) -> Filing:
        kind = DocumentKind.TELECONSULTATION_REPORT
        return Filing(self.identity, kind, self.practice_id, self.patient_id, self.act_id, self.author_id)


@dataclass(frozen=True)
class SealManifest:
    """What the signature covers. Hashes are SHA-256 in hexadecimal; `content_sha256` is printed on the PDF."""

    document_id: UUID
    set_id: UUID
    version: int
    replaces: UUID | None
    content_sha256: str
    pdf_sha256: str
    cda_sha256: str
    signer_rpps: str
    signed_at: datetime


@dataclass(frozen=True, repr=False)
class SealedFiles:
    """The artefacts of one signed version. `manifest` is the very payload that was signed, `seal` a detached JWS."""

    pdf: bytes
    cda: bytes
    manifest: bytes
    seal: str


@dataclass(frozen=True, repr=False)
class PreparedDocument:
    """A version rendered, encoded, checked and sealed, that only needs storing."""

    filing: Filing
    statement: Statement
    manifest: SealManifest
    files: SealedFiles


@dataclass(frozen=True)
class SignedDocument:
    """What is known of a signed version without opening its bytes: no trait, no clinical text."""

    identity: DocumentIdentity
    kind: DocumentKind
    state: DocumentState
    practice_id: UUID
    patient_id: UUID
    act_id: UUID
    author_id: UUID
    signer_rpps: str
    act_code: str
    act_started_at: datetime
    signed_at: datetime
    visibility: frozenset[Visibility]
    content_sha256: str
    pdf_bytes: int
    cda_bytes: int
