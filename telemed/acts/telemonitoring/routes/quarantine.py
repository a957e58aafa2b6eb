"""Measures that were set aside with a doubt, and what people make of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from telemed.acts.telemonitoring.model.quarantine import SetAside
from telemed.acts.telemonitoring.model.rights import RIGHTS, Right
from telemed.acts.telemonitoring.schemas.quarantine import SetAsideOut, VerdictIn, decode_place
from telemed.acts.telemonitoring.service.quarantine import QuarantineService
from telemed.api.auth import only
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor, encode_cursor, wrong_cursor
from telemed.kernel.caller import Caller

QUARANTINE = web.AppKey("telemonitoring_quarantine", QuarantineService)
CARER = only(*RIGHTS[Right.READ])
operations = Operations("telemonitoring devices")
MeasureName = Annotated[str, Field(max_length=4_000, pattern=r"^[A-Za-z0-9_-]+$")]


@operations.get("/follow-ups/{follow_up_id}/quarantine", access=CARER)
async def list_set_aside(
    request: web.Request, caller: Caller, follow_up_id: UUID, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[SetAsideOut]:
    """List the measures of a patient that wait for somebody to confirm or reject them, the latest first."""
    service = request.app[QUARANTINE]
    found = await service.page(caller, follow_up_id, before=_place_of(cursor), limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return Page(items=[SetAsideOut.of(one) for one in found[:limit]], next_cursor=_cursor(last) if last else None)


@operations.post("/follow-ups/{follow_up_id}/quarantine/{measure}", access=CARER)
async def judge_set_aside(
    request: web.Request, caller: Caller, follow_up_id: UUID, measure: MeasureName, *, body: VerdictIn
) -> None:
    """Confirm a measure, which then counts and is read by the rules, or reject it: it stays aside."""
    place = decode_place(measure)
    await request.app[QUARANTINE].decide(caller, follow_up_id, place, body.verdict, reason=body.reason)


def _cursor(one: SetAside) -> str:
    place = one.place
    return encode_cursor(place.measured_at.isoformat(), str(place.device_id), place.signal, place.version)


def _place_of(cursor: str | None) -> tuple[datetime, UUID, str, int] | None:
    """Where a page goes on. Raises Invalid on a cursor that we did not make."""
    keys = decode_cursor(cursor, str, str, str, int)
    if keys is None:
        return None
    try:
        at = datetime.fromisoformat(str(keys[0])).astimezone(UTC)
        return at, UUID(str(keys[1])), str(keys[2]), int(keys[3])
    except (ValueError, OverflowError):
        raise wrong_cursor() from None
