"""Questionnaires and their answers in FHIR R4: ours to read, a practice's to import, responses in and out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Annotated, Any
from uuid import UUID

import orjson
from aiohttp import web
from pydantic import Field

from telemed.acts.telemonitoring.formats.fhir.outcome import write_outcome
from telemed.acts.telemonitoring.formats.fhir.response import write_response
from telemed.acts.telemonitoring.model.entry import Entry
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.receipt import IssueKind, Unreadable
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.routes.keying import ENTRIES, QUESTIONNAIRES
from telemed.acts.telemonitoring.routes.keys import access_of
from telemed.acts.telemonitoring.service.entries import FaultyAnswers
from telemed.api.fhir_edge import FHIR
from telemed.api.operation import Operations
from telemed.kernel.caller import Caller
from telemed.kernel.errors import Invalid

FHIR_CATALOGUE = web.AppKey("telemonitoring_fhir_catalogue", Catalogue)
operations = Operations("fhir")
_READ, _ENROL, _DECIDE = (access_of(right) for right in (Right.READ, Right.ENROL, Right.DECIDE))
_MOST = 200
Handler = Callable[..., Awaitable[web.Response]]
BasedOn = Annotated[
    str, Field(alias="based-on", max_length=60, pattern=r"^(CarePlan/)?[0-9a-fA-F-]{36}$", description="A follow-up.")
]
Count = Annotated[int, Field(alias="_count", ge=1, le=_MOST)]


def _outcomes(handler: Handler) -> Handler:
    """Each fault of what was sent is told with its place."""

    @wraps(handler)
    async def handle(request: web.Request, *args: Any, **kwargs: Any) -> web.Response:
        try:
            return await handler(request, *args, **kwargs)
        except Unreadable as err:
            status = 400 if err.issue.kind is IssueKind.STRUCTURE else 422
            return _json(write_outcome([err.issue]), status)
        except FaultyAnswers as err:
            return _json(write_outcome(err.faults.values()), 422)

    return handle


@operations.get("/fhir/Questionnaire", access=_READ, media_type=FHIR, error_media=FHIR)
@_outcomes
async def search_fhir_questionnaires(request: web.Request, caller: Caller, *, count: Count = 50) -> web.Response:
    """Find the questionnaires that may be asked: ours, then those of one's practice, the newest first."""
    ours, imported = await request.app[QUESTIONNAIRES].page(caller, limit=count)
    found = [orjson.loads(one.content) | {"id": str(one.id)} for one in (*ours, *imported)][:count]
    return _json(_bundle(found))


@operations.get("/fhir/Questionnaire/{questionnaire_id}", access=_READ, media_type=FHIR, error_media=FHIR)
@_outcomes
async def get_fhir_questionnaire(request: web.Request, caller: Caller, questionnaire_id: UUID) -> web.Response:
    """Read a questionnaire, as it was written or imported."""
    known = await request.app[QUESTIONNAIRES].get(caller, questionnaire_id)
    return _json(orjson.loads(known.content) | {"id": str(known.id)})


@operations.post("/fhir/Questionnaire", access=_DECIDE, status=201, media_type=FHIR, consumes=FHIR, error_media=FHIR)
@_outcomes
async def import_fhir_questionnaire(request: web.Request, caller: Caller, *, body: bytes) -> web.Response:
    """Import a questionnaire for one's practice, whole or not at all: each fault is told with its place."""
    outcome = await request.app[QUESTIONNAIRES].add(caller, body)
    if outcome.known is None:
        is_unreadable = any(issue.kind is IssueKind.STRUCTURE for issue in outcome.issues)
        return _json(write_outcome(outcome.issues), 400 if is_unreadable else 422)
    response = _json(orjson.loads(outcome.known.content) | {"id": str(outcome.known.id)}, 201)
    response.headers["Location"] = f"/fhir/Questionnaire/{outcome.known.id}"
    return response


@operations.post(
    "/fhir/QuestionnaireResponse", access=_ENROL, status=201, media_type=FHIR, consumes=FHIR, error_media=FHIR
)
@_outcomes
async def take_fhir_response(request: web.Request, caller: Caller, *, body: bytes) -> web.Response:
    """Take what a patient answered to one of the team, `basedOn` his follow-up (CarePlan/id); the rules read it."""
    entry = await request.app[ENTRIES].take_response(caller, body)
    response = _json(write_response(entry, request.app[FHIR_CATALOGUE]), 201)
    response.headers["Location"] = f"/fhir/QuestionnaireResponse/{entry.first_id}"
    return response


@operations.get("/fhir/QuestionnaireResponse/{entry_id}", access=_READ, media_type=FHIR, error_media=FHIR)
@_outcomes
async def get_fhir_response(request: web.Request, caller: Caller, entry_id: UUID) -> web.Response:
    """Read what was answered, as it stands: by whom and when."""
    versions = await request.app[ENTRIES].versions(caller, entry_id)
    return _json(write_response(versions[-1], request.app[FHIR_CATALOGUE]))


@operations.get("/fhir/QuestionnaireResponse", access=_READ, media_type=FHIR, error_media=FHIR)
@_outcomes
async def search_fhir_responses(
    request: web.Request, caller: Caller, *, based_on: BasedOn, count: Count = 50
) -> web.Response:
    """Find what was answered and keyed in for a follow-up, the newest first."""
    try:
        follow_up_id = UUID(based_on.removeprefix("CarePlan/"))
    except ValueError:
        raise Invalid("based-on nomme un suivi : CarePlan/ et son identifiant.", field="based-on") from None
    found: list[Entry] = await request.app[ENTRIES].page(caller, follow_up_id, limit=count)
    return _json(_bundle([write_response(one, request.app[FHIR_CATALOGUE]) for one in found]))


def _bundle(resources: list[dict[str, Any]]) -> dict[str, Any]:
    entries = [{"resource": one, "search": {"mode": "match"}} for one in resources]
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
    return bundle | ({"entry": entries} if entries else {})


def _json(resource: dict[str, Any], status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(resource), status=status, content_type=FHIR)
