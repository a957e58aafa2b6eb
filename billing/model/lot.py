"""Lots as they are kept, the attempts to send them, and what came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from billing.model.exchange import SealedLot
from billing.model.life import Stage
from billing.model.standing import Standing
from telemed.law.calendar import CalendarZone


class AttemptOutcome(StrEnum):
    """What came of sending: received, or not known to be."""

    RECEIVED = "received"
    UNAVAILABLE = "unavailable"
    GARBAGE = "garbage"
    TIMEOUT = "timeout"


class ReturnKind(StrEnum):
    ARL = "arl"
    RSP = "rsp"
    UNREADABLE = "unreadable"


class ReturnState(StrEnum):
    """What a return changed: something; nothing more; or it is set aside for a person to look at."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    ANOTHERS = "anothers"
    CONTRADICTS = "contradicts"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class LotStanding:
    """Where a lot stands. `due_on` is the last day for what is due, `next_at` when a sweep looks at it again."""

    lot_id: UUID
    stage: Stage
    since: datetime
    due_on: date | None
    next_at: datetime | None
    tries: int
    keep_until: date


@dataclass(frozen=True)
class KeptLot:
    """A lot without its bytes, as lists show it."""

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
    purged_at: datetime | None
    standing: LotStanding


@dataclass(frozen=True)
class Attempt:
    """One attempt to send a lot; `outcome` None while it runs, or where it was cut."""

    number: int
    is_retransmission: bool
    started_at: datetime
    ended_at: datetime | None
    outcome: AttemptOutcome | None


@dataclass(frozen=True)
class Sending:
    """A lot that one process has taken to send, its attempt already committed."""

    lot: SealedLot
    lot_id: UUID
    attempt: Attempt


@dataclass(frozen=True)
class KeptReturn:
    """A message of the caisse as it was kept; `reasons` are its codes."""

    id: UUID
    return_id: str
    kind: ReturnKind
    state: ReturnState
    lot_id: UUID | None
    claim_id: UUID | None
    received_at: datetime
    content: dict[str, str | int | bool | None]


@dataclass(frozen=True)
class LotFile:
    """A lot with every attempt to send it, and what came back, the latest first."""

    lot: KeptLot
    attempts: tuple[Attempt, ...]
    returns: tuple[KeptReturn, ...]


@dataclass(frozen=True)
class LotProgress:
    """What the standing of a lot does not say: its last ARL, and how many of its claims still wait for paper."""

    arl_at: datetime | None = None
    paper_left: int = 0


@dataclass(frozen=True)
class LotClaim:
    """An FSE of a lot, and where its claim stands now."""

    fse_number: int
    standing: Standing
