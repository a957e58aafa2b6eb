"""What a case is to each line that it was asked of, and the service levels of a line: pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from uuid import UUID

from telemed.acts.teleexpertise.model import Case, Offer, Outcome, State, Via
from telemed.acts.teleexpertise.model.levels import Levels, LineCase, LineOutcome

_ANSWERED = (State.ANSWERED, State.CLOSED)


def line_cases_of(case: Case, now: datetime) -> tuple[LineCase, ...]:
    """One for each line that the case was asked of, by its offers or by where it is sought now."""
    if case.deadline is None or case.sent_at is None:
        return ()
    lines = dict.fromkeys(offer.line_id for offer in case.offers if offer.line_id)
    if (here := _sought_in(case)) is not None:
        lines[here] = None
    return tuple(_line_case(case, line_id, now) for line_id in lines if line_id)


def _line_case(case: Case, line_id: UUID, now: datetime) -> LineCase:
    offers = [offer for offer in case.offers if offer.line_id == line_id]
    outcome = _outcome(case, line_id, offers)
    sent_at, deadline = case.sent_at or now, case.deadline or now
    answered_at = case.answered_at if outcome is LineOutcome.ANSWERED else None
    return LineCase(
        line_id=line_id,
        case_id=case.id,
        asked_at=min((offer.offered_at for offer in offers), default=now),
        deadline=deadline,
        outcome=outcome,
        refusals=sum(offer.outcome is Outcome.REFUSED for offer in offers),
        lapses=sum(offer.outcome is Outcome.LAPSED for offer in offers),
        minutes=int((answered_at - sent_at).total_seconds() // 60) if answered_at else None,
        is_late=outcome is LineOutcome.MISSED or bool(answered_at and answered_at > deadline),
    )


def _outcome(case: Case, line_id: UUID, offers: Sequence[Offer]) -> LineOutcome:
    held = _is_held(case, offers)
    if case.state in _ANSWERED:
        return LineOutcome.ANSWERED if held else LineOutcome.LEFT
    if case.state is State.EXPIRED:
        return LineOutcome.MISSED if held or (case.requis is None and _stage_in(case) == line_id) else LineOutcome.LEFT
    if case.state is State.WITHDRAWN:
        return LineOutcome.LEFT
    return LineOutcome.WAITING if held or _sought_in(case) == line_id else LineOutcome.LEFT


def _is_held(case: Case, offers: Sequence[Offer]) -> bool:
    """Is it in the hands of one of the line, or of who took it over from one of the line?"""
    if any(offer.outcome is Outcome.ACCEPTED for offer in offers):
        return True
    taken_over = any(offer.outcome is Outcome.ACCEPTED and offer.via is Via.HANDOVER for offer in case.offers)
    return taken_over and any(offer.outcome is Outcome.HANDED_OVER for offer in offers)


def _sought_in(case: Case) -> UUID | None:
    """The line in which an expert is sought now."""
    return _stage_in(case) if case.requis is None and case.ended_at is None else None


def _stage_in(case: Case) -> UUID | None:
    return case.cascade.line_id if case.cascade and case.cascade.stage is Via.LINE else None


def measure(line_id: UUID, cases: Sequence[LineCase], *, since: datetime, until: datetime) -> Levels:
    """The service levels of a line, at `until`, from the cases asked of it since `since`."""
    counts = {outcome: sum(one.outcome is outcome for one in cases) for outcome in LineOutcome}
    overdue = [one for one in cases if one.outcome is LineOutcome.WAITING and one.deadline < until]
    minutes = sorted(one.minutes for one in cases if one.minutes is not None)
    return Levels(
        line_id=line_id,
        since=since,
        until=until,
        asked=len(cases),
        answered=counts[LineOutcome.ANSWERED],
        waiting=counts[LineOutcome.WAITING],
        missed=counts[LineOutcome.MISSED],
        left=counts[LineOutcome.LEFT],
        refusals=sum(one.refusals for one in cases),
        lapses=sum(one.lapses for one in cases),
        due=counts[LineOutcome.ANSWERED] + counts[LineOutcome.MISSED] + len(overdue),
        late=sum(one.is_late for one in cases) + len(overdue),
        avoided=sum(one.avoided is True for one in cases),
        median_minutes=_median(minutes),
        p90_minutes=minutes[ceil(len(minutes) * 9 / 10) - 1] if minutes else None,
    )


def _median(ordered: Sequence[int]) -> int | None:
    if not ordered:
        return None
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) // 2
