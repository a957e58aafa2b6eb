"""Makes a signed version out of facts and words, before any transaction: PDF, then CDA, then manifest, then seal."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

from telemed.documents import rules
from telemed.documents.formats.page_parts import Signing
from telemed.documents.formats.seal import content_fingerprint, manifest_bytes, sha256_hex
from telemed.documents.model import (
    DocumentIdentity,
    DocumentKind,
    Filing,
    PreparedDocument,
    SealedFiles,
    SealManifest,
    Statement,
)
from telemed.documents.ports import Renderer, Signer
from telemed.documents.service.forms import FORMS
from telemed.kernel.decision import Decision
from telemed.kernel.errors import Refused


class Preparer:
    """The order matters: the PDF prints the fingerprint of the content, the CDA embeds the PDF, the seal covers all.

    `renderers` lay out each kind.
    """

    def __init__(self, *, renderers: Mapping[DocumentKind, Renderer], signer: Signer, is_production: bool) -> None:
        self._renderers = renderers
        self._signer = signer
        self._is_production = is_production

    def check(self, kind: DocumentKind, statement: Statement) -> Decision:
        """May this be signed, and what should its author know first?"""
        unprintable = self._renderers[kind].unprintable(FORMS[kind].texts(statement))
        return (
            FORMS[kind].judge(statement)
            & rules.check_ins(statement.patient, is_production=self._is_production)
            & rules.check_printable(unprintable)
        )

    async def preview(self, kind: DocumentKind, identity: DocumentIdentity, statement: Statement) -> bytes:
        """The PDF as it would be, marked as a draft on each page; works on an incomplete document."""
        return await self._renderers[kind].render(FORMS[kind].page(identity, statement, None))

    async def prepare(self, filing: Filing, statement: Statement, *, signed_at: datetime) -> PreparedDocument:
        """Render, encode, check and seal. Raises Refused if the CDA that comes out is not fit to leave."""
        identity, form = filing.identity, FORMS[filing.kind]
        moment = signed_at.astimezone(statement.territory.zone).replace(microsecond=0)
        fingerprint = content_fingerprint(identity, statement)
        page = form.page(identity, statement, Signing(moment, fingerprint))
        pdf = await self._renderers[filing.kind].render(page)
        cda = await asyncio.to_thread(self._encode, filing, statement, pdf, moment)
        manifest = SealManifest(
            document_id=identity.document_id,
            set_id=identity.set_id,
            version=identity.version,
            replaces=identity.replaces,
            content_sha256=fingerprint,
            pdf_sha256=sha256_hex(pdf),
            cda_sha256=sha256_hex(cda),
            signer_rpps=statement.author.rpps,
            signed_at=moment,
        )
        payload = manifest_bytes(manifest)
        seal = await self._signer.sign(payload, rpps=manifest.signer_rpps)
        return PreparedDocument(filing, statement, manifest, SealedFiles(pdf, cda, payload, seal))

    def _encode(self, filing: Filing, statement: Statement, pdf: bytes, moment: datetime) -> bytes:
        form = FORMS[filing.kind]
        cda = form.encode(filing.identity, statement, pdf, moment)
        decision = form.check(cda, statement.patient.identity_status, self._is_production, pdf)
        if not decision.is_allowed:
            raise Refused(decision)
        return cda
