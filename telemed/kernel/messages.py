"""Messages to one person, by SMS or e-mail: what every act may send, and what an operator answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Channel(StrEnum):
    """How a message is sent."""

    SMS = "sms"
    EMAIL = "email"


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
