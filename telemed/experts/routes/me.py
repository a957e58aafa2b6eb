"""One's own profile, shifts, leave and extra hours."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor, decode_cursor_id, encode_cursor
from telemed.experts.model import HoursException, Kind
from telemed.experts.routes.keys import CARER, HOURS, PROFILES, STAFF, Days
from telemed.experts.schemas.incoming import ExceptionIn, ExtraIn, OwnShiftIn, ProfileIn
from telemed.experts.schemas.outgoing import (
    ExceptionAndWarnings,
    ExceptionOut,
    OpeningOut,
    Openings,
    ProfileOut,
    ShiftOut,
    SkillOut,
)
from telemed.experts.service.hours import joined
from telemed.kernel.caller import Caller

operations = Operations("experts")


@operations.get("/experts/me", access=CARER, errors=(404, 409))
async def get_expert_profile(request: web.Request, caller: Caller) -> ProfileOut:
    """Read one's own profile: closed while one has said nothing."""
    return ProfileOut.of(await request.app[PROFILES].own(caller))


@operations.put("/experts/me", access=CARER, errors=(404, 409))
async def save_expert_profile(request: web.Request, caller: Caller, *, body: ProfileIn) -> ProfileOut:
    """Say what one answers, how much and by which channel."""
    return ProfileOut.of(await request.app[PROFILES].save(caller, body.to_draft()))


@operations.get("/expert-skills", access=STAFF)
async def list_expert_skills(
    request: web.Request, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[SkillOut]:
    """List the skills that a profile or a line may hold, by code."""
    after = str((decode_cursor(cursor, str) or ("",))[0])
    skills = [one for code, one in sorted(request.app[PROFILES].skills.skills.items()) if code > after]
    more = encode_cursor(skills[limit - 1].code) if len(skills) > limit else None
    return Page(items=[SkillOut.of(one) for one in skills[:limit]], next_cursor=more)


@operations.get("/experts/me/shifts", access=CARER)
async def list_own_shifts(
    request: web.Request, caller: Caller, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[ShiftOut]:
    """List one's shifts, those in lines among them."""
    found = await request.app[HOURS].shifts(caller, after=decode_cursor_id(cursor), limit=limit + 1)
    more = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[ShiftOut.of(one) for one in found[:limit]], next_cursor=more)


@operations.post("/experts/me/shifts", access=CARER, status=201, errors=(404, 409))
async def add_own_shift(request: web.Request, caller: Caller, *, body: OwnShiftIn) -> ShiftOut:
    """Add hours that come back, or come once."""
    return ShiftOut.of(await request.app[HOURS].add_shift(caller, body.to_draft(), line_id=body.line_id))


@operations.delete("/experts/me/shifts/{shift_id}", access=CARER, errors=(409,))
async def remove_own_shift(request: web.Request, caller: Caller, shift_id: UUID) -> None:
    """Take hours back, one's own or in a line."""
    await request.app[HOURS].remove_shift(caller, shift_id)


@operations.get("/experts/me/leave", access=CARER)
async def list_own_leave(
    request: web.Request, caller: Caller, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[ExceptionOut]:
    """List when one is away."""
    after = decode_cursor_id(cursor)
    return _page(await request.app[HOURS].exceptions(caller, Kind.LEAVE, after=after, limit=limit + 1), limit)


@operations.post("/experts/me/leave", access=CARER, status=201, errors=(404, 409))
async def add_own_leave(request: web.Request, caller: Caller, *, body: ExceptionIn) -> ExceptionAndWarnings:
    """Be away: no shift counts then, in any line. Leave that overlaps other leave is refused."""
    profile = await request.app[PROFILES].own(caller)
    interval = body.interval(profile.place.territory)
    return ExceptionAndWarnings.of(*await request.app[HOURS].add_exception(caller, Kind.LEAVE, interval))


@operations.delete("/experts/me/leave/{exception_id}", access=CARER, errors=(409,))
async def remove_own_leave(request: web.Request, caller: Caller, exception_id: UUID) -> None:
    """Be there after all."""
    await request.app[HOURS].remove_exception(caller, Kind.LEAVE, exception_id)


@operations.get("/experts/me/extras", access=CARER)
async def list_own_extras(
    request: web.Request, caller: Caller, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[ExceptionOut]:
    """List one's hours beside shifts, by hand, from calendars and from other systems."""
    after = decode_cursor_id(cursor)
    return _page(await request.app[HOURS].exceptions(caller, Kind.EXTRA, after=after, limit=limit + 1), limit)


@operations.post("/experts/me/extras", access=CARER, status=201, errors=(404, 409))
async def add_own_extra(request: web.Request, caller: Caller, *, body: ExtraIn) -> ExceptionAndWarnings:
    """Add hours for once, even within leave, which is then said."""
    profile = await request.app[PROFILES].own(caller)
    interval = body.interval(profile.place.territory)
    kept = await request.app[HOURS].add_exception(caller, Kind.EXTRA, interval, line_id=body.line_id)
    return ExceptionAndWarnings.of(*kept)


@operations.delete("/experts/me/extras/{exception_id}", access=CARER, errors=(409,))
async def remove_own_extra(request: web.Request, caller: Caller, exception_id: UUID) -> None:
    """Take extra hours back."""
    await request.app[HOURS].remove_exception(caller, Kind.EXTRA, exception_id)


@operations.get("/experts/me/openings", access=CARER)
async def get_own_openings(request: web.Request, caller: Caller, *, days: Days = 14) -> Openings:
    """Read when one may be asked: shifts, without leave, with extra hours."""
    found = await request.app[HOURS].openings(caller, days)
    return Openings(items=[OpeningOut.of(one) for one in joined(found)])


def _page(found: list[HoursException], limit: int) -> Page[ExceptionOut]:
    more = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[ExceptionOut.of(one) for one in found[:limit]], next_cursor=more)
