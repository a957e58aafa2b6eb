"""What the teleconsultation asks from outside the process: messages to patients, and the room of the call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class DeliveryState(StrEnum):
    """How far a message went: the operator took it, it reached its reader's device, or it never will."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True)
class OutgoingMessage:
    """A message to one person, without health data (R-51).

    `to` is a number in E.164 form or an e-mail address, `subject` is for e-mail alone. Sending again with the same
    `idempotency_key` is the same message: an SMS operator delivers it once, a mail carries the same Message-ID.
    """

    to: str
    text: str
    idempotency_key: str
    subject: str | None = None

    def __repr__(self) -> str:
        return f"OutgoingMessage(…, idempotency_key={self.idempotency_key!r})"


@dataclass(frozen=True)
class DeliveryReceipt:
    """What became of a message; `provider_id` is the operator's name for it, empty when it was not taken.

    `detail` is a stable word for machines (`invalid_number`, `refused_550`), never the address.
    """

    provider_id: str
    state: DeliveryState
    detail: str = ""


class MessageSender(Protocol):
    """An operator that carries messages: SMS or e-mail."""

    async def send(self, message: OutgoingMessage) -> DeliveryReceipt:
        """Hand a message over. A refusal is a FAILED receipt. Raises Unavailable when the operator is away."""
        ...

    async def receipt(self, provider_id: str) -> DeliveryReceipt:
        """What became of a message taken earlier. Raises NotFound, or Unavailable when the operator is away."""
        ...


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
