"""When a questionnaire is to be answered, and when its patient is reminded of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from telemed.acts.telemonitoring.model.entry import Plan
from telemed.acts.telemonitoring.rules.walls import find_instant
from telemed.kernel.clock import Territory, civil_date
from telemed.kernel.period import DayRange


def find_period(plan: Plan, day: date) -> DayRange | None:
    """The days, `day` among them, of which one answer is asked; None before the plan and after it."""
    if day < plan.first_day or (plan.last_day is not None and day > plan.last_day):
        return None
    start = day - timedelta(days=(day - plan.first_day).days % plan.every_days)
    end = start + timedelta(days=plan.every_days - 1)
    return DayRange(start, end if plan.last_day is None else min(end, plan.last_day))


def find_reminder(plan: Plan, after: datetime, territory: Territory) -> datetime | None:
    """The next time after `after` that its patient is reminded: the first day of a period. None where he never is."""
    if plan.remind_at is None or plan.channel is None:
        return None
    day = max(civil_date(after, territory), plan.first_day)
    period = find_period(plan, day)
    if period is None:
        return None
    start = period.first_day
    at = find_instant(datetime.combine(start, plan.remind_at), territory)
    if at <= after:
        start += timedelta(days=plan.every_days)
        at = find_instant(datetime.combine(start, plan.remind_at), territory)
    return at if plan.last_day is None or start <= plan.last_day else None
