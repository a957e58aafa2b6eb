"""Past measures from a file: the files of a patient, how one is written, and what one brings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telemed.web.views.frame import NOTHING_TYPED, Badge, Form, Pager


@dataclass(frozen=True)
class HistoryLine:
    """One file of the list."""

    address: str
    at: datetime
    by: str
    what: str
    state: Badge


@dataclass(frozen=True)
class MeasureLine:
    """A measure that a file may hold: its words, and the units in which it is read; none for an answer."""

    label: str
    name: str
    units: str


@dataclass(frozen=True)
class HistoriesView:
    """`measures` are first those of the pathway, then the others."""

    base: str
    home: str
    patient: str
    pathway: str
    form: Form
    lines: tuple[HistoryLine, ...]
    pager: Pager
    columns: tuple[str, ...]
    wanted: tuple[MeasureLine, ...]
    others: tuple[MeasureLine, ...]
    most_lines: int
    most_bytes: int


@dataclass(frozen=True)
class FaultLine:
    """A line of the file that is not taken, by its number in it."""

    number: int
    why: str


@dataclass(frozen=True)
class Work:
    """What is under way: its words, and how many of the measures are done."""

    title: str
    said: str
    done: int
    total: int


@dataclass(frozen=True)
class HistoryView:
    """One file: what it brings, or brought. `faults` are the first of `rejected`."""

    base: str
    home: str
    patient: str
    state: Badge
    at: datetime
    by: str
    fresh: int
    known: int
    conflicting: int
    doubtful: int
    rejected: int
    measures: str
    first_at: datetime | None
    last_at: datetime | None
    faults: tuple[FaultLine, ...]
    form: Form = NOTHING_TYPED
    may_keep: bool = False
    may_drop: bool = False
    may_undo: bool = False
    settled_at: datetime | None = None
    work: Work | None = None
