"""The documents of a case, and how far its opinion went: requérant, médecin traitant, patient, DMP."""

from __future__ import annotations

from collections.abc import Sequence

from telemed.acts.teleexpertise.service.lists import CaseView
from telemed.documents.model import Delivery, DocumentKind, DocumentState, SignedDocument
from telemed.web.delivery_words import KINDS, departures_of
from telemed.web.pages.page import Visitor
from telemed.web.views.expertise import PaperLine
from telemed.web.views.report import Departure


async def papers_of(visitor: Visitor, one: CaseView) -> tuple[tuple[PaperLine, ...], tuple[Departure, ...]]:
    """The documents of a case, the newest first, and where its present opinion went."""
    if one.case.sent_at is None:
        return (), ()
    archive = visitor.services.archive
    found = await archive.of_act(visitor.known, one.case.id, limit=50)
    current = [
        each
        for each in found
        if each.kind is DocumentKind.EXPERTISE_REPORT and each.state is not DocumentState.SUPERSEDED
    ]
    went: Sequence[Delivery] = ()
    if current:
        went = await archive.deliveries(visitor.known, current[-1].identity.document_id, limit=50)
    return tuple(_line(each) for each in reversed(found)), departures_of(went)


def _line(document: SignedDocument) -> PaperLine:
    identity, base = document.identity, f"/documents/{document.identity.document_id}"
    return PaperLine(
        title=KINDS[document.kind],
        version=identity.version,
        is_replaced=document.state is DocumentState.SUPERSEDED,
        signed_at=document.signed_at,
        pdf_address=f"{base}/pdf",
        cda_address=f"{base}/cda",
    )
