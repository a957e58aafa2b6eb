"""HTTP of the life of claims: where they stand, what is due, and what people decide."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from aiohttp import web

from billing.model.life import Stage
from billing.model.standing import Standing
from billing.routes.cursors import read_cursor
from billing.schemas.cap import Day
from billing.schemas.claims import ClaimEntry
from billing.schemas.life import (
    BatchResult,
    ClaimLifeEntry,
    Completion,
    Correction,
    InvoicePlan,
    InvoiceRequest,
    PaymentSeen,
    Reasoned,
    StageTotal,
    StageTotals,
    StandingEntry,
)
from billing.service import access
from billing.service.invoices import InvoiceService
from billing.service.life import LifeService
from telemed.api.auth import only
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, encode_cursor
from telemed.kernel.caller import Caller

LIVES = web.AppKey("lives", LifeService)
INVOICES = web.AppKey("invoices", InvoiceService)
operations = Operations("billing")
READERS = only(*access.READERS)
BILLERS = only(*access.BILLERS)


@operations.get("/billing/standings", access=READERS, errors=(404,))
async def list_standings(
    request: web.Request,
    caller: Caller,
    *,
    stage: Stage | None = None,
    professional_id: UUID | None = None,
    since: Day | None = None,
    until: Day | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[StandingEntry]:
    """List where claims stand, the latest act first.

    A doctor sees his own; a secretary and an administrator those of their practice. Entries that a later one
    replaced before any invoice are left out unless `stage` asks for them.
    """
    found = await request.app[LIVES].page(
        caller,
        limit=limit + 1,
        stages=() if stage is None else (stage,),
        professional_id=professional_id,
        since=since,
        until=until,
        after=read_cursor(cursor),
    )
    return _page(found, limit, [one.day for one in found])


@operations.get("/billing/standings/due", access=READERS, errors=(404,))
async def list_due(
    request: web.Request,
    caller: Caller,
    *,
    until: Day,
    professional_id: UUID | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[StandingEntry]:
    """List what is due up to a day, the most urgent first."""
    found = await request.app[LIVES].due(
        caller, until=until, limit=limit + 1, professional_id=professional_id, after=read_cursor(cursor)
    )
    return _page(found, limit, [one.due_on or one.day for one in found])


@operations.get("/billing/standings/totals", access=READERS, errors=(404,))
async def get_totals(
    request: web.Request,
    caller: Caller,
    *,
    professional_id: UUID | None = None,
    since: Day | None = None,
    until: Day | None = None,
) -> StageTotals:
    """Count the claims at each stage, and sum their amounts."""
    totals = await request.app[LIVES].totals(caller, professional_id=professional_id, since=since, until=until)
    return StageTotals(totals=[StageTotal.of(stage, totals[stage]) for stage in Stage if stage in totals])


@operations.get("/billing/claims/{claim_id}/life", access=READERS, errors=(404,))
async def get_claim_life(request: web.Request, caller: Caller, claim_id: UUID) -> ClaimLifeEntry:
    """Show everything that happened to a claim: steps, ledger, invoice."""
    return ClaimLifeEntry.of(await request.app[LIVES].get(caller, claim_id))


@operations.get("/billing/claims/{claim_id}/plan", access=READERS, errors=(404,))
async def plan_invoice(request: web.Request, caller: Caller, claim_id: UUID) -> InvoicePlan:
    """Show how a claim would be invoiced now: mode, shares, what is missing, and the texts."""
    return InvoicePlan.of(await request.app[INVOICES].plan(caller, claim_id))


@operations.post("/billing/invoices/ready", access=BILLERS)
async def invoice_ready(request: web.Request, caller: Caller) -> BatchResult:
    """Invoice all that is ready and that nothing holds."""
    return BatchResult.of(await request.app[INVOICES].invoice_ready(caller))


@operations.post("/billing/claims/{claim_id}/invoice", access=BILLERS, errors=(404, 409))
async def invoice_claim(request: web.Request, caller: Caller, claim_id: UUID, body: InvoiceRequest) -> ClaimLifeEntry:
    """Invoice a claim; refused, it is held and the reasons are kept with it."""
    life = await request.app[INVOICES].invoice(
        caller, claim_id, override_reason=body.override_reason, wish=body.to_wish()
    )
    return ClaimLifeEntry.of(life)


@operations.post("/billing/claims/{claim_id}/complete", access=BILLERS, errors=(404, 409), status=201)
async def complete_claim(request: web.Request, caller: Caller, claim_id: UUID, body: Completion) -> ClaimEntry:
    """Give the amount that no text at hand fixes; the new entry that takes the claim's place."""
    claim = await request.app[INVOICES].complete(caller, claim_id, amount_cents=body.amount_cents, source=body.source)
    return ClaimEntry.of(claim)


