"""Drafts, signed versions and their sealed contents."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.documents.formats.seal import canonical_json
from telemed.documents.model import (
    DocumentIdentity,
    DocumentKind,
    DocumentState,
    Draft,
    PreparedDocument,
    Report,
    ReportContent,
    SealedFiles,
    SignedDocument,
    Statement,
    Visibility,
)
from telemed.documents.tables import ReportDraftRow, SealedContentRow, SignedDocumentRow

S = TypeVar("S", bound=Statement)
_CONTENT: TypeAdapter[ReportContent] = TypeAdapter(ReportContent)


@cache
def _adapter(kind: type[Statement]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


class DocumentStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find_draft(self, act_id: UUID) -> Draft | None:
        """The draft of an act, of a first version or of a correction."""
        row = await self._session.scalar(select(ReportDraftRow).where(col(ReportDraftRow.act_id) == act_id))
        return _to_draft(row) if row else None

    async def add_draft(self, draft: Draft) -> None:
        """Raises IntegrityError if the act already has one."""
        self._session.add(_to_draft_row(draft))
        await self._session.flush()

    async def update_draft(self, draft: Draft, *, on_revision: int) -> bool:
        """Keep `draft` if the stored one is still at `on_revision`; says whether it was."""
        statement = (
            update(ReportDraftRow)
            .where(col(ReportDraftRow.id) == draft.identity.document_id, col(ReportDraftRow.revision) == on_revision)
            .values(content=_to_json(draft.content), revision=draft.revision, updated_at=draft.updated_at)
        )
        return await self._count(statement) == 1

    async def remove_draft(self, draft_id: UUID, *, on_revision: int) -> bool:
        """Take a draft away if it is still at `on_revision`; says whether it was."""
        statement = delete(ReportDraftRow).where(
            col(ReportDraftRow.id) == draft_id, col(ReportDraftRow.revision) == on_revision
        )
        return await self._count(statement) == 1

    async def supersede(self, document_id: UUID, at: datetime) -> bool:
        """Mark a current version as superseded; says whether it was current."""
        statement = (
            update(SignedDocumentRow)
            .where(col(SignedDocumentRow.id) == document_id, col(SignedDocumentRow.superseded_at).is_(None))
            .values(superseded_at=at)
        )
        return await self._count(statement) == 1

    async def add_signed(self, prepared: PreparedDocument) -> SignedDocument:
        """Raises IntegrityError if another version is current, or this version exists."""
        row, content = _to_rows(prepared)
        self._session.add(row)
        await self._session.flush()
        self._session.add(content)
        await self._session.flush()
        return _to_signed(row, prepared.filing.identity.replacement_reason)

    async def find_signed(self, document_id: UUID) -> SignedDocument | None:
        row = await self._session.get(SignedDocumentRow, document_id)
        return _to_signed(row) if row else None

    async def find_many(self, ids: Sequence[UUID]) -> list[SignedDocument]:
        """Signed versions in the order asked."""
        rows = await self._session.scalars(select(SignedDocumentRow).where(col(SignedDocumentRow.id).in_(ids)))
        found = {row.id: _to_signed(row) for row in rows}
        return [found[one] for one in ids]

    async def find_current_of_act(
        self, act_id: UUID, kind: DocumentKind = DocumentKind.TELECONSULTATION_REPORT
    ) -> SignedDocument | None:
        """The signed version of an act's document that no other replaces."""
        query = select(SignedDocumentRow).where(
            col(SignedDocumentRow.act_id) == act_id,
            col(SignedDocumentRow.kind) == kind.value,
            col(SignedDocumentRow.superseded_at).is_(None),
        )
        row = await self._session.scalar(query)
        return _to_signed(row) if row else None

    async def find_current_of_acts(self, act_ids: Collection[UUID], kind: DocumentKind) -> list[SignedDocument]:
        """The same for several acts, in one statement."""
        row = SignedDocumentRow
        query = select(row).where(
            col(row.act_id).in_(set(act_ids)), col(row.kind) == kind.value, col(row.superseded_at).is_(None)
        )
        return [_to_signed(one) for one in await self._session.scalars(query)]

    async def versions(self, set_id: UUID) -> tuple[SignedDocument, ...]:
        """All signed versions of a document, the first first."""
        query = select(SignedDocumentRow).where(col(SignedDocumentRow.set_id) == set_id)
        rows = await self._session.scalars(query.order_by(col(SignedDocumentRow.version)))
        return tuple(_to_signed(row) for row in rows)

    async def files(self, document_id: UUID) -> SealedFiles:
        """Raises LookupError if the document was never stored whole."""
        row = await self._content(document_id)
        return SealedFiles(pdf=row.pdf, cda=row.cda, manifest=row.manifest, seal=row.seal)

    async def report(self, document_id: UUID) -> tuple[Report, str]:
        """What a signed report of a teleconsultation was made of, and the reason of the correction if it was one.

        Raises LookupError.
        """
        return await self.statement(document_id, Report)

    async def statement(self, document_id: UUID, kind: type[S]) -> tuple[S, str]:
        """What a signed version states, read back as `kind`, and the reason of the correction. Raises LookupError."""
        row = await self._content(document_id)
        stated: S = _adapter(kind).validate_json(row.report)
        return stated, row.replacement_reason

    async def of_act(self, act_id: UUID, *, after: UUID | None, limit: int) -> list[SignedDocument]:
        """Every version of every document of an act, the oldest first."""
        query = select(SignedDocumentRow).where(col(SignedDocumentRow.act_id) == act_id)
        if after is not None:
            query = query.where(col(SignedDocumentRow.id) > after)
        rows = await self._session.scalars(query.order_by(col(SignedDocumentRow.id)).limit(limit))
        return [_to_signed(row) for row in rows]

    async def current_page(
        self,
        *,
        patient_id: UUID,
        limit: int,
        before: UUID | None = None,
        practice_id: UUID | None = None,
        reader_id: UUID | None = None,
        act_id: UUID | None = None,
    ) -> list[SignedDocument]:
        """Current versions, the newest first, identified below `before`.

        `practice_id` and `reader_id` bound what a professional sees; `act_id`, what the patient's link does.
        """
        conditions: list[ColumnElement[bool]] = [
            col(SignedDocumentRow.patient_id) == patient_id,
            col(SignedDocumentRow.superseded_at).is_(None),
        ]
        if before is not None:
            conditions.append(col(SignedDocumentRow.id) < before)
        if act_id is not None:
            hidden = or_(col(SignedDocumentRow.hidden_from_patient), col(SignedDocumentRow.hidden_from_representatives))
            conditions.append(and_(col(SignedDocumentRow.act_id) == act_id, ~hidden))
        if practice_id is not None:
            unmasked = ~col(SignedDocumentRow.masked_from_professionals)
            own = or_(unmasked, col(SignedDocumentRow.author_id) == reader_id)
            conditions.append(and_(col(SignedDocumentRow.practice_id) == practice_id, own))
        query = select(SignedDocumentRow).where(*conditions).order_by(col(SignedDocumentRow.id).desc()).limit(limit)
        return [_to_signed(row) for row in await self._session.scalars(query)]

    async def _content(self, document_id: UUID) -> SealedContentRow:
        row = await self._session.get(SealedContentRow, document_id)
        if row is None:
            raise LookupError("a signed document without its content")
        return row

    async def _count(self, statement: Any) -> int:
        result: Any = await self._session.execute(statement.execution_options(synchronize_session=False))
        return int(result.rowcount)


