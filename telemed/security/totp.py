"""Time-based one-time codes (RFC 6238): six digits, thirty seconds, each step used once."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp
import segno

_STEP_SECONDS = 30


def make_secret() -> str:
    """A new shared secret, in base32."""
    return pyotp.random_base32()


def code_at(secret: str, instant: datetime) -> str:
    """The code of an instant (aware)."""
    return pyotp.TOTP(secret).at(int(instant.timestamp()))


def accepted_step(secret: str, code: str, instant: datetime, last_step: int) -> int | None:
    """The step that a code belongs to, or None if it is wrong or not later than `last_step` (a replay).

    One step of 30 s before and after the instant is accepted, for phones that are not on time.
    """
    present = int(instant.timestamp()) // _STEP_SECONDS
    totp = pyotp.TOTP(secret)
    for step in (present, present - 1, present + 1):
        if step > last_step and hmac.compare_digest(totp.at(step * _STEP_SECONDS), code):
            return step
    return None


def provisioning_uri(secret: str, account: str) -> str:
    """What an authenticator application scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name="Telemed")


def qr_svg(uri: str) -> str:
    """The same as an inline SVG picture."""
    return segno.make(uri, error="m").svg_inline(scale=4, omitsize=True)
