"""What a practice keeps for all its follow-ups: its papers, and the hours of its team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from telemed.web.views.frame import Badge, Choice, Form


@dataclass(frozen=True)
class PaperLine:
    """One paper; `cancel_address` empty once it was cancelled."""

    what: str
    name: str
    whose: str
    first_day: date
    last_day: date | None
    state: Badge
    cancel_address: str = ""


@dataclass(frozen=True)
class MonitoringPracticeView:
    """`days` are the fields of the hours, from Monday; `is_usual`: nobody said them yet. `calendars`: whose holidays
    may be said, beside those of the territory.
    """

    form: Form
    papers: tuple[PaperLine, ...]
    kinds: tuple[Choice, ...]
    activities: tuple[Choice, ...]
    hours_form: Form
    days: tuple[Choice, ...]
    calendars: tuple[Choice, ...]
    is_usual: bool
