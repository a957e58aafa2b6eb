"""What billing asks of others."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from billing.rules.cap import Counts


class BookedActs(Protocol):
    """The agenda, as billing needs it."""

    async def count_booked(self, rpps: str, *, start: datetime, end: datetime) -> Counts:
        """Téléconsultations of this doctor in every practice, booked and not over, from `start` to `end` (excluded)."""
        ...
