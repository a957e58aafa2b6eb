"""JSON of presence."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from telemed.experts.model import Presence


class PresenceIn(BaseModel):
    """For how long one can answer at once."""

    model_config = ConfigDict(extra="forbid")

    minutes: int = Field(ge=1, le=720)


class PresenceOut(BaseModel):
    """`until` is what was said; without a sign of life the presence ends at `expires_at`. Both null when not there."""

    is_there: bool
    since: datetime | None = None
    until: datetime | None = None
    expires_at: datetime | None = None

    @classmethod
    def of(cls, presence: Presence | None) -> Self:
        if presence is None:
            return cls(is_there=False)
        return cls(is_there=True, since=presence.since, until=presence.until, expires_at=presence.expires_at)
