"""Past measures that a person brings in a file: looked at, kept, taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

MOST_FAULTS = 200
"""How many rejected lines are told one by one; all are counted."""


class HistoryState(StrEnum):
    """A file that is being kept or taken back is so whatever becomes of the process: another goes on."""

    PREVIEWED = "previewed"
    KEEPING = "keeping"
    KEPT = "kept"
    UNDOING = "undoing"
    UNDONE = "undone"


UNDER_WAY = frozenset((HistoryState.KEEPING, HistoryState.UNDOING))


@dataclass(frozen=True)
class Fault:
    """A line that is not taken, by its number in the file, and why."""

    line: int
    code: str
    text: str


@dataclass(frozen=True)
class HistoryCount:
    """What a file holds. Of the `accepted` lines, `known` ones say what is here already, or twice in the file: they
    count once; `conflicting` ones say another value than what is here, which stands; they are set aside for a person to
    look at, as `doubtful` ones are, that no body could show."""

    accepted: int
    doubtful: int
    rejected: int
    first_at: datetime | None
    last_at: datetime | None
    signals: tuple[str, ...]
    known: int = 0
    conflicting: int = 0

    @property
    def fresh(self) -> int:
        """How many lines bring something that is not here yet."""
        return self.accepted - self.known


@dataclass(frozen=True)
class History:
    """A file of a follow-up. `done`: of how many of its measures what is under way is done; `worked_at`: when it last
    got on, None where nothing is under way."""

    id: UUID
    follow_up_id: UUID
    state: HistoryState
    by: UUID
    at: datetime
    count: HistoryCount
    faults: tuple[Fault, ...]
    settled_at: datetime | None = None
    done: int = 0
    worked_at: datetime | None = None

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY


def device_of_history(follow_up_id: UUID, name: str) -> UUID:
    """What stands for a device that only a file names: the same name is the same device of the same patient."""
    return uuid5(follow_up_id, f"history {name}")
