"""A line: a team that answers under one name, its members and who looks after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from telemed.experts.model.profile import Abilities, Place

MOST_MEMBERS = 200
MOST_MANAGERS = 20
WIDENING_MINUTES: Mapping[str, int] = MappingProxyType({"hours": 20, "48_hours": 240, "7_days": 1440})
"""By urgency of a request, how long a line keeps it before it is widened, unless the line says otherwise."""
LONGEST_WIDENING_MINUTES = 5 * 24 * 60


@dataclass(frozen=True)
class Line:
    """A team of a practice. `widening_minutes` holds one delay per urgency; a closed line takes nothing more."""

    id: UUID
    practice_id: UUID
    name: str
    abilities: Abilities
    place: Place
    created_at: datetime
    widening_minutes: Mapping[str, int] = field(default_factory=lambda: WIDENING_MINUTES)
    closed_at: datetime | None = None

    def keeps_for(self, urgency: str) -> timedelta:
        """How long it keeps a request of this urgency before the search goes on."""
        return timedelta(minutes=self.widening_minutes.get(urgency, WIDENING_MINUTES[urgency]))

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None


@dataclass(frozen=True)
class Membership:
    """Someone in a line. `joined_at` is None while a person of another practice has not said yes."""

    line_id: UUID
    professional_id: UUID
    invited_at: datetime
    joined_at: datetime | None = None
