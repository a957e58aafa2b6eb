"""The session's cookie: set or taken back with the response of whoever decided it, JSON route or page."""

from __future__ import annotations

from http.cookies import SimpleCookie

from aiohttp import web

from telemed.api.auth import SESSION_COOKIE
from telemed.api.middlewares import SETTINGS

_DECIDED = web.RequestKey("session_cookie", str)


def send_session_cookie(request: web.Request, token: str) -> None:
    """Give the browser this token with the coming response; an empty one takes the cookie back."""
    request[_DECIDED] = token


async def deliver_session_cookie(request: web.Request, response: web.StreamResponse) -> None:
    """For `on_response_prepare`. Not readable by scripts, not sent by other sites' forms, over HTTPS where there is.

    The header is written here because the response's own cookies were written before this signal.
    """
    token = request.get(_DECIDED)
    if token is None or response.status >= 400:
        return
    cookie: SimpleCookie = SimpleCookie({SESSION_COOKIE: token})
    written = cookie[SESSION_COOKIE]
    written["path"], written["httponly"], written["samesite"] = "/", True, "Lax"
    written["secure"] = request.app[SETTINGS].uses_https
    if not token:
        written["max-age"] = 0
    response.headers.add("Set-Cookie", written.OutputString())
