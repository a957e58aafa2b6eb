"""Under which keys the routes find their services, who may call them, and the cursor of lists by date."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.acts.teleexpertise.schemas.outgoing import CaseAndWarnings, CaseOut
from telemed.acts.teleexpertise.service.access import CARERS
from telemed.acts.teleexpertise.service.answers import AnswerService
from telemed.acts.teleexpertise.service.calls import CallService
from telemed.acts.teleexpertise.service.levels import LevelService
from telemed.acts.teleexpertise.service.lists import CaseListService, CaseView
from telemed.acts.teleexpertise.service.messages import MessageService
from telemed.acts.teleexpertise.service.notices import NoticeService
from telemed.acts.teleexpertise.service.opinions import OpinionService
from telemed.acts.teleexpertise.service.papers import Papers
from telemed.acts.teleexpertise.service.proposals import ProposalService
from telemed.acts.teleexpertise.service.requests import RequestService
from telemed.acts.teleexpertise.service.ringing import RingService
from telemed.api.auth import only
from telemed.api.pagination import Page, encode_place
from telemed.api.problems import to_reason
from telemed.documents.service import DocumentArchive
from telemed.kernel.caller import Caller
from telemed.kernel.decision import Decision

REQUESTS = web.AppKey("expertise_requests", RequestService)
ANSWERS = web.AppKey("expertise_answers", AnswerService)
OPINIONS = web.AppKey("expertise_opinions", OpinionService)
LEVELS = web.AppKey("expertise_levels", LevelService)
MESSAGES = web.AppKey("expertise_messages", MessageService)
CASES = web.AppKey("expertise_cases", CaseListService)
PROPOSALS = web.AppKey("expertise_proposals", ProposalService)
NOTICES = web.AppKey("expertise_notices", NoticeService)
PAPERS = web.AppKey("expertise_papers", Papers)
ARCHIVE = web.AppKey("expertise_archive", DocumentArchive)
RINGS = web.AppKey("expertise_rings", RingService)
CALLS = web.AppKey("expertise_calls", CallService)
CARER = only(*CARERS)


async def case_out(request: web.Request, caller: Caller, case_id: UUID) -> CaseOut:
    """The case as the caller sees it now."""
    return CaseOut.of(await request.app[CASES].get(caller, case_id))


async def case_and_warnings(request: web.Request, caller: Caller, case_id: UUID, decision: Decision) -> CaseAndWarnings:
    case = await case_out(request, caller, case_id)
    return CaseAndWarnings(teleexpertise=case, warnings=[to_reason(reason) for reason in decision.warnings])


def page_of(views: list[CaseView], limit: int) -> Page[CaseOut]:
    """A page of views, one more of which was read to know whether there is another."""
    last = views[limit - 1].case if len(views) > limit else None
    at = (last.due_at or last.ended_at) if last else None
    more = encode_place(at, last.id) if last and at else None
    return Page(items=[CaseOut.of(view) for view in views[:limit]], next_cursor=more)
