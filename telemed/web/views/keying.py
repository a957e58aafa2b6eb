"""What a nurse keys in while a patient is on the phone, and what is asked of him on his own page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telemed.web.views.booking import Sending
from telemed.web.views.frame import NOTHING_TYPED, Badge, Choice, Form, Pager
from telemed.web.views.own import AnswerLine, Asking, Hidden, LinkLine, MeasureField


@dataclass(frozen=True)
class PhoneForm:
    """A questionnaire that may be filled in; `state` says whether it waits."""

    title: str
    address: str
    state: Badge
    detail: str


@dataclass(frozen=True)
class KeyedLine:
    """An entry as the team sees it: what, by whom and how, and what may be done."""

    title: str
    answers: tuple[AnswerLine, ...]
    measured_at: datetime
    by: str
    state: Badge
    is_doubtful: bool
    versions: int
    correct_address: str = ""
    take_back_address: str = ""


@dataclass(frozen=True)
class PhoneView:
    patient: str
    pathway: str
    base: str
    phone: str
    forms: tuple[PhoneForm, ...]
    measures: tuple[LinkLine, ...]
    entries: tuple[KeyedLine, ...]
    pager: Pager


@dataclass(frozen=True)
class PhoneQuestion:
    """A question among the others; `condition` says when it is to be asked."""

    asking: Asking
    condition: str = ""


@dataclass(frozen=True)
class PhoneFormView:
    """Questions, or measures, all on one page. `moment` is that of an entry that is corrected."""

    patient: str
    title: str
    hint: str
    action: str
    back: str
    questions: tuple[PhoneQuestion, ...] = ()
    fields: tuple[MeasureField, ...] = ()
    form: Form = NOTHING_TYPED
    kept: tuple[Hidden, ...] = ()
    doubts: tuple[str, ...] = ()
    moment: datetime | None = None
    first_day: str = ""
    last_day: str = ""


@dataclass(frozen=True)
class AskedLine:
    """A questionnaire asked of a patient, with the form that changes how."""

    key: str
    title: str
    sentence: str
    state: Badge
    is_set: bool
    is_off: bool
    form: Form


@dataclass(frozen=True)
class OwnDeskView:
    """The patient's page as his team runs it: his link, what is asked, reminders."""

    patient: str
    pathway: str
    base: str
    is_running: bool
    phone: str
    email: str
    channels: tuple[str, ...]
    sendings: tuple[Sending, ...]
    asked: tuple[AskedLine, ...]
    others: tuple[Choice, ...]
    frequencies: tuple[Choice, ...]
    reminders: tuple[Choice, ...]
    form: Form = NOTHING_TYPED
    made_link: str = ""


@dataclass(frozen=True)
class KnownLine:
    """A questionnaire that may be asked. `retire_address` is empty for ours, and once it is retired."""

    title: str
    version: str
    questions: tuple[str, ...]
    where: str
    state: Badge
    retire_address: str = ""


@dataclass(frozen=True)
class QuestionnairesView:
    """Ours and those of the practice; `faults` are what is wrong with a file just sent."""

    ours: tuple[KnownLine, ...]
    imported: tuple[KnownLine, ...]
    may_import: bool
    faults: tuple[str, ...] = ()
