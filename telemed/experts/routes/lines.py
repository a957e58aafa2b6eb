"""Lines: what they answer, who is in them, when."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor_id, encode_cursor
from telemed.experts.routes.keys import CARER, LINES, STAFF, TEAMS, Days
from telemed.experts.schemas.incoming import LineIn, MemberShiftIn
from telemed.experts.schemas.outgoing import LineOut, MemberOut, OpeningOut, Openings, ShiftOut
from telemed.experts.service.hours import joined
from telemed.kernel.caller import Caller

operations = Operations("expert lines")
WantedSpecialty = Annotated[
    str | None, Field(max_length=20, description="Lines of any practice that answer for it (JDV_J01).")
]


@operations.get("/expert-lines", access=STAFF)
async def list_expert_lines(
    request: web.Request,
    caller: Caller,
    *,
    specialty_code: WantedSpecialty = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[LineOut]:
    """List the lines of one's practice and one's own; for a specialty, those that may be asked."""
    after, service = decode_cursor_id(cursor), request.app[LINES]
    if specialty_code is None:
        found = await service.page(caller, after=after, limit=limit + 1)
    else:
        found = await service.open_for(caller, specialty_code, after=after, limit=limit + 1)
    more = encode_cursor(str(found[limit - 1].line.id)) if len(found) > limit else None
    return Page(items=[LineOut.of(view) for view in found[:limit]], next_cursor=more)


@operations.post("/expert-lines", access=STAFF, status=201, errors=(404,))
async def create_expert_line(request: web.Request, caller: Caller, *, body: LineIn) -> LineOut:
    """Make a line of one's practice, which one looks after."""
    return LineOut.of(await request.app[LINES].create(caller, body.to_draft()))


@operations.get("/expert-lines/{line_id}", access=STAFF)
async def get_expert_line(request: web.Request, caller: Caller, line_id: UUID) -> LineOut:
    """Read what a line answers and who looks after it."""
    return LineOut.of(await request.app[LINES].get(caller, line_id))


@operations.put("/expert-lines/{line_id}", access=STAFF, errors=(409,))
async def change_expert_line(request: web.Request, caller: Caller, line_id: UUID, *, body: LineIn) -> LineOut:
    """Say otherwise what a line answers; the openings of its members follow."""
    return LineOut.of(await request.app[LINES].change(caller, line_id, body.to_draft()))


@operations.delete("/expert-lines/{line_id}", access=STAFF)
async def close_expert_line(request: web.Request, caller: Caller, line_id: UUID) -> None:
    """Close a line: nothing more is asked of it."""
    await request.app[LINES].close(caller, line_id)


@operations.get("/expert-lines/{line_id}/members", access=STAFF)
async def list_line_members(
    request: web.Request, caller: Caller, line_id: UUID, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[MemberOut]:
    """List who answers in a line, for those inside it."""
    after = decode_cursor_id(cursor)
    found, people = await request.app[TEAMS].members(caller, line_id, after=after, limit=limit + 1)
    more = encode_cursor(str(found[limit - 1].professional_id)) if len(found) > limit else None
    return Page(items=[MemberOut.of(one, people[one.professional_id]) for one in found[:limit]], next_cursor=more)


@operations.put("/expert-lines/{line_id}/members/{professional_id}", access=STAFF, errors=(409,))
async def invite_line_member(request: web.Request, caller: Caller, line_id: UUID, professional_id: UUID) -> None:
    """Take an expert into a line; one of another practice answers in it once he has said yes."""
    await request.app[TEAMS].invite(caller, line_id, professional_id)


@operations.delete("/expert-lines/{line_id}/members/{professional_id}", access=STAFF, errors=(409,))
async def remove_line_member(request: web.Request, caller: Caller, line_id: UUID, professional_id: UUID) -> None:
    """Take somebody out of a line, and his hours in it."""
    await request.app[TEAMS].remove(caller, line_id, professional_id)


@operations.put("/expert-lines/{line_id}/membership", access=CARER, errors=(409,))
async def join_line(request: web.Request, caller: Caller, line_id: UUID) -> None:
    """Say yes to a line that asked."""
    await request.app[TEAMS].join(caller, line_id)


@operations.delete("/expert-lines/{line_id}/membership", access=CARER, errors=(409,))
async def leave_line(request: web.Request, caller: Caller, line_id: UUID) -> None:
    """Go out of a line, or say no to it."""
    await request.app[TEAMS].leave(caller, line_id)


@operations.put("/expert-lines/{line_id}/managers/{professional_id}", access=STAFF)
async def add_line_manager(request: web.Request, caller: Caller, line_id: UUID, professional_id: UUID) -> None:
    """Let somebody of its practice look after a line."""
    await request.app[TEAMS].add_manager(caller, line_id, professional_id)


@operations.delete("/expert-lines/{line_id}/managers/{professional_id}", access=STAFF, errors=(409,))
async def remove_line_manager(request: web.Request, caller: Caller, line_id: UUID, professional_id: UUID) -> None:
    """Take the care of a line from somebody; one manager always stays."""
    await request.app[TEAMS].remove_manager(caller, line_id, professional_id)


@operations.get("/expert-lines/{line_id}/shifts", access=STAFF)
async def list_line_shifts(
    request: web.Request, caller: Caller, line_id: UUID, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[ShiftOut]:
    """List the hours of everybody in a line."""
    found = await request.app[TEAMS].shifts(caller, line_id, after=decode_cursor_id(cursor), limit=limit + 1)
    more = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[ShiftOut.of(one) for one in found[:limit]], next_cursor=more)


@operations.post("/expert-lines/{line_id}/shifts", access=STAFF, status=201, errors=(409,))
async def add_line_shift(request: web.Request, caller: Caller, line_id: UUID, *, body: MemberShiftIn) -> ShiftOut:
    """Give a member hours in the line."""
    shift = await request.app[TEAMS].add_shift(caller, line_id, body.professional_id, body.to_draft())
    return ShiftOut.of(shift)


@operations.delete("/expert-lines/{line_id}/shifts/{shift_id}", access=STAFF, errors=(409,))
async def remove_line_shift(request: web.Request, caller: Caller, line_id: UUID, shift_id: UUID) -> None:
    """Take hours of a member in the line back."""
    await request.app[TEAMS].remove_shift(caller, line_id, shift_id)


@operations.get("/expert-lines/{line_id}/openings", access=STAFF)
async def get_line_openings(request: web.Request, caller: Caller, line_id: UUID, *, days: Days = 7) -> Openings:
    """Read who answers when in a line: its roster."""
    found, people = await request.app[LINES].openings(caller, line_id, days)
    return Openings(items=[OpeningOut.of(one, people.get(one.professional_id)) for one in joined(found)])
