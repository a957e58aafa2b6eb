"""HTTP of the trace, for auditors."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.api.auth import only
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor, encode_cursor
from telemed.kernel.caller import Caller, Role
from telemed.trace.schemas import TraceEntry, TraceVerification
from telemed.trace.service import TraceService

TRACE = web.AppKey("trace", TraceService)
operations = Operations("trace")


@operations.get("/trace", access=only(Role.AUDITOR))
async def list_trace(
    request: web.Request,
    caller: Caller,
    *,
    patient_id: UUID | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[TraceEntry]:
    """List accesses and decisions, the newest first."""
    keys = decode_cursor(cursor, int)
    before = int(keys[0]) if keys else None
    entries = await request.app[TRACE].page(caller, before=before, limit=limit + 1, patient_id=patient_id)
    more = encode_cursor(entries[limit - 1].number) if len(entries) > limit else None
    return Page(items=[TraceEntry.of(entry) for entry in entries[:limit]], next_cursor=more)


@operations.post("/trace/verification", access=only(Role.AUDITOR))
async def verify_trace(request: web.Request) -> TraceVerification:
    """Recompute the whole chain and say whether it is intact."""
    verdict = await request.app[TRACE].verify()
    return TraceVerification(
        entries=verdict.entries, is_intact=verdict.is_intact, broken_at=verdict.broken_at, reason=verdict.reason
    )
