"""HTTP of sign-in, sessions, and the people of a practice."""

from telemed.professionals.routes import people, sessions
from telemed.professionals.routes.cookies import deliver_session_cookie, send_session_cookie
from telemed.professionals.routes.keys import (
    ENROLMENT,
    PASSWORD_SIGN_IN,
    PRACTICES,
    PROFESSIONALS,
    SESSIONS,
    SIGN_IN,
    SIGN_IN_LIMITER,
    SIGN_INS_PER_MINUTE,
)
from telemed.professionals.routes.sessions import limit_sign_in

OPERATIONS = (sessions.operations, people.operations)

__all__ = [
    "ENROLMENT",
    "OPERATIONS",
    "PASSWORD_SIGN_IN",
    "PRACTICES",
    "PROFESSIONALS",
    "SESSIONS",
    "SIGN_IN",
    "SIGN_INS_PER_MINUTE",
    "SIGN_IN_LIMITER",
    "deliver_session_cookie",
    "limit_sign_in",
    "send_session_cookie",
]
