"""When a questionnaire is to be answered, and when its patient is reminded of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from telemed.acts.telemonitoring.model.entry import Asking
from telemed.acts.telemonitoring.rules.walls import find_instant
from telemed.kernel.clock import Territory, civil_date
from telemed.kernel.period import DayRange


def find_period(asking: Asking, day: date) -> DayRange | None:
    """The days, `day` among them, of which one answer is asked; None before they are asked and after."""
    if day < asking.first_day or (asking.last_day is not None and day > asking.last_day):
        return None
    start = day - timedelta(days=(day - asking.first_day).days % asking.every_days)
    end = start + timedelta(days=asking.every_days - 1)
    return DayRange(start, end if asking.last_day is None else min(end, asking.last_day))


def find_reminder(asking: Asking, after: datetime, territory: Territory) -> datetime | None:
    """The next time after `after` that its patient is reminded: the first day of a period. None where he never is."""
    if asking.remind_at is None or asking.channel is None:
        return None
    day = max(civil_date(after, territory), asking.first_day)
    period = find_period(asking, day)
    if period is None:
        return None
    start = period.first_day
    at = find_instant(datetime.combine(start, asking.remind_at), territory)
    if at <= after:
        start += timedelta(days=asking.every_days)
        at = find_instant(datetime.combine(start, asking.remind_at), territory)
    return at if asking.last_day is None or start <= asking.last_day else None
