"""HTTP of lots and of what the caisses return."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from billing.schemas.lots import LotDetail, LotEntry, ReturnEntry, SendingState
from billing.service import access
from billing.service.lots import LotService
from telemed.api.auth import only
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor_id, encode_cursor
from telemed.kernel.caller import Caller

LOTS = web.AppKey("lots", LotService)
operations = Operations("billing")
READERS = only(*access.READERS)


@operations.get("/billing/lots", access=READERS)
async def list_lots(
    request: web.Request, caller: Caller, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[LotEntry]:
    """List lots, the latest first: the doctor's own, or those of the practice."""
    found = await request.app[LOTS].page(caller, limit=limit + 1, after=decode_cursor_id(cursor))
    more = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[LotEntry.of(lot) for lot in found[:limit]], next_cursor=more)


@operations.post("/billing/lots/send", access=only(*access.BILLERS))
async def send_lots(request: web.Request, caller: Caller) -> SendingState:
    """Make, send and take in now what the jobs would in a while."""
    await request.app[LOTS].send_now(caller)
    return SendingState(is_configured=request.app[LOTS].is_configured)


@operations.get("/billing/lots/{lot_id}", access=READERS, errors=(404,))
async def get_lot(request: web.Request, caller: Caller, lot_id: UUID) -> LotDetail:
    """Show a lot, every attempt to send it and what came back."""
    return LotDetail.of(await request.app[LOTS].get(caller, lot_id))


@operations.get("/billing/returns/anomalies", access=READERS)
async def list_anomalies(
    request: web.Request, caller: Caller, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[ReturnEntry]:
    """List the returns that were set aside: another's lot, unreadable, or against what is known."""
    found = await request.app[LOTS].anomalies(caller, limit=limit + 1, after=decode_cursor_id(cursor))
    more = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[ReturnEntry.of(kept) for kept in found[:limit]], next_cursor=more)
