"""Messages and history of a case, and where one wants to be told."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.acts.teleexpertise.routes.keys import CARER, CASES, MESSAGES, NOTICES
from telemed.acts.teleexpertise.schemas.incoming import ContactIn, ContactOut, TextIn
from telemed.acts.teleexpertise.schemas.outgoing import MessageOut, MoveOut
from telemed.api.operation import Operations
from telemed.api.pagination import (
    DEFAULT_LIMIT,
    Cursor,
    Limit,
    Page,
    decode_cursor,
    decode_cursor_id,
    encode_cursor,
)
from telemed.kernel.caller import Caller

operations = Operations("teleexpertises")


@operations.get("/teleexpertises/{case_id}/messages", access=CARER, errors=(409,))
async def list_messages(
    request: web.Request, caller: Caller, case_id: UUID, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[MessageOut]:
    """List what was written inside a case, the oldest first."""
    after = decode_cursor_id(cursor)
    found = await request.app[MESSAGES].page(caller, case_id, after=after, limit=limit + 1)
    more = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[MessageOut.of(message) for message in found[:limit]], next_cursor=more)


@operations.post("/teleexpertises/{case_id}/messages", access=CARER, status=201, errors=(409,))
async def write_message(request: web.Request, caller: Caller, case_id: UUID, *, body: TextIn) -> MessageOut:
    """Write to the other side."""
    return MessageOut.of(await request.app[MESSAGES].write(caller, case_id, body.text))


@operations.get("/teleexpertises/{case_id}/history", access=CARER, errors=(409,))
async def list_moves(
    request: web.Request, caller: Caller, case_id: UUID, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[MoveOut]:
    """List what happened to a case, the oldest first, each move with who owed what until when."""
    keys = decode_cursor(cursor, int)
    after = int(keys[0]) if keys else 0
    found = await request.app[CASES].moves(caller, case_id, after=after, limit=limit + 1)
    more = encode_cursor(found[limit - 1].position) if len(found) > limit else None
    return Page(items=[MoveOut.of(move) for move in found[:limit]], next_cursor=more)


@operations.get("/teleexpertise-contact", access=CARER)
async def get_teleexpertise_contact(request: web.Request, caller: Caller) -> ContactOut:
    """Read where one is told that a case waits."""
    return ContactOut.of(await request.app[NOTICES].contact(caller))


@operations.put("/teleexpertise-contact", access=CARER)
async def set_teleexpertise_contact(request: web.Request, caller: Caller, *, body: ContactIn) -> ContactOut:
    """Say where one wants to be told: e-mail, SMS, both or neither; no message ever names a patient."""
    return ContactOut.of(await request.app[NOTICES].set_contact(caller, body.to_contact()))
