"""HTTP of the yearly cap."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from billing.routes.cursors import make_page, read_cursor
from billing.schemas.cap import ActivityDeclaration, CapStatus, Year
from billing.schemas.claims import ClaimEntry
from billing.service import CapService
from telemed.api.auth import only
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from telemed.kernel.caller import Caller, Role
from telemed.kernel.errors import NotFound

CAP = web.AppKey("cap", CapService)
operations = Operations("billing")
READERS = only(Role.DOCTOR, Role.ADMINISTRATOR)


@operations.get("/billing/cap", access=READERS, errors=(404,))
async def get_cap(
    request: web.Request, caller: Caller, *, year: Year, professional_id: UUID | None = None
) -> CapStatus:
    """Show the yearly cap: both readings, the projection to 31 December and its basis, the level and why.

    Without `professional_id`, the caller's own.
    """
    whose = _whose(caller, professional_id)
    return CapStatus.of(whose, year, await request.app[CAP].standing(caller, whose, year))


@operations.get("/billing/cap/acts", access=READERS, errors=(404,))
async def list_cap_acts(
    request: web.Request,
    caller: Caller,
    *,
    year: Year,
    professional_id: UUID | None = None,
    is_remote: bool = False,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[ClaimEntry]:
    """List the acts of this service that enter the year's count, the latest first.

    With `is_remote`, only those that the cap limits: what the numerator counts here.
    """
    whose = _whose(caller, professional_id)
    after = read_cursor(cursor)
    claims = await request.app[CAP].acts(caller, whose, year, limit=limit + 1, is_remote=is_remote, after=after)
    return make_page(claims, limit)


@operations.put("/billing/professionals/{professional_id}/activity", access=READERS, errors=(404,))
async def declare_activity(
    request: web.Request, caller: Caller, professional_id: UUID, body: ActivityDeclaration
) -> ActivityDeclaration:
    """Declare the activity of a year done elsewhere and the volume expected; the former declaration is kept."""
    declared = await request.app[CAP].declare(
        caller,
        professional_id,
        year=body.year,
        source=body.source,
        declared_on=body.declared_on,
        annual_volume=body.to_annual_volume(),
        outside=body.to_outside(),
    )
    return ActivityDeclaration.of(declared)


def _whose(caller: Caller, professional_id: UUID | None) -> UUID:
    whose = professional_id or caller.id
    if whose is None:
        raise NotFound("Ce professionnel est introuvable.")
    return whose
