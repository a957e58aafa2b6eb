"""Facturation: the cap of the year in both readings, what is declared of it, and the proposals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from telemed.web.views.cap import CurveView, DerogationLine, FileLine
from telemed.web.views.frame import Badge, Form, ReasonLine


@dataclass(frozen=True)
class Reading:
    """One way to compute the cap. Ratios are parts of one; `decides` marks the literal reading.

    `ratio` is None while what was done elsewhere is unknown: the share to date cannot be told.
    """

    title: str
    remote: str
    numerator: int
    denominator: int
    ratio: float | None
    projection: float
    projection_low: float
    projection_high: float
    decides: bool
    explanation: str
    badge: Badge


@dataclass(frozen=True)
class ProposalLine:
    """One act and the code proposed for it; `address` is empty where the act is another practice's."""

    held_on: date
    patient: str
    code: str
    cents: int | None
    state: Badge
    address: str
    why: str = ""


@dataclass(frozen=True)
class BillingView:
    """The year of one doctor. `limit` is None for a year without cap, `readings` empty where nothing can be told.

    `basis` says what the projection rests on; `form` holds the declaration of activity, as kept or as typed.
    """

    year: int
    doctor: str
    limit: float | None
    limit_reference: str
    badge: Badge
    reasons: tuple[ReasonLine, ...]
    readings: tuple[Reading, ...]
    basis: str
    computed_on: date
    outside_acts: int | None
    outside_as_of: date | None
    form: Form
    proposals: tuple[ProposalLine, ...]
    previous_year: int
    next_year: int | None = None
    next_page: str = ""
    first_page: str = ""
    acts_address: str = ""
    remote_here: int = 0
    all_here: int = 0
    booked: int = 0
    allowance: int | None = None
    acts_needed: int | None = None
    curve: CurveView | None = None
    derogation: str = ""
    derogations: tuple[DerogationLine, ...] = ()
    files: tuple[FileLine, ...] = ()
