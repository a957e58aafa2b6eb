"""Accounts, failed attempts, invitations and sessions: the facts of signing in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from telemed.professionals.model.professional import Professional


class SignInMeans(StrEnum):
    """How a person proved who they are. The first is the degraded mode; the others wait for their adapters."""

    PASSWORD_TOTP = "password_totp"  # noqa: S105 - the name of a means, not a secret
    RECOVERY_CODE = "recovery_code"
    PRO_SANTE_CONNECT = "pro_sante_connect"
    CPS = "cps"


@dataclass(frozen=True)
class Account:
    """The degraded mode's secrets of one professional. Usable once its second factor is confirmed."""

    professional_id: UUID
    login: str = field(repr=False)
    password_hash: str | None = field(repr=False)
    totp_secret: str | None = field(repr=False)
    totp_last_step: int = 0
    confirmed_at: datetime | None = None


@dataclass(frozen=True)
class Attempts:
    """Sign-ins tried for one login since the last success, whether or not such an account exists."""

    failures: int = 0
    locked_until: datetime | None = None


@dataclass(frozen=True)
class Invitation:
    """The one-time right to choose a password and a second factor. `token` is shown once and kept hashed."""

    professional_id: UUID
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class Enrolment:
    """What a person keeps of a confirmed second factor: the recovery codes, shown once."""

    professional_id: UUID
    recovery_codes: tuple[str, ...] = field(repr=False)


class SessionEnd(StrEnum):
    SIGNED_OUT = "signed_out"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    CREDENTIALS_CHANGED = "credentials_changed"


@dataclass(frozen=True)
class Session:
    """An open or past session: `expires_at` is absolute, the idle limit counts from `last_seen_at`."""

    id: UUID
    professional_id: UUID
    means: SignInMeans
    factors: int
    device: str
    opened_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    end: SessionEnd | None = None

    def is_alive(self, at: datetime, idle: timedelta) -> bool:
        """Is it still open at `at`? The last instant of each limit is excluded."""
        return self.ended_at is None and at < self.expires_at and at < self.last_seen_at + idle


@dataclass(frozen=True)
class OpenedSession:
    """A fresh session with its token, which is given once."""

    session: Session
    professional: Professional
    token: str = field(repr=False)


_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (("Android", "Android"), ("iPhone|iPad", "iOS"), ("Windows", "Windows"), ("Mac OS", "macOS"))


def describe_device(user_agent: str) -> str:
    """`Firefox · Windows`: enough for people to know their own devices, and nothing more is kept."""
    browser = next((name for mark, name in _BROWSERS if f"{mark}/" in user_agent), "Navigateur inconnu")
    systems = (*_SYSTEMS, ("Linux|X11", "Linux"))
    system = next((name for mark, name in systems if re.search(mark, user_agent)), "système inconnu")
    return f"{browser} · {system}"
