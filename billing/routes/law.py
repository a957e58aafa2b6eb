"""HTTP of the law: public, because a text is."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from aiohttp import web
from pydantic import Field

from billing.schemas.law import LegalParameter
from telemed.api.auth import PUBLIC
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor, encode_cursor
from telemed.kernel.clock import Clock, Territory, civil_date
from telemed.kernel.errors import NotFound
from telemed.law.law import Law
from telemed.law.parameter import UnknownParameter
from telemed.law.reading import Standing, read_on, search

LAW = web.AppKey("law", Law)
CLOCK = web.AppKey("law_clock", Clock)
operations = Operations("law")
Prefix = Annotated[str, Field(max_length=200, description="Beginning of the name, such as `teleconsultation/cap/`.")]
Words = Annotated[
    str, Field(max_length=200, description="Words that the name, the description, the values or the texts all hold.")
]
Day = Annotated[date | None, Field(description="The day asked for; today in Paris without it.")]
Where = Annotated[Territory | None, Field(description="Only what a text fixes there on that day, known to us or not.")]
Doubtful = Annotated[bool | None, Field(description="Only what is doubtful on that day (or, if false, what is not).")]
Name = Annotated[str, Field(max_length=200, description="The whole name, its slashes written `%2F`.")]


@operations.get("/law/parameters", access=PUBLIC)
async def list_law_parameters(
    request: web.Request,
    *,
    on: Day = None,
    prefix: Prefix = "",
    q: Words = "",
    territory: Where = None,
    doubtful: Doubtful = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[LegalParameter]:
    """List every legal quantity with its values, their texts, and which one holds on a day."""
    today = _today(request)
    day = on or today
    keys = decode_cursor(cursor, str)
    after = str(keys[0]) if keys else ""
    named = [one for one in request.app[LAW] if one.name.startswith(prefix) and one.name > after]
    readings = [read_on(one, day, territory) for one in search(named, q)]
    kept = [
        one
        for one in readings
        if (territory is None or one.standing in (Standing.IN_FORCE, Standing.NOT_ESTABLISHED))
        and doubtful in (None, one.is_doubtful)
    ][: limit + 1]
    more = encode_cursor(kept[limit - 1].parameter.name) if len(kept) > limit else None
    return Page(items=[LegalParameter.of(one, on=day, today=today) for one in kept[:limit]], next_cursor=more)


@operations.get("/law/parameters/{name}", access=PUBLIC, errors=(404,))
async def get_law_parameter(
    request: web.Request, name: Name, *, on: Day = None, territory: Annotated[Territory | None, Field()] = None
) -> LegalParameter:
    """Read one legal quantity with every value that it took, and how it stands on a day."""
    today = _today(request)
    day = on or today
    try:
        parameter = request.app[LAW].parameter(name)
    except UnknownParameter as error:
        raise NotFound("Aucune valeur de ce nom.") from error
    return LegalParameter.of(read_on(parameter, day, territory), on=day, today=today)


def _today(request: web.Request) -> date:
    return civil_date(request.app[CLOCK].now(), Territory.METROPOLE)
