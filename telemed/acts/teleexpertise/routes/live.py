"""The synchronous mode over HTTP: ring, answer, take a seat, hang up."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.acts.teleexpertise.routes.keys import CALLS, CARER, RINGS, case_and_warnings
from telemed.acts.teleexpertise.schemas.live import AnsweredOut, CallIn, CallOut, CallPassOut, IncomingRing, LedgerOut
from telemed.api.operation import Operations
from telemed.kernel.caller import Caller

operations = Operations("teleexpertises")


@operations.post("/teleexpertises/{case_id}/live", access=CARER, status=201, errors=(409,))
async def ring_colleagues(request: web.Request, caller: Caller, case_id: UUID, *, body: CallIn) -> CallOut:
    """Look for somebody who can talk now, and ring him for 40 seconds; several ring at once, the first to answer wins.

    Nothing is lost when nobody answers: the case goes on with its offers, or is offered to `fallback`. A draft leaves
    with it, under the same rules as its sending.
    """
    fallback = body.fallback.to_target() if body.fallback else None
    return CallOut.of(await request.app[RINGS].start(caller, case_id, body.colleague_ids, fallback))


@operations.get("/teleexpertises/{case_id}/live", access=CARER, errors=(409,))
async def get_call(request: web.Request, caller: Caller, case_id: UUID) -> CallOut:
    """Read the last call about a case: ringing, open, or over."""
    return CallOut.of(await request.app[CALLS].last(caller, case_id))


@operations.post("/teleexpertises/{case_id}/live/end", access=CARER, errors=(409,))
async def end_call(request: web.Request, caller: Caller, case_id: UUID) -> CallOut:
    """Stop the ringing, or hang up; the case goes on."""
    return CallOut.of(await request.app[CALLS].end(caller, case_id))


@operations.post("/teleexpertises/{case_id}/room-token", access=CARER, status=201, errors=(409,))
async def issue_call_room_token(request: web.Request, caller: Caller, case_id: UUID) -> CallPassOut:
    """Issue the token of one's seat in the open call; each serves once, within two minutes."""
    return CallPassOut.of(await request.app[CALLS].room_pass(caller, case_id))


@operations.get("/teleexpertises/{case_id}/continuity", access=CARER, errors=(409,))
async def get_call_ledger(request: web.Request, caller: Caller, case_id: UUID) -> LedgerOut:
    """Read the continuity ledger of the last call."""
    return LedgerOut.of(await request.app[CALLS].ledger(caller, case_id))


@operations.get("/teleexpertise-ring", access=CARER)
async def get_incoming_ring(request: web.Request, caller: Caller) -> IncomingRing:
    """Read what rings at one's own now."""
    return IncomingRing.of(await request.app[RINGS].ringing(caller))


@operations.post("/teleexpertise-calls/{call_id}/answer", access=CARER, errors=(409,))
async def answer_ring(request: web.Request, caller: Caller, call_id: UUID) -> AnsweredOut:
    """Answer: the case is accepted, first come only, and the room is open."""
    answered = await request.app[RINGS].answer(caller, call_id)
    told = await case_and_warnings(request, caller, answered.case.id, answered.decision)
    return AnsweredOut(teleexpertise=told.teleexpertise, warnings=told.warnings, call=CallOut.of(answered.call))


@operations.post("/teleexpertise-calls/{call_id}/decline", access=CARER, errors=(409,))
async def decline_ring(request: web.Request, caller: Caller, call_id: UUID) -> None:
    """Say that one cannot talk now; an offer in writing stays."""
    await request.app[RINGS].decline(caller, call_id)
