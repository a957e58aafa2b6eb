"""The reports of a follow-up: of each month that is over, and of the end of care."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.acts.telemonitoring.model.rights import RIGHTS, Right
from telemed.acts.telemonitoring.schemas.reports import GivenIn, ReportIn, ReportOut, SendingIn, WordsIn
from telemed.acts.telemonitoring.service.monitoring_reports import MonitoringReports, ReportLine
from telemed.acts.telemonitoring.service.report_sending import ReportSending
from telemed.api.auth import only
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor, encode_cursor
from telemed.documents.schemas import DeliveryOut, DocumentSummary
from telemed.kernel.caller import Caller

REPORTS = web.AppKey("telemonitoring_reports", MonitoringReports)
SENDING = web.AppKey("telemonitoring_report_sending", ReportSending)
CARER, DOCTOR = only(*RIGHTS[Right.READ]), only(*RIGHTS[Right.DECIDE])
operations = Operations("telemonitoring follow-ups")
_END = 1_000_000
"""Where the end of care stands among the months: after them all."""


@operations.get("/follow-ups/{follow_up_id}/reports", access=CARER)
async def list_follow_up_reports(
    request: web.Request, caller: Caller, follow_up_id: UUID, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[ReportOut]:
    """List the months of a follow-up that are over, and its end, the latest first, with the report signed of each."""
    lines = await request.app[REPORTS].list(caller, follow_up_id)
    keys = decode_cursor(cursor, int)
    later = [one for one in lines if keys is None or _place(one) < int(keys[0])]
    more = encode_cursor(_place(later[limit - 1])) if len(later) > limit else None
    return Page(items=[ReportOut.of(one) for one in later[:limit]], next_cursor=more)


@operations.post("/follow-ups/{follow_up_id}/reports/preview", access=DOCTOR, media_type="application/pdf")
async def preview_follow_up_report(
    request: web.Request, caller: Caller, follow_up_id: UUID, *, body: WordsIn
) -> web.Response:
    """Show a report as a PDF marked as a draft; nothing is kept."""
    pdf, _ = await request.app[REPORTS].preview(caller, follow_up_id, body.month, body.to_words())
    return web.Response(body=pdf, content_type="application/pdf", headers={"Cache-Control": "no-store"})


@operations.post("/follow-ups/{follow_up_id}/reports", access=DOCTOR, status=201, errors=(409,))
async def sign_follow_up_report(
    request: web.Request, caller: Caller, follow_up_id: UUID, *, body: ReportIn
) -> DocumentSummary:
    """Sign the report of a month that is over, or of the end of care; with a reason, replace the one signed.

    It goes at once to the prescriber, the médecin traitant and the patient, each told without health data.
    """
    reports = request.app[REPORTS]
    signed = await reports.sign(caller, follow_up_id, body.month, body.to_words(), reason=body.reason)
    return DocumentSummary.of(signed)


@operations.post("/follow-ups/{follow_up_id}/reports/sendings", access=CARER, status=201, errors=(409,))
async def send_follow_up_report_again(
    request: web.Request, caller: Caller, follow_up_id: UUID, *, body: SendingIn
) -> DeliveryOut:
    """Have a signed report sent again to one of those whom it is for."""
    return DeliveryOut.of(await request.app[SENDING].send_again(caller, follow_up_id, body.month, body.recipient))


@operations.post("/follow-ups/{follow_up_id}/reports/handing-over", access=CARER, status=201, errors=(409,))
async def hand_follow_up_report_over(
    request: web.Request, caller: Caller, follow_up_id: UUID, *, body: GivenIn
) -> DeliveryOut:
    """Note that a signed report was given to the patient by hand."""
    return DeliveryOut.of(await request.app[SENDING].hand_over(caller, follow_up_id, body.month))


def _place(line: ReportLine) -> int:
    return _END if line.month is None else line.month
