"""Finds who calls, from the cookie that a sign-in or a patient's link left, or from what a device shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from telemed.api.devices import find_device
from telemed.kernel.caller import Caller, CallerKind, Role
from telemed.kernel.errors import Forbidden, Unauthenticated

SESSION_COOKIE = "telemed_session"
VISIT_COOKIE = "telemed_visit"
FOLLOW_COOKIE = "telemed_follow"


class Authenticator(Protocol):
    """Turns the value of one cookie into a caller; None when it is unknown, expired or revoked."""

    async def authenticate(self, token: str) -> Caller | None: ...


@dataclass(frozen=True)
class Access:
    """Who may call a route: everybody, a professional with one of the roles, a patient through a link, a device.

    `patient_cookie` is that of the patient's browser: of a visit, or of a follow-up.
    """

    is_public: bool = False
    roles: frozenset[Role] = frozenset()
    is_for_patients: bool = False
    is_for_devices: bool = False
    patient_cookie: str = VISIT_COOKIE


PUBLIC = Access(is_public=True)
PATIENT = Access(is_for_patients=True)
FOLLOWED = Access(is_for_patients=True, patient_cookie=FOLLOW_COOKIE)
"""A patient through the link of his follow-up."""
DEVICE = Access(is_for_devices=True)
SIGNED_IN = Access(roles=frozenset(Role))


def only(*roles: Role) -> Access:
    """Professionals that hold one of these roles."""
    return Access(roles=frozenset(roles))


def or_patient(*roles: Role) -> Access:
    """Professionals that hold one of these roles, and the patient of a link."""
    return Access(roles=frozenset(roles), is_for_patients=True)


def or_device(*roles: Role) -> Access:
    """Professionals that hold one of these roles, and devices of télésurveillance."""
    return Access(roles=frozenset(roles), is_for_devices=True)


AUTHENTICATORS = web.AppKey("authenticators", dict[str, Authenticator])
CALLER = web.RequestKey("caller", Caller)


async def find_caller(request: web.Request, cookie: str) -> Caller | None:
    """The caller behind one cookie of this request."""
    token = request.cookies.get(cookie)
    authenticator = request.app[AUTHENTICATORS].get(cookie)
    if not token or authenticator is None or len(token) > 200:
        return None
    return await authenticator.authenticate(token)


async def require_caller(request: web.Request, access: Access) -> Caller | None:
    """The caller of a route, None on a public one. Raises Unauthenticated or Forbidden."""
    if access.is_public:
        return None
    professional = await find_caller(request, SESSION_COOKIE) if access.roles else None
    if professional is not None and professional.has_role(*access.roles):
        return professional
    patient = await find_caller(request, access.patient_cookie) if access.is_for_patients else None
    if patient is not None and patient.kind is CallerKind.PATIENT:
        return patient
    device = await find_device(request) if access.is_for_devices else None
    if device is not None:
        return device
    if professional is not None:
        raise Forbidden("Votre rôle ne permet pas cette action.")
    if access.is_for_devices and not access.roles:
        raise Unauthenticated("Un dispositif montre son jeton ou son certificat.")
    raise Unauthenticated("Connectez-vous pour continuer.")
