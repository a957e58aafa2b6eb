"""The Plafond page beyond its readings: the curve of the year, derogations, files of activity and their preview."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from telemed.web.views.frame import Badge, Form, ReasonLine


@dataclass(frozen=True)
class CurveRow:
    """A month end, or today: a line of the table beside the curve. `ratio` None of no act at all."""

    day: date
    remote: int
    total: int
    allowed: int
    ratio: float | None


@dataclass(frozen=True)
class CurveView:
    """Lines as SVG points, in a box of 1000 by 300; `summary` says in words what they show."""

    remote: str
    allowed: str
    highest: int
    today: float
    expected: str
    summary: str
    rows: tuple[CurveRow, ...]


@dataclass(frozen=True)
class DerogationLine:
    """A decision as it is kept; `end_address` empty where nothing can be changed any more."""

    reference: str
    decided_by: str
    rate_percent: int
    first_day: date
    last_day: date
    source: str
    state: Badge
    end_address: str = ""


@dataclass(frozen=True)
class FileLine:
    """A kept file of activity."""

    source: str
    first_day: date
    last_day: date
    accepted: int
    kept_on: date
    state: Badge
    withdraw_address: str = ""


@dataclass(frozen=True)
class CapActLine:
    """One act behind a figure of the cap; `address` empty where it is another practice's."""

    held_on: date
    patient: str
    code: str
    note: str
    address: str = ""


@dataclass(frozen=True)
class CapActsView:
    """The acts behind one figure."""

    year: int
    title: str
    explanation: str
    lines: tuple[CapActLine, ...]
    next_page: str = ""
    first_page: str = ""


@dataclass(frozen=True)
class RejectedLine:
    """A line of a file that is not kept, and why."""

    line: int
    column: str
    why: str


@dataclass(frozen=True)
class PreviewView:
    """What a file would bring: nothing is kept until the doctor confirms. `content` is the file, to be sent again."""

    year: int
    form: Form
    content: str
    encoding: str
    delimiter: str
    period: tuple[date, date] | None
    accepted: int
    acts: int
    rejected: tuple[RejectedLine, ...]
    rejected_count: int
    before: str
    after: str
    notes: tuple[ReasonLine, ...] = ()
    may_confirm: bool = True
