"""A death as JSON."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from telemed.patients.model import DeathRecord, DeathSource
from telemed.patients.service import Deaths


class DeathIn(BaseModel):
    """When, and as whom said."""

    model_config = ConfigDict(extra="forbid")

    died_on: date
    source: DeathSource


class DeathErrorIn(BaseModel):
    """Why it was recorded wrongly."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class DeathLineOut(BaseModel):
    """One line of what was recorded."""

    died_on: date | None = Field(description="None: what was recorded before is taken back.")
    source: DeathSource | None
    reason: str
    recorded_at: datetime
    recorded_by: UUID | None

    @classmethod
    def of(cls, line: DeathRecord) -> DeathLineOut:
        return cls(
            died_on=line.died_on,
            source=line.source,
            reason=line.reason,
            recorded_at=line.recorded_at,
            recorded_by=line.recorded_by,
        )


class DeathOut(BaseModel):
    """What holds now (`died_on` None: he lives), and every line, the newest first."""

    died_on: date | None
    source: DeathSource | None
    history: list[DeathLineOut]

    @classmethod
    def of(cls, deaths: Deaths) -> DeathOut:
        current = deaths.current
        return cls(
            died_on=current.died_on if current else None,
            source=current.source if current else None,
            history=[DeathLineOut.of(line) for line in deaths.lines],
        )
