"""By when: the answer, an offer, a reminder; and what time does to a case that nobody moved (R-24)."""

from __future__ import annotations

from datetime import datetime, timedelta

from telemed.acts.teleexpertise.model import (
    DRAFT_LIFE,
    PACES,
    READING_LIFE,
    STANDINGS,
    Case,
    Due,
    State,
    Step,
    Urgency,
)
from telemed.kernel.clock import Territory, resolve_local
from telemed.law.parameter import LawOfDay

ANSWER_DAYS = "teleexpertise/answer_days"
_SKIPPED_BY_THE_CLOCK = timedelta(hours=1)
_TIMED = (State.OFFERED, State.SEEN, State.ACCEPTED)


def answer_by(urgency: Urgency, sent_at: datetime, territory: Territory, law: LawOfDay) -> datetime:
    """The instant by which a request sent at `sent_at` is to be answered.

    Hours are elapsed hours. The days of the law are civil days where the requérant practises: the same time on the
    wall that many days later, whatever the clock did meanwhile, Sundays and holidays included; a time that the clock
    skips that night is an hour later, one that it shows twice is the first.
    """
    answer = PACES[urgency].answer
    if answer is not None:
        return sent_at + answer
    local = sent_at.astimezone(territory.zone).replace(tzinfo=None, fold=0)
    wall = local + timedelta(days=law.value(ANSWER_DAYS).integer)
    try:
        return resolve_local(wall, territory)
    except ValueError:
        return resolve_local(wall + _SKIPPED_BY_THE_CLOCK, territory)


def offer_until(case: Case, now: datetime) -> datetime:
    """Until when one made now holds: its time box, never beyond the end of the case. Raises ValueError on a draft."""
    if case.expires_at is None:
        raise ValueError("a draft is offered to nobody")
    return min(now + PACES[case.content.urgency].offer, case.expires_at)


def due_of(case: Case) -> datetime | None:
    """When what is due in the present state is due; None at the end."""
    standing = STANDINGS[case.state]
    match standing.due if standing else None:
        case Due.SENDING:
            return case.edited_at + DRAFT_LIFE
        case Due.READING:
            return (case.answered_at or case.edited_at) + READING_LIFE
        case Due.OFFER:
            return min([*(offer.until for offer in case.pending), _answer_due(case)])
        case Due.FINDING:
            return case.cascade.look_at if case.cascade else _answer_due(case)
        case Due.ANSWER if case.state is State.ACCEPTED:
            return min([*(offer.until for offer in case.pending), _answer_due(case)])
        case Due.ANSWER:
            return _answer_due(case)
    return None


def _answer_due(case: Case) -> datetime:
    """The deadline, then, once it was passed and told, the end of the grace."""
    if case.deadline is None or case.expires_at is None:
        raise ValueError("a case that was sent has a deadline")
    return case.expires_at if case.escalated_at else case.deadline


def reminder_at(case: Case, now: datetime) -> datetime | None:
    """When the owner is reminded: after two thirds of the time that he has from now on; None when nothing is due.

    A line that is looked at again needs no reminder.
    """
    if case.due_at is None or case.due_at <= now or case.state is State.QUEUED:
        return None
    return now + (case.due_at - now) * 2 / 3


def clock_step(case: Case, now: datetime) -> Step | None:
    """What time does to the case at `now`; None before its due date, which is excluded. One step at a time.

    A draft expires; an offer lapses, also one to take a case over; a line is looked at again; an overdue answer is
    told once to both sides, then the case expires; an opinion that nobody acknowledged is closed.
    """
    if case.due_at is None or now < case.due_at:
        return None
    if case.state is State.DRAFT:
        return Step.EXPIRE
    if case.state is State.ANSWERED:
        return Step.CLOSE
    if case.state is State.QUEUED:
        return Step.LOOK
    if any(offer.until <= now for offer in case.pending) and case.state in _TIMED:
        return Step.LAPSE
    return Step.EXPIRE if case.escalated_at else Step.ESCALATE
