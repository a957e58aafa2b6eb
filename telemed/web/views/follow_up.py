"""Follow-ups: their list, the steps of an enrolment, and the sheet of one patient."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from telemed.web.views.frame import NOTHING_TYPED, Badge, Choice, Form, NavItem, Pager, ReasonLine
from telemed.web.views.surveillance import MuteLine


@dataclass(frozen=True)
class FollowUpLine:
    """One follow-up in the list: when a measure last came (`is_quiet`: too long ago), and what is open."""

    address: str
    patient: str
    age: int
    pathway: str
    state: Badge
    due: str = ""
    heard_at: datetime | None = None
    is_quiet: bool = False
    alerts: Badge | None = None


@dataclass(frozen=True)
class FollowUpsView:
    """`kinds` filter by where they stand."""

    kinds: tuple[NavItem, ...]
    current: str
    lines: tuple[FollowUpLine, ...]
    pager: Pager
    may_enrol: bool = False


@dataclass(frozen=True)
class PatientChoice:
    """Somebody whom a search found."""

    id: str
    name: str
    born: str
    age: int


@dataclass(frozen=True)
class PathwayChoice:
    """A pathway, with what it wants."""

    code: str
    label: str
    minimum: str
    silence: str


@dataclass(frozen=True)
class BeginView:
    """The first page of an enrolment: whom, and on which pathway."""

    form: Form
    pathways: tuple[PathwayChoice, ...]
    found: tuple[PatientChoice, ...] = ()
    has_searched: bool = False
    reasons: tuple[ReasonLine, ...] = ()


@dataclass(frozen=True)
class DraftStep:
    """One step of the enrolment, and what it still lacks in one word."""

    key: str
    label: str
    address: str
    state: Badge
    is_current: bool = False


@dataclass(frozen=True)
class ConsentCard:
    """One of the two consents: its words, and what was decided. `blocks` are those of the text."""

    key: str
    title: str
    state: Badge
    blocks: tuple[object, ...] = ()
    at: datetime | None = None


@dataclass(frozen=True)
class DeviceLine:
    """A device of the patient; `accesses` are the credentials by which it is let in."""

    id: str
    label: str
    what: str
    supplies: str
    accesses: tuple[AccessLine, ...] = ()


@dataclass(frozen=True)
class AccessLine:
    """One credential: what it is, and until when."""

    what: str
    state: Badge
    until: datetime


@dataclass(frozen=True)
class Issued:
    """An access that was just made: shown this once. `qr` is a picture of it."""

    label: str
    address: str
    token: str
    qr: str


@dataclass(frozen=True)
class DevicesCard:
    """The devices of a follow-up, those of the practice that are free, and the form of a new one."""

    base: str
    form: Form
    lines: tuple[DeviceLine, ...]
    free: tuple[Choice, ...] = ()
    signals: tuple[Choice, ...] = ()
    issued: Issued | None = None
    may_change: bool = True


@dataclass(frozen=True)
class LimitLine:
    """A limit of the patient, in force or past."""

    name: str
    value: str
    since: datetime
    until: datetime | None
    author: str
    reason: str
    remove_key: str = ""


@dataclass(frozen=True)
class LimitsCard:
    """The limits: those in force, those before, and the form by which a doctor sets some."""

    base: str
    form: Form
    lines: tuple[LimitLine, ...]
    past: tuple[LimitLine, ...] = ()
    asked: tuple[LimitField, ...] = ()
    may_decide: bool = True


@dataclass(frozen=True)
class LimitField:
    """One limit that may be set: its field, its words, its unit."""

    key: str
    label: str
    unit: str
    hint: str = ""


@dataclass(frozen=True)
class TeamLine:
    """Somebody of the team; `remove_address` empty for who answers for the follow-up."""

    name: str
    role: str
    since: datetime
    remove_address: str = ""


@dataclass(frozen=True)
class TeamCard:
    base: str
    form: Form
    lines: tuple[TeamLine, ...]
    people: tuple[Choice, ...] = ()
    roles: tuple[Choice, ...] = ()
    may_change: bool = True


@dataclass(frozen=True)
class PrescriptionLine:
    """One prescription, or its renewal."""

    prescriber: str
    prescribed_on: date
    first_day: date
    last_day: date
    note: str = ""


@dataclass(frozen=True)
class PrescriptionsCard:
    """`gesture` names what its form does: record, or renew; empty where nothing may be done."""

    base: str
    form: Form
    lines: tuple[PrescriptionLine, ...]
    gesture: str = ""


@dataclass(frozen=True)
class PlanCard:
    """What the team writes of the follow-up itself."""

    form: Form
    exclusions: tuple[Choice, ...]
    signals: tuple[Choice, ...]
    most_days: int


@dataclass(frozen=True)
class ReminderCard:
    """What the patient is asked, and whether he is reminded; `channel` is the way proposed, empty: none."""

    questionnaires: tuple[str, ...]
    channel: str
    way: str
    hour: str
    is_on: bool


@dataclass(frozen=True)
class DraftView:
    """A draft at one of its steps; `reasons` are why it cannot start, `warnings` why it may not be billed."""

    base: str
    patient: str
    age: int
    pathway: str
    minimum: str
    steps: tuple[DraftStep, ...]
    step: str
    form: Form = NOTHING_TYPED
    next_address: str = ""
    plan: PlanCard | None = None
    prescriptions: PrescriptionsCard | None = None
    consents: tuple[ConsentCard, ...] = ()
    devices: DevicesCard | None = None
    limits: LimitsCard | None = None
    team: TeamCard | None = None
    reasons: tuple[ReasonLine, ...] = ()
    warnings: tuple[ReasonLine, ...] = ()
    is_responsible_missing: bool = False
    reminders: ReminderCard | None = None


@dataclass(frozen=True)
class AlertLine:
    """An alert under the curves, by its number there."""

    number: int
    label: str
    severity: Badge
    state: Badge
    since: datetime
    address: str


@dataclass(frozen=True)
class EventLine:
    """An event under the curves, by its letter there."""

    letter: str
    at: datetime
    words: str


@dataclass(frozen=True)
class Cell:
    """What one row of the table says of a signal; `mark` a word where it is beyond a limit."""

    label: str
    text: str
    mark: str = ""


@dataclass(frozen=True)
class FigureRow:
    """A day, or an instant of a day; `address` looks at the day closer."""

    day: date | None
    at: datetime | None
    cells: tuple[Cell, ...]
    address: str = ""


@dataclass(frozen=True)
class CurvesCard:
    """The picture at its three widths, what its marks are, and the table of the same figures."""

    title: str
    spans: tuple[NavItem, ...]
    span: str
    last_day: date
    earlier: str
    later: str
    drawings: tuple[str, ...]
    marks: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[FigureRow, ...]
    alerts: tuple[AlertLine, ...] = ()
    events: tuple[EventLine, ...] = ()
    zooms: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class AsideLine:
    """A measure that waits for somebody to say whether it counts."""

    key: str
    at: datetime
    label: str
    said: str
    why: str


@dataclass(frozen=True)
class SessionLine:
    held_on: date
    what: str
    note: str
    by: str


@dataclass(frozen=True)
class MonthLine:
    """A month that is over: on how many of the awaited days data came."""

    number: int
    first_day: date
    last_day: date
    received: int
    expected: int
    state: Badge
    report_address: str = ""


@dataclass(frozen=True)
class Gestures:
    """What the person who looks may do with the follow-up now."""

    may_suspend: bool = False
    may_resume: bool = False
    may_keep: bool = False
    may_stop: bool = False


@dataclass(frozen=True)
class SheetNeighbours:
    """Where one came from, and the sheets before and after this one there; empty where there is none."""

    back: str
    back_label: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class SheetView:
    """The sheet of one follow-up."""

    base: str
    around: SheetNeighbours
    patient: str
    patient_address: str
    age: int
    pathway: str
    state: Badge
    sentence: str
    curves: CurvesCard
    limits: LimitsCard
    devices: DevicesCard
    prescriptions: PrescriptionsCard
    team: TeamCard
    form: Form = NOTHING_TYPED
    asides: tuple[AsideLine, ...] = ()
    sessions: tuple[SessionLine, ...] = ()
    topics: tuple[Choice, ...] = ()
    months: tuple[MonthLine, ...] = ()
    end_reasons: tuple[Choice, ...] = ()
    death_sources: tuple[Choice, ...] = ()
    gestures: Gestures = Gestures()
    warnings: tuple[ReasonLine, ...] = ()
    reports: tuple[NavItem, ...] = field(default=())
    has_ended: bool = False
    settled: str = ""
    mutes: tuple[MuteLine, ...] = ()
    past_mutes: tuple[MuteLine, ...] = ()
