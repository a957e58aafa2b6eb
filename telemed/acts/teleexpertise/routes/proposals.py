"""Who can answer, for a case or before there is one."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.acts.teleexpertise.routes.keys import CARER, PROPOSALS
from telemed.acts.teleexpertise.schemas.incoming import QuestionIn, SearchIn
from telemed.acts.teleexpertise.schemas.proposals import ProposalsOut
from telemed.api.operation import Operations
from telemed.kernel.caller import Caller

operations = Operations("teleexpertises")


@operations.post("/teleexpertises/{case_id}/proposals", access=CARER, errors=(409,))
async def propose_experts(request: web.Request, caller: Caller, case_id: UUID, *, body: SearchIn) -> ProposalsOut:
    """Who can answer this case in time, the best first, each part of the score explained; who cannot, and why."""
    return ProposalsOut.of(await request.app[PROPOSALS].for_case(caller, case_id, body.to_options()))


@operations.post("/expert-search", access=CARER)
async def search_experts(request: web.Request, caller: Caller, *, body: QuestionIn) -> ProposalsOut:
    """The same before there is a case: without a patient, quotas and continuity say nothing."""
    return ProposalsOut.of(await request.app[PROPOSALS].search(caller, body.to_question(), body.to_options()))
