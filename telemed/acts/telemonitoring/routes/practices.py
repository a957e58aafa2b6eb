"""What a practice keeps for all its follow-ups, and the pathways that are open."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.routes.keys import FOLLOW_UPS, PRACTICE_CARE, access_of
from telemed.acts.telemonitoring.schemas.care_in import HoursIn, PaperIn
from telemed.acts.telemonitoring.schemas.practices_out import HoursOut, PaperOut, PathwayOut, PathwaysOut
from telemed.api.auth import SIGNED_IN
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor_id, encode_cursor
from telemed.kernel.caller import Caller

operations = Operations("follow-ups")
_MANAGE = access_of(Right.MANAGE)


@operations.get("/telemonitoring/pathways", access=SIGNED_IN)
async def get_pathways(request: web.Request) -> PathwaysOut:
    """Read the pathways in force today: minimum data, mandatory alerts, longest silence, forfait, longest duration."""
    return PathwaysOut(items=[PathwayOut.of(one) for one in request.app[FOLLOW_UPS].pathways()])


@operations.post("/telemonitoring/papers", access=_MANAGE, status=201, errors=(409,))
async def record_paper(request: web.Request, caller: Caller, *, body: PaperIn) -> PaperOut:
    """Record the declaration to the ARS, a convention or the listing of a device."""
    return PaperOut.of(await request.app[PRACTICE_CARE].add_paper(caller, body.to_draft()))


@operations.get("/telemonitoring/papers", access=_MANAGE)
async def list_telemonitoring_papers(
    request: web.Request, caller: Caller, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[PaperOut]:
    """List the papers of one's practice, the newest first."""
    before = decode_cursor_id(cursor)
    found = await request.app[PRACTICE_CARE].papers(caller, before=before, limit=limit + 1)
    more = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[PaperOut.of(one) for one in found[:limit]], next_cursor=more)


@operations.post("/telemonitoring/papers/{paper_id}/cancellation", access=_MANAGE)
async def cancel_paper(request: web.Request, caller: Caller, paper_id: UUID) -> PaperOut:
    """Say that a paper was recorded by mistake: it stays written, and counts no more."""
    return PaperOut.of(await request.app[PRACTICE_CARE].cancel_paper(caller, paper_id))


@operations.get("/telemonitoring/hours", access=_MANAGE)
async def get_worked_hours(request: web.Request, caller: Caller) -> HoursOut:
    """Read when the team of one's practice looks."""
    return HoursOut.of(await request.app[PRACTICE_CARE].hours(caller))


@operations.put("/telemonitoring/hours", access=_MANAGE)
async def set_worked_hours(request: web.Request, caller: Caller, *, body: HoursIn) -> HoursOut:
    """Say when the team looks; alerts that come outside these hours wait for their beginning."""
    return HoursOut.of(await request.app[PRACTICE_CARE].set_hours(caller, body.to_week(), body.calendar))
