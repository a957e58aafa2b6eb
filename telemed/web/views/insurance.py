"""Assurance du patient: who pays for him, from which source, seen when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from telemed.web.views.frame import Choice, Form


@dataclass(frozen=True)
class InsuranceView:
    """`masked_nss` shows the last digits of the number in force, never the whole; empty where none is known.

    `may_use_own` says that the record holds a NIR; `back_address` is the claim or the record one came from.
    """

    patient: str
    action: str
    back_address: str
    form: Form
    masked_nss: str
    is_child: bool
    sources: tuple[Choice, ...]
    seen_on: date | None = None
    may_use_own: bool = False
