"""A calendar that somebody sent: its events as read, then what each would become."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from telemed.experts.model.hours import HoursException, Shift
from telemed.kernel.decision import Reason

MOST_BYTES = 512_000
MOST_EVENTS = 2_000


class Meaning(StrEnum):
    """What the events of a calendar are: hours of availability, whole days being leave; or all of them leave."""

    HOURS = "hours"
    LEAVE = "leave"


class ImportState(StrEnum):
    PREVIEWED = "previewed"
    KEPT = "kept"
    UNDONE = "undone"


@dataclass(frozen=True)
class Moment:
    """A time as the file writes it: on the wall of `zone` (empty: the reader's own), or a whole day."""

    wall: datetime
    zone: str = ""
    is_day: bool = False


@dataclass(frozen=True)
class CalendarEvent:
    """An event of a file, without its words: a title may name a patient. `number` counts from 1 in the file."""

    number: int
    uid: str = ""
    start: Moment | None = None
    end: Moment | None = None
    lasts: timedelta | None = None
    rules: tuple[str, ...] = ()
    has_other_dates: bool = False
    excluded: tuple[Moment, ...] = ()
    replaces: Moment | None = None
    is_cancelled: bool = False
    categories: frozenset[str] = frozenset()
    broken: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportLine:
    """What an event becomes: a shift, or stretches of leave or extra hours; or why it becomes nothing."""

    number: int
    shift: Shift | None = None
    exceptions: tuple[HoursException, ...] = ()
    refusal: Reason | None = None

    @property
    def is_accepted(self) -> bool:
        return self.refusal is None


@dataclass(frozen=True)
class ImportCount:
    """A calendar that was sent, and how many of its events were accepted and rejected."""

    id: UUID
    state: ImportState
    at: datetime
    settled_at: datetime | None
    accepted: int
    rejected: int


@dataclass(frozen=True)
class CalendarImport:
    """A calendar sent by an expert, and what came of it."""

    id: UUID
    professional_id: UUID
    state: ImportState
    at: datetime
    lines: tuple[ImportLine, ...]
    settled_at: datetime | None = None

    @property
    def accepted(self) -> tuple[ImportLine, ...]:
        return tuple(line for line in self.lines if line.is_accepted)

    @property
    def rejected(self) -> tuple[ImportLine, ...]:
        return tuple(line for line in self.lines if not line.is_accepted)

    @property
    def count(self) -> ImportCount:
        return ImportCount(self.id, self.state, self.at, self.settled_at, len(self.accepted), len(self.rejected))
