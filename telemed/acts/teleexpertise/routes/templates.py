"""Templates of answers of the signed-in professional."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.acts.teleexpertise.routes.keys import CARER
from telemed.acts.teleexpertise.schemas.templates import TemplateIn, TemplateOut
from telemed.acts.teleexpertise.service.templates import TemplateService
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor, encode_cursor, wrong_cursor
from telemed.kernel.caller import Caller

TEMPLATES = web.AppKey("expertise_templates", TemplateService)
operations = Operations("teleexpertises")


@operations.get("/teleexpertise-templates", access=CARER)
async def list_answer_templates(
    request: web.Request, caller: Caller, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[TemplateOut]:
    """List the answers that one keeps to start from, by title."""
    found = await request.app[TEMPLATES].page(caller, after=_place_of(cursor), limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    more = encode_cursor(last.content.title, str(last.id)) if last else None
    return Page(items=[TemplateOut.of(one) for one in found[:limit]], next_cursor=more)


@operations.post("/teleexpertise-templates", access=CARER, status=201, errors=(409,))
async def keep_answer_template(request: web.Request, caller: Caller, *, body: TemplateIn) -> TemplateOut:
    """Keep an answer to start from; nobody else sees it."""
    return TemplateOut.of(await request.app[TEMPLATES].add(caller, body.to_content()))


@operations.put("/teleexpertise-templates/{template_id}", access=CARER)
async def change_answer_template(
    request: web.Request, caller: Caller, template_id: UUID, *, body: TemplateIn
) -> TemplateOut:
    """Replace one of one's own."""
    return TemplateOut.of(await request.app[TEMPLATES].change(caller, template_id, body.to_content()))


@operations.delete("/teleexpertise-templates/{template_id}", access=CARER)
async def remove_answer_template(request: web.Request, caller: Caller, template_id: UUID) -> None:
    """Remove one; for a day it can come back."""
    await request.app[TEMPLATES].remove(caller, template_id)


@operations.post("/teleexpertise-templates/{template_id}/restoration", access=CARER)
async def restore_answer_template(request: web.Request, caller: Caller, template_id: UUID) -> TemplateOut:
    """Bring back one that was removed."""
    return TemplateOut.of(await request.app[TEMPLATES].restore(caller, template_id))


def _place_of(cursor: str | None) -> tuple[str, UUID] | None:
    """Where a page goes on. Raises Invalid on a cursor that we did not make."""
    keys = decode_cursor(cursor, str, str)
    if keys is None:
        return None
    try:
        return str(keys[0]), UUID(str(keys[1]))
    except ValueError:
        raise wrong_cursor() from None
