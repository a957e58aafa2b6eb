"""The report: read, written, previewed, signed, corrected."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from telemed.acts.teleconsultation.schemas.professional import Input
from telemed.acts.teleconsultation.schemas.report import ReportIn, ReportOut, SignatureIn, SignedReportOut
from telemed.acts.teleconsultation.service.report import ReportService
from telemed.api.auth import only
from telemed.api.operation import Operations
from telemed.kernel.caller import Caller, Role

REPORTS = web.AppKey("reports", ReportService)
operations = Operations("teleconsultations")
_DOCTOR = only(Role.DOCTOR)


class CorrectionIn(Input):
    """Why a signed report is corrected; it is printed on the new version."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


@operations.get("/teleconsultations/{act_id}/report", access=_DOCTOR)
async def get_report(request: web.Request, caller: Caller, act_id: UUID) -> ReportOut:
    """Read the draft of the report, its facts, and what is still missing."""
    return ReportOut.of(await request.app[REPORTS].view(caller, act_id))


@operations.put("/teleconsultations/{act_id}/report", access=_DOCTOR)
async def save_report(request: web.Request, caller: Caller, act_id: UUID, body: ReportIn) -> ReportOut:
    """Save the draft; a save on an older revision is refused and nothing is overwritten."""
    return ReportOut.of(await request.app[REPORTS].save(caller, act_id, body.to_form(), revision=body.revision))


@operations.get("/teleconsultations/{act_id}/report/preview", access=_DOCTOR, media_type="application/pdf")
async def preview_report(request: web.Request, caller: Caller, act_id: UUID) -> web.Response:
    """Show the report as it would be, marked as a draft."""
    pdf = await request.app[REPORTS].preview(caller, act_id)
    headers = {"Content-Disposition": 'inline; filename="brouillon.pdf"'}
    return web.Response(body=pdf, content_type="application/pdf", headers=headers)


@operations.post("/teleconsultations/{act_id}/report/signature", access=_DOCTOR, status=201)
async def sign_report(request: web.Request, caller: Caller, act_id: UUID, body: SignatureIn) -> SignedReportOut:
    """Sign the report and close the teleconsultation."""
    return SignedReportOut.of(await request.app[REPORTS].sign(caller, act_id, revision=body.revision))


@operations.post("/teleconsultations/{act_id}/report/correction", access=_DOCTOR, status=201)
async def correct_report(request: web.Request, caller: Caller, act_id: UUID, body: CorrectionIn) -> ReportOut:
    """Begin a correction of the signed report: a draft that will replace it once signed."""
    return ReportOut.of(await request.app[REPORTS].correct(caller, act_id, body.reason))
