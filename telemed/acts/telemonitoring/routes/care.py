"""What is written around a follow-up: limits, team, education."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.routes.keys import EDUCATION, INCREASES, TEAMS, THRESHOLDS, access_of
from telemed.acts.telemonitoring.schemas.care_in import EducationIn, IncreaseIn, LimitsIn, SilenceIn, TeamRoleIn
from telemed.acts.telemonitoring.schemas.care_out import (
    FollowUpOut,
    IncreaseOut,
    IncreasesOut,
    LimitOut,
    LimitsOut,
    MemberOut,
    SessionOut,
    SilenceOut,
    SilencesOut,
    TeamOut,
)
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor_id, encode_cursor
from telemed.kernel.caller import Caller

operations = Operations("follow-ups")
_LIST, _READ, _ENROL, _DECIDE = (access_of(right) for right in (Right.LIST, Right.READ, Right.ENROL, Right.DECIDE))


@operations.post("/follow-ups/{follow_up_id}/thresholds", access=_DECIDE, status=201, errors=(409,))
async def set_thresholds(request: web.Request, caller: Caller, follow_up_id: UUID, *, body: LimitsIn) -> LimitsOut:
    """Set limits of a patient, with a reason and a period; measures made before are not compared with them."""
    drafts = [limit.to_draft() for limit in body.limits]
    added = await request.app[THRESHOLDS].set(caller, follow_up_id, drafts, reason=body.reason)
    return LimitsOut(items=[LimitOut.of(one) for one in added])


@operations.get("/follow-ups/{follow_up_id}/thresholds", access=_READ)
async def get_thresholds(request: web.Request, caller: Caller, follow_up_id: UUID) -> LimitsOut:
    """Read every limit ever set for a patient, in order."""
    found = await request.app[THRESHOLDS].history(caller, follow_up_id)
    return LimitsOut(items=[LimitOut.of(one) for one in found])


@operations.put("/follow-ups/{follow_up_id}/silence", access=_DECIDE, errors=(409,))
async def set_silence(request: web.Request, caller: Caller, follow_up_id: UUID, *, body: SilenceIn) -> FollowUpOut:
    """Say after how many days without data somebody is told: the pathway's number, or fewer, never none (R-34)."""
    service = request.app[THRESHOLDS]
    return FollowUpOut.of(
        await service.set_silence(caller, follow_up_id, days=body.days, version=body.version, reason=body.reason)
    )


@operations.get("/follow-ups/{follow_up_id}/silence", access=_READ)
async def get_silence(request: web.Request, caller: Caller, follow_up_id: UUID) -> SilencesOut:
    """Read every change of how many days without data are told, in order."""
    found = await request.app[THRESHOLDS].silences(caller, follow_up_id)
    return SilencesOut(items=[SilenceOut.of(one) for one in found])


@operations.post("/follow-ups/{follow_up_id}/increase", access=_DECIDE, status=201, errors=(409,))
async def ask_increase(request: web.Request, caller: Caller, follow_up_id: UUID, *, body: IncreaseIn) -> IncreaseOut:
    """Ask for the increased forfait from the month that runs on, or for none any more; billing judges each month."""
    service = request.app[INCREASES]
    asked = await service.ask(caller, follow_up_id, level=body.level, grounds=body.grounds, is_renewal=body.is_renewal)
    return IncreaseOut.of(asked)


@operations.get("/follow-ups/{follow_up_id}/increase", access=_READ)
async def get_increase(request: web.Request, caller: Caller, follow_up_id: UUID) -> IncreasesOut:
    """Read what was asked of the increased forfait."""
    found = await request.app[INCREASES].asked(caller, follow_up_id)
    return IncreasesOut(items=[IncreaseOut.of(one) for one in found])


@operations.get("/follow-ups/{follow_up_id}/team", access=_LIST)
async def get_follow_up_team(request: web.Request, caller: Caller, follow_up_id: UUID) -> TeamOut:
    """Read who is, and was, in the team of a follow-up."""
    found = await request.app[TEAMS].members(caller, follow_up_id)
    return TeamOut(items=[MemberOut.of(one) for one in found])


@operations.put("/follow-ups/{follow_up_id}/team/{professional_id}", access=_ENROL, errors=(409,))
async def put_team_member(
    request: web.Request, caller: Caller, follow_up_id: UUID, professional_id: UUID, *, body: TeamRoleIn
) -> TeamOut:
    """Bring somebody of the practice in, or give him another part."""
    found = await request.app[TEAMS].put(caller, follow_up_id, professional_id, body.role)
    return TeamOut(items=[MemberOut.of(one) for one in found])


@operations.delete("/follow-ups/{follow_up_id}/team/{professional_id}", access=_ENROL, errors=(409,))
async def remove_team_member(
    request: web.Request, caller: Caller, follow_up_id: UUID, professional_id: UUID
) -> TeamOut:
    """Take somebody out of the team; the responsible doctor is replaced first."""
    found = await request.app[TEAMS].remove(caller, follow_up_id, professional_id)
    return TeamOut(items=[MemberOut.of(one) for one in found])


@operations.post("/follow-ups/{follow_up_id}/education", access=_ENROL, status=201)
async def log_education(request: web.Request, caller: Caller, follow_up_id: UUID, *, body: EducationIn) -> SessionOut:
    """Write down a session of therapeutic education that was held."""
    session = await request.app[EDUCATION].log(
        caller, follow_up_id, held_on=body.held_on, minutes=body.minutes, topics=body.topics, note=body.note
    )
    return SessionOut.of(session)


@operations.get("/follow-ups/{follow_up_id}/education", access=_READ)
async def list_education(
    request: web.Request, caller: Caller, follow_up_id: UUID, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[SessionOut]:
    """List the sessions of a follow-up, the newest first."""
    before = decode_cursor_id(cursor)
    found = await request.app[EDUCATION].sessions(caller, follow_up_id, before=before, limit=limit + 1)
    more = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[SessionOut.of(one) for one in found[:limit]], next_cursor=more)
