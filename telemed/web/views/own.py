"""The patient's page of his follow-up: what is asked, what he keyed in, who follows him and when they look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from telemed.web.views.frame import NOTHING_TYPED, Choice, Form
from telemed.web.wording import Block


@dataclass(frozen=True)
class DueLine:
    """A questionnaire that waits; `until` is the last day on which it may be answered, None for today alone."""

    title: str
    address: str
    questions: int
    until: date | None = None


@dataclass(frozen=True)
class LinkLine:
    """Something to open."""

    label: str
    address: str


@dataclass(frozen=True)
class LatestLine:
    """The last value of one measure, and where it came from."""

    label: str
    value: str
    at: datetime
    origin: str


@dataclass(frozen=True)
class EntryLine:
    """What was keyed in at some moment, in a few words."""

    title: str
    words: str
    at: datetime
    address: str
    is_taken_back: bool = False


@dataclass(frozen=True)
class CompanionLine:
    """Somebody who follows the patient."""

    name: str
    part: str


@dataclass(frozen=True)
class Reading:
    """When the team looks: the week in words, and whether it does now or from when."""

    is_open: bool
    opens_at: datetime
    week: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class OwnReportLine:
    """A report of the follow-up that its patient may open."""

    label: str
    signed_at: datetime
    address: str


@dataclass(frozen=True)
class OwnHomeView:
    """The first page, from the most urgent to the least."""

    name: str
    pathway: str
    due: tuple[DueLine, ...]
    done: tuple[EntryLine, ...]
    measures: tuple[LinkLine, ...]
    other_measures: tuple[LinkLine, ...]
    latest: tuple[LatestLine, ...]
    entries: tuple[EntryLine, ...]
    team: tuple[CompanionLine, ...]
    reading: Reading
    is_away: bool = False
    reports: tuple[OwnReportLine, ...] = ()


@dataclass(frozen=True)
class OwnEndedView:
    """After the end of the follow-up: what is left to read, and whom to call."""

    practice: str
    practice_phone: str
    reports: tuple[OwnReportLine, ...]


@dataclass(frozen=True)
class Hidden:
    """A field that a form carries along."""

    name: str
    value: str


@dataclass(frozen=True)
class AnswerLine:
    """A question already answered; `field` is what changes it."""

    question: str
    answer: str
    field: str = ""


@dataclass(frozen=True)
class Asking:
    """A question as a field of a form: one of `options`, a number in `unit`, or words."""

    field: str
    text: str
    kind: str
    help: str = ""
    options: tuple[Choice, ...] = ()
    unit: str = ""
    is_required: bool = True


@dataclass(frozen=True)
class QuestionView:
    """One question of a questionnaire, or all the answers before they leave (`asking` None)."""

    title: str
    action: str
    number: int
    asking: Asking | None
    kept: tuple[Hidden, ...]
    advice: tuple[str, ...] = ()
    answers: tuple[AnswerLine, ...] = ()
    may_go_back: bool = False
    is_correction: bool = False
    form: Form = NOTHING_TYPED


@dataclass(frozen=True)
class MeasureField:
    """A number to key in; with several units one is chosen."""

    field: str
    label: str
    units: tuple[Choice, ...]
    unit_field: str
    is_required: bool = True


@dataclass(frozen=True)
class MeasureView:
    """Measures to key in. `doubts` are what is asked twice, with what was typed kept hidden until it is confirmed."""

    title: str
    question: str
    hint: str
    action: str
    fields: tuple[MeasureField, ...]
    form: Form = NOTHING_TYPED
    kept: tuple[Hidden, ...] = ()
    doubts: tuple[str, ...] = ()
    moment: datetime | None = None
    first_day: str = ""
    last_day: str = ""


@dataclass(frozen=True)
class EntryView:
    """An entry: what was noted, and what may still be done about it. `moment` is when it was measured."""

    title: str
    moment: datetime
    answers: tuple[AnswerLine, ...]
    advice: tuple[str, ...]
    reading: Reading
    was_sent: bool = False
    is_taken_back: bool = False
    is_doubtful: bool = False
    correct_address: str = ""
    take_back_address: str = ""


@dataclass(frozen=True)
class OwnConsentView:
    """The words of both consents, and how to take them back."""

    blocks: tuple[Block, ...]
    usage_blocks: tuple[Block, ...]


@dataclass(frozen=True)
class OwnOverView:
    """The follow-up that its patient has just ended."""

    practice_phone: str
