"""What the teleconsultation asks from outside the process: the room of the call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


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
