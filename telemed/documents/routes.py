"""HTTP of signed documents. Drafts are written through the act that they belong to."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.api.auth import only, or_patient
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor_id, encode_cursor
from telemed.documents.model import DocumentKind
from telemed.documents.schemas import DeliveryOut, DocumentDetail, DocumentSummary, DocumentVerification
from telemed.documents.service import Artifact, DeliveryService, DocumentArchive, Download, seal_file
from telemed.kernel.caller import Caller, Role

DOCUMENTS = web.AppKey("documents", DocumentArchive)
DELIVERIES = web.AppKey("document_deliveries", DeliveryService)
operations = Operations("documents")
DOCTORS = or_patient(Role.DOCTOR)
READERS = or_patient(Role.DOCTOR, Role.HEALTH_PROFESSIONAL)
SIDES = only(Role.DOCTOR, Role.HEALTH_PROFESSIONAL)
_NAMES = {
    DocumentKind.TELECONSULTATION_REPORT: "compte-rendu",
    DocumentKind.EXPERTISE_REQUEST: "demande",
    DocumentKind.EXPERTISE_REPORT: "avis",
    DocumentKind.MONITORING_REPORT: "telesurveillance",
}


@operations.get("/patients/{patient_id}/documents", access=DOCTORS)
async def list_documents(
    request: web.Request, caller: Caller, patient_id: UUID, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[DocumentSummary]:
    """List a patient's signed documents, the newest first.

    Superseded versions are reached through the version that replaced them.
    """
    found = await request.app[DOCUMENTS].list_of_patient(
        caller, patient_id, limit=limit + 1, before=decode_cursor_id(cursor)
    )
    more = encode_cursor(str(found[limit - 1].identity.document_id)) if len(found) > limit else None
    return Page(items=[DocumentSummary.of(document) for document in found[:limit]], next_cursor=more)


@operations.get("/documents/received", access=only(Role.DOCTOR))
async def list_received_documents(
    request: web.Request, caller: Caller, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[DocumentSummary]:
    """List the documents that were addressed to one as médecin traitant, the newest first."""
    found = await request.app[DOCUMENTS].received(caller, limit=limit + 1, before=decode_cursor_id(cursor))
    more = encode_cursor(str(found[limit - 1].identity.document_id)) if len(found) > limit else None
    return Page(items=[DocumentSummary.of(document) for document in found[:limit]], next_cursor=more)


@operations.get("/documents/{document_id}", access=READERS)
async def get_document(request: web.Request, caller: Caller, document_id: UUID) -> DocumentDetail:
    """Show a signed document and the versions of it."""
    document, versions = await request.app[DOCUMENTS].get(caller, document_id)
    return DocumentDetail.with_versions(document, versions)


@operations.get("/documents/{document_id}/pdf", access=READERS, media_type="application/pdf")
async def download_pdf(request: web.Request, caller: Caller, document_id: UUID) -> web.Response:
    """Download a signed document as PDF/A, as it was sealed."""
    found = await request.app[DOCUMENTS].download(caller, document_id, Artifact.PDF)
    return _file(found.files.pdf, "application/pdf", _name(found, "pdf"), inline=True)


@operations.get("/documents/{document_id}/cda", access=READERS, media_type="application/xml")
async def download_cda(request: web.Request, caller: Caller, document_id: UUID) -> web.Response:
    """Download a signed document as CDA R2 (TLM-CR or TLM-DA), as it was sealed."""
    found = await request.app[DOCUMENTS].download(caller, document_id, Artifact.CDA)
    return _file(found.files.cda, "application/xml", _name(found, "cda.xml"), inline=False)


@operations.get("/documents/{document_id}/seal", access=READERS)
async def download_seal(request: web.Request, caller: Caller, document_id: UUID) -> web.Response:
    """Download the seal of a document: the manifest that was signed, and its detached signature (JWS, ES256)."""
    found = await request.app[DOCUMENTS].download(caller, document_id, Artifact.SEAL)
    return _file(seal_file(found.files), "application/json", _name(found, "seal.json"), inline=False)


@operations.get("/documents/{document_id}/verification", access=READERS)
async def verify_document(request: web.Request, caller: Caller, document_id: UUID) -> DocumentVerification:
    """Recompute everything that the seal of a document covers, and say whether anything changed."""
    return DocumentVerification.of(await request.app[DOCUMENTS].verify(caller, document_id))


@operations.get("/documents/{document_id}/deliveries", access=SIDES)
async def list_deliveries(
    request: web.Request, caller: Caller, document_id: UUID, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[DeliveryOut]:
    """List to whom a document went and how far, the oldest line first; the last of a recipient is where it stands."""
    after = decode_cursor_id(cursor)
    found = await request.app[DOCUMENTS].deliveries(caller, document_id, after=after, limit=limit + 1)
    more = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[DeliveryOut.of(delivery) for delivery in found[:limit]], next_cursor=more)


@operations.post("/documents/{document_id}/handing-over", access=SIDES, status=201, errors=(409,))
async def hand_document_over(request: web.Request, caller: Caller, document_id: UUID) -> DeliveryOut:
    """Note that the report of a télé-expertise was given to the patient by hand."""
    return DeliveryOut.of(await request.app[DELIVERIES].hand_over(caller, document_id))


def _name(found: Download, extension: str) -> str:
    """A file name without any trait: the day of the act (UTC) and the version."""
    document = found.document
    kind, day = _NAMES[document.kind], f"{document.act_started_at:%Y-%m-%d}"
    return f"{kind}-{day}-v{document.identity.version}.{extension}"


def _file(body: bytes, media_type: str, name: str, *, inline: bool) -> web.Response:
    disposition = "inline" if inline else "attachment"
    headers = {"Content-Disposition": f'{disposition}; filename="{name}"', "Cache-Control": "private, no-store"}
    return web.Response(body=body, content_type=media_type, headers=headers)
