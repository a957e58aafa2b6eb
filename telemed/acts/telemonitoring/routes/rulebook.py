"""Rules over HTTP: read, written by versions, tried on past data."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from aiohttp import web
from pydantic import Field

from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.routes.keys import access_of
from telemed.acts.telemonitoring.schemas.care_in import Code
from telemed.acts.telemonitoring.schemas.rulebook import (
    DryReportOut,
    DryRunIn,
    RewrittenRuleIn,
    RuleIn,
    RuleOut,
    RuleVersionOut,
    SilenceOut,
)
from telemed.acts.telemonitoring.service.dry_runs import DryRuns
from telemed.acts.telemonitoring.service.rulebook import RuleService, Scope
from telemed.acts.telemonitoring.service.silence import SilenceWatch
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor, decode_cursor_id, encode_cursor
from telemed.kernel.caller import Caller

RULES = web.AppKey("telemonitoring_rules", RuleService)
DRY_RUNS = web.AppKey("telemonitoring_dry_runs", DryRuns)
SILENCES = web.AppKey("telemonitoring_silences", SilenceWatch)
operations = Operations("telemonitoring")
_READ, _DECIDE = access_of(Right.READ), access_of(Right.DECIDE)
OfPathway = Annotated[Code | None, Field(description="Those of one pathway.")]
OfFollowUp = Annotated[UUID | None, Field(description="Those that read one patient's data.")]


@operations.get("/telemonitoring/rules/schema", access=_READ)
async def get_rule_schema(request: web.Request, caller: Caller) -> dict[str, Any]:
    """Read the JSON Schema of a rule."""
    return request.app[RULES].describe()


@operations.get("/telemonitoring/rules", access=_READ, errors=(404,))
async def list_rules(
    request: web.Request,
    caller: Caller,
    *,
    pathway: OfPathway = None,
    follow_up_id: OfFollowUp = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[RuleOut]:
    """List the rules of one's practice with their last versions, in order of creation."""
    scope, after = Scope(pathway, follow_up_id), decode_cursor_id(cursor)
    found = await request.app[RULES].page(caller, scope, after=after, limit=limit + 1)
    more = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[RuleOut.of(rule) for rule in found[:limit]], next_cursor=more)


@operations.post("/telemonitoring/rules", access=_DECIDE, status=201, errors=(404, 409))
async def add_rule(request: web.Request, caller: Caller, *, body: RuleIn) -> RuleOut:
    """Write a new rule, in force from now on; it reads nothing that was measured before."""
    return RuleOut.of(await request.app[RULES].add(caller, body.scope, body.to_rule()))


@operations.post("/telemonitoring/rules/dry-run", access=_READ, errors=(404, 409))
async def try_rule(request: web.Request, caller: Caller, *, body: DryRunIn) -> DryReportOut:
    """Try a rule on the last days of one follow-up, or of those of a pathway: how many calls, when. Nothing is kept."""
    report = await request.app[DRY_RUNS].run(caller, body.scope, body.to_rule(), days=body.days, limits=body.millionths)
    return DryReportOut.of(report)


@operations.get("/telemonitoring/rules/{rule_id}", access=_READ)
async def get_rule(request: web.Request, caller: Caller, rule_id: UUID) -> RuleOut:
    """Read one rule."""
    return RuleOut.of(await request.app[RULES].get(caller, rule_id))


@operations.put("/telemonitoring/rules/{rule_id}", access=_DECIDE, errors=(409,))
async def rewrite_rule(request: web.Request, caller: Caller, rule_id: UUID, *, body: RewrittenRuleIn) -> RuleOut:
    """Write another version, in force from now on; the former one is kept."""
    return RuleOut.of(await request.app[RULES].rewrite(caller, rule_id, body.to_rule(), number=body.number))


@operations.post("/telemonitoring/rules/{rule_id}/retirement", access=_DECIDE, errors=(409,))
async def retire_rule(request: web.Request, caller: Caller, rule_id: UUID) -> RuleOut:
    """Take a rule away from now on; a mandatory one stays."""
    return RuleOut.of(await request.app[RULES].retire(caller, rule_id))


@operations.get("/telemonitoring/rules/{rule_id}/versions", access=_READ)
async def list_rule_versions(
    request: web.Request, caller: Caller, rule_id: UUID, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[RuleVersionOut]:
    """List all that a rule was, the newest first."""
    keys = decode_cursor(cursor, int)
    before = None if keys is None else int(keys[0])
    found = await request.app[RULES].versions(caller, rule_id, before=before, limit=limit + 1)
    more = encode_cursor(found[limit - 1].number) if len(found) > limit else None
    return Page(items=[RuleVersionOut.of(one) for one in found[:limit]], next_cursor=more)


@operations.get("/follow-ups/{follow_up_id}/silences", access=_READ)
async def list_silences(
    request: web.Request, caller: Caller, follow_up_id: UUID, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[SilenceOut]:
    """List the days without data that people were told of, the last told first."""
    before = decode_cursor_id(cursor)
    found = await request.app[SILENCES].gaps(caller, follow_up_id, before=before, limit=limit + 1)
    more = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[SilenceOut.of(kept) for kept in found[:limit]], next_cursor=more)
