"""The session's cookie: set or taken back with the response of whoever decided it, JSON route or page."""

from __future__ import annotations

from aiohttp import web

from telemed.api.auth import SESSION_COOKIE
from telemed.api.middlewares import SETTINGS

_DECIDED = web.RequestKey("session_cookie", str)


def send_session_cookie(request: web.Request, token: str) -> None:
    """Give the browser this token with the coming response; an empty one takes the cookie back."""
    request[_DECIDED] = token


async def deliver_session_cookie(request: web.Request, response: web.StreamResponse) -> None:
    """For `on_response_prepare`. Not readable by scripts, not sent by other sites' forms, over HTTPS where there is."""
    token = request.get(_DECIDED)
    if token is None or response.status >= 400:
        return
    secure = request.app[SETTINGS].uses_https
    if token:
        response.set_cookie(SESSION_COOKIE, token, path="/", httponly=True, samesite="Lax", secure=secure)
    else:
        response.del_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="Lax", secure=secure)
    # aiohttp has turned cookies into headers by the time it sends this signal.
    response.headers.add("Set-Cookie", response.cookies[SESSION_COOKIE].OutputString())
