"""Errors as `application/problem+json` (RFC 9457), with the rules' reasons; never patient data."""

from __future__ import annotations

import http
from typing import Any

from aiohttp import web
from pydantic import BaseModel, Field

from telemed.kernel.decision import Reason
from telemed.kernel.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
)

MEDIA_TYPE = "application/problem+json"
_STATUS: tuple[tuple[type[DomainError], int], ...] = (
    (NotFound, 404),
    (Invalid, 422),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (Refused, 409),
    (Conflict, 409),
    (TooLarge, 413),
    (TooMany, 429),
    (Unavailable, 503),
)
TITLES = {
    400: "Demande illisible",
    401: "Connexion nécessaire",
    403: "Accès refusé",
    404: "Introuvable",
    405: "Méthode non permise",
    406: "Format non proposé",
    413: "Demande trop volumineuse",
    415: "Format non accepté",
    422: "Donnée invalide",
    429: "Trop de demandes",
    500: "Erreur interne",
    503: "Service momentanément indisponible",
}


class ProblemReason(BaseModel):
    """One reason of a refusal, with its text of law."""

    code: str
    text: str
    reference: str = ""
    compared: dict[str, str | int | bool] = Field(default_factory=dict)


class FieldError(BaseModel):
    """One input in error: where, and what is wrong with it."""

    field: str
    message: str


class Problem(BaseModel):
    """RFC 9457, with a stable `code`, the `reasons` of a refusal and the `errors` of an input."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str = ""
    request_id: str = ""
    reasons: list[ProblemReason] = Field(default_factory=list)
    errors: list[FieldError] = Field(default_factory=list)


def status_of(error: DomainError) -> int:
    return next((status for family, status in _STATUS if isinstance(error, family)), 409)


def make_problem(status: int, code: str, detail: str = "", **parts: Any) -> Problem:
    """A problem that is about a request; the type is the line of its code in the documentation."""
    title = parts.pop("title", None) or TITLES.get(status) or http.HTTPStatus(status).phrase
    return Problem(type=f"/docs/problems#{code}", title=title, status=status, code=code, detail=detail, **parts)


def problem_of(error: DomainError) -> Problem:
    """An expected failure as a problem."""
    reasons, errors = [], []
    if isinstance(error, Refused):
        reasons = [to_reason(reason) for reason in error.decision.refusals]
    if isinstance(error, Invalid) and error.field:
        errors = [FieldError(field=error.field, message=error.detail)]
    return make_problem(status_of(error), error.code, error.detail, title=error.title, reasons=reasons, errors=errors)


def to_reason(reason: Reason) -> ProblemReason:
    return ProblemReason(code=reason.code, text=reason.text, reference=reason.reference, compared=dict(reason.compared))


def respond(problem: Problem, headers: dict[str, str] | None = None) -> web.Response:
    body = problem.model_dump_json(exclude_defaults=False).encode()
    return web.Response(body=body, status=problem.status, content_type=MEDIA_TYPE, headers=headers)
