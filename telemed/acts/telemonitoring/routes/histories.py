"""Past measures of a patient, from a CSV file."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.acts.telemonitoring.model.rights import RIGHTS, Right
from telemed.acts.telemonitoring.routes.doors import BODIES
from telemed.acts.telemonitoring.schemas.histories import HistoryOut
from telemed.acts.telemonitoring.service.histories import HistoryService
from telemed.api.auth import only
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor_id, encode_cursor
from telemed.kernel.caller import Caller

HISTORIES = web.AppKey("telemonitoring_histories", HistoryService)
CARER = only(*RIGHTS[Right.ENROL])
CSV = "text/csv"
operations = Operations("telemonitoring devices")


@operations.post("/follow-ups/{follow_up_id}/histories", access=CARER, consumes=CSV, media_type="application/json")
async def preview_history(request: web.Request, caller: Caller, follow_up_id: UUID) -> web.Response:
    """Look at what a file of past measures would bring; nothing counts yet.

    UTF-8, `measured_at;signal;value;unit;device`, one measure a line, 200,000 at most. A bad line is told and spoils no
    other.
    """
    async with request.app[BODIES].read(request) as body:
        found = await request.app[HISTORIES].preview(caller, follow_up_id, body)
    return web.Response(body=HistoryOut.of(found).model_dump_json().encode(), content_type="application/json")


@operations.get("/follow-ups/{follow_up_id}/histories", access=CARER)
async def list_histories(
    request: web.Request, caller: Caller, follow_up_id: UUID, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[HistoryOut]:
    """List the files of past measures of a patient, the latest first."""
    service = request.app[HISTORIES]
    found = await service.page(caller, follow_up_id, before=decode_cursor_id(cursor), limit=limit + 1)
    more = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[HistoryOut.of(one) for one in found[:limit]], next_cursor=more)


@operations.get("/follow-ups/{follow_up_id}/histories/{history_id}", access=CARER)
async def get_history(request: web.Request, caller: Caller, follow_up_id: UUID, history_id: UUID) -> HistoryOut:
    """One file, and how far what is under way has got."""
    return HistoryOut.of(await request.app[HISTORIES].get(caller, follow_up_id, history_id))


@operations.post("/follow-ups/{follow_up_id}/histories/{history_id}/keeping", access=CARER)
async def keep_history(request: web.Request, caller: Caller, follow_up_id: UUID, history_id: UUID) -> HistoryOut:
    """Let the measures of a file count; none of them wakes anybody, being late.

    Beyond 2,000 lines the answer comes at once, in the state `keeping`: read the file again until it is `kept`.
    """
    return HistoryOut.of(await request.app[HISTORIES].keep(caller, follow_up_id, history_id))


@operations.post("/follow-ups/{follow_up_id}/histories/{history_id}/undoing", access=CARER)
async def undo_history(request: web.Request, caller: Caller, follow_up_id: UUID, history_id: UUID) -> HistoryOut:
    """Take back all that a file brought, or drop one that was only looked at; what was kept stays to be seen.

    Beyond 2,000 lines the answer comes at once, in the state `undoing`: read the file again until it is `undone`.
    """
    return HistoryOut.of(await request.app[HISTORIES].undo(caller, follow_up_id, history_id))
