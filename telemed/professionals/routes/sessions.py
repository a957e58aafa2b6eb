"""HTTP of signing in and out, of one's sessions, and of accepting an invitation."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.api.auth import PUBLIC, SIGNED_IN
from telemed.api.limits import client_address
from telemed.api.middlewares import SETTINGS
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor_id, encode_cursor
from telemed.kernel.caller import Caller
from telemed.professionals.routes.cookies import send_session_cookie
from telemed.professionals.routes.keys import (
    ENROLMENT,
    PASSWORD_SIGN_IN,
    PROFESSIONALS,
    SESSIONS,
    SIGN_IN,
    SIGN_IN_LIMITER,
)
from telemed.professionals.schemas import (
    Confirmation,
    PasswordChoice,
    ProfessionalOut,
    RecoveryCodes,
    SecondFactorOut,
    SessionOut,
    SignedIn,
    SignIn,
)
from telemed.professionals.service import PasswordAndCode
from telemed.security.totp import qr_svg

operations = Operations("session")


def limit_sign_in(request: web.Request) -> None:
    """Count one try of this address to sign in or to accept an invitation. Raises TooMany."""
    trusted = frozenset(filter(None, request.app[SETTINGS].trusted_proxies.split(",")))
    request.app[SIGN_IN_LIMITER].take(client_address(request, trusted))


@operations.post("/session", access=PUBLIC, status=201, errors=(401, 403))
async def sign_in(request: web.Request, *, body: SignIn) -> SignedIn:
    """Sign in by the degraded mode: password and one-time code.

    Every failure reads the same, whether or not the login exists. The session's token comes in the cookie.
    """
    limit_sign_in(request)
    provider = request.app[PASSWORD_SIGN_IN]
    credentials = PasswordAndCode(body.login, body.password, body.code)
    opened = await request.app[SIGN_IN].sign_in(provider, credentials, user_agent=request.headers.get("User-Agent", ""))
    send_session_cookie(request, opened.token)
    return SignedIn(
        professional=ProfessionalOut.of(opened.professional), session=SessionOut.of(opened.session, opened.session.id)
    )


@operations.get("/session", access=SIGNED_IN)
async def get_session(request: web.Request, caller: Caller) -> SignedIn:
    """Read who is signed in."""
    person = await request.app[PROFESSIONALS].me(caller)
    session = await request.app[SESSIONS].current(caller)
    return SignedIn(professional=ProfessionalOut.of(person), session=SessionOut.of(session, caller.session_id))


@operations.delete("/session", access=SIGNED_IN)
async def sign_out(request: web.Request, caller: Caller) -> None:
    """Sign out of this session."""
    await request.app[SESSIONS].sign_out(caller)
    send_session_cookie(request, "")


@operations.get("/sessions", access=SIGNED_IN)
async def list_sessions(
    request: web.Request, caller: Caller, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[SessionOut]:
    """List one's own living sessions, the newest first."""
    found = await request.app[SESSIONS].page(caller, after=decode_cursor_id(cursor), limit=limit + 1)
    more = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    items = [SessionOut.of(session, caller.session_id) for session in found[:limit]]
    return Page(items=items, next_cursor=more)


@operations.delete("/sessions", access=SIGNED_IN)
async def sign_out_everywhere(request: web.Request, caller: Caller) -> None:
    """Sign out of all of one's sessions, this one too."""
    await request.app[SESSIONS].sign_out_everywhere(caller)
    send_session_cookie(request, "")


@operations.delete("/sessions/{session_id}", access=SIGNED_IN)
async def revoke_session(request: web.Request, caller: Caller, session_id: UUID) -> None:
    """End one of one's own sessions."""
    await request.app[SESSIONS].revoke(caller, session_id)
    if session_id == caller.session_id:
        send_session_cookie(request, "")


@operations.post("/invitation/password", access=PUBLIC, errors=(404, 409))
async def choose_password(request: web.Request, *, body: PasswordChoice) -> SecondFactorOut:
    """Accept an invitation: choose a password and receive the second factor to confirm."""
    limit_sign_in(request)
    factor = await request.app[ENROLMENT].choose_password(body.token, body.password)
    return SecondFactorOut(secret=factor.secret, uri=factor.uri, qr_svg=qr_svg(factor.uri))


@operations.post("/invitation/confirmation", access=PUBLIC, errors=(404,))
async def confirm_second_factor(request: web.Request, *, body: Confirmation) -> RecoveryCodes:
    """Confirm the second factor by its first code: the invitation is spent, the account may sign in."""
    limit_sign_in(request)
    return RecoveryCodes.of(await request.app[ENROLMENT].confirm(body.token, body.code))
