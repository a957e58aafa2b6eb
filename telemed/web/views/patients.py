"""Patients: the list, the sheet with its identity status, and the form of a new person."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from telemed.web.views.frame import Badge, Choice, Form, NavItem, ReasonLine


@dataclass(frozen=True)
class PatientLine:
    """One person in the list."""

    address: str
    name: str
    born: str
    age: int
    status: Badge
    phone: str = ""


@dataclass(frozen=True)
class PatientsView:
    """What a search found; `query` is shown again."""

    query: str
    lines: tuple[PatientLine, ...]
    next_page: str = ""
    first_page: str = ""


@dataclass(frozen=True)
class StatusCard:
    """The RNIV status on its two axes, and what it lets leave the practice."""

    code: str
    label: str
    meaning: str
    badge: Badge
    is_ins_called: bool
    is_document_checked: bool
    matricule: str = ""
    doubt: str = ""


@dataclass(frozen=True)
class ActLine:
    """One act of the person."""

    held_at: datetime | None
    label: str
    doctor: str
    state: Badge
    address: str = ""


@dataclass(frozen=True)
class DocumentLine:
    """One document of the person."""

    title: str
    signed_at: datetime
    address: str


@dataclass(frozen=True)
class ConsentLine:
    """One consent, given or withdrawn; lines are only ever added."""

    what: str
    at: datetime
    how: str
    state: Badge


@dataclass(frozen=True)
class RecordView:
    """One of two records that are compared."""

    id: str
    name: str
    birth_name: str
    first_names: str
    born: str
    sex: str
    birth_place: str
    matricule: str
    status: Badge
    created_on: datetime
    age: int


@dataclass(frozen=True)
class MergeView:
    """Two records side by side; a refusal leaves no button, a warning wants a tick."""

    kept: RecordView
    absorbed: RecordView
    refusals: tuple[ReasonLine, ...] = ()
    warnings: tuple[ReasonLine, ...] = ()


@dataclass(frozen=True)
class DeathCard:
    """What is known of the patient's death; `lines` are everything that was recorded of it, the newest first."""

    died_on: date | None = None
    source: str = ""
    sources: tuple[Choice, ...] = ()
    may_record: bool = False
    lines: tuple[tuple[datetime, str], ...] = ()


@dataclass(frozen=True)
class PatientView:
    """The sheet. The tuples of clinical content stay empty for a secretary.

    `may_book`: appointments and bills are his; `may_ask`: he may ask a colleague about the patient.
    `followed` leads to what is followed of him at a distance.
    """

    id: str
    name: str
    birth_name: str
    used_name: str
    first_names: str
    sex: str
    is_woman: bool
    born: str
    birth_place: str
    age: int
    status: StatusCard
    contact_form: Form
    proofs: tuple[Choice, ...]
    methods: tuple[Choice, ...]
    doubts: tuple[Choice, ...]
    acts: tuple[ActLine, ...] = ()
    documents: tuple[DocumentLine, ...] = ()
    consents: tuple[ConsentLine, ...] = ()
    alike: tuple[PatientLine, ...] = ()
    absorbed: tuple[PatientLine, ...] = ()
    is_clinical: bool = True
    may_book: bool = True
    may_ask: bool = False
    death: DeathCard = field(default_factory=DeathCard)
    followed: tuple[NavItem, ...] = ()


@dataclass(frozen=True)
class PatientFormView:
    """A new person; `twins` are people already known under the same traits."""

    form: Form
    sexes: tuple[Choice, ...]
    twins: tuple[PatientLine, ...] = ()
