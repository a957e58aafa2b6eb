"""Derogations to the yearly cap as JSON."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from billing.model import DerogationEntry
from billing.rules.derogation import DecidedBy, Derogation
from billing.schemas.cap import Day

Words = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
Percent = Annotated[int, Field(ge=1, le=99)]


class DerogationIn(BaseModel):
    """An individual decision that raises a doctor's rate, from its first day to its last, both included."""

    model_config = ConfigDict(extra="forbid")

    reference: Annotated[Words, Field(description="As the decision bears it.")]
    decided_by: Annotated[DecidedBy, Field(strict=False)]
    rate_percent: Percent
    first_day: Day
    last_day: Day
    source: Annotated[Words, Field(description="Where the decision was read: letter, account of the caisse…")]

    def to_derogation(self) -> Derogation:
        return Derogation(self.reference, self.rate_percent, self.first_day, self.last_day, self.decided_by)


class DerogationEnd(BaseModel):
    """The last day of a decision that ends early; null withdraws one that was recorded by mistake."""

    model_config = ConfigDict(extra="forbid")

    last_day: Day | None
    source: Words


class DerogationOut(BaseModel):
    """A decision as it is kept; `replaces_id` names the entry that it changed."""

    id: UUID
    reference: str
    decided_by: DecidedBy
    rate_percent: int
    first_day: date
    last_day: date
    source: str
    is_withdrawn: bool
    replaces_id: UUID | None
    recorded_by: UUID | None
    recorded_at: datetime

    @classmethod
    def of(cls, entry: DerogationEntry) -> Self:
        derogation = entry.derogation
        return cls(
            id=entry.id,
            reference=derogation.reference,
            decided_by=derogation.decided_by,
            rate_percent=derogation.rate_percent,
            first_day=derogation.first_day,
            last_day=derogation.last_day,
            source=entry.source,
            is_withdrawn=entry.is_withdrawn,
            replaces_id=entry.replaces_id,
            recorded_by=entry.recorded_by,
            recorded_at=entry.recorded_at,
        )
