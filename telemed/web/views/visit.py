"""The call as the doctor sees it: who is there, what is still to be checked, notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telemed.web.views.frame import Badge, Choice, Form, ReasonLine
from telemed.web.views.patients import StatusCard
from telemed.web.wording import Block


@dataclass(frozen=True)
class Trait:
    """One of the five strict traits, as the file holds it."""

    name: str
    label: str
    value: str
    is_confirmed: bool = False


@dataclass(frozen=True)
class EmergencyCard:
    """Where help must go, and whom to ring."""

    location: str
    phone: str
    told_at: datetime | None = None


@dataclass(frozen=True)
class ConsentCard:
    """The consent of this act."""

    state: Badge
    blocks: tuple[Block, ...] = ()
    may_record_orally: bool = False
    may_be_minor: bool = False


@dataclass(frozen=True)
class CallView:
    """A doctor's call page. Times are instants; addresses are those of this act."""

    act_id: str
    patient: str
    age: int | None
    state: Badge
    is_admitted: bool
    status: StatusCard
    traits: tuple[Trait, ...]
    document_choices: tuple[Choice, ...]
    checklist_form: Form
    place_form: Form
    emergency: EmergencyCard
    consent: ConsentCard
    blockers: tuple[ReasonLine, ...]
    notes: str
    token_address: str
    admit_address: str
    checklist_address: str
    location_address: str
    consent_address: str
    notes_address: str
    finish_address: str
    finish_reasons: tuple[Choice, ...]
    places: tuple[Choice, ...]
    patient_file: str
    report_address: str
    reason: str = ""
    started_at: datetime | None = None
