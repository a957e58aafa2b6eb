"""Where the services of this slice sit in the application."""

from __future__ import annotations

from aiohttp import web

from telemed.api.limits import RateLimiter
from telemed.professionals.service import (
    EnrolmentService,
    PasswordSignIn,
    PracticeService,
    ProfessionalService,
    SessionService,
    SignInService,
)

SIGN_IN = web.AppKey("sign_in", SignInService)
PASSWORD_SIGN_IN = web.AppKey("password_sign_in", PasswordSignIn)
SESSIONS = web.AppKey("sessions", SessionService)
ENROLMENT = web.AppKey("enrolment", EnrolmentService)
PROFESSIONALS = web.AppKey("professionals", ProfessionalService)
PRACTICES = web.AppKey("practices", PracticeService)
SIGN_IN_LIMITER = web.AppKey("sign_in_limiter", RateLimiter)
SIGN_INS_PER_MINUTE = 20
