"""The report: its sections, what will leave and what will not, the flags with their text, and the signed document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from telemed.web.views.frame import Badge, Choice, Form, ReasonLine


@dataclass(frozen=True)
class Section:
    """One part of the text. `facts` are sentences written from what happened, and `is_fixed` ones are not edited."""

    key: str
    title: str
    text: str
    hint: str = ""
    facts: tuple[str, ...] = ()
    is_required: bool = False


class Fate(StrEnum):
    """What becomes of one thing at signature."""

    LEAVES = "leaves"
    STAYS = "stays"
    WAITS = "waits"


@dataclass(frozen=True)
class Departure:
    """Something that leaves, or not, and why."""

    what: str
    to: str
    fate: Fate
    why: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Incident:
    """A technical incident, computed from the continuity ledger."""

    at: datetime
    text: str
    length: timedelta | None = None


@dataclass(frozen=True)
class FlagsCard:
    """Sick leave (R-27) and reimbursement (R-28), with the text that governs them."""

    form: Form
    exceptions: tuple[Choice, ...]
    sick_leave_text: str
    sick_leave_reference: str
    reimbursement_text: str
    reimbursement_reference: str
    warnings: tuple[ReasonLine, ...] = ()


@dataclass(frozen=True)
class ReportView:
    """A draft. `preview_pages` are addresses of images of the PDF as it will be."""

    act_id: str
    patient: str
    age: int | None
    held_at: datetime
    length: timedelta
    video: Badge
    sections: tuple[Section, ...]
    incidents: tuple[Incident, ...]
    departures: tuple[Departure, ...]
    flags: FlagsCard
    preview_pages: tuple[str, ...]
    pdf_address: str
    save_address: str
    sign_address: str
    refusals: tuple[ReasonLine, ...] = ()
    saved_at: datetime | None = None


@dataclass(frozen=True)
class SignedReportView:
    """A signed document and its seal."""

    act_id: str
    patient: str
    held_at: datetime
    signed_at: datetime
    signatory: str
    rpps: str
    version: int
    fingerprint: str
    preview_pages: tuple[str, ...]
    pdf_address: str
    cda_address: str
    departures: tuple[Departure, ...]
    proposal: ProposalCard | None = None
    replace_address: str = ""


@dataclass(frozen=True)
class ProposalCard:
    """What the act is worth, and why; or why it is not billable."""

    code: str
    label: str
    cents: int
    basis: str
    reference: str
    reasons: tuple[ReasonLine, ...] = ()
