"""The copy of a patient's follow-ups: one JSON object a line, sent as it is read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

from aiohttp import web

from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.routes.keys import EXPORTS, access_of
from telemed.api.operation import Operations
from telemed.kernel.caller import Caller

operations = Operations("follow-ups")
NDJSON = "application/x-ndjson"
_EXPORT = access_of(Right.EXPORT)


@operations.get("/follow-ups/{follow_up_id}/export", access=_EXPORT, media_type=NDJSON)
async def export_follow_up(request: web.Request, caller: Caller, follow_up_id: UUID) -> web.StreamResponse:
    """Download everything that is kept of a follow-up, its observations included, as JSON lines."""
    return await _send(request, await request.app[EXPORTS].of_follow_up(caller, follow_up_id), f"suivi-{follow_up_id}")


@operations.get("/patients/{patient_id}/follow-ups/export", access=_EXPORT, media_type=NDJSON)
async def export_follow_ups(request: web.Request, caller: Caller, patient_id: UUID) -> web.StreamResponse:
    """Download everything that is kept of every follow-up of a patient, as JSON lines."""
    return await _send(request, await request.app[EXPORTS].of_patient(caller, patient_id), f"suivis-{patient_id}")


async def _send(request: web.Request, lines: AsyncIterator[bytes], name: str) -> web.StreamResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.ndjson"', "Cache-Control": "private, no-store"}
    response = web.StreamResponse(headers=headers)
    response.content_type = NDJSON
    response.enable_compression()
    await response.prepare(request)
    async for piece in lines:
        await response.write(piece)
    await response.write_eof()
    return response
