"""Signing in: login, password and the code of the telephone."""

from __future__ import annotations

from dataclasses import dataclass

from telemed.web.views.frame import NOTHING_TYPED, Form


@dataclass(frozen=True)
class SignInView:
    """`next_address` is where the person was going."""

    form: Form = NOTHING_TYPED
    next_address: str = ""
