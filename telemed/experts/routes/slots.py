"""Rosters as FHIR R4, in the French SAS profiles: Schedule and Slot, out and in."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Annotated, Any
from uuid import UUID

import orjson
from aiohttp import web
from pydantic import Field

from telemed.api.operation import Operations
from telemed.api.pagination import decode_cursor, encode_cursor
from telemed.experts.formats.fhir_in import PS_SYSTEM, Rejected, read_rpps
from telemed.experts.formats.fhir_out import (
    MEDIA_TYPE,
    answer_bundle,
    outcome,
    practitioner_resource,
    schedule_resource,
    search_bundle,
    slot_resource,
)
from telemed.experts.routes.keys import BASE_URL, FHIR_TAKERS, SLOTS, STAFF, STAFF_OR_DEVICE
from telemed.experts.service.slots import MOST_PEOPLE, FoundSlots, Place
from telemed.kernel.caller import Caller
from telemed.kernel.errors import Invalid
from telemed.kernel.period import Interval

operations = Operations("fhir")
_BOUND = re.compile(r"(ge|gt|le|lt)?(.{10,40})", re.ASCII)
_FAR = datetime(9000, 1, 1, tzinfo=UTC)
_WRITTEN = r"^[!-~]*$"  # an address of 8 KB holds them all, escaped
_PEOPLE = (
    f"National numbers of experts ({PS_SYSTEM}|8…), {MOST_PEOPLE} at most, with commas between; one's own without."
)
_ACTORS = {"max_length": 1_900, "pattern": _WRITTEN, "description": _PEOPLE}
ScheduleActor = Annotated[str, Field(alias="actor:Practitioner.identifier", **_ACTORS)]
SlotActor = Annotated[str, Field(alias="schedule.actor:Practitioner.identifier", **_ACTORS)]
Include = Annotated[str, Field(alias="_include", max_length=100, pattern=_WRITTEN, description="Slot:schedule")]
IncludeMore = Annotated[
    str, Field(alias="_include:iterate", max_length=100, pattern=_WRITTEN, description="Schedule:actor")
]
Bound = Annotated[str, Field(max_length=40)]
Bounds = Annotated[list[Bound], Field(max_length=2, description="ge… and le…: instants, or days in UTC.")]
Status = Annotated[str, Field(max_length=20, description="free; nothing else is told.")]
Count = Annotated[int, Field(alias="_count", ge=1, le=1000)]
Going = Annotated[str | None, Field(max_length=512, pattern=_WRITTEN, description="From the link `next`.")]
Handler = Callable[..., Awaitable[web.Response]]


def _outcomes(handler: Handler) -> Handler:
    """Each fault of a bundle is told with its place."""

    @wraps(handler)
    async def handle(request: web.Request, *args: Any, **kwargs: Any) -> web.Response:
        try:
            return await handler(request, *args, **kwargs)
        except Rejected as err:
            return _json(outcome(err.issues), 400 if err.is_unreadable else 422)

    return handle


@operations.get("/fhir/Schedule", access=STAFF, media_type=MEDIA_TYPE, error_media=MEDIA_TYPE)
@_outcomes
async def search_schedules(request: web.Request, caller: Caller, *, actor: ScheduleActor = "") -> web.Response:
    """Find the rosters of experts, with who they are."""
    profiles, people = await request.app[SLOTS].schedules(caller, _numbers(actor))
    included = [practitioner_resource(people[one.professional_id], one.rpps) for one in profiles]
    matches = [schedule_resource(one) for one in profiles]
    return _json(search_bundle(matches, included, base=_base(request), link=_link(request)))


@operations.get("/fhir/Slot", access=STAFF, media_type=MEDIA_TYPE, error_media=MEDIA_TYPE)
@_outcomes
async def search_slots(
    request: web.Request,
    caller: Caller,
    *,
    actor: SlotActor = "",
    start: Bounds = [],  # noqa: B006 - pydantic copies it
    status: Status = "free",
    include: Include = "",
    include_more: IncludeMore = "",
    count: Count = 200,
    cursor: Going = None,
) -> web.Response:
    """Find when experts may be asked: each opening is a free slot, none over a UTC midnight."""
    numbers = _numbers(actor)
    if status != "free":
        return _json(search_bundle([], [], base=_base(request), link=_link(request)))
    after, within = _place(cursor), _within(start)
    found = await request.app[SLOTS].search(caller, numbers, within, after=after, limit=count + 1)
    following = ""
    if len(found.openings) > count:
        last_id, last = found.openings[count - 1]
        mark = encode_cursor(last.interval.start.isoformat(), str(last_id))
        following = _link(request, cursor=mark)
    matches = [
        slot_resource(one_id, one, found.profiles[one.professional_id].channels)
        for one_id, one in found.openings[:count]
    ]
    included = _included(found, count, include, include_more)
    return _json(search_bundle(matches, included, base=_base(request), link=_link(request), following=following))


@operations.post("/fhir", access=STAFF_OR_DEVICE, media_type=MEDIA_TYPE, consumes=MEDIA_TYPE, error_media=MEDIA_TYPE)
@_outcomes
async def take_fhir_bundle(request: web.Request, caller: Caller) -> web.Response:
    """Take a Bundle: free slots of professionals, or what devices of télésurveillance observed.

    Free slots become extra hours of one's own, or of the experts of the practice that one runs. The same slot sent
    again changes nothing; changed, it is replaced; no longer free, it is taken back. A device sends Observations, and
    the Devices that they name: `transaction` whole or not at all, `batch` entry by entry.
    """
    taker = request.app.get(FHIR_TAKERS, {}).get(caller.kind)
    if taker is not None:
        return await taker(request, caller)
    return _json(answer_bundle(await request.app[SLOTS].take(caller, await request.read())))


def _included(found: FoundSlots, count: int, include: str, include_more: str) -> list[dict[str, Any]]:
    """The schedules of the slots, and who they are of, as far as was asked."""
    if include != "Slot:schedule":
        return []
    people = dict.fromkeys(one.professional_id for _, one in found.openings[:count])
    resources = [schedule_resource(found.profiles[one]) for one in people]
    if include_more == "Schedule:actor":
        resources += [practitioner_resource(found.people[one], found.profiles[one].rpps) for one in people]
    return resources


def _numbers(text: str) -> list[str]:
    """The RPPS of `system|value` tokens. Raises Invalid on a token that is none, or too many."""
    tokens = [token for token in text.split(",") if token]
    numbers = [read_rpps(token.removeprefix(f"{PS_SYSTEM}|")) for token in tokens]
    if not all(numbers) or len(numbers) > MOST_PEOPLE:
        raise Invalid(
            f"Donnez au plus {MOST_PEOPLE} identifiants {PS_SYSTEM}|8…", field="identifier", code="fhir.search"
        )
    return numbers


def _within(bounds: list[str]) -> Interval | None:
    """From `ge` or `gt` to `le` or `lt`. Raises Invalid."""
    first, last = None, None
    for bound in bounds:
        match = _BOUND.fullmatch(bound.replace(" ", "+"))  # a plus sign that was not escaped
        at = _instant(match[2]) if match else None
        if (
            match is None
            or at is None
            or (match[1] in ("ge", "gt", None) and first)
            or (match[1] in ("le", "lt") and last)
        ):
            raise Invalid(
                "start s'écrit geAAAA-MM-JJThh:mm:ssZ et leAAAA-MM-JJThh:mm:ssZ.", field="start", code="fhir.search"
            )
        if match[1] in ("le", "lt"):
            last = at
        else:
            first = at
    if first is None and last is None:
        return None
    first = first or datetime(2000, 1, 1, tzinfo=UTC)
    return Interval(first, max(last or _FAR, first + timedelta(microseconds=1)))


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _place(cursor: str | None) -> Place | None:
    keys = decode_cursor(cursor, str, str)
    try:
        return (datetime.fromisoformat(str(keys[0])).astimezone(UTC), UUID(str(keys[1]))) if keys else None
    except (ValueError, OverflowError):
        raise Invalid("Ce repère de page n'est pas valable.", field="cursor", code="fhir.search") from None


def _base(request: web.Request) -> str:
    return f"{request.app[BASE_URL]}/fhir"


def _link(request: web.Request, **changes: str) -> str:
    """The address of this search, from outside."""
    return f"{request.app[BASE_URL]}{request.rel_url.update_query(changes)}"


def _json(resource: dict[str, Any], status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(resource), status=status, content_type=MEDIA_TYPE)
