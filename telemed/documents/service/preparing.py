"""Makes a signed version out of facts and words, before any transaction: PDF, then CDA, then manifest, then seal."""

from __future__ import annotations

import asyncio
from datetime import datetime

from telemed.documents import rules
from telemed.documents.formats.cda import build_report_cda
from telemed.documents.formats.cda_check import check_report_cda
from telemed.documents.formats.page import report_page
from telemed.documents.formats.page_parts import Signing
from telemed.documents.formats.seal import content_fingerprint, manifest_bytes, sha256_hex
from telemed.documents.model import (
    DocumentIdentity,
    Draft,
    PreparedDocument,
    Report,
    SealedFiles,
    SealManifest,
)
from telemed.documents.ports import Renderer, Signer
from telemed.kernel.decision import Decision
from telemed.kernel.errors import Refused


class Preparer:
    """The order matters: the PDF prints the fingerprint of the content, the CDA embeds the PDF, the seal covers all."""

    def __init__(self, *, renderer: Renderer, signer: Signer, is_production: bool) -> None:
        self._renderer = renderer
        self._signer = signer
        self._is_production = is_production

    def check(self, report: Report) -> Decision:
        """May this report be signed, and what should its author know first?"""
        unprintable = self._renderer.unprintable(rules.author_texts(report.content))
        return (
            rules.check_completeness(report)
            & rules.check_ins(report.facts.patient, is_production=self._is_production)
            & rules.check_printable(unprintable)
        )

    async def preview(self, identity: DocumentIdentity, report: Report) -> bytes:
        """The PDF as it would be, marked as a draft on each page; works on an incomplete report."""
        return await self._renderer.render(report_page(identity, report, signing=None))

    async def prepare(self, draft: Draft, report: Report, *, signed_at: datetime) -> PreparedDocument:
        """Render, encode, check and seal. Raises Refused if the CDA that comes out is not fit to leave."""
        moment = signed_at.astimezone(report.facts.act.territory.zone).replace(microsecond=0)
        fingerprint = content_fingerprint(draft.identity, report)
        pdf = await self._renderer.render(report_page(draft.identity, report, signing=Signing(moment, fingerprint)))
        cda = await asyncio.to_thread(self._encode, draft.identity, report, pdf, moment)
        manifest = SealManifest(
            document_id=draft.identity.document_id,
            set_id=draft.identity.set_id,
            version=draft.identity.version,
            replaces=draft.identity.replaces,
            content_sha256=fingerprint,
            pdf_sha256=sha256_hex(pdf),
            cda_sha256=sha256_hex(cda),
            signer_rpps=report.facts.author.rpps,
            signed_at=moment,
        )
        payload = manifest_bytes(manifest)
        seal = await self._signer.sign(payload, rpps=manifest.signer_rpps)
        return PreparedDocument(draft, report, manifest, SealedFiles(pdf, cda, payload, seal))

    def _encode(self, identity: DocumentIdentity, report: Report, pdf: bytes, moment: datetime) -> bytes:
        cda = build_report_cda(identity, report, pdf=pdf, signed_at=moment)
        decision = check_report_cda(
            cda,
            identity_status=report.facts.patient.identity_status,
            is_production=self._is_production,
            pdf=pdf,
        )
        if not decision.is_allowed:
            raise Refused(decision)
        return cda
