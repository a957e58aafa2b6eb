"""What came too late to wake anybody."""

from __future__ import annotations

from aiohttp import web

from telemed.acts.telemonitoring.model.late import LatePlace
from telemed.acts.telemonitoring.routes.alerts import ALERT_LISTS, CARER
from telemed.acts.telemonitoring.schemas.late_findings import LateFindingOut
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_place, encode_place
from telemed.kernel.caller import Caller

operations = Operations("telemonitoring")


@operations.get("/telemonitoring/late-findings", access=CARER)
async def list_late_findings(
    request: web.Request, caller: Caller, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[LateFindingOut]:
    """List what rules would have told of in one's practice, had it come in time.

    Of the last seven days, the last received first. Nobody was called. What is told after all, or taken back by a
    correction, is here no more.
    """
    place = decode_place(cursor)
    before = LatePlace(*place) if place else None
    found = await request.app[ALERT_LISTS].late(caller, before=before, limit=limit + 1)
    last = found.findings[limit - 1] if len(found.findings) > limit else None
    more = encode_place(last.received_at, last.id) if last else None
    items = [LateFindingOut.of(one, found.patients[one.patient_id]) for one in found.findings[:limit]]
    return Page(items=items, next_cursor=more)
