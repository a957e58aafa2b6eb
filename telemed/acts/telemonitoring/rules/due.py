"""When a follow-up owes something, and what time does to it by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.follow_up import FollowUpState, FollowUpStep
from telemed.kernel.clock import Territory, day_bounds
from telemed.kernel.period import DayRange, add_months

DRAFT_LASTS = timedelta(days=30)
"""A draft that nobody starts is dropped. Ours: no text says."""

LAPSED_LASTS = timedelta(days=60)
"""A lapsed follow-up that nobody renews is closed. Ours."""

DECISION_WITHIN = timedelta(days=7)
"""By when a doctor should say whether a flagged follow-up goes on. Ours; nothing happens by itself then."""

_RUNNING = (FollowUpState.ACTIVE, FollowUpState.SUSPENDED, FollowUpState.FLAGGED)


def find_month(started_on: date, number: int) -> DayRange:
    """The days of the n-th month from 1, counted from the start (trap 34), as billing counts them."""
    return DayRange(add_months(started_on, number - 1), add_months(started_on, number) - timedelta(days=1))


def end_of(day: date, territory: Territory) -> datetime:
    """The first instant after a civil day."""
    return day_bounds(day, territory)[1]


@dataclass(frozen=True)
class ClockStep:
    """What time does at an instant: a step of the table, or, where it is None, the end of a month."""

    at: datetime
    step: FollowUpStep | None


def next_clock_step(follow_up: FollowUp) -> ClockStep | None:
    """What time will do next, if nobody moves it before; None once it is over.

    A month is closed once it is over wherever the patient lives and the doctor practises: billing counts the second.
    """
    if follow_up.state is FollowUpState.DRAFT:
        return ClockStep(follow_up.created_at + DRAFT_LASTS, FollowUpStep.DROP)
    if follow_up.started_on is None or follow_up.prescribed_until is None or not follow_up.is_living:
        return None
    territory = follow_up.plan.territory
    lapse_at = end_of(follow_up.prescribed_until, territory)
    month = find_month(follow_up.started_on, follow_up.months_done + 1)
    month_at = max(end_of(month.last_day or month.first_day, place) for place in Territory)
    if follow_up.state in _RUNNING:
        next_one = ClockStep(lapse_at, FollowUpStep.LAPSE)
    else:
        next_one = ClockStep(lapse_at + LAPSED_LASTS, FollowUpStep.CLOSE)
    return ClockStep(month_at, None) if month_at <= next_one.at else next_one


def find_due_at(follow_up: FollowUp, former: FollowUp | None, now: datetime) -> datetime | None:
    """By when its owner owes what is due; None once it is over. A decision asked for keeps its date."""
    match follow_up.state:
        case FollowUpState.DRAFT:
            return follow_up.created_at + DRAFT_LASTS
        case FollowUpState.FLAGGED:
            was_flagged = former is not None and former.state is FollowUpState.FLAGGED
            return former.due_at if former is not None and was_flagged else now + DECISION_WITHIN
        case FollowUpState.ENDED | FollowUpState.DROPPED:
            return None
    until = follow_up.prescribed_until or (follow_up.started_on or now.date())
    return end_of(until, follow_up.plan.territory) + (
        LAPSED_LASTS if follow_up.state is FollowUpState.LAPSED else timedelta(0)
    )
