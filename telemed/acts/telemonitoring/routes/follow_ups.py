"""Follow-ups over HTTP: drafts, and one operation a step of their life."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from telemed.acts.telemonitoring.model.follow_up import FollowUpState
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.routes.keys import FOLLOW_UPS, access_of
from telemed.acts.telemonitoring.schemas.care_in import (
    EquipmentIn,
    FollowUpIn,
    KeepIn,
    PlanEditIn,
    PrescriptionIn,
    ReturnIn,
    StopIn,
    SuspensionIn,
)
from telemed.acts.telemonitoring.schemas.care_out import (
    FollowUpOut,
    MonthOut,
    MonthsOut,
    MoveOut,
    PrescriptionOut,
    PrescriptionsOut,
    ReadinessOut,
    StartedOut,
)
from telemed.api.operation import Operations
from telemed.api.pagination import (
    DEFAULT_LIMIT,
    Cursor,
    Limit,
    Page,
    decode_cursor,
    decode_cursor_id,
    encode_cursor,
)
from telemed.api.problems import to_reason
from telemed.kernel.caller import Caller

operations = Operations("follow-ups")
_LIST, _READ, _ENROL, _DECIDE = (access_of(right) for right in (Right.LIST, Right.READ, Right.ENROL, Right.DECIDE))
OfPatient = Annotated[UUID | None, Field(description="Those of one patient.")]
InState = Annotated[FollowUpState | None, Field(description="Those that stand there.")]


@operations.post("/follow-ups", access=_ENROL, status=201, errors=(404, 409))
async def create_follow_up(request: web.Request, caller: Caller, *, body: FollowUpIn) -> FollowUpOut:
    """Begin to enrol a patient of one's practice on a pathway: a draft, kept thirty days."""
    return FollowUpOut.of(await request.app[FOLLOW_UPS].create(caller, body.patient_id, body.to_draft()))


@operations.get("/follow-ups", access=_LIST)
async def list_follow_ups(
    request: web.Request,
    caller: Caller,
    *,
    patient_id: OfPatient = None,
    state: InState = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[FollowUpOut]:
    """List the follow-ups of one's practice, the newest first."""
    before, states = decode_cursor_id(cursor), () if state is None else (state,)
    found = await request.app[FOLLOW_UPS].page(
        caller, patient_id=patient_id, states=states, before=before, limit=limit + 1
    )
    more = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[FollowUpOut.of(one) for one in found[:limit]], next_cursor=more)


@operations.get("/follow-ups/{follow_up_id}", access=_LIST)
async def get_follow_up(request: web.Request, caller: Caller, follow_up_id: UUID) -> FollowUpOut:
    """Read where a follow-up stands."""
    return FollowUpOut.of(await request.app[FOLLOW_UPS].get(caller, follow_up_id, right=Right.LIST))


@operations.put("/follow-ups/{follow_up_id}", access=_ENROL, errors=(409,))
async def edit_follow_up(request: web.Request, caller: Caller, follow_up_id: UUID, *, body: PlanEditIn) -> FollowUpOut:
    """Replace what a draft says; a change on an older version is refused."""
    service = request.app[FOLLOW_UPS]
    return FollowUpOut.of(await service.edit(caller, follow_up_id, body.to_draft(), version=body.version))


@operations.put("/follow-ups/{follow_up_id}/equipment", access=_ENROL, errors=(409,))
async def equip_follow_up(
    request: web.Request, caller: Caller, follow_up_id: UUID, *, body: EquipmentIn
) -> FollowUpOut:
    """Change the device, its supplier and what is keyed by hand, also once it has started: it must still be enough."""
    service = request.app[FOLLOW_UPS]
    return FollowUpOut.of(await service.equip(caller, follow_up_id, body.to_equipment(), version=body.version))


@operations.get("/follow-ups/{follow_up_id}/readiness", access=_READ, errors=(409,))
async def get_follow_up_readiness(request: web.Request, caller: Caller, follow_up_id: UUID) -> ReadinessOut:
    """Read what a draft still lacks, each with its text of law."""
    return ReadinessOut.of(await request.app[FOLLOW_UPS].check(caller, follow_up_id))


@operations.post("/follow-ups/{follow_up_id}/prescriptions", access=_ENROL, status=201, errors=(409,))
async def record_prescription(
    request: web.Request, caller: Caller, follow_up_id: UUID, *, body: PrescriptionIn
) -> PrescriptionOut:
    """Record the prescription of a draft: a year at most."""
    return PrescriptionOut.of(await request.app[FOLLOW_UPS].prescribe(caller, follow_up_id, body.to_draft()))


