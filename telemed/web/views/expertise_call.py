"""Views of the synchronous mode: what rings, who is rung, the room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telemed.web.views.expertise import PersonCard
from telemed.web.views.frame import Badge


@dataclass(frozen=True)
class RingCard:
    """A call at one's own: who asks and how soon, nothing of the patient."""

    asker: PersonCard
    urgency: str
    until: datetime
    answer_address: str
    decline_address: str


@dataclass(frozen=True)
class CallView:
    """Before and while it rings. `rung`: how many; `outcome` says how the last call ended.

    `is_accepted`: it rings at whoever has the case, and at nobody else.
    """

    id: str
    base: str
    patient: str
    is_requerant: bool
    is_ringing: bool
    may_ring: bool
    is_accepted: bool
    rung: int
    outcome: str


@dataclass(frozen=True)
class RoomView:
    """The room: the other one, and the question beside the picture."""

    id: str
    base: str
    other: str
    patient: str
    age: int | None
    state: Badge
    question: str
    findings: str
    token_address: str
    end_address: str
    watch_address: str
    started_at: datetime | None
