"""The synchronous mode: colleagues who are there are rung, the first to answer talks with the requérant in a room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from telemed.acts.teleexpertise.model.case import Side

RING = timedelta(seconds=40)
"""How long it rings."""
LONGEST_CALL = timedelta(hours=2)
MOST_RUNG = 5


class Seat(StrEnum):
    """The two seats of the room."""

    REQUERANT = "requerant"
    REQUIS = "requis"


class CallState(StrEnum):
    RINGING = "ringing"
    OPEN = "open"
    ENDED = "ended"


class CallEnd(StrEnum):
    """Why a call is over. The first five never opened a room.

    `nobody_there`: nobody to ring; `declined`: by everybody; `cancelled`: the requérant gave up; `taken`: a colleague
    accepted the case in writing meanwhile; `case_over`: the case left the hands of one of the two.
    """

    NOBODY_THERE = "nobody_there"
    DECLINED = "declined"
    UNANSWERED = "unanswered"
    CANCELLED = "cancelled"
    TAKEN = "taken"
    CASE_OVER = "case_over"
    HUNG_UP = "hung_up"
    TOO_LONG = "too_long"


class RingOutcome(StrEnum):
    """What became of a ring. `stopped`: it ended for another reason than its own."""

    RINGING = "ringing"
    ANSWERED = "answered"
    DECLINED = "declined"
    MISSED = "missed"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Ring:
    """It rings at one colleague's."""

    id: UUID
    to: Side
    outcome: RingOutcome = RingOutcome.RINGING
    settled_at: datetime | None = None

    @property
    def is_ringing(self) -> bool:
        return self.outcome is RingOutcome.RINGING


@dataclass(frozen=True)
class LiveCall:
    """One try to talk at once about a case. `room` and `requis_id` are set once somebody answered."""

    id: UUID
    case_id: UUID
    requerant_id: UUID
    state: CallState
    started_at: datetime
    ring_until: datetime
    rings: tuple[Ring, ...] = ()
    room: str | None = None
    requis_id: UUID | None = None
    opened_at: datetime | None = None
    ended_at: datetime | None = None
    end: CallEnd | None = None

    @property
    def is_living(self) -> bool:
        return self.state is not CallState.ENDED

    @property
    def ringing(self) -> tuple[Ring, ...]:
        return tuple(ring for ring in self.rings if ring.is_ringing)

    def ring_of(self, professional_id: UUID | None) -> Ring | None:
        return next((ring for ring in self.rings if ring.to.professional_id == professional_id), None)

    def seat_of(self, professional_id: UUID | None) -> Seat | None:
        """Where this person sits; None for who is not in the room."""
        if professional_id is None:
            return None
        return {self.requerant_id: Seat.REQUERANT, self.requis_id: Seat.REQUIS}.get(professional_id)


@dataclass(frozen=True)
class LedgerLine:
    """One line of the continuity ledger of a room. `seat_at` is the far end's own clock where it reports."""

    seat: str
    kind: str
    source: str
    at: datetime
    seat_at: datetime | None = None
    stream: str = ""
    sequence: int = 0
    details: Mapping[str, str | int | float | bool] = field(default_factory=dict)
