"""The documents of a case, what signing would refuse, and the correction of an opinion."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.acts.teleexpertise.routes.keys import ARCHIVE, CARER, OPINIONS, PAPERS
from telemed.acts.teleexpertise.schemas.incoming import CorrectionIn
from telemed.acts.teleexpertise.schemas.outgoing import OpinionOut, SigningCheck
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor_id, encode_cursor
from telemed.documents.schemas import DocumentSummary
from telemed.kernel.caller import Caller

operations = Operations("teleexpertises")


@operations.get("/teleexpertises/{case_id}/documents", access=CARER)
async def list_teleexpertise_documents(
    request: web.Request, caller: Caller, case_id: UUID, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[DocumentSummary]:
    """List the documents of a case, every version, the oldest first: the request (TLM-DA), then the report (TLM-CR).

    Their files are under `/documents/{id}`.
    """
    after = decode_cursor_id(cursor)
    found = await request.app[ARCHIVE].of_act(caller, case_id, after=after, limit=limit + 1)
    more = encode_cursor(str(found[limit - 1].identity.document_id)) if len(found) > limit else None
    return Page(items=[DocumentSummary.of(document) for document in found[:limit]], next_cursor=more)


@operations.get("/teleexpertises/{case_id}/signing-check", access=CARER, errors=(409,))
async def check_teleexpertise_signing(request: web.Request, caller: Caller, case_id: UUID) -> SigningCheck:
    """Say what would refuse the document that one is about to sign, and what it would restrict: nothing is signed."""
    return SigningCheck.of(await request.app[PAPERS].check(caller, case_id))


@operations.get("/teleexpertises/{case_id}/preview", access=CARER, errors=(409,), media_type="application/pdf")
async def preview_teleexpertise_document(request: web.Request, caller: Caller, case_id: UUID) -> web.Response:
    """Show the PDF that one is about to sign, marked as a draft: the request, or the opinion being written."""
    pdf = await request.app[PAPERS].preview(caller, case_id)
    headers = {"Content-Disposition": 'inline; filename="brouillon.pdf"', "Cache-Control": "private, no-store"}
    return web.Response(body=pdf, content_type="application/pdf", headers=headers)


@operations.post("/teleexpertises/{case_id}/opinion/correction", access=CARER, status=201, errors=(409,))
async def correct_opinion(request: web.Request, caller: Caller, case_id: UUID, *, body: CorrectionIn) -> OpinionOut:
    """Replace the signed opinion, with a reason: a new version of its report, told to both sides."""
    corrected = await request.app[OPINIONS].correct(
        caller, case_id, body.to_content(), revision=body.revision, reason=body.reason
    )
    return OpinionOut.of(corrected)
