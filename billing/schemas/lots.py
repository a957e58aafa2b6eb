"""Lots, the attempts to send them and the returns as JSON."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from billing.model.life import Stage
from billing.model.lot import Attempt, AttemptOutcome, KeptLot, KeptReturn, LotFile, ReturnKind, ReturnState
from telemed.law.calendar import CalendarZone


class LotEntry(BaseModel):
    """A lot: the invoices of one issuer for one organism, sealed."""

    id: UUID
    issuer_rpps: str
    number: int
    organism: str
    practice_id: UUID
    professional_id: UUID
    zone: CalendarZone
    fse_count: int
    total_cents: int
    made_at: datetime
    sha256: str
    stage: Stage
    since: datetime
    due_on: date | None
    tries: int = Field(description="How often it was sent.")
    keep_until: date
    purged_at: datetime | None = Field(description="When its content was forgotten; its digest stays.")

    @classmethod
    def of(cls, lot: KeptLot) -> Self:
        own = ("stage", "since", "due_on", "tries", "keep_until")
        named = {name: getattr(lot.standing if name in own else lot, name) for name in cls.model_fields}
        return cls(**named)


class AttemptEntry(BaseModel):
    """One attempt to send a lot. Without an outcome it runs, or was cut."""

    number: int
    is_retransmission: bool
    started_at: datetime
    ended_at: datetime | None
    outcome: AttemptOutcome | None

    @classmethod
    def of(cls, attempt: Attempt) -> Self:
        return cls(**{name: getattr(attempt, name) for name in cls.model_fields})


class ReturnEntry(BaseModel):
    """A message of the caisse, and what it changed."""

    id: UUID
    return_id: str
    kind: ReturnKind
    state: ReturnState
    lot_id: UUID | None
    claim_id: UUID | None
    received_at: datetime
    content: dict[str, str | int | bool | None]

    @classmethod
    def of(cls, kept: KeptReturn) -> Self:
        return cls(**{name: getattr(kept, name) for name in cls.model_fields})


class LotDetail(BaseModel):
    """A lot with its attempts and its returns."""

    lot: LotEntry
    attempts: list[AttemptEntry]
    returns: list[ReturnEntry]

    @classmethod
    def of(cls, file: LotFile) -> Self:
        return cls(
            lot=LotEntry.of(file.lot),
            attempts=[AttemptEntry.of(attempt) for attempt in file.attempts],
            returns=[ReturnEntry.of(kept) for kept in file.returns],
        )


class SendingState(BaseModel):
    """Is there a caisse to send to? Without one, lots are made and wait."""

    is_configured: bool
