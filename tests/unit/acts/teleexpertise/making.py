"""Cases for tests of rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from telemed.acts.teleexpertise.model import (
    Case,
    CaseContent,
    Medical,
    Offer,
    Outcome,
    Side,
    State,
    Urgency,
)
from telemed.kernel.clock import Territory
from telemed.kernel.ids import new_id

NOON = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
ASKER = Side(UUID(int=1), UUID(int=10), "10100000057", Territory.METROPOLE)
EXPERT = Side(UUID(int=2), UUID(int=20), "10100000073", Territory.METROPOLE)
CONTENT = CaseContent("Faut-il l'opérer ?", Urgency.WEEK, medical=Medical(history="HTA"))


def make_offer(until: datetime, outcome: Outcome = Outcome.PENDING, to: Side = EXPERT) -> Offer:
    return Offer(new_id(), to, NOON, until, outcome)


def make_case(state: State = State.SENT, **changes: Any) -> Case:
    """A case sent at noon for an answer within a day, and half a day of grace."""
    facts: dict[str, Any] = {
        "created_at": NOON,
        "edited_at": NOON,
        "sent_at": NOON,
        "deadline": NOON + timedelta(hours=24),
        "expires_at": NOON + timedelta(hours=36),
    }
    return Case(UUID(int=3), UUID(int=4), ASKER, state, CONTENT, **(facts | changes))
