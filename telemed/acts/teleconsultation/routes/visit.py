"""The patient's side, behind a link and a birth date."""

from __future__ import annotations

from aiohttp import web

from telemed.acts.teleconsultation.routes.booking import LINKS
from telemed.acts.teleconsultation.schemas.patient import (
    DevicesIn,
    LinkRequestIn,
    OpenVisitIn,
    TraitsIn,
    VisitConsentIn,
    VisitOut,
    WordingOut,
)
from telemed.acts.teleconsultation.schemas.professional import PlaceIn, RoomPassOut
from telemed.acts.teleconsultation.service.links import OpenedVisit
from telemed.acts.teleconsultation.service.visit import VisitService
from telemed.api.auth import PATIENT, PUBLIC, VISIT_COOKIE
from telemed.api.middlewares import SETTINGS
from telemed.api.operation import Operations
from telemed.kernel.caller import Caller

VISIT = web.AppKey("visit", VisitService)
operations = Operations("visit")


@operations.post("/visit/session", access=PUBLIC, status=201, errors=(401,))
async def open_visit(request: web.Request, body: OpenVisitIn) -> web.Response:
    """Open a visit with a link's token and the birth date; five tries, then the link is locked.

    Answers with the cookie of the visit.
    """
    opened = await request.app[LINKS].open(body.token, body.birth_date.isoformat())
    view = VisitOut.of(await request.app[VISIT].view(opened.caller))
    response = web.Response(body=view.model_dump_json().encode(), status=201, content_type="application/json")
    set_visit_cookie(request, response, opened)
    return response


@operations.post("/visit/link-requests", access=PUBLIC)
async def ask_link_again(request: web.Request, body: LinkRequestIn) -> None:
    """Ask for a new link with an old one; the answer is the same whatever was found."""
    await request.app[LINKS].ask_again(body.token)


@operations.get("/visit", access=PATIENT)
async def get_visit(request: web.Request, caller: Caller) -> VisitOut:
    """Read the visit and the next thing to do."""
    return VisitOut.of(await request.app[VISIT].view(caller))


@operations.get("/visit/consent", access=PATIENT)
async def get_consent_wording(request: web.Request) -> WordingOut:
    """Read the words of the consent in force."""
    wording = request.app[VISIT].wording()
    return WordingOut(version=wording.version, sha256=wording.sha256, text=wording.text)


@operations.post("/visit/consent", access=PATIENT)
async def decide_consent(request: web.Request, caller: Caller, body: VisitConsentIn) -> VisitOut:
    """Give, refuse or withdraw consent."""
    await request.app[VISIT].decide_consent(
        caller,
        body.decision,
        wording_sha256=body.wording_sha256,
        by=body.by,
        representative_name=body.representative_name,
    )
    return VisitOut.of(await request.app[VISIT].view(caller))


@operations.put("/visit/traits", access=PATIENT)
async def answer_traits(request: web.Request, caller: Caller, body: TraitsIn) -> VisitOut:
    """Say whether the five identity traits on record are right."""
    await request.app[VISIT].confirm_traits(caller, body.answer)
    return VisitOut.of(await request.app[VISIT].view(caller))


@operations.put("/visit/place", access=PATIENT)
async def give_place(request: web.Request, caller: Caller, body: PlaceIn) -> VisitOut:
    """Say where one is now, and on which phone one can be called."""
    await request.app[VISIT].give_place(caller, body.kind, body.description, body.phone)
    return VisitOut.of(await request.app[VISIT].view(caller))


@operations.put("/visit/devices", access=PATIENT)
async def report_devices(request: web.Request, caller: Caller, body: DevicesIn) -> VisitOut:
    """Report what the check of camera, microphone and network found."""
    await request.app[VISIT].report_devices(caller, body.camera, body.microphone, body.network)
    return VisitOut.of(await request.app[VISIT].view(caller))


@operations.post("/visit/arrival", access=PATIENT)
async def arrive(request: web.Request, caller: Caller) -> VisitOut:
    """Sit down in the waiting room."""
    await request.app[VISIT].arrive(caller)
    return VisitOut.of(await request.app[VISIT].view(caller))


@operations.post("/visit/room-token", access=PATIENT, status=201)
async def issue_patient_room_token(request: web.Request, caller: Caller) -> RoomPassOut:
    """Issue the token of the patient's seat; each serves once, within two minutes."""
    return RoomPassOut.of(await request.app[VISIT].room_pass(caller))


def set_visit_cookie(request: web.Request, response: web.StreamResponse, opened: OpenedVisit) -> None:
    """The cookie that stands for both factors: unreadable by scripts, never sent from another site."""
    response.set_cookie(
        VISIT_COOKIE,
        opened.token,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=request.app[SETTINGS].uses_https,
    )
