"""Avis: what one is asked and asks, one case on one screen, and the page that writes a request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telemed.web.views.attachments import PiecesView
from telemed.web.views.frame import Badge, Choice, Form, Pager, ReasonLine, Tone
from telemed.web.views.report import Departure, PrescriptionLine
from telemed.web.wording import Block


@dataclass(frozen=True)
class CaseLine:
    """One case of a list. `due_at` is None once it is over; `gesture` says what one does by opening it."""

    address: str
    due_at: datetime | None
    due_tone: Tone
    patient: str
    age: int | None
    who: str
    question: str
    state: Badge
    gesture: str
    is_mine: bool = False
    ended_at: datetime | None = None


@dataclass(frozen=True)
class QueuedLine:
    """A case that waits for somebody of my line: nothing of its patient is told before one takes it."""

    id: str
    line: str
    urgency: str
    due_at: datetime
    sent_at: datetime


@dataclass(frozen=True)
class DeskView:
    """What waits for me, what waits for others, and drafts; each the soonest due first.

    `more` are the addresses of longer lists, when one page does not hold them.
    """

    mine: tuple[CaseLine, ...]
    others: tuple[CaseLine, ...]
    drafts: tuple[CaseLine, ...]
    may_answer: bool
    queued: tuple[QueuedLine, ...] = ()
    more: tuple[Choice, ...] = ()
    version: str = ""


@dataclass(frozen=True)
class CaseListView:
    """One side's list: all that is under way, or what is over."""

    title: str
    sides: tuple[Choice, ...]
    side: str
    lines: tuple[CaseLine, ...]
    pager: Pager
    is_ended: bool


@dataclass(frozen=True)
class PersonCard:
    """A professional of one side, and where."""

    name: str
    what: str
    where: str


@dataclass(frozen=True)
class PatientCard:
    """Who the case is about, as both sides know him. `address` is empty outside his own practice."""

    name: str
    age: int | None
    sex: str
    born: str
    birth_name: str
    address: str = ""


@dataclass(frozen=True)
class Fact:
    """A name and what is known under it."""

    name: str
    text: str


@dataclass(frozen=True)
class OfferLine:
    """Somebody who was asked, and what became of it."""

    name: str
    what: str
    state: Badge
    at: datetime
    note: str = ""


@dataclass(frozen=True)
class ThreadEntry:
    """What happened or was written, on one line of time."""

    at: datetime
    title: str
    text: str = ""
    tone: Tone = Tone.PLAIN
    is_message: bool = False
    is_mine: bool = False


@dataclass(frozen=True)
class PaperLine:
    """One sealed version of a document."""

    title: str
    version: int
    is_replaced: bool
    signed_at: datetime
    pdf_address: str
    cda_address: str


@dataclass(frozen=True)
class OpinionCard:
    """The signed opinion."""

    conclusion: str
    conduct: str
    urgency: str
    prescribed: tuple[Fact, ...]
    incidents: str
    hidden_from: tuple[str, ...]
    avoided: str
    signed_at: datetime
    by: str


@dataclass(frozen=True)
class Candidate:
    """A colleague who may be asked. `reasons` are why he is proposed, `warnings` what speaks against him."""

    id: str
    name: str
    what: str
    where: str
    is_chosen: bool = False
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finder:
    """Choosing whom to ask: colleagues, lines, or whoever of the specialty is found (`search_words`, empty for nobody).

    `is_searched` tells an empty result from no search yet.
    """

    lines: tuple[Candidate, ...] = ()
    search_words: str = ""
    is_search_chosen: bool = False
    candidates: tuple[Candidate, ...] = ()
    is_searched: bool = False
    may_choose_many: bool = False


@dataclass(frozen=True)
class Gestures:
    """What the person who looks may do now."""

    may_accept: bool = False
    may_ask: bool = False
    may_refuse: bool = False
    may_answer: bool = False
    may_pass: bool = False
    may_correct: bool = False
    may_inform: bool = False
    may_offer: bool = False
    may_withdraw: bool = False
    may_close: bool = False
    may_resume: bool = False
    may_write: bool = False
    may_call: bool = False


@dataclass(frozen=True)
class CaseView:
    """One case on one screen, as one side sees it. `stage` is the state's own name, for scripts to compare."""

    id: str
    base: str
    stage: str
    is_requerant: bool
    patient: PatientCard
    state: Badge
    sentence: str
    widening: str
    due_at: datetime | None
    due_tone: Tone
    due_what: str
    asker: PersonCard
    expert: PersonCard | None
    asked_at: datetime | None
    deadline: datetime | None
    urgency: str
    wanted: str
    question: str
    facts: tuple[Fact, ...]
    offers: tuple[OfferLine, ...]
    thread: tuple[ThreadEntry, ...]
    pending_question: str
    opinion: OpinionCard | None
    gestures: Gestures
    finder: Finder
    form: Form
    revision: int = 0
    templates: tuple[Choice, ...] = ()
    refusals: tuple[Choice, ...] = ()
    withdrawals: tuple[Choice, ...] = ()
    care_urgencies: tuple[Choice, ...] = ()
    prescriptions: tuple[PrescriptionLine, ...] = ()
    kinds: tuple[Choice, ...] = ()
    hidden_from: tuple[Choice, ...] = ()
    specialties: tuple[Choice, ...] = ()
    warnings: tuple[ReasonLine, ...] = ()
    papers: tuple[PaperLine, ...] = ()
    departures: tuple[Departure, ...] = ()
    pieces: PiecesView | None = None
    version: str = ""


@dataclass(frozen=True)
class ChoosePatientView:
    """Whom the opinion is about: the first thing to say."""

    form: Form
    matches: tuple[Choice, ...]


@dataclass(frozen=True)
class ComposerView:
    """A request being written. `consent` tells what the patient decided already, None before he did."""

    base: str
    patient: PatientCard
    form: Form
    urgencies: tuple[Choice, ...]
    settings: tuple[Choice, ...]
    specialties: tuple[Choice, ...]
    finder: Finder
    consent: Badge | None
    consent_at: datetime | None
    wording: tuple[Block, ...]
    may_be_minor: bool
    kept_until: datetime
    saved_at: datetime
    pieces: PiecesView | None = None


@dataclass(frozen=True)
class TemplateLine:
    """An answer that one keeps to start from."""

    id: str
    title: str
    conclusion: str
    conduct: str


@dataclass(frozen=True)
class TemplatesView:
    """The answers that one keeps; `editing` is the one in the form, empty for a new one."""

    lines: tuple[TemplateLine, ...]
    form: Form
    editing: str = ""
