"""HTTP of a practice and of the people in it."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.api.auth import SIGNED_IN, only
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor_id, encode_cursor
from telemed.kernel.caller import Caller, Role
from telemed.professionals.routes.keys import PRACTICES, PROFESSIONALS
from telemed.professionals.schemas import (
    InvitationOut,
    PracticeOut,
    ProfessionalCreated,
    ProfessionalIn,
    ProfessionalOut,
)
from telemed.professionals.service.access import require_practice

ADMINISTRATORS = only(Role.ADMINISTRATOR)
operations = Operations("professionals")


@operations.get("/practice", access=SIGNED_IN)
async def get_practice(request: web.Request, caller: Caller) -> PracticeOut:
    """Read one's own practice."""
    return PracticeOut.of(await request.app[PRACTICES].own(caller))


@operations.get("/professionals", access=SIGNED_IN)
async def list_professionals(
    request: web.Request, caller: Caller, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[ProfessionalOut]:
    """List the people of one's practice by order of creation."""
    found = await request.app[PROFESSIONALS].page(caller, after=decode_cursor_id(cursor), limit=limit + 1)
    more = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[ProfessionalOut.of(person) for person in found[:limit]], next_cursor=more)


@operations.post("/professionals", access=ADMINISTRATORS, status=201, errors=(409,))
async def create_professional(request: web.Request, caller: Caller, *, body: ProfessionalIn) -> ProfessionalCreated:
    """Add a person to one's practice; the invitation is shown this once."""
    person, invitation = await request.app[PROFESSIONALS].create(
        caller, body.parsed(require_practice(caller)), body.login
    )
    return ProfessionalCreated(professional=ProfessionalOut.of(person), invitation=InvitationOut.of(invitation))


@operations.post("/professionals/{professional_id}/invitations", access=ADMINISTRATORS, status=201)
async def invite_professional(request: web.Request, caller: Caller, professional_id: UUID) -> InvitationOut:
    """Invite someone again, who lost a password or a telephone; the former secrets stop working at once."""
    return InvitationOut.of(await request.app[PROFESSIONALS].invite_again(caller, professional_id))


@operations.put("/professionals/{professional_id}/suspension", access=ADMINISTRATORS, errors=(409,))
async def suspend_professional(request: web.Request, caller: Caller, professional_id: UUID) -> ProfessionalOut:
    """Shut someone out at once; doing it again changes nothing."""
    return ProfessionalOut.of(await request.app[PROFESSIONALS].suspend(caller, professional_id))


@operations.delete("/professionals/{professional_id}/suspension", access=ADMINISTRATORS)
async def reinstate_professional(request: web.Request, caller: Caller, professional_id: UUID) -> None:
    """Let someone in again."""
    await request.app[PROFESSIONALS].reinstate(caller, professional_id)
