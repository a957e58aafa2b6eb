"""That a person died: when, as whom said, and every correction of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class DeathSource(StrEnum):
    """Who said so."""

    CERTIFICATE = "certificate"
    CIVIL_REGISTRY = "civil_registry"
    FACILITY = "facility"
    RELATIVE = "relative"
    OTHER = "other"


@dataclass(frozen=True)
class DeathRecord:
    """One line, never changed: the last one holds. `died_on` None takes what was recorded back, with its `reason`."""

    id: UUID
    died_on: date | None = field(repr=False)
    source: DeathSource | None
    reason: str = field(repr=False)
    recorded_at: datetime
    recorded_by: UUID | None
