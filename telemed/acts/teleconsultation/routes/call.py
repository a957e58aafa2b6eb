"""The doctor's side of the call."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.acts.teleconsultation.routes.booking import OVERVIEW
from telemed.acts.teleconsultation.schemas.professional import (
    ConsentIn,
    ContinuityOut,
    FinishIn,
    IdentityCheckIn,
    NotesIn,
    PlaceIn,
    ReadinessOut,
    RoomPassOut,
    TeleconsultationOut,
)
from telemed.acts.teleconsultation.service.call import CallService
from telemed.api.auth import only
from telemed.api.operation import Operations
from telemed.kernel.caller import Caller, Role

CALL = web.AppKey("call", CallService)
operations = Operations("teleconsultations")
_DOCTOR = only(Role.DOCTOR)


@operations.post("/teleconsultations/{act_id}/admission", access=_DOCTOR)
async def admit_patient(request: web.Request, caller: Caller, act_id: UUID) -> TeleconsultationOut:
    """Let the patient in: the call starts, if consent, identity, place and phone are recorded."""
    await request.app[CALL].admit(caller, act_id)
    return await _view(request, caller, act_id)


@operations.get("/teleconsultations/{act_id}/readiness", access=_DOCTOR)
async def get_readiness_to_start(request: web.Request, caller: Caller, act_id: UUID) -> ReadinessOut:
    """Tell what is missing before the patient may be let in."""
    return ReadinessOut.of(await request.app[CALL].readiness(caller, act_id))


@operations.post("/teleconsultations/{act_id}/room-token", access=_DOCTOR, status=201)
async def issue_doctor_room_token(request: web.Request, caller: Caller, act_id: UUID) -> RoomPassOut:
    """Issue the token of the doctor's seat; each serves once, within two minutes."""
    return RoomPassOut.of(await request.app[CALL].room_pass(caller, act_id))


@operations.put("/teleconsultations/{act_id}/traits-confirmation", access=_DOCTOR)
async def confirm_traits(request: web.Request, caller: Caller, act_id: UUID) -> TeleconsultationOut:
    """Note that the five traits were read out and confirmed."""
    await request.app[CALL].confirm_traits(caller, act_id)
    return await _view(request, caller, act_id)


@operations.put("/teleconsultations/{act_id}/identity-check", access=_DOCTOR)
async def check_identity_in_call(
    request: web.Request, caller: Caller, act_id: UUID, body: IdentityCheckIn
) -> TeleconsultationOut:
    """Note how it was checked who is in front of the camera."""
    await request.app[CALL].check_identity(caller, act_id, body.method)
    return await _view(request, caller, act_id)


@operations.put("/teleconsultations/{act_id}/place", access=_DOCTOR)
async def note_place(request: web.Request, caller: Caller, act_id: UUID, body: PlaceIn) -> TeleconsultationOut:
    """Note where the patient is and a phone that rings there."""
    await request.app[CALL].note_place(caller, act_id, body.kind, body.description, body.phone)
    return await _view(request, caller, act_id)


@operations.post("/teleconsultations/{act_id}/consent", access=_DOCTOR)
async def record_oral_consent(
    request: web.Request, caller: Caller, act_id: UUID, body: ConsentIn
) -> TeleconsultationOut:
    """Record what the patient answered aloud."""
    await request.app[CALL].record_oral_consent(
        caller, act_id, body.decision, by=body.by, representative_name=body.representative_name
    )
    return await _view(request, caller, act_id)


@operations.put("/teleconsultations/{act_id}/notes", access=_DOCTOR)
async def save_notes(request: web.Request, caller: Caller, act_id: UUID, body: NotesIn) -> TeleconsultationOut:
    """Save the notes of the call, which become the report."""
    await request.app[CALL].save_notes(caller, act_id, body.notes, body.version)
    return await _view(request, caller, act_id)


@operations.post("/teleconsultations/{act_id}/finish", access=_DOCTOR)
async def finish_call(request: web.Request, caller: Caller, act_id: UUID, body: FinishIn) -> TeleconsultationOut:
    """End the call: the only thing that does."""
    await request.app[CALL].finish(caller, act_id, body.reason)
    return await _view(request, caller, act_id)


@operations.post("/teleconsultations/{act_id}/resumption", access=_DOCTOR)
async def resume_call(request: web.Request, caller: Caller, act_id: UUID) -> TeleconsultationOut:
    """Take the call up again within ten minutes; it stays one act."""
    await request.app[CALL].resume(caller, act_id)
    return await _view(request, caller, act_id)


@operations.get("/teleconsultations/{act_id}/continuity", access=_DOCTOR)
async def get_continuity(request: web.Request, caller: Caller, act_id: UUID) -> ContinuityOut:
    """Read the continuity ledger and what it proves."""
    continuity = await request.app[CALL].continuity(caller, act_id)
    return ContinuityOut.of(continuity.entries, continuity.summary)


async def _view(request: web.Request, caller: Caller, act_id: UUID) -> TeleconsultationOut:
    return TeleconsultationOut.of(await request.app[OVERVIEW].get(caller, act_id))
