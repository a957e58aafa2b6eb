"""Surveillance: the board of alerts, one alert on one screen, and the small pictures of figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from telemed.web.views.frame import NOTHING_TYPED, Badge, Choice, Form, Pager, Tone


@dataclass(frozen=True)
class Spark:
    """Fourteen days of a signal in a box of 120 by 32; without `lines` or `last` there was nothing to draw."""

    summary: str
    lines: tuple[str, ...] = ()
    last: tuple[float, float] | None = None
    limit_y: float | None = None


@dataclass(frozen=True)
class Mark:
    """Something that happened on a day, and what."""

    x: float
    day: date
    text: str = ""


@dataclass(frozen=True)
class Bar:
    """The lowest and highest figure of a day."""

    x: float
    top: float
    bottom: float


@dataclass(frozen=True)
class Tick:
    """A day written under a picture."""

    x: float
    day: date


@dataclass(frozen=True)
class CurveRow:
    """The figures of a day, with their unit."""

    day: date
    low: str
    high: str
    mean: str
    number: int
    is_beyond: bool = False


@dataclass(frozen=True)
class CurveView:
    """A month of a signal in a box of 1000 by 240, and the same figures as rows, the latest first."""

    label: str
    summary: str
    lines: tuple[str, ...] = ()
    dots: tuple[tuple[float, float], ...] = ()
    bands: tuple[Bar, ...] = ()
    limit_y: float | None = None
    limit: str = ""
    highest: str = ""
    lowest: str = ""
    marks: tuple[Mark, ...] = ()
    gaps: tuple[tuple[float, float], ...] = ()
    ticks: tuple[Tick, ...] = ()
    rows: tuple[CurveRow, ...] = ()


@dataclass(frozen=True)
class LastValue:
    """What a signal said last, with its unit, and when: what has become of the value that fired."""

    signal: str
    value: str
    at: datetime


@dataclass(frozen=True)
class AlertLine:
    """One alert of the board: one patient, one cause. `outcomes` are those that closing it from here may have."""

    id: str
    address: str
    severity: Badge
    patient: str
    age: int | None
    pathway: str
    what: str
    figure: str
    spark: Spark | None
    since: datetime
    times: int
    state: Badge
    owner: str
    is_mine: bool
    due_at: datetime | None
    due_tone: Tone
    due_what: str
    may_take: bool = False
    note: str = ""
    last: LastValue | None = None
    outcomes: tuple[Choice, ...] = ()
    closed_at: datetime | None = None


@dataclass(frozen=True)
class Filter:
    """A way to narrow the board: a link, and how many it leaves; None where it is not counted."""

    label: str
    address: str
    is_chosen: bool = False
    count: int | None = None
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True)
class BoardView:
    """The board. `follow` is the address of its content alone; `chosen` the address that shows it again.

    `is_sorted_out`: only one severity or one pathway is shown.
    """

    lines: tuple[AlertLine, ...]
    views: tuple[Filter, ...]
    severities: tuple[Filter, ...]
    pathways: tuple[Filter, ...]
    pager: Pager
    follow: str
    chosen: str
    outcomes: tuple[Choice, ...]
    is_narrowed: bool = False
    is_sorted_out: bool = False
    is_closed: bool = False
    may_write: bool = False
    waiting: int = 0
    form: Form = NOTHING_TYPED
    version: str = ""
    late: Filter | None = None


@dataclass(frozen=True)
class LateLine:
    """Something that would have called, had it come in time; `address` is its week on the sheet."""

    patient: str
    address: str
    what: str
    since: datetime
    received_at: datetime


@dataclass(frozen=True)
class LateView:
    """What came too late in the last `days`, the last that came first."""

    lines: tuple[LateLine, ...]
    days: int
    pager: Pager


@dataclass(frozen=True)
class EvidenceLine:
    """Why a rule was true: what was seen, against which limit, set when and by whom."""

    signal: str
    value: str
    limit: str = ""


@dataclass(frozen=True)
class AlertEntry:
    """What happened or was written on an alert, on its line of time."""

    at: datetime
    title: str
    text: str = ""
    by: str = ""
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True)
class MuteLine:
    """A cause of which nobody is told for a time, but `beyond` a worse value; `lift_address` empty once it is over.

    `lifted_at` without `lifted_by`: a worse value lifted it.
    """

    what: str
    until: datetime
    reason: str
    by: str
    made_at: datetime
    beyond: str = ""
    lift_address: str = ""
    lifted_at: datetime | None = None
    lifted_by: str = ""
    is_over: bool = False


@dataclass(frozen=True)
class AlertGestures:
    """What the person who looks may do now."""

    may_take: bool = False
    may_release: bool = False
    may_filter: bool = False
    may_interpret: bool = False
    may_decide: bool = False
    may_act: bool = False
    may_close: bool = False
    may_comment: bool = False
    may_mute: bool = False


@dataclass(frozen=True)
class AlertView:
    """One alert on one screen. `stage` is the state's own name, for scripts to compare; `earlier` how much was written
    before the first line of the thread. `before` and `after` are its neighbours on the board that one came from, which
    `asked` filters (empty, or `?…`)."""

    id: str
    base: str
    stage: str
    severity: Badge
    patient: str
    age: int | None
    sheet: str
    phone: str
    pathway: str
    what: str
    state: Badge
    sentence: str
    due_at: datetime | None
    due_tone: Tone
    due_what: str
    owner: str
    is_mine: bool
    since: datetime
    last_at: datetime
    times: int
    note: str
    evidence: tuple[EvidenceLine, ...]
    rule: str
    rule_address: str
    rule_version: int | None
    rule_lines: tuple[str, ...]
    lasts: tuple[LastValue, ...]
    curves: tuple[CurveView, ...]
    thread: tuple[AlertEntry, ...]
    mutes: tuple[MuteLine, ...]
    gestures: AlertGestures
    form: Form
    outcomes: tuple[Choice, ...] = ()
    actions: tuple[Choice, ...] = ()
    mute_lengths: tuple[Choice, ...] = ()
    mute_what: str = ""
    mute_unit: str = ""
    mute_hint: str = ""
    booking: str = ""
    former: str = ""
    board: str = "/surveillance"
    asked: str = ""
    before: str = ""
    after: str = ""
    earlier: int = 0
    version: str = ""
