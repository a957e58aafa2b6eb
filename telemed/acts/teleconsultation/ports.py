"""What the teleconsultation asks of others: the room of the call, and whether the yearly cap lets it be booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from telemed.kernel.clock import Territory
from telemed.kernel.decision import Decision
from telemed.storage.uow import UnitOfWork


@dataclass(frozen=True)
class RoomPass:
    """What a browser needs to take its seat: a signed token and where to bring it."""

    token: str
    room: str
    seat: str
    socket_path: str
    expires_at: datetime


@dataclass(frozen=True)
class SeatPresence:
    """Is somebody on a seat of the room, and since when has this been so?"""

    is_present: bool
    since: datetime


class Rooms(Protocol):
    """The rooms of the signalling server, as a teleconsultation sees them. They know no patient."""

    def issue_pass(self, room: str, seat: str, *, is_host: bool) -> RoomPass: ...

    def admit(self, room: str, seat: str) -> None:
        """Let a waiting seat in; nothing happens if nobody is there yet: the directory will say so."""
        ...

    def close(self, room: str, reason: str) -> None:
        """Tell every seat that the visit is over."""
        ...

    def tell_place(self, room: str, seat: str, *, position: int, expected_minutes: int) -> None:
        """Tell a waiting seat its place in the queue and the wait to expect."""
        ...

    def presence(self, room: str) -> dict[str, SeatPresence]:
        """Who is connected, by seat, as this process sees it."""
        ...


@dataclass(frozen=True)
class ConventionedAct:
    """A téléconsultation that is about to be booked under the convention, and what its booker says of the cap."""

    rpps: str
    specialty: str
    territory: Territory
    day: date
    patient_id: UUID
    is_urgent: bool = False
    override_reason: str = ""


class CapGuard(Protocol):
    """The yearly cap on remote activity, as a booking asks it."""

    async def check(self, uow: UnitOfWork, act: ConventionedAct) -> Decision:
        """May it be booked? Never refuses urgent care; reads in the booking's own transaction."""
        ...
