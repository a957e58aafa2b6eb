"""Rapprochement: what was done, invoiced, acknowledged, paid and rejected over a period, and what remains due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from telemed.web.views.frame import Badge, Choice, Form


@dataclass(frozen=True)
class Figure:
    """One figure of the head of the page."""

    label: str
    number: int
    cents: int
    hint: str = ""


@dataclass(frozen=True)
class PlaceLine:
    """How many acts stand in one place, and their money; `address` lists them."""

    badge: Badge
    number: int
    cents: int
    meaning: str
    address: str = ""


@dataclass(frozen=True)
class CodeLine:
    """The money of one code."""

    code: str
    number: int
    invoiced_cents: int
    paid_cents: int
    due_cents: int


@dataclass(frozen=True)
class MotiveLine:
    """Why the caisse rejected, how often, for how much."""

    why: str
    number: int
    cents: int


@dataclass(frozen=True)
class OutstandingLine:
    """One invoiced act that is not settled."""

    held_on: date
    code: str
    organism: str
    stage: Badge
    due_cents: int
    address: str
    why: str = ""


@dataclass(frozen=True)
class ReconciliationView:
    """The figures of a period. `first` and `last` are both included; exports ask for the same period.

    `undone_number` counts invoices that a correction replaced; `adds_up` is false if the ledger says otherwise.
    """

    form: Form
    first: date
    last: date
    doctors: tuple[Choice, ...]
    shortcuts: tuple[Choice, ...]
    figures: tuple[Figure, ...]
    places: tuple[PlaceLine, ...]
    whole_number: int
    whole_cents: int
    codes: tuple[CodeLine, ...]
    codes_total: CodeLine
    rejections: tuple[MotiveLine, ...]
    outstanding: tuple[OutstandingLine, ...]
    cashed_cents: int
    csv_address: str
    pdf_address: str
    outstanding_more: int = 0
    undone_number: int = 0
    adds_up: bool = True
