"""What is done about alerts, and what is muted."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.acts.telemonitoring.routes.alerts import CARER, alert_out
from telemed.acts.telemonitoring.schemas.alert_actions import AlertActionIn, MuteIn
from telemed.acts.telemonitoring.schemas.alerts import AlertDetailOut, MuteOut
from telemed.acts.telemonitoring.service.alert_actions import AlertActions
from telemed.acts.telemonitoring.service.mutes import MuteService
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor_id, encode_cursor
from telemed.kernel.caller import Caller

ALERT_ACTIONS = web.AppKey("alert_actions", AlertActions)
MUTES = web.AppKey("mutes", MuteService)
operations = Operations("telemonitoring")


@operations.post("/telemonitoring/alerts/{alert_id}/actions", access=CARER, status=201, errors=(404, 409))
async def act_on_alert(request: web.Request, caller: Caller, alert_id: UUID, *, body: AlertActionIn) -> AlertDetailOut:
    """Note what is done about an alert; a teleconsultation is booked with it, at the next free time or at another."""
    await request.app[ALERT_ACTIONS].act(caller, alert_id, body.to_draft())
    return await alert_out(request, caller, alert_id)


@operations.post("/telemonitoring/alerts/{alert_id}/mutes", access=CARER, status=201, errors=(409,))
async def mute_alert(request: web.Request, caller: Caller, alert_id: UUID, *, body: MuteIn) -> MuteOut:
    """Ask not to be told again of the cause of an alert, on its side, until an end or a worse value."""
    kept = await request.app[MUTES].mute(
        caller, alert_id, until=body.until, tolerance=body.tolerance, reason=body.reason
    )
    return MuteOut.of(kept)


@operations.delete("/telemonitoring/mutes/{mute_id}", access=CARER)
async def lift_mute(request: web.Request, caller: Caller, mute_id: UUID) -> None:
    """End a mute before its time."""
    await request.app[MUTES].lift(caller, mute_id)


@operations.get("/follow-ups/{follow_up_id}/mutes", access=CARER)
async def list_mutes(
    request: web.Request, caller: Caller, follow_up_id: UUID, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[MuteOut]:
    """List the mutes of a follow-up, those that are over too, the last made first."""
    found = await request.app[MUTES].page(caller, follow_up_id, before=decode_cursor_id(cursor), limit=limit + 1)
    more = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[MuteOut.of(mute) for mute in found[:limit]], next_cursor=more)
