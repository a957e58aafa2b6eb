"""What becomes of offers: pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from telemed.acts.teleexpertise.model import Case, Offer, Outcome


def settle(offer: Offer, outcome: Outcome, now: datetime, **changes: Any) -> Offer:
    """An offer with its outcome."""
    return replace(offer, outcome=outcome, settled_at=now, **changes)


def settle_pending(case: Case, outcome: Outcome, now: datetime) -> tuple[Offer, ...]:
    """The offers of a case once nobody holds a pending one."""
    return tuple(settle(one, outcome, now) if one.is_pending else one for one in case.offers)


def accepted_by(case: Case, taken: Offer, now: datetime) -> tuple[Offer, ...]:
    """The offers once one was accepted: the other ones are overtaken, a former acceptance is handed over.

    Whoever answers a ring may have had none before.
    """
    is_new = all(one.id != taken.id for one in case.offers)
    return tuple(_after(one, taken, now) for one in ((*case.offers, taken) if is_new else case.offers))


def with_offer(case: Case, changed: Offer) -> tuple[Offer, ...]:
    return tuple(changed if one.id == changed.id else one for one in case.offers)


def _after(one: Offer, taken: Offer, now: datetime) -> Offer:
    if one.id == taken.id:
        return settle(one, Outcome.ACCEPTED, now, seen_at=one.seen_at or now)
    if one.is_pending:
        return settle(one, Outcome.OVERTAKEN, now)
    return settle(one, Outcome.HANDED_OVER, now) if one.outcome is Outcome.ACCEPTED else one
