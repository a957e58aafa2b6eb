"""What is in the hands of one expert, and how he answered of late."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

LAST_OUTCOMES = 20
LAST_TIMES = 15
TAKEN, LEFT = "t", "l"


@dataclass(frozen=True)
class Standing:
    """`recent`: his last outcomes, one letter each; `minutes`: from an offer to the answer, his last ones."""

    professional_id: UUID
    pending: int = 0
    open_cases: int = 0
    accepted: int = 0
    accepted_on: date | None = None
    recent: str = ""
    minutes: tuple[int, ...] = ()

    @property
    def taken(self) -> int:
        return self.recent.count(TAKEN)

    @property
    def left(self) -> int:
        return self.recent.count(LEFT)

    @property
    def median_minutes(self) -> int | None:
        return int(statistics.median(self.minutes)) if self.minutes else None

    def accepted_today(self, day: date) -> int:
        """How many he accepted on his civil day."""
        return self.accepted if self.accepted_on == day else 0

    def changed(self, *, pending: int, open_cases: int, accepted: int, day: date) -> Standing:
        """With offers and cases more or fewer; accepting counts for the day."""
        known = self.accepted_today(day)
        return replace(
            self,
            pending=self.pending + pending,
            open_cases=self.open_cases + open_cases,
            accepted=known + accepted if accepted else self.accepted,
            accepted_on=day if accepted else self.accepted_on,
        )

    def with_outcome(self, letter: str) -> Standing:
        """With one more offer taken or left."""
        return replace(self, recent=(self.recent + letter)[-LAST_OUTCOMES:])

    def with_time(self, minutes: int) -> Standing:
        """With one more answer."""
        return replace(self, minutes=(*self.minutes, minutes)[-LAST_TIMES:])
