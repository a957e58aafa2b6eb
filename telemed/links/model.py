"""A link of a patient: how it was sent, and how many tries its second factor has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from telemed.kernel.messages import Channel

LINK_TRIES = 5


class SendingState(StrEnum):
    """Where a message with a link stands: `queued` here, the others as the operator says."""

    QUEUED = "queued"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True)
class Delivery:
    """One sending of a link; `detail` is a code of the operator, never an address or a number."""

    id: UUID
    act_id: UUID
    channel: Channel
    state: SendingState
    asked_at: datetime
    updated_at: datetime
    provider_id: str = ""
    detail: str = ""
    opened_at: datetime | None = None


@dataclass(frozen=True, repr=False)
class LinkMessage:
    """`text` for both channels; `subject` for e-mail."""

    subject: str
    text: str
