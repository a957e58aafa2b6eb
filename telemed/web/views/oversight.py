"""Traçabilité, comptes et sessions: what the auditor and the administrator look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telemed.web.views.frame import Badge, Choice, Form


@dataclass(frozen=True)
class TraceLine:
    """One entry of the journal."""

    sequence: int
    at: datetime
    who: str
    action: str
    subject: str
    purpose: str
    outcome: Badge
    code: str = ""


@dataclass(frozen=True)
class TraceView:
    """A page of the journal and the state of its chain."""

    form: Form
    lines: tuple[TraceLine, ...]
    next_page: str = ""
    first_page: str = ""


@dataclass(frozen=True)
class AccountLine:
    """One account of the practice."""

    id: str
    name: str
    roles: str
    rpps: str
    state: Badge
    may_suspend: bool = False
    may_restore: bool = False
    may_invite: bool = False


@dataclass(frozen=True)
class AccountsView:
    """The accounts."""

    lines: tuple[AccountLine, ...]
    next_page: str = ""


@dataclass(frozen=True)
class AccountFormView:
    """A new account."""

    form: Form
    roles: tuple[Choice, ...]
    specialties: tuple[Choice, ...]
    sectors: tuple[Choice, ...]
    professions: tuple[Choice, ...]
    chosen_roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class InvitationView:
    """Shown once: the address to hand to the person."""

    name: str
    address: str
    expires_at: datetime


@dataclass(frozen=True)
class SessionLine:
    """One open session."""

    id: str
    opened_at: datetime
    last_seen_at: datetime
    device: str
    is_current: bool = False


@dataclass(frozen=True)
class SessionsView:
    """The sessions of the person who looks."""

    lines: tuple[SessionLine, ...]
