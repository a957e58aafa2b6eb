"""« Disponible maintenant » over HTTP."""

from __future__ import annotations

from aiohttp import web

from telemed.api.auth import only
from telemed.api.operation import Operations
from telemed.experts.schemas.presence import PresenceIn, PresenceOut
from telemed.experts.service.presence import PresenceService
from telemed.kernel.caller import Caller, Role

PRESENCES = web.AppKey("presences", PresenceService)
operations = Operations("experts")
_EXPERT = only(Role.DOCTOR, Role.HEALTH_PROFESSIONAL)


@operations.get("/experts/me/presence", access=_EXPERT)
async def get_presence(request: web.Request, caller: Caller) -> PresenceOut:
    """Tell whether one is there to answer at once."""
    return PresenceOut.of(await request.app[PRESENCES].find(caller))


@operations.put("/experts/me/presence", access=_EXPERT)
async def announce_presence(request: web.Request, caller: Caller, *, body: PresenceIn) -> PresenceOut:
    """Say that one can answer at once, from now on for some minutes.

    It ends by itself 90 seconds after the last sign of life: this call again, `…/presence/sign`, or a stream of events
    that opens.
    """
    return PresenceOut.of(await request.app[PRESENCES].announce(caller, body.minutes))


@operations.post("/experts/me/presence/sign", access=_EXPERT)
async def prolong_presence(request: web.Request, caller: Caller) -> PresenceOut:
    """Give a sign of life; it changes nothing of what was said."""
    return PresenceOut.of(await request.app[PRESENCES].prolong(caller))


@operations.delete("/experts/me/presence", access=_EXPERT)
async def leave_presence(request: web.Request, caller: Caller) -> None:
    """Say that one is no longer there."""
    await request.app[PRESENCES].leave(caller)
