"""The requis's side: see, ask, accept, refuse, write and sign an opinion."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.acts.teleexpertise.routes.keys import ANSWERS, CARER, OPINIONS, case_and_warnings, case_out
from telemed.acts.teleexpertise.schemas.incoming import HandoverIn, OpinionIn, RefusalIn, SignatureIn, TextIn
from telemed.acts.teleexpertise.schemas.outgoing import CaseAndWarnings, CaseOut, OpinionOut
from telemed.api.operation import Operations
from telemed.kernel.caller import Caller

operations = Operations("teleexpertises")


@operations.post("/teleexpertises/{case_id}/sight", access=CARER, errors=(409,))
async def see_teleexpertise(request: web.Request, caller: Caller, case_id: UUID) -> CaseOut:
    """Note that one opened the case; the requérant sees it."""
    await request.app[ANSWERS].see(caller, case_id)
    return await case_out(request, caller, case_id)


@operations.post("/teleexpertises/{case_id}/question", access=CARER, errors=(409,))
async def ask_for_information(request: web.Request, caller: Caller, case_id: UUID, *, body: TextIn) -> CaseOut:
    """Ask the requérant for more: it is his turn."""
    await request.app[ANSWERS].ask(caller, case_id, body.text)
    return await case_out(request, caller, case_id)


@operations.post("/teleexpertises/{case_id}/acceptance", access=CARER, errors=(409,))
async def accept_teleexpertise(request: web.Request, caller: Caller, case_id: UUID) -> CaseAndWarnings:
    """Take the case: the first one wins, and the yearly quotas of both sides are reserved."""
    accepted = await request.app[ANSWERS].accept(caller, case_id)
    return await case_and_warnings(request, caller, case_id, accepted.decision)


@operations.post("/teleexpertises/{case_id}/refusal", access=CARER, errors=(409,))
async def refuse_teleexpertise(request: web.Request, caller: Caller, case_id: UUID, *, body: RefusalIn) -> None:
    """Decline with a reason, before or after having accepted; the case is no longer one's to read."""
    await request.app[ANSWERS].refuse(caller, case_id, body.reason, body.words)


@operations.post("/teleexpertises/{case_id}/handover", access=CARER, errors=(409,))
async def hand_teleexpertise_over(request: web.Request, caller: Caller, case_id: UUID, *, body: HandoverIn) -> CaseOut:
    """Propose a case that one accepted to a colleague; it stays one's own until he accepts."""
    await request.app[ANSWERS].hand_over(caller, case_id, body.colleague_id)
    return await case_out(request, caller, case_id)


@operations.post("/teleexpertises/{case_id}/picking", access=CARER, errors=(409,))
async def pick_teleexpertise(request: web.Request, caller: Caller, case_id: UUID) -> CaseOut:
    """Take an offer of a case that waits for one's line, nobody of which is on duty."""
    await request.app[ANSWERS].pick(caller, case_id)
    return await case_out(request, caller, case_id)


@operations.get("/teleexpertises/{case_id}/opinion", access=CARER, errors=(409,))
async def get_opinion(request: web.Request, caller: Caller, case_id: UUID) -> OpinionOut:
    """Read the signed opinion, or one's own draft."""
    return OpinionOut.of(await request.app[OPINIONS].read(caller, case_id))


@operations.put("/teleexpertises/{case_id}/opinion", access=CARER, errors=(409,))
async def save_opinion(request: web.Request, caller: Caller, case_id: UUID, *, body: OpinionIn) -> OpinionOut:
    """Keep a draft; a draft on an older revision is refused and nothing is overwritten."""
    return OpinionOut.of(await request.app[OPINIONS].save(caller, case_id, body.to_content(), revision=body.revision))


@operations.post("/teleexpertises/{case_id}/opinion/signature", access=CARER, status=201, errors=(409,))
async def sign_opinion(request: web.Request, caller: Caller, case_id: UUID, *, body: SignatureIn) -> OpinionOut:
    """Sign the opinion: the case is answered."""
    return OpinionOut.of(await request.app[OPINIONS].sign(caller, case_id, revision=body.revision))
