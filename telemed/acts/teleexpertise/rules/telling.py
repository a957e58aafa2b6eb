"""When somebody is told: at once, or in one digest after his quiet hours. Pure; times are those of his walls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from telemed.acts.teleexpertise.model import (
    STANDINGS,
    Case,
    Contact,
    HeldNotice,
    Notice,
    NoticeKind,
    Owner,
    QuietHours,
    Urgency,
)
from telemed.kernel.clock import Territory, civil_date, resolve_local

_DAY = timedelta(days=1)
_SKIPPED_BY_THE_CLOCK = timedelta(hours=1)
_TO_DO = frozenset(
    {
        NoticeKind.OFFERED,
        NoticeKind.REMINDER,
        NoticeKind.QUESTION,
        NoticeKind.INFORMATION,
        NoticeKind.REFUSED,
        NoticeKind.OVERDUE,
    }
)
"""What asks for something: no longer worth a word once the case is done, or in other hands."""


def held_until(notice: Notice, urgency: Urgency, contact: Contact, now: datetime, at: Territory) -> datetime | None:
    """When the digest that holds this notice leaves; None when it is told at once.

    What is needed within hours is never held, unless the person said so. What falls due before the daily digest does
    not wait for it, only for the end of the quiet hours.
    """
    if urgency is Urgency.HOURS and not contact.holds_urgent:
        return None
    quiet_until = end_of_quiet(contact.quiet, now, at) if contact.quiet else None
    if contact.digest_at is None:
        return quiet_until
    digest = next_at(contact.digest_at, now, at)
    later = end_of_quiet(contact.quiet, digest, at) if contact.quiet else None
    digest = later or digest
    is_late = notice.due_at is not None and notice.due_at <= digest
    return quiet_until if is_late else digest


def end_of_quiet(quiet: QuietHours, now: datetime, at: Territory) -> datetime | None:
    """When the quiet hours in which `now` falls end (excluded); None outside them."""
    today = civil_date(now, at)
    for day in (today - _DAY, today):
        ends_on = day if quiet.start < quiet.end else day + _DAY
        start, end = instant_of(day, quiet.start, at), instant_of(ends_on, quiet.end, at)
        if start <= now < end:
            return end
    return None


def next_at(wall: time, now: datetime, at: Territory) -> datetime:
    """The next time that the wall clock shows this, after `now`."""
    today = civil_date(now, at)
    days = (today + number * _DAY for number in range(3))
    return next(instant for instant in (instant_of(day, wall, at) for day in days) if instant > now)


def instant_of(day: date, wall: time, at: Territory) -> datetime:
    """A time of the wall on a day: the first where the clock shows it twice, an hour later where it skips it."""
    local = datetime.combine(day, wall)
    try:
        return resolve_local(local, at)
    except ValueError:
        return resolve_local(local + _SKIPPED_BY_THE_CLOCK, at)


def worth_telling(held: Sequence[HeldNotice], cases: Sequence[Case]) -> list[Notice]:
    """What of a digest is still news: a request that came and went overnight is not, nor one that is dealt with."""
    known = {case.id: case for case in cases}
    told: list[Notice] = []
    for one in held:
        notice, case = one.notice, known.get(one.notice.case_id)
        if case is None or (notice.kind in _TO_DO and not _owes(case, notice)):
            continue
        offered = any(other.notice.kind is NoticeKind.OFFERED and other.notice.case_id == case.id for other in held)
        if notice.kind not in _TO_DO and offered and not _reaches(case, notice):
            continue
        told.append(notice)
    return told


def _owes(case: Case, notice: Notice) -> bool:
    standing = STANDINGS[case.state]
    if standing is None:
        return False
    is_asker = notice.to == case.requerant.professional_id
    return is_asker if standing.owner is Owner.REQUERANT else not is_asker and _reaches(case, notice)


def _reaches(case: Case, notice: Notice) -> bool:
    """Is the case still in the hands of whom the notice is for, or his own?"""
    sides = (case.requerant, *case.holders)
    return any(side.professional_id == notice.to for side in sides)
