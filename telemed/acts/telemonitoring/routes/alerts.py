"""The team's board, and the life of an alert."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from telemed.acts.telemonitoring.model.alert import AlertState, Severity
from telemed.acts.telemonitoring.model.board import AlertFilter, AlertPlace, View, place_of
from telemed.acts.telemonitoring.model.rights import RIGHTS, Right
from telemed.acts.telemonitoring.schemas.alerts import (
    AlertCloseIn,
    AlertCountsOut,
    AlertDetailOut,
    AlertEventOut,
    AlertFilterIn,
    AlertOut,
    AlertPageOut,
    AlertReleaseIn,
    AlertWordsIn,
    BulkTakeIn,
    BulkTakeOut,
    TakenOut,
)
from telemed.acts.telemonitoring.service.alert_lists import AlertLine, AlertLists
from telemed.acts.telemonitoring.service.alert_work import AlertWork
from telemed.api.auth import only
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor, encode_cursor, wrong_cursor
from telemed.kernel.caller import Caller
from telemed.kernel.clock import parse_instant

ALERT_LISTS = web.AppKey("alert_lists", AlertLists)
ALERT_WORK = web.AppKey("alert_work", AlertWork)
CARER = only(*RIGHTS[Right.READ])
operations = Operations("telemonitoring")
PathwayCode = Annotated[str | None, Field(min_length=1, max_length=60, description="The code of a pathway.")]


@operations.get("/telemonitoring/alerts", access=CARER)
async def list_alerts(
    request: web.Request,
    caller: Caller,
    *,
    view: View = View.OPEN,
    severity: Severity | None = None,
    pathway: PathwayCode = None,
    state: AlertState | None = None,
    follow_up_id: UUID | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> AlertPageOut:
    """List the alerts of one's practice: the worst first, then the soonest due, with how many each view holds."""
    wanted = AlertFilter(view, severity, pathway, state, follow_up_id)
    page = await request.app[ALERT_LISTS].page(caller, wanted, after=_place_of(cursor), limit=limit + 1)
    more = _cursor(page.lines[limit - 1], view) if len(page.lines) > limit else None
    items = [AlertOut.of(line) for line in page.lines[:limit]]
    return AlertPageOut(items=items, next_cursor=more, counts=AlertCountsOut.of(page.counts))


@operations.post("/telemonitoring/alerts/taking", access=CARER)
async def take_alerts(request: web.Request, caller: Caller, *, body: BulkTakeIn) -> BulkTakeOut:
    """Take several alerts at once; what cannot be taken is said, and holds up nothing."""
    told = await request.app[ALERT_WORK].take_many(caller, body.alert_ids)
    return BulkTakeOut(alerts=[TakenOut(id=alert_id, result=result) for alert_id, result in told.items()])


@operations.get("/telemonitoring/alerts/{alert_id}", access=CARER)
async def get_alert(request: web.Request, caller: Caller, alert_id: UUID) -> AlertDetailOut:
    """Read an alert, what was written in its life, and the mutes of its follow-up."""
    return await alert_out(request, caller, alert_id)


@operations.get("/telemonitoring/alerts/{alert_id}/events", access=CARER)
async def list_alert_events(
    request: web.Request, caller: Caller, alert_id: UUID, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[AlertEventOut]:
    """List what was written in the life of an alert, the oldest first."""
    keys = decode_cursor(cursor, int)
    after = int(keys[0]) if keys else 0
    page = await request.app[ALERT_LISTS].events(caller, alert_id, after=after, limit=limit + 1)
    more = encode_cursor(page.events[limit - 1].position) if len(page.events) > limit else None
    return Page(items=[AlertEventOut.of(one, page.people) for one in page.events[:limit]], next_cursor=more)


@operations.post("/telemonitoring/alerts/{alert_id}/take", access=CARER, errors=(409,))
async def take_alert(request: web.Request, caller: Caller, alert_id: UUID) -> AlertDetailOut:
    """Take an alert in hand."""
    await request.app[ALERT_WORK].take(caller, alert_id)
    return await alert_out(request, caller, alert_id)


@operations.post("/telemonitoring/alerts/{alert_id}/release", access=CARER, errors=(409,))
async def release_alert(
    request: web.Request, caller: Caller, alert_id: UUID, *, body: AlertReleaseIn
) -> AlertDetailOut:
    """Let an alert go: it waits for somebody again, by the deadline that it had."""
    await request.app[ALERT_WORK].release(caller, alert_id, body.words)
    return await alert_out(request, caller, alert_id)


@operations.post("/telemonitoring/alerts/{alert_id}/filter", access=CARER, errors=(409,))
async def filter_alert(request: web.Request, caller: Caller, alert_id: UUID, *, body: AlertFilterIn) -> AlertDetailOut:
    """Close an alert that is nothing for a doctor: false, or technical."""
    await request.app[ALERT_WORK].filter(caller, alert_id, body.outcome, body.words)
    return await alert_out(request, caller, alert_id)


@operations.post("/telemonitoring/alerts/{alert_id}/interpretation", access=CARER, errors=(409,))
async def interpret_alert(
    request: web.Request, caller: Caller, alert_id: UUID, *, body: AlertWordsIn
) -> AlertDetailOut:
    """Say what an alert means: a doctor does."""
    await request.app[ALERT_WORK].interpret(caller, alert_id, body.words)
    return await alert_out(request, caller, alert_id)


@operations.post("/telemonitoring/alerts/{alert_id}/decision", access=CARER, errors=(409,))
async def decide_alert(request: web.Request, caller: Caller, alert_id: UUID, *, body: AlertWordsIn) -> AlertDetailOut:
    """Say what is to be done: a doctor does."""
    await request.app[ALERT_WORK].decide(caller, alert_id, body.words)
    return await alert_out(request, caller, alert_id)


@operations.post("/telemonitoring/alerts/{alert_id}/close", access=CARER, errors=(409,))
async def close_alert(request: web.Request, caller: Caller, alert_id: UUID, *, body: AlertCloseIn) -> AlertDetailOut:
    """Close an alert once what was decided is done, and say what it was."""
    await request.app[ALERT_WORK].close(caller, alert_id, body.outcome, body.words)
    return await alert_out(request, caller, alert_id)


@operations.post("/telemonitoring/alerts/{alert_id}/comments", access=CARER, status=201)
async def comment_alert(request: web.Request, caller: Caller, alert_id: UUID, *, body: AlertWordsIn) -> AlertDetailOut:
    """Say something about an alert."""
    await request.app[ALERT_WORK].comment(caller, alert_id, body.words)
    return await alert_out(request, caller, alert_id)


async def alert_out(request: web.Request, caller: Caller, alert_id: UUID) -> AlertDetailOut:
    """The alert as the caller sees it now."""
    return AlertDetailOut.of(await request.app[ALERT_LISTS].get(caller, alert_id))


def _cursor(line: AlertLine, view: View) -> str:
    place = place_of(line.alert, view)
    return encode_cursor(place.rank, place.at.astimezone(UTC).isoformat(), str(place.alert_id))


def _place_of(cursor: str | None) -> AlertPlace | None:
    """Where a page goes on. Raises Invalid on a cursor that we did not make."""
    keys = decode_cursor(cursor, int, str, str)
    if keys is None:
        return None
    try:
        return AlertPlace(int(keys[0]), parse_instant(str(keys[1])), UUID(str(keys[2])))
    except ValueError:
        raise wrong_cursor() from None
