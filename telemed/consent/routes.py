"""HTTP of consents, for the carers and secretaries of the patient's practice."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from telemed.api.auth import PUBLIC, only
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor_id, encode_cursor
from telemed.consent.model import ActKind
from telemed.consent.schemas import ConsentOut, OralConsentIn, PublishedWording
from telemed.consent.service import ConsentService
from telemed.kernel.caller import Caller, Role
from telemed.kernel.errors import NotFound

CONSENTS = web.AppKey("consents", ConsentService)
CARERS = only(Role.DOCTOR, Role.HEALTH_PROFESSIONAL, Role.SECRETARY)
operations = Operations("consents")

Sha256 = Annotated[str | None, Field(pattern="^[0-9a-f]{64}$", description="Of a record: the words it refers to.")]


@operations.get("/consents", access=CARERS)
async def list_consents(
    request: web.Request, caller: Caller, *, patient_id: UUID, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[ConsentOut]:
    """List what a patient decided, the newest first."""
    before = decode_cursor_id(cursor)
    found = await request.app[CONSENTS].page(caller, patient_id, before=before, limit=limit + 1)
    more = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[ConsentOut.of(record) for record in found[:limit]], next_cursor=more)


@operations.post("/consents", access=CARERS, status=201, errors=(404, 409))
async def record_spoken_decision(request: web.Request, caller: Caller, *, body: OralConsentIn) -> ConsentOut:
    """Record what a patient said aloud: consent, refusal or withdrawal."""
    record = await request.app[CONSENTS].record_oral(
        caller,
        patient_id=body.patient_id,
        act_kind=body.act_kind,
        act_id=body.act_id,
        decision=body.decision,
        by=body.by,
        representative_name=body.representative_name,
    )
    return ConsentOut.of(record)


@operations.get("/consent-wordings/{act_kind}", access=PUBLIC)
async def get_published_wording(request: web.Request, act_kind: ActKind, *, sha256: Sha256 = None) -> PublishedWording:
    """Read the words of consent: those in force today, or those that a record refers to."""
    consents = request.app[CONSENTS]
    wording = consents.find_wording(act_kind, sha256) if sha256 else consents.wording(act_kind)
    if wording is None:
        raise NotFound("Aucun texte publié n'a cette empreinte.")
    return PublishedWording.of(wording)
