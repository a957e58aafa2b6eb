"""The edge of FHIR: which formats are spoken there, and whatever is refused told as an OperationOutcome."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import orjson
from aiohttp import web

from telemed.api.problems import Problem

FHIR = "application/fhir+json"
FHIR_TYPES = frozenset((FHIR, "application/json", "text/json", "application/json+fhir"))
"""JSON under its own name, the usual one, and that of older clients: all are taken, the first is given."""

GENERAL_PARAMETERS = frozenset(("_format", "_pretty"))
"""What any FHIR client may add to any address."""

_ANY = frozenset(("*/*", "application/*", "text/*", "text/html"))
_STATUSES: Mapping[str, tuple[int, ...]] = {
    "structure": (400,),
    "login": (401,),
    "forbidden": (403,),
    "not-found": (404,),
    "not-supported": (405, 406, 415),
    "conflict": (409,),
    "too-long": (413,),
    "invalid": (422,),
    "throttled": (429,),
    "exception": (500,),
    "transient": (503,),
}
_KINDS = {status: kind for kind, statuses in _STATUSES.items() for status in statuses}
"""The IssueType of a status."""


def is_fhir(request: web.Request) -> bool:
    return request.path == "/fhir" or request.path.startswith("/fhir/")


def accepts_json(request: web.Request) -> bool:
    """Would its sender read JSON? `_format` goes before `Accept`; neither means that anything will do."""
    asked = request.query.get("_format", "").replace(" ", "+")  # a plus sign that was not escaped
    if asked:
        return asked.partition(";")[0].strip().lower() in FHIR_TYPES | {"json"}
    ranges = {one.partition(";")[0].strip().lower() for one in request.headers.get("Accept", "").split(",")} - {""}
    return not ranges or not ranges.isdisjoint(FHIR_TYPES | _ANY)


@web.middleware
async def require_json(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """JSON is the one format of FHIR spoken here. Raises HTTPNotAcceptable on who reads XML or Turtle alone."""
    if is_fhir(request) and not accepts_json(request):
        raise web.HTTPNotAcceptable(text=f"FHIR se dit ici en {FHIR} seulement.")
    return await handler(request)


def write_problem(problem: Problem) -> bytes:
    """A problem as an OperationOutcome: an issue for each reason and field, or one of its own."""
    kind = _KINDS.get(problem.status, "processing")
    told = [(reason.code, reason.text, "") for reason in problem.reasons]
    told += [(problem.code, error.message, error.field) for error in problem.errors]
    issues = [_issue(kind, *one) for one in told or [(problem.code, problem.detail or problem.title, "")]]
    return orjson.dumps({"resourceType": "OperationOutcome", "issue": issues})


def _issue(kind: str, code: str, text: str, place: str) -> dict[str, object]:
    details = {"coding": [{"system": "urn:x-telemed:issue", "code": code}], "text": text}
    issue: dict[str, object] = {"severity": "error", "code": kind, "details": details}
    return issue | ({"expression": [place]} if place else {})