@operations.get("/follow-ups/{follow_up_id}/prescriptions", access=_READ)
async def get_follow_up_prescriptions(request: web.Request, caller: Caller, follow_up_id: UUID) -> PrescriptionsOut:
    """Read the prescriptions of a follow-up, the oldest first."""
    found = await request.app[FOLLOW_UPS].prescriptions(caller, follow_up_id)
    return PrescriptionsOut(items=[PrescriptionOut.of(one) for one in found])


@operations.post("/follow-ups/{follow_up_id}/start", access=_ENROL, errors=(409,))
async def start_follow_up(request: web.Request, caller: Caller, follow_up_id: UUID) -> StartedOut:
    """Start a draft today, if nothing lacks; every reason is told."""
    started = await request.app[FOLLOW_UPS].start(caller, follow_up_id)
    warnings = [to_reason(one) for one in started.decision.warnings]
    return StartedOut(follow_up=FollowUpOut.of(started.follow_up), warnings=warnings)


@operations.post("/follow-ups/{follow_up_id}/drop", access=_ENROL, errors=(409,))
async def drop_follow_up(request: web.Request, caller: Caller, follow_up_id: UUID) -> FollowUpOut:
    """Give a draft up."""
    return FollowUpOut.of(await request.app[FOLLOW_UPS].drop(caller, follow_up_id))


@operations.post("/follow-ups/{follow_up_id}/suspension", access=_ENROL, errors=(409,))
async def suspend_follow_up(
    request: web.Request, caller: Caller, follow_up_id: UUID, *, body: SuspensionIn
) -> FollowUpOut:
    """Suspend it: the patient is cared for elsewhere, and his silence is explained."""
    service = request.app[FOLLOW_UPS]
    return FollowUpOut.of(await service.suspend(caller, follow_up_id, first_day=body.first_day, reason=body.reason))


@operations.post("/follow-ups/{follow_up_id}/return", access=_ENROL, errors=(409,))
async def resume_follow_up(request: web.Request, caller: Caller, follow_up_id: UUID, *, body: ReturnIn) -> FollowUpOut:
    """Take it up again: the patient is back."""
    return FollowUpOut.of(await request.app[FOLLOW_UPS].resume(caller, follow_up_id, day=body.day))


@operations.post("/follow-ups/{follow_up_id}/keep", access=_DECIDE, errors=(409,))
async def keep_follow_up(request: web.Request, caller: Caller, follow_up_id: UUID, *, body: KeepIn) -> FollowUpOut:
    """Go on although few data come; nothing is billed any more."""
    return FollowUpOut.of(await request.app[FOLLOW_UPS].keep(caller, follow_up_id, reason=body.reason))


@operations.post("/follow-ups/{follow_up_id}/renewal", access=_DECIDE, errors=(409,))
async def renew_follow_up(
    request: web.Request, caller: Caller, follow_up_id: UUID, *, body: PrescriptionIn
) -> FollowUpOut:
    """Renew its prescription, before it is over or after."""
    return FollowUpOut.of(await request.app[FOLLOW_UPS].renew(caller, follow_up_id, body.to_draft()))


@operations.post("/follow-ups/{follow_up_id}/stop", access=_ENROL, errors=(409,))
async def stop_follow_up(request: web.Request, caller: Caller, follow_up_id: UUID, *, body: StopIn) -> FollowUpOut:
    """End it, with why."""
    service = request.app[FOLLOW_UPS]
    return FollowUpOut.of(await service.stop(caller, follow_up_id, end_reason=body.end_reason, reason=body.reason))


@operations.get("/follow-ups/{follow_up_id}/history", access=_READ)
async def list_follow_up_history(
    request: web.Request, caller: Caller, follow_up_id: UUID, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[MoveOut]:
    """List every step of a follow-up, the oldest first."""
    keys = decode_cursor(cursor, int)
    after = int(keys[0]) if keys else 0
    found = await request.app[FOLLOW_UPS].moves(caller, follow_up_id, after=after, limit=limit + 1)
    more = encode_cursor(found[limit - 1].position) if len(found) > limit else None
    return Page(items=[MoveOut.of(one) for one in found[:limit]], next_cursor=more)


@operations.get("/follow-ups/{follow_up_id}/months", access=_LIST)
async def get_follow_up_months(request: web.Request, caller: Caller, follow_up_id: UUID) -> MonthsOut:
    """Read its months that are over: how often data were expected, and came (R-33)."""
    found = await request.app[FOLLOW_UPS].months(caller, follow_up_id)
    return MonthsOut(items=[MonthOut.of(one) for one in found])
