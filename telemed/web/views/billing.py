"""Facturation: the cap of the year in both readings, and the proposals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from telemed.web.views.frame import Badge


@dataclass(frozen=True)
class Reading:
    """One way to compute the cap. Ratios are parts of one; `decides` marks the literal reading."""

    title: str
    numerator: int
    denominator: int
    ratio: float
    projection: float
    projection_low: float
    projection_high: float
    decides: bool
    explanation: str
    badge: Badge


@dataclass(frozen=True)
class ProposalLine:
    """One act and the code proposed for it."""

    held_at: datetime
    patient: str
    code: str
    cents: int | None
    state: Badge
    address: str
    why: str = ""


@dataclass(frozen=True)
class BillingView:
    """The year of one doctor."""

    year: int
    doctor: str
    limit: float
    limit_reference: str
    readings: tuple[Reading, ...]
    computed_on: date
    outside_acts: int
    outside_declared_on: date | None
    proposals: tuple[ProposalLine, ...]
    next_page: str = ""
