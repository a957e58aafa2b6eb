"""What a move of a case changes for the experts in whose hands it is, or was: pure."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from telemed.acts.teleexpertise.model import Case, Offer, Outcome, Settled, StandingChange, State
from telemed.acts.teleexpertise.rules.cascade import goes_on

_OPEN = (State.ACCEPTED, State.MORE_INFORMATION)


def changes_of(former: Case, case: Case, now: datetime) -> tuple[StandingChange, ...]:
    """One for each expert for whom something changed, in the order of their ids: rows are locked in it."""
    people = sorted({offer.to.professional_id for offer in case.offers})
    found = (_change(former, case, person, now) for person in people)
    return tuple(change for change in found if not change.is_nothing)


def _change(former: Case, case: Case, person: UUID, now: datetime) -> StandingChange:
    before, after = _offers(former, person), _offers(case, person)
    known = {offer.id: offer.outcome for offer in before}
    settled = [one for one in after if not one.is_pending and known.get(one.id) in (None, Outcome.PENDING)]
    took = [one for one in settled if one.outcome is Outcome.ACCEPTED]
    answered = case.state is State.ANSWERED and former.state is not State.ANSWERED and _has(case, person)
    return StandingChange(
        professional_id=person,
        territory=after[-1].to.territory,
        patient_id=case.patient_id,
        pending=sum(one.is_pending for one in after) - sum(one.is_pending for one in before),
        open_cases=_is_open(case, person) - _is_open(former, person),
        accepted=len(took),
        settled=_counts_as(settled[-1]) if settled else None,
        answered_within_minutes=_minutes(case, person, now) if answered else None,
    )


def _counts_as(offer: Offer) -> Settled | None:
    """A refusal that judges the request is an answer, not an offer left."""
    if offer.outcome is Outcome.ACCEPTED:
        return Settled.TAKEN
    was_left = offer.outcome is Outcome.LAPSED or (offer.reason is not None and goes_on(offer.reason))
    return Settled.LEFT if was_left else None


def _offers(case: Case, person: UUID) -> list[Offer]:
    return [offer for offer in case.offers if offer.to.professional_id == person]


def _has(case: Case, person: UUID) -> bool:
    return case.requis is not None and case.requis.professional_id == person


def _is_open(case: Case, person: UUID) -> int:
    """Is it a case that he accepted and has not answered yet?"""
    return int(_has(case, person) and case.state in _OPEN)


def _minutes(case: Case, person: UUID, now: datetime) -> int:
    """From the offer that he took to his answer; at least one."""
    asked_at = max(offer.offered_at for offer in _offers(case, person))
    return max(1, int((now - asked_at).total_seconds() // 60))
