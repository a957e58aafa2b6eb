"""The devices of a practice, and the gateways that speak for some of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telemed.web.views.device import CredentialLine
from telemed.web.views.follow_up import Issued
from telemed.web.views.frame import Badge, Choice, Form, Pager


@dataclass(frozen=True)
class PracticeDeviceLine:
    address: str
    label: str
    what: str
    state: Badge


@dataclass(frozen=True)
class PracticeDevicesView:
    form: Form
    lines: tuple[PracticeDeviceLine, ...]
    pager: Pager
    kinds: tuple[Choice, ...]
    gateways: tuple[Choice, ...]
    signals: tuple[Choice, ...]


@dataclass(frozen=True)
class PracticeDeviceView:
    """`follow_up_address` where a patient wears it and one may see him. A gateway has accesses of its own."""

    base: str
    label: str
    what: str
    state: Badge
    is_gateway: bool
    lines: tuple[CredentialLine, ...]
    form: Form
    gateways: tuple[Choice, ...]
    signals: tuple[Choice, ...]
    may_change: bool
    follow_up_address: str = ""
    issued: Issued | None = None
    since: datetime | None = None
