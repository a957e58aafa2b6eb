"""The quality of a team's alerts."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from aiohttp import web
from pydantic import Field

from telemed.acts.telemonitoring.model.quality import Grouping, QualityPlace
from telemed.acts.telemonitoring.routes.alerts import CARER
from telemed.acts.telemonitoring.schemas.quality import QualityOut, QualityPageOut
from telemed.acts.telemonitoring.service.quality import QualityService
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, encode_cursor
from telemed.kernel.caller import Caller
from telemed.kernel.errors import Invalid
from telemed.kernel.period import DayRange

QUALITY = web.AppKey("alert_quality", QualityService)
operations = Operations("telemonitoring")
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2200, 12, 31))]
By = Annotated[Grouping, Field(description="One line a cause, or one a patient.")]


@operations.get("/telemonitoring/quality", access=CARER)
async def list_alert_quality(
    request: web.Request,
    caller: Caller,
    *,
    since: Day,
    until: Day,
    by: By = Grouping.CAUSE,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> QualityPageOut:
    """List how good the alerts of some days were, both included: fired, actionable, false, technical, muted, handled
    in how long."""
    keys = decode_cursor(cursor, int, str)
    after = QualityPlace(int(keys[0]), str(keys[1])) if keys else None
    page = await request.app[QUALITY].page(caller, _days(since, until), by, after=after, limit=limit + 1)
    last = page.lines[limit - 1] if len(page.lines) > limit else None
    return QualityPageOut(
        items=[QualityOut.of(line, page.patients.get(line.key)) for line in page.lines[:limit]],
        next_cursor=encode_cursor(last.fired, last.key) if last else None,
        total=QualityOut.of(page.total, None),
    )


@operations.get("/telemonitoring/quality.csv", access=CARER, media_type="text/csv")
async def export_alert_quality(
    request: web.Request, caller: Caller, *, since: Day, until: Day, by: By = Grouping.CAUSE
) -> web.Response:
    """Download the same for a spreadsheet: UTF-8 with its mark, `;` between cells, no cell can start a formula."""
    body = await request.app[QUALITY].csv(caller, _days(since, until), by)
    name = f"alertes-{since}-{until}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return web.Response(body=body, content_type="text/csv", charset="utf-8", headers=headers)


def _days(since: date, until: date) -> DayRange:
    """Raises Invalid."""
    if until < since:
        raise Invalid("La fin vient après le début.", field="until")
    return DayRange(since, until)
