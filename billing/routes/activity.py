"""HTTP of files of activity done elsewhere."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from billing.model.activity import ActivityUpload
from billing.schemas.activity import ActivityImportOut, ActivityReport
from billing.schemas.cap import Year
from billing.service import ActivityService
from telemed.api.auth import only
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor, encode_cursor
from telemed.kernel.caller import Caller, Role
from telemed.kernel.errors import Invalid

ACTIVITY = web.AppKey("activity", ActivityService)
operations = Operations("billing")
READERS = only(Role.DOCTOR, Role.ADMINISTRATOR)
Source = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S", description="Where the file comes from.")]


@operations.post(
    "/billing/professionals/{professional_id}/activity/import", access=READERS, errors=(404,), consumes="text/csv"
)
async def import_activity(
    request: web.Request,
    caller: Caller,
    professional_id: UUID,
    body: bytes,
    *,
    year: Year,
    source: Source,
    first_day: Annotated[date | None, Field(description="Of the period that the file speaks of.")] = None,
    last_day: date | None = None,
    dry_run: bool = False,
) -> ActivityReport:
    """Import acts done elsewhere from a CSV file; with `dry_run`, preview it and keep nothing.

    Columns `jour`, `nature` (téléconsultation, téléexpertise, autre), `nombre`, and at will `patients_mt` and `lieu`,
    separated by `;`, `,` or a tabulation, in UTF-8 or Windows-1252. Accepted lines are kept, rejected ones are told.
    """
    upload = ActivityUpload(body, year, source, first_day, last_day)
    service = request.app[ACTIVITY]
    act = service.preview if dry_run else service.keep
    return ActivityReport.of(await act(caller, professional_id, upload))


@operations.get("/billing/professionals/{professional_id}/activity/imports", access=READERS, errors=(404,))
async def list_activity_imports(
    request: web.Request,
    caller: Caller,
    professional_id: UUID,
    *,
    year: Year | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[ActivityImportOut]:
    """List the files that were kept, the latest first; withdrawn ones stay to be seen."""
    service = request.app[ACTIVITY]
    found = await service.page(caller, professional_id, limit=limit + 1, year=year, after=_after(cursor))
    more = None
    if len(found) > limit:
        last = found[limit - 1]
        more = encode_cursor(last.recorded_at.astimezone(UTC).isoformat(), str(last.id))
    return Page(items=[ActivityImportOut.of(entry) for entry in found[:limit]], next_cursor=more)


@operations.post(
    "/billing/professionals/{professional_id}/activity/imports/{import_id}/withdrawal", access=READERS, errors=(404,)
)
async def withdraw_activity_import(
    request: web.Request, caller: Caller, professional_id: UUID, import_id: UUID
) -> ActivityImportOut:
    """Count a file no more; what it held is kept."""
    return ActivityImportOut.of(await request.app[ACTIVITY].withdraw(caller, professional_id, import_id))


def _after(cursor: str | None) -> tuple[datetime, UUID] | None:
    keys = decode_cursor(cursor, str, str)
    if keys is None:
        return None
    try:
        return datetime.fromisoformat(str(keys[0])).astimezone(UTC), UUID(str(keys[1]))
    except (ValueError, OverflowError):
        raise Invalid("Ce repère de page n'est pas valable : reprenez la liste au début.", field="cursor") from None
