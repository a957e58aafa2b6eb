"""Textes: every legal value on a day, with its text, what is doubtful, and what came before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from telemed.web.views.claims import TextLink
from telemed.web.views.frame import Badge, Choice, Form


@dataclass(frozen=True)
class ValueLine:
    """A value in words; `where` is empty where it is the same everywhere. Of a list, its first items and how many are
    left.
    """

    text: str = ""
    where: str = ""
    items: tuple[str, ...] = ()
    more: int = 0


@dataclass(frozen=True)
class TextLine:
    """A legal quantity in the list, as it stands on the day. `certainty` is None where no value is known then."""

    address: str
    what: str
    values: tuple[ValueLine, ...]
    standing: Badge
    certainty: Badge | None
    since: date | None
    last_day: date | None
    texts: tuple[TextLink, ...]


@dataclass(frozen=True)
class TextGroup:
    """The quantities of one subject."""

    anchor: str
    title: str
    lines: tuple[TextLine, ...]


@dataclass(frozen=True)
class TextsView:
    """The list on `day`: how many quantities it shows, and how many of those are doubtful."""

    form: Form
    territories: tuple[Choice, ...]
    day: date
    groups: tuple[TextGroup, ...]
    number: int
    doubtful: int
    is_filtered: bool


@dataclass(frozen=True)
class ValueCard:
    """One value over its days, `last_day` included; `address` shows its first day."""

    since: date
    last_day: date | None
    values: tuple[ValueLine, ...]
    standing: Badge
    certainty: Badge | None
    texts: tuple[TextLink, ...]
    note: str
    published_on: date | None
    is_current: bool
    address: str


@dataclass(frozen=True)
class TextView:
    """One legal quantity. `current` is None before its first value; `history` is from the latest to the first."""

    form: Form
    subject: str
    what: str
    name: str
    unit: str
    day: date
    standing: Badge
    current: ValueCard | None
    history: tuple[ValueCard, ...]
    reviewed_on: date
    is_overdue: bool
    list_address: str
