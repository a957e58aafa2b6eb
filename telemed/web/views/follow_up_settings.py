"""What is set for one follow-up while it lasts: its silence, what it is done with, its increased forfait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telemed.web.views.frame import Badge, Choice, Form


@dataclass(frozen=True)
class SilenceLine:
    """A change of how many days without data are told."""

    what: str
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True)
class IncreaseLine:
    """What was asked of the increased forfait, from a month on."""

    what: str
    grounds: str
    at: datetime
    by: str


@dataclass(frozen=True)
class IncreasedMonth:
    """A month that is over and asked for it: what billing proposed, and the address of that proposal."""

    number: int
    asked: str
    outcome: Badge
    address: str = ""


@dataclass(frozen=True)
class IncreaseCard:
    """`terms` empty where no text opens the activity to it. `levels` are what may be asked now."""

    terms: str
    reference: str
    law_address: str
    levels: tuple[Choice, ...] = ()
    lines: tuple[IncreaseLine, ...] = ()
    months: tuple[IncreasedMonth, ...] = ()


@dataclass(frozen=True)
class SettingsView:
    """`may_decide`: what only a doctor does; `papers` are the names that the practice's papers give."""

    base: str
    home: str
    patient: str
    pathway: str
    form: Form
    version: int
    silence: str
    most_days: int
    reference: str
    silences: tuple[SilenceLine, ...]
    signals: tuple[Choice, ...]
    papers: tuple[str, str]
    increase: IncreaseCard
    may_decide: bool
    may_change: bool
    export_address: str = ""
