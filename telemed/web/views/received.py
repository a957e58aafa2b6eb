"""Documents that a doctor was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telemed.web.views.frame import Pager


@dataclass(frozen=True)
class ReceivedLine:
    """One sealed version, about whom, and where it opens."""

    patient: str
    kind: str
    signed_at: datetime
    version: int
    address: str


@dataclass(frozen=True)
class ReceivedView:
    """The newest first."""

    lines: tuple[ReceivedLine, ...]
    pager: Pager