def _to_json(value: ReportContent | Statement) -> str:
    return canonical_json(value).decode()


def _to_draft_row(draft: Draft) -> ReportDraftRow:
    identity = draft.identity
    return ReportDraftRow(
        id=identity.document_id,
        set_id=identity.set_id,
        version=identity.version,
        replaces_id=identity.replaces,
        replacement_reason=identity.replacement_reason,
        practice_id=draft.practice_id,
        patient_id=draft.patient_id,
        act_id=draft.act_id,
        author_id=draft.author_id,
        revision=draft.revision,
        content=_to_json(draft.content),
        updated_at=draft.updated_at,
    )


def _to_draft(row: ReportDraftRow) -> Draft:
    return Draft(
        identity=DocumentIdentity(row.id, row.set_id, row.version, row.replaces_id, row.replacement_reason),
        practice_id=row.practice_id,
        patient_id=row.patient_id,
        act_id=row.act_id,
        author_id=row.author_id,
        revision=row.revision,
        content=_CONTENT.validate_json(row.content),
        updated_at=row.updated_at,
    )


def _to_rows(prepared: PreparedDocument) -> tuple[SignedDocumentRow, SealedContentRow]:
    filing, manifest, statement = prepared.filing, prepared.manifest, prepared.statement
    visibility = statement.visibility
    row = SignedDocumentRow(
        id=manifest.document_id,
        set_id=manifest.set_id,
        version=manifest.version,
        replaces_id=manifest.replaces,
        kind=filing.kind.value,
        practice_id=filing.practice_id,
        patient_id=filing.patient_id,
        act_id=filing.act_id,
        author_id=filing.author_id,
        signer_rpps=manifest.signer_rpps,
        act_code=statement.act_code,
        act_started_at=statement.act_started_at or manifest.signed_at,
        signed_at=manifest.signed_at,
        masked_from_professionals=Visibility.MASQUE_PS in visibility,
        hidden_from_patient=Visibility.INVISIBLE_PATIENT in visibility,
        hidden_from_representatives=Visibility.INVISIBLE_REPRESENTANTS_LEGAUX in visibility,
        content_sha256=manifest.content_sha256,
        pdf_bytes=len(prepared.files.pdf),
        cda_bytes=len(prepared.files.cda),
    )
    content = SealedContentRow(
        document_id=manifest.document_id,
        pdf=prepared.files.pdf,
        cda=prepared.files.cda,
        report=_to_json(statement),
        replacement_reason=filing.identity.replacement_reason,
        manifest=prepared.files.manifest,
        seal=prepared.files.seal,
    )
    return row, content


def _to_signed(row: SignedDocumentRow, reason: str = "") -> SignedDocument:
    codes = {
        Visibility.MASQUE_PS: row.masked_from_professionals,
        Visibility.INVISIBLE_PATIENT: row.hidden_from_patient,
        Visibility.INVISIBLE_REPRESENTANTS_LEGAUX: row.hidden_from_representatives,
    }
    return SignedDocument(
        identity=DocumentIdentity(row.id, row.set_id, row.version, row.replaces_id, reason),
        kind=DocumentKind(row.kind),
        state=DocumentState.SIGNED if row.superseded_at is None else DocumentState.SUPERSEDED,
        practice_id=row.practice_id,
        patient_id=row.patient_id,
        act_id=row.act_id,
        author_id=row.author_id,
        signer_rpps=row.signer_rpps,
        act_code=row.act_code,
        act_started_at=row.act_started_at,
        signed_at=row.signed_at,
        visibility=frozenset(code for code, is_set in codes.items() if is_set),
        content_sha256=row.content_sha256,
        pdf_bytes=row.pdf_bytes,
        cda_bytes=row.cda_bytes,
    )
