"""The report: its sections, what will leave and what will not, the flags with their text, and the signed document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from telemed.web.views.frame import Badge, Choice, Form, ReasonLine


@dataclass(frozen=True)
class Section:
    """One part of the text; `facts` are sentences that the document writes by itself from what happened."""

    key: str
    title: str
    facts: tuple[str, ...] = ()
    is_required: bool = False


@dataclass(frozen=True)
class PrescriptionLine:
    """The names of the two fields of one act or prescription."""

    text: str
    kind: str


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
    """Sick leave (R-27) and reimbursement (R-28), with the text that governs them; `held` are exceptions that apply."""

    exceptions: tuple[Choice, ...]
    sick_leave_text: str
    reimbursement_text: str
    reimbursement_reference: str
    held: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReportPageView:
    """A draft and its picture; `decision` is what would refuse the signature, then what is only said."""

    act_id: str
    patient: str
    held_at: datetime
    length: timedelta
    video: Badge
    form: Form
    sections: tuple[Section, ...]
    kinds: tuple[Choice, ...]
    prescriptions: tuple[PrescriptionLine, ...]
    incidents: tuple[Incident, ...]
    departures: tuple[Departure, ...]
    flags: FlagsCard
    picture: str
    pdf_address: str
    save_address: str
    sign_address: str
    decision: tuple[ReasonLine, ...] = ()
    resume_address: str = ""
    is_correction: bool = False


@dataclass(frozen=True)
class ProposalCard:
    """What the act is worth, and why; or why it is not billable. `cents` is None where an amount is missing."""

    code: str
    label: str
    cents: int | None
    state: Badge
    reference: str
    reasons: tuple[ReasonLine, ...] = ()


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
    versions: int
    fingerprint: str
    picture: str
    pdf_address: str
    cda_address: str
    seal_address: str
    departures: tuple[Departure, ...]
    proposal: ProposalCard | None = None
    correct_address: str = ""
