"""How a line answers: what came of each case that was asked of it, and the figures made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class LineOutcome(StrEnum):
    """What a case is to a line it was asked of.

    `waiting`: sought in the line, or accepted there and not answered yet; `answered`: in its name; `missed`: it ran out
    in its hands; `left`: it went on to others, or ended before it was due.
    """

    WAITING = "waiting"
    ANSWERED = "answered"
    MISSED = "missed"
    LEFT = "left"


@dataclass(frozen=True)
class LineCase:
    """One case in one line. `minutes`: from the sending to the answer; `avoided` None: no answer said."""

    line_id: UUID
    case_id: UUID
    asked_at: datetime
    deadline: datetime
    outcome: LineOutcome
    refusals: int = 0
    lapses: int = 0
    minutes: int | None = None
    is_late: bool = False
    avoided: bool | None = None


@dataclass(frozen=True)
class Levels:
    """A line from `since` to `until`, by the cases asked of it then. Ratios are None of nothing.

    `late` are those past their deadline, answered or not, out of `due`: answered, missed, or waiting past it.
    """

    line_id: UUID
    since: datetime
    until: datetime
    asked: int
    answered: int
    waiting: int
    missed: int
    left: int
    refusals: int
    lapses: int
    due: int
    late: int
    avoided: int
    median_minutes: int | None
    p90_minutes: int | None

    @property
    def late_ratio(self) -> float | None:
        return _ratio(self.late, self.due)

    @property
    def avoided_ratio(self) -> float | None:
        return _ratio(self.avoided, self.answered)

    @property
    def refusal_ratio(self) -> float | None:
        return _ratio(self.refusals, self.asked)


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None
