"""Taking up an invitation: password, second factor, recovery codes."""

from __future__ import annotations

from dataclasses import dataclass

from telemed.web.views.frame import NOTHING_TYPED, Form


@dataclass(frozen=True)
class PasswordView:
    """`is_gone`: the invitation was used, replaced or has expired."""

    action: str
    form: Form = NOTHING_TYPED
    is_gone: bool = False


@dataclass(frozen=True)
class SecondFactorView:
    """The key is shown once; a wrong first code asks again without it."""

    action: str
    form: Form = NOTHING_TYPED
    secret: str = ""
    qr: str = ""


@dataclass(frozen=True)
class RecoveryView:
    """Codes for the day when the telephone is lost."""

    codes: tuple[str, ...]
