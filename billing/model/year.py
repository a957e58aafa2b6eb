"""Where a doctor stands in one civil year: what he declares of it, and what the cap says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from billing.rules.cap import Cap, Derogation, Reading
from billing.rules.curve import CurvePoint
from billing.rules.levels import Verdict
from billing.rules.projection import AnnualVolume, Outside, Projection, YearFacts


@dataclass(frozen=True)
class Declaration:
    """What a doctor declares of one civil year, whole: the latest one counts, the others are kept."""

    rpps: str
    year: int
    source: str
    declared_on: date
    annual_volume: AnnualVolume | None
    outside: Outside | None


@dataclass(frozen=True)
class DerogationEntry:
    """A derogation as it was recorded, never changed: ending it early or withdrawing it is an entry that replaces it.

    `is_withdrawn` says that it was recorded by mistake and never held.
    """

    id: UUID
    rpps: str
    derogation: Derogation
    source: str
    recorded_by: UUID | None
    recorded_at: datetime
    replaces_id: UUID | None = None
    is_withdrawn: bool = False


@dataclass(frozen=True)
class Practice:
    """How and where a doctor practises, as his latest act shows it."""

    specialty: str
    territory: str


@dataclass(frozen=True)
class CapCurve:
    """A civil year so far: a point a week and today's, and one for each month end."""

    points: tuple[CurvePoint, ...]
    months: tuple[CurvePoint, ...]


@dataclass(frozen=True)
class CapStanding:
    """Where a doctor stands in one civil year, all practices together.

    `readings` are of what is known to be done, the deciding one first; projected ones are absent where no volume
    is known.
    """

    cap: Cap
    facts: YearFacts
    readings: tuple[Reading, ...]
    projection: Projection
    verdict: Verdict
    declaration: Declaration | None
