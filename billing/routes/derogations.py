"""HTTP of derogations to the yearly cap."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from billing.routes.cursors import read_cursor
from billing.schemas.derogations import DerogationEnd, DerogationIn, DerogationOut
from billing.service import DerogationService
from telemed.api.auth import only
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, encode_cursor
from telemed.kernel.caller import Caller, Role

DEROGATIONS = web.AppKey("derogations", DerogationService)
operations = Operations("billing")
READERS = only(Role.DOCTOR, Role.ADMINISTRATOR)


@operations.get("/billing/professionals/{professional_id}/derogations", access=READERS, errors=(404,))
async def list_derogations(
    request: web.Request,
    caller: Caller,
    professional_id: UUID,
    *,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[DerogationOut]:
    """List the decisions that raise a doctor's rate, the latest period first; withdrawn ones stay to be seen."""
    service = request.app[DEROGATIONS]
    found = await service.page(caller, professional_id, limit=limit + 1, after=read_cursor(cursor))
    more = None
    if len(found) > limit:
        last = found[limit - 1]
        more = encode_cursor(last.derogation.first_day.isoformat(), str(last.id))
    return Page(items=[DerogationOut.of(entry) for entry in found[:limit]], next_cursor=more)


@operations.post("/billing/professionals/{professional_id}/derogations", access=READERS, status=201, errors=(404, 409))
async def record_derogation(
    request: web.Request, caller: Caller, professional_id: UUID, body: DerogationIn
) -> DerogationOut:
    """Record a decision of the CPN or of a CPAM; refused where the text gives no such rate."""
    service = request.app[DEROGATIONS]
    return DerogationOut.of(await service.record(caller, professional_id, body.to_derogation(), source=body.source))


@operations.post(
    "/billing/professionals/{professional_id}/derogations/{derogation_id}/end", access=READERS, errors=(404,)
)
async def end_derogation(
    request: web.Request, caller: Caller, professional_id: UUID, derogation_id: UUID, body: DerogationEnd
) -> DerogationOut:
    """End a decision early, or withdraw it; the former entry is kept."""
    service = request.app[DEROGATIONS]
    entry = await service.end(caller, professional_id, derogation_id, last_day=body.last_day, source=body.source)
    return DerogationOut.of(entry)
