"""Slots that another system sends, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from telemed.kernel.period import Interval

MOST_ENTRIES = 1_000
LONGEST_SLOT_DAYS = 7


@dataclass(frozen=True)
class Issue:
    """What is wrong, where: `kind` is a code of FHIR's IssueType, `where` a FHIRPath."""

    kind: str
    where: str
    text: str


@dataclass(frozen=True)
class SentSlot:
    """A slot of a practitioner known by RPPS; `identifier` is the sender's name for it. Not free: it is taken back."""

    place: int
    identifier: str
    rpps: str
    interval: Interval
    is_free: bool


class Fate(StrEnum):
    """What became of an entry."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"
    REMOVED = "removed"
    PAST = "past"
    UNKNOWN_PERSON = "unknown_person"
    TOO_MANY = "too_many"
    LOOKED_AT = "looked_at"
