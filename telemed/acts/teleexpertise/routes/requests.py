"""The requérant's side, and the lists of both."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from telemed.acts.teleexpertise.routes.keys import (
    CARER,
    CASES,
    REQUESTS,
    case_and_warnings,
    case_out,
    page_of,
)
from telemed.acts.teleexpertise.schemas.incoming import (
    EditIn,
    RequestIn,
    SpecialtyCode,
    TargetIn,
    TextIn,
    WithdrawalIn,
)
from telemed.acts.teleexpertise.schemas.outgoing import CaseAndWarnings, CaseOut, PersonOut
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor_id, decode_place, encode_cursor
from telemed.kernel.caller import Caller

operations = Operations("teleexpertises")
Name = Annotated[str | None, Field(min_length=2, max_length=100, description="How the family name begins.")]
IsEnded = Annotated[bool, Field(description="What is over, the latest first, in place of what is due.")]


@operations.post("/teleexpertises", access=CARER, status=201, errors=(404, 409))
async def create_teleexpertise(request: web.Request, caller: Caller, *, body: RequestIn) -> CaseOut:
    """Begin a request about a patient of one's practice: a draft, kept seven days after its last change."""
    case = await request.app[REQUESTS].create(caller, body.patient_id, body.to_content())
    return await case_out(request, caller, case.id)


@operations.get("/teleexpertises", access=CARER)
async def list_teleexpertises(
    request: web.Request,
    caller: Caller,
    *,
    is_ended: IsEnded = False,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[CaseOut]:
    """List what one asked, the soonest due first."""
    views = await request.app[CASES].asked(caller, is_ended=is_ended, after=decode_place(cursor), limit=limit + 1)
    return page_of(views, limit)


@operations.get("/teleexpertises/inbox", access=CARER)
async def list_teleexpertise_inbox(
    request: web.Request,
    caller: Caller,
    *,
    is_ended: IsEnded = False,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[CaseOut]:
    """List what one is asked, the soonest due first."""
    views = await request.app[CASES].inbox(caller, is_ended=is_ended, after=decode_place(cursor), limit=limit + 1)
    return page_of(views, limit)


@operations.get("/teleexpertises/colleagues", access=CARER)
async def list_colleagues(
    request: web.Request,
    caller: Caller,
    *,
    name: Name = None,
    specialty_code: SpecialtyCode | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[PersonOut]:
    """List who may be asked, in any practice of the service."""
    after = decode_cursor_id(cursor)
    found = await request.app[CASES].colleagues(
        caller, name=name, specialty_code=specialty_code, after=after, limit=limit + 1
    )
    more = encode_cursor(str(found[limit - 1].person.id)) if len(found) > limit else None
    return Page(items=[PersonOut.of_colleague(one) for one in found[:limit]], next_cursor=more)


@operations.get("/teleexpertises/{case_id}", access=CARER, errors=(409,))
async def get_teleexpertise(request: web.Request, caller: Caller, case_id: UUID) -> CaseOut:
    """Read a case that one asked, or that one holds."""
    return await case_out(request, caller, case_id)


@operations.put("/teleexpertises/{case_id}", access=CARER, errors=(409,))
async def edit_teleexpertise(request: web.Request, caller: Caller, case_id: UUID, *, body: EditIn) -> CaseOut:
    """Replace what a draft says; a change on an older version is refused."""
    await request.app[REQUESTS].edit(caller, case_id, body.to_content(), version=body.version)
    return await case_out(request, caller, case_id)


@operations.post("/teleexpertises/{case_id}/sending", access=CARER, errors=(409,))
async def send_teleexpertise(request: web.Request, caller: Caller, case_id: UUID, *, body: TargetIn) -> CaseAndWarnings:
    """Send a draft to a colleague, a line or a territory, once consent is recorded; the delay of the answer runs."""
    sent = await request.app[REQUESTS].send(caller, case_id, body.to_target())
    return await case_and_warnings(request, caller, case_id, sent.decision)


@operations.post("/teleexpertises/{case_id}/offers", access=CARER, errors=(409,))
async def offer_teleexpertise(
    request: web.Request, caller: Caller, case_id: UUID, *, body: TargetIn
) -> CaseAndWarnings:
    """Ask others, after a refusal, an offer that lapsed, or a line without anybody on duty."""
    sent = await request.app[REQUESTS].offer(caller, case_id, body.to_target())
    return await case_and_warnings(request, caller, case_id, sent.decision)


@operations.post("/teleexpertises/{case_id}/information", access=CARER, errors=(409,))
async def give_information(request: web.Request, caller: Caller, case_id: UUID, *, body: TextIn) -> CaseOut:
    """Give what the colleague asked: it is his turn again."""
    await request.app[REQUESTS].inform(caller, case_id, body.text)
    return await case_out(request, caller, case_id)


@operations.post("/teleexpertises/{case_id}/withdrawal", access=CARER, errors=(409,))
async def withdraw_teleexpertise(request: web.Request, caller: Caller, case_id: UUID, *, body: WithdrawalIn) -> CaseOut:
    """Take a request back before it is answered."""
    await request.app[REQUESTS].withdraw(caller, case_id, body.reason)
    return await case_out(request, caller, case_id)


@operations.post("/teleexpertises/{case_id}/closure", access=CARER, errors=(409,))
async def close_teleexpertise(request: web.Request, caller: Caller, case_id: UUID) -> CaseOut:
    """Acknowledge the opinion; it is done by itself after seven days."""
    await request.app[REQUESTS].close(caller, case_id)
    return await case_out(request, caller, case_id)
