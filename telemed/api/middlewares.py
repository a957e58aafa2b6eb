"""What surrounds every request: its id, its limits, where it comes from, its errors and its log line."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from telemed.api import logs
from telemed.api.devices import is_recognised
from telemed.api.fhir_edge import FHIR, is_fhir, require_json, write_problem
from telemed.api.limits import RateLimiter, client_address
from telemed.api.problems import Problem, make_problem, problem_of, respond
from telemed.kernel.errors import DomainError, Forbidden, TooMany
from telemed.kernel.ids import new_name
from telemed.settings import Settings

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ErrorPage = Callable[[web.Request, Problem], web.Response]

SETTINGS = web.AppKey("settings", Settings)
LIMITER = web.AppKey("limiter", RateLimiter)
ERROR_PAGE: web.AppKey[ErrorPage] = web.AppKey("error_page")
REQUEST_ID = web.RequestKey("request_id", str)

_KNOWN_ID = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)
_FOR_DEVICES = ("/fhir", "/pcd01")
_HTTP_CODES = {404: "not_found", 405: "method_not_allowed", 406: "not_acceptable", 415: "unsupported_media_type"}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self), geolocation=(self)",
    "Cache-Control": "no-store",
}
log = structlog.get_logger("http")


@web.middleware
async def identify_request(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request an id, kept in its log lines and returned in X-Request-Id; log its end."""
    given = request.headers.get("X-Request-Id", "")
    request_id = given if _KNOWN_ID.fullmatch(given) else new_name()
    request[REQUEST_ID] = request_id
    started = time.perf_counter()
    before = structlog.contextvars.bind_contextvars(request_id=request_id)
    try:
        response = await handler(request)
        if logs.is_told(logging.INFO):
            resource = request.match_info.route.resource
            log.info(
                "http.request",
                method=request.method,
                route=resource.canonical if resource else "unknown",
                status=response.status,
                duration_ms=round((time.perf_counter() - started) * 1000, 1),
            )
    finally:
        structlog.contextvars.reset_contextvars(**before)
    if not response.prepared:
        response.headers["X-Request-Id"] = request_id
    return response


async def add_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """On every response, before it is sent: a strict policy, and no caching unless the handler chose one."""
    response.headers.merge(_HEADERS)
    if request.app[SETTINGS].uses_https:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")


@web.middleware
async def turn_errors_into_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The edge where errors become answers; a bug is logged by its place and answered 500."""
    try:
        return await handler(request)
    except DomainError as err:
        headers = {"Retry-After": str(err.retry_after_seconds)} if isinstance(err, TooMany) else None
        return answer(request, problem_of(err), headers)
    except web.HTTPRequestEntityTooLarge:
        return answer(request, make_problem(413, "too_large", "La demande dépasse la taille permise."))
    except web.RequestPayloadError:
        response = answer(request, make_problem(400, "unreadable", "Le corps n'est pas lisible, ou a été coupé."))
        request.content.feed_eof()  # nothing more of it will ever be read, nor another request behind it
        response.force_close()
        return response
    except web.HTTPException as err:
        if err.status < 400:
            raise
        kept = {name: err.headers[name] for name in ("Allow", "Retry-After") if name in err.headers}
        return answer(request, make_problem(err.status, _http_code(err.status), err.text or ""), kept)
    except Exception:
        log.exception("http.bug")
        return answer(
            request, make_problem(500, "bug", "L'erreur est enregistrée ; vos données n'ont pas été modifiées.")
        )


def answer(request: web.Request, problem: Problem, headers: dict[str, str] | None = None) -> web.Response:
    """A problem as JSON, as an OperationOutcome where FHIR is spoken, or as a page for a browser that asked for one."""
    problem = problem.model_copy(update={"request_id": request.get(REQUEST_ID, "")})
    if problem.status == 401 and request.path.startswith(_FOR_DEVICES):
        headers = {"WWW-Authenticate": "Bearer", **(headers or {})}
    page = request.app.get(ERROR_PAGE)
    if page is not None and wants_html(request):
        response = page(request, problem)
        response.headers.update(headers or {})
        return response
    if is_fhir(request):
        return web.Response(body=write_problem(problem), status=problem.status, content_type=FHIR, headers=headers)
    return respond(problem, headers)


def wants_html(request: web.Request) -> bool:
    """Is it a person's browser that navigates, rather than a program?"""
    accepted = request.headers.get("Accept", "")
    return "text/html" in accepted and "application/json" not in accepted


@web.middleware
async def limit_rate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A bound per address; /healthz and static files are free, and so are devices: the way in has its own bounds."""
    if not request.path.startswith(("/healthz", "/readyz", "/static/")) and not is_recognised(request):
        settings = request.app[SETTINGS]
        request.app[LIMITER].take(client_address(request, frozenset(filter(None, settings.trusted_proxies.split(",")))))
    return await handler(request)


@web.middleware
async def refuse_cross_site(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A request that changes something must come from our own pages, or from a program that is no browser."""
    if request.method not in _SAFE and not _is_same_origin(request):
        raise Forbidden("Cette demande vient d'un autre site.", code="cross_site")
    return await handler(request)


def _is_same_origin(request: web.Request) -> bool:
    """Sec-Fetch-Site where the browser sends it, else Origin; neither means that no browser is involved."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    return origin in (request.app[SETTINGS].public_url, f"{request.scheme}://{request.host}")


def _http_code(status: int) -> str:
    return _HTTP_CODES.get(status, "bad_request")


MIDDLEWARES = (identify_request, turn_errors_into_problems, limit_rate, refuse_cross_site, require_json)
