"""HTTP of claims."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from billing.routes.cursors import make_page, read_cursor
from billing.rules.tariff import ClaimState
from billing.schemas.cap import Year
from billing.schemas.claims import ClaimEntry
from billing.service import ClaimService, access
from telemed.api.auth import only
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from telemed.kernel.caller import Caller

CLAIMS = web.AppKey("claims", ClaimService)
operations = Operations("billing")
READERS = only(*access.READERS)


@operations.get("/billing/claims", access=READERS, errors=(404,))
async def list_claims(
    request: web.Request,
    caller: Caller,
    *,
    professional_id: UUID | None = None,
    act_id: UUID | None = None,
    year: Year | None = None,
    state: ClaimState | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[ClaimEntry]:
    """List what is proposed for billing, the latest act first.

    A doctor sees his own acts; a secretary and an administrator those of their practice.
    """
    claims = await request.app[CLAIMS].page(
        caller,
        limit=limit + 1,
        professional_id=professional_id,
        act_id=act_id,
        year=year,
        state=state,
        after=read_cursor(cursor),
    )
    return make_page(claims, limit)


@operations.get("/billing/claims/{claim_id}", access=READERS, errors=(404,))
async def get_claim(request: web.Request, caller: Caller, claim_id: UUID) -> ClaimEntry:
    """Show one entry, with the texts that it was judged under; superseded entries stay readable."""
    return ClaimEntry.of(await request.app[CLAIMS].get(caller, claim_id))
