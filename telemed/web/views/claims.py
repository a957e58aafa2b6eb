"""Facturation: what is due today, the claims by stage, and one claim with its texts, its life and its gestures."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from telemed.web.views.frame import Badge, Choice, Form, Tone


@dataclass(frozen=True)
class DueLine:
    """One claim that waits for a gesture. `limit` says how near its last day is; `why` what is to be done.

    The gesture opens `gesture_address`, or the claim; where `invoice_address` is given it invoices at once.
    """

    what: Badge
    patient: str
    code: str
    held_on: date
    cents: int | None
    limit: Badge
    why: str
    address: str
    gesture: str
    invoice_address: str = ""
    gesture_address: str = ""


@dataclass(frozen=True)
class StageTile:
    """One stage as a filter: how many claims stand there, and their sum."""

    label: str
    number: int
    cents: int
    address: str
    is_current: bool = False
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True)
class ClaimLine:
    """One claim of the list."""

    held_on: date
    patient: str
    act: str
    code: str
    cents: int | None
    stage: Badge
    why: str
    address: str
    doctor: str = ""


@dataclass(frozen=True)
class DeskView:
    """The page of billing. `ready_number` claims may leave at once, for `ready_cents`.

    `has_caisse` is false where no caisse is configured: lots wait. `due_more` counts the due lines not shown,
    `unsent_number` the invoices that the next lots will take.
    """

    due: tuple[DueLine, ...]
    due_more: int
    ready_number: int
    ready_cents: int
    tiles: tuple[StageTile, ...]
    lines: tuple[ClaimLine, ...]
    form: Form
    codes: tuple[Choice, ...]
    stage: str
    stage_label: str
    is_filtered: bool
    has_caisse: bool = True
    unsent_number: int = 0
    shows_doctors: bool = False
    next_page: str = ""
    first_page: str = ""


@dataclass(frozen=True)
class Share:
    """What one payer owes of a claim."""

    who: str
    cents: int
    note: str = ""


@dataclass(frozen=True)
class TextLink:
    """A text of law and where it is read."""

    title: str
    address: str


@dataclass(frozen=True)
class BasisCard:
    """A legal value that the claim was judged under. `address` opens it in Textes on the day of the act."""

    what: str
    value: str
    since: date
    address: str
    texts: tuple[TextLink, ...]
    certainty: Badge | None = None
    territory: str = ""


@dataclass(frozen=True)
class Compared:
    """A figure or a fact that a rule weighed, in words."""

    name: str
    value: str


@dataclass(frozen=True)
class ReasonCard:
    """Why a claim is refused, incomplete or to be watched, with what was compared."""

    text: str
    reference: str
    tone: Tone
    compared: tuple[Compared, ...] = ()


@dataclass(frozen=True)
class LifeEvent:
    """One step of the life of a claim, or one entry of its account."""

    at: datetime
    title: str
    text: str = ""
    cents: int | None = None
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True)
class Gestures:
    """What the one who looks may do now.

    `must_override` asks for the reason of going past a held cap, `must_share` for the share of the compulsory
    insurance and its text; `must_insure` for the rights of the patient, without which only paper is left.
    """

    may_invoice: bool = False
    must_override: bool = False
    must_share: bool = False
    may_complete: bool = False
    may_abandon: bool = False
    may_restore: bool = False
    may_correct: bool = False
    may_reverse: bool = False
    may_send_paper: bool = False
    may_pay: bool = False
    must_insure: bool = False

    @property
    def any(self) -> bool:
        return any(getattr(self, name) for name in self.__dataclass_fields__)


@dataclass(frozen=True)
class InsuranceCard:
    """What is known of the patient's rights, as far as a claim shows it; the NSS stays masked."""

    badge: Badge
    lines: tuple[Compared, ...]
    address: str


@dataclass(frozen=True)
class ClaimView:
    """One claim. `meaning` says in a sentence where it stands; `base` is the address of its gestures."""

    base: str
    act: str
    held_on: date
    patient: str
    patient_address: str
    report_address: str
    doctor: str
    stage: Badge
    meaning: str
    code: str
    code_label: str
    cents: int | None
    shares: tuple[Share, ...]
    reasons: tuple[ReasonCard, ...]
    basis: tuple[BasisCard, ...]
    life: tuple[LifeEvent, ...]
    gestures: Gestures
    insurance: InsuranceCard
    form: Form = field(default_factory=Form)
    due: Badge | None = None
    balance_cents: int | None = None
    lot: str = ""
    invoice_number: str = ""
    payers: tuple[Choice, ...] = ()
    superseded_address: str = ""
    former_address: str = ""
