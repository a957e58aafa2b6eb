"""What rules would have told of, had the data come in time (trap 35)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

LATE_SHOWN = timedelta(days=7)
"""For how long after it came a late finding is shown to the team."""


@dataclass(frozen=True)
class LateFinding:
    """An episode that was known too late to wake anybody. `since` and `at` are its first and last measure."""

    id: UUID
    follow_up_id: UUID
    patient_id: UUID
    label: str
    since: datetime
    at: datetime
    received_at: datetime


@dataclass(frozen=True)
class LatePlace:
    """Where a page goes on: before this one, the last that came first."""

    received_at: datetime
    finding_id: UUID