@operations.post("/billing/claims/{claim_id}/correct", access=BILLERS, errors=(404, 409), status=201)
async def correct_claim(request: web.Request, caller: Caller, claim_id: UUID, body: Correction) -> ClaimEntry:
    """Claim again what the caisse rejected: once, and then with something else in it."""
    claim = await request.app[INVOICES].correct_rejected(
        caller, claim_id, reason=body.reason, amount_cents=body.amount_cents, source=body.source
    )
    return ClaimEntry.of(claim)


@operations.post("/billing/claims/{claim_id}/abandon", access=BILLERS, errors=(404, 409))
async def abandon_claim(request: web.Request, caller: Caller, claim_id: UUID, body: Reasoned) -> ClaimLifeEntry:
    """Give a claim up: the doctor's own decision."""
    return ClaimLifeEntry.of(await request.app[INVOICES].abandon(caller, claim_id, reason=body.reason))


@operations.post("/billing/claims/{claim_id}/restore", access=BILLERS, errors=(404, 409))
async def restore_claim(request: web.Request, caller: Caller, claim_id: UUID) -> ClaimLifeEntry:
    """Take back an abandonment; giving up an invoice is final."""
    return ClaimLifeEntry.of(await request.app[INVOICES].restore(caller, claim_id))


@operations.post("/billing/claims/{claim_id}/reverse", access=BILLERS, errors=(404, 409))
async def reverse_claim(request: web.Request, caller: Caller, claim_id: UUID, body: Reasoned) -> ClaimLifeEntry:
    """Cancel an invoice by reversal entries: the doctor's own decision."""
    return ClaimLifeEntry.of(await request.app[INVOICES].reverse(caller, claim_id, reason=body.reason))


@operations.post("/billing/claims/{claim_id}/paper-sent", access=BILLERS, errors=(404, 409))
async def record_paper_sent(request: web.Request, caller: Caller, claim_id: UUID) -> ClaimLifeEntry:
    """Say that the paper duplicate has left."""
    return ClaimLifeEntry.of(await request.app[INVOICES].record_paper_sent(caller, claim_id))


@operations.post("/billing/claims/{claim_id}/payments", access=BILLERS, errors=(404, 409))
async def record_payment(request: web.Request, caller: Caller, claim_id: UUID, body: PaymentSeen) -> ClaimLifeEntry:
    """Note money seen on the account, or given back."""
    life = await request.app[INVOICES].record_payment(caller, claim_id, owing=body.owing, cents=body.cents)
    return ClaimLifeEntry.of(life)


def _page(found: list[Standing], limit: int, days: list[date]) -> Page[StandingEntry]:
    """A page of `limit` standings at most, out of one more asked for; `days` are their sort keys."""
    more = None
    if len(found) > limit:
        more = encode_cursor(days[limit - 1].isoformat(), str(found[limit - 1].claim_id))
    return Page(items=[StandingEntry.of(standing) for standing in found[:limit]], next_cursor=more)
