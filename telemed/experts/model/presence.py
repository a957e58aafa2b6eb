"""« Disponible maintenant »: somebody can answer at once, as long as he said and his page lives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

SIGN_OF_LIFE = timedelta(seconds=90)
"""How long somebody is present after the last sign of his page."""
RECONNECTION = timedelta(seconds=15)
"""How long he stays so once his last page went away: a reload, a change of process."""
LONGEST = timedelta(hours=12)


@dataclass(frozen=True)
class Presence:
    """`until` is what the person said, `expires_at` what his page proves; he is there before both (excluded)."""

    professional_id: UUID
    since: datetime
    until: datetime
    expires_at: datetime

    def is_there(self, at: datetime) -> bool:
        return at < self.ends_at

    @property
    def ends_at(self) -> datetime:
        return min(self.until, self.expires_at)
