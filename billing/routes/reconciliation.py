"""HTTP of the accounts of a period, and of their exports."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from aiohttp import web

from billing.routes.claims import READERS
from billing.schemas.reconciliation import ReconciliationReport
from billing.service.reconciliation import ReconciliationService
from telemed.api.operation import Operations
from telemed.kernel.caller import Caller

RECONCILIATION = web.AppKey("reconciliation", ReconciliationService)
operations = Operations("billing")


@operations.get("/billing/reconciliation", access=READERS, errors=(404,))
async def get_reconciliation(
    request: web.Request, caller: Caller, *, since: date, until: date, professional_id: UUID | None = None
) -> ReconciliationReport:
    """Add up what was done, invoiced, received, paid and rejected over at most a year and a day.

    An act counts on the civil day it was done; both days are included. A doctor's own acts, or those of the
    caller's practice.
    """
    service = request.app[RECONCILIATION]
    accounts = await service.read(caller, since=since, until=until, professional_id=professional_id)
    return ReconciliationReport.of(accounts)


@operations.get("/billing/reconciliation.csv", access=READERS, media_type="text/csv", errors=(404,))
async def export_csv(
    request: web.Request, caller: Caller, *, since: date, until: date, professional_id: UUID | None = None
) -> web.Response:
    """Download the claims of a period for a spreadsheet, one a line and no patient.

    UTF-8 with its mark, `;` between cells, decimal commas, days as `2026-11-25`; no cell can start a formula.
    """
    service = request.app[RECONCILIATION]
    body = await service.csv(caller, since=since, until=until, professional_id=professional_id)
    return as_file(body, "text/csv", file_name(since, until, "csv"))


@operations.get("/billing/reconciliation.pdf", access=READERS, media_type="application/pdf", errors=(404,))
async def export_pdf(
    request: web.Request, caller: Caller, *, since: date, until: date, professional_id: UUID | None = None
) -> web.Response:
    """Download the accounts of a period as PDF/A, for the accountant; no patient is in it."""
    service = request.app[RECONCILIATION]
    body = await service.pdf(caller, since=since, until=until, professional_id=professional_id)
    return as_file(body, "application/pdf", file_name(since, until, "pdf"))


def file_name(since: date, until: date, extension: str) -> str:
    """The period and nothing of anybody."""
    return f"rapprochement-{since.isoformat()}-{until.isoformat()}.{extension}"


def as_file(body: bytes, media_type: str, name: str) -> web.Response:
    """A file to keep; a PDF opens in place."""
    disposition = "inline" if media_type == "application/pdf" else "attachment"
    charset = "utf-8" if media_type.startswith("text/") else None
    headers = {"Content-Disposition": f'{disposition}; filename="{name}"', "Cache-Control": "private, no-store"}
    return web.Response(body=body, content_type=media_type, charset=charset, headers=headers)
