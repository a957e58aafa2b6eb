"""One's hours from the calendar of another program, and to one."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor_id, encode_cursor
from telemed.experts.model.imports import Meaning
from telemed.experts.routes.keys import CALENDARS, CARER
from telemed.experts.schemas.calendars import ImportOut, ImportSummary
from telemed.kernel.caller import Caller

operations = Operations("expert calendars")
TEXT_CALENDAR = "text/calendar"
EventMeaning = Annotated[
    Meaning, Field(description="hours: timed events are hours, whole days are leave; leave: every event is leave.")
]


@operations.post("/experts/me/calendar", access=CARER, status=201, errors=(409, 413), consumes=TEXT_CALENDAR)
async def preview_calendar(
    request: web.Request, caller: Caller, *, meaning: EventMeaning = Meaning.HOURS, body: bytes
) -> ImportOut:
    """Look at what a calendar would bring: what is accepted, what is rejected and why. Titles are not kept."""
    return ImportOut.of(await request.app[CALENDARS].preview(caller, body, meaning))


@operations.get("/experts/me/calendar", access=CARER, media_type=TEXT_CALENDAR)
async def export_calendar(request: web.Request, caller: Caller) -> web.Response:
    """Take one's hours away as iCalendar."""
    body = await request.app[CALENDARS].export(caller)
    headers = {"Content-Disposition": 'attachment; filename="disponibilites.ics"'}
    return web.Response(body=body, content_type=TEXT_CALENDAR, charset="utf-8", headers=headers)


@operations.get("/experts/me/calendar-imports", access=CARER)
async def list_calendar_imports(
    request: web.Request, caller: Caller, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[ImportSummary]:
    """List the calendars that one sent, the latest first."""
    found = await request.app[CALENDARS].page(caller, before=decode_cursor_id(cursor), limit=limit + 1)
    more = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[ImportSummary.of(one) for one in found[:limit]], next_cursor=more)


@operations.get("/experts/me/calendar-imports/{import_id}", access=CARER)
async def get_calendar_import(request: web.Request, caller: Caller, import_id: UUID) -> ImportOut:
    """Read what a calendar brings, event by event."""
    return ImportOut.of(await request.app[CALENDARS].get(caller, import_id))


@operations.post("/experts/me/calendar-imports/{import_id}/keeping", access=CARER, errors=(409,))
async def keep_calendar(request: web.Request, caller: Caller, import_id: UUID) -> ImportOut:
    """Keep what was looked at: its hours open at once."""
    return ImportOut.of(await request.app[CALENDARS].keep(caller, import_id))


@operations.delete("/experts/me/calendar-imports/{import_id}", access=CARER, errors=(409,))
async def undo_calendar(request: web.Request, caller: Caller, import_id: UUID) -> None:
    """Take back all that a calendar brought, or drop one that was only looked at."""
    await request.app[CALENDARS].undo(caller, import_id)
