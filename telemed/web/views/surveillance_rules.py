"""Rules of télésurveillance: the list, one being written with what it would have called, and how good they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from telemed.web.views.frame import Badge, Choice, Form
from telemed.web.views.surveillance import Filter, Mark, Tick


@dataclass(frozen=True)
class RuleLine:
    """One rule of the practice, as it is now."""

    address: str
    label: str
    severity: Badge
    lines: tuple[str, ...]
    version: int
    since: datetime
    by: str
    whom: str
    is_retired: bool = False
    is_mandatory: bool = False


@dataclass(frozen=True)
class PathwayRules:
    """The rules in force on one pathway, and when its silence is told of."""

    label: str
    code: str
    lines: tuple[RuleLine, ...]
    silence: str


@dataclass(frozen=True)
class RulesView:
    """The rules of one pathway; retired ones below."""

    group: PathwayRules
    pathways: tuple[Filter, ...]
    retired: tuple[RuleLine, ...]
    may_write: bool
    next_address: str = ""


@dataclass(frozen=True)
class ConditionFields:
    """One condition of the form: its number, which is in the names of its fields, its name (`2.1`), and what its signal
    calls for: a unit, the usual threshold, its answers and which are ticked.

    `is_strange`: its signal is not in the list; `is_alone`: it is the whole rule.
    """

    number: int
    name: str
    unit: str
    patient_limit: str
    signal: str = ""
    is_answer: bool = False
    is_strange: bool = False
    answers: tuple[tuple[Choice, bool], ...] = ()
    has_words: bool = False
    is_alone: bool = False
    may_grow: bool = False
    may_branch: bool = False
    is_group: bool = False


@dataclass(frozen=True)
class GroupFields:
    """A group of conditions: how many of its parts must hold; its name is empty for the rule's own."""

    number: int
    name: str
    parts: tuple[ConditionFields | GroupFields, ...]
    counts: tuple[Choice, ...]
    may_grow: bool = False
    may_branch: bool = False
    is_group: bool = True


@dataclass(frozen=True)
class DryLane:
    """One patient over the days of a trial: a mark for each day on which he would have been called about."""

    patient: str
    address: str
    marks: tuple[Mark, ...]
    fired: int
    repeated: int
    summary: str


@dataclass(frozen=True)
class DayBar:
    """How many calls a day would have brought, all patients together, in a box 90 wide and 100 high."""

    x: float
    height: float
    day: date
    number: int


@dataclass(frozen=True)
class DryRunView:
    """What a rule would have told over past data; nothing of it is kept."""

    days: int
    sentence: str
    fired: int
    repeated: int
    patients: int
    followed: int
    lanes: tuple[DryLane, ...]
    bars: tuple[DayBar, ...]
    highest: int
    ticks: tuple[Tick, ...]
    silent: int
    is_partial: bool = False


@dataclass(frozen=True)
class VersionLine:
    """A version of a rule as it was."""

    number: int
    since: datetime
    until: datetime | None
    by: str
    severity: Badge
    lines: tuple[str, ...]


@dataclass(frozen=True)
class RuleEditorView:
    """A rule being written. `id` is empty for a new one; `is_raw` when it is written as its JSON.

    `sentence` says what the form would tell of, `said` the same line by line, `habits` how it goes on.
    """

    id: str
    action: str
    title: str
    form: Form
    conditions: ConditionFields | GroupFields
    severities: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    sides: tuple[Choice, ...]
    directions: tuple[Choice, ...]
    signals: tuple[Choice, ...]
    pathways: tuple[Choice, ...]
    next_number: int
    whom: str = ""
    mandatory: str = ""
    is_raw: bool = False
    is_retired: bool = False
    may_write: bool = True
    sentence: str = ""
    said: tuple[str, ...] = ()
    habits: str = ""
    dry_run: DryRunView | None = None
    versions: tuple[VersionLine, ...] = ()


@dataclass(frozen=True)
class QualityRow:
    """What became of the alerts of a rule, or of a patient."""

    name: str
    fired: int
    open: int
    actionable: int
    false: int
    technical: int
    silences: int
    half: str
    most: str
    muted: str
    share: int | None


@dataclass(frozen=True)
class QualityView:
    """The quality of alerts over some days, by rule and by patient."""

    periods: tuple[Filter, ...]
    sides: tuple[Filter, ...]
    rows: tuple[QualityRow, ...]
    by: str
    days: int
    summary: str
    export: str
    total: QualityRow | None = None
    next_address: str = ""
