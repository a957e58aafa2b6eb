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
from telemed.law.law import Law

LAW = web.AppKey("law", Law)
CLOCK = web.AppKey("law_clock", Clock)
operations = Operations("law")
Prefix = Annotated[str, Field(max_length=200, description="Beginning of the name, such as `teleconsultation/cap/`.")]


@operations.get("/law/parameters", access=PUBLIC)
async def list_law_parameters(
    request: web.Request,
    *,
    on: Annotated[date | None, Field(description="The day asked for; today in Paris without it.")] = None,
    prefix: Prefix = "",
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[LegalParameter]:
    """List every legal quantity with its values, their texts, and which one holds on a day."""
    day = on or civil_date(request.app[CLOCK].now(), Territory.METROPOLE)
    keys = decode_cursor(cursor, str)
    after = str(keys[0]) if keys else ""
    found = [one for one in request.app[LAW] if one.name.startswith(prefix) and one.name > after][: limit + 1]
    more = encode_cursor(found[limit - 1].name) if len(found) > limit else None
    return Page(items=[LegalParameter.of(one, on=day) for one in found[:limit]], next_cursor=more)
