"""When a questionnaire is due, and when its patient is reminded."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from telemed.acts.telemonitoring.model.entry import Asking
from telemed.acts.telemonitoring.rules.askings import find_period, find_reminder
from telemed.kernel.clock import Territory, civil_date
from telemed.kernel.messages import Channel
from telemed.kernel.period import DayRange

FIRST = date(2026, 11, 2)
WEEKLY = Asking(UUID(int=1), 7, FIRST, date(2026, 11, 20), time(9), Channel.SMS)


def test_a_week_is_answered_once_and_the_last_one_is_cut_by_the_end() -> None:
    assert find_period(WEEKLY, date(2026, 11, 1)) is None
    assert find_period(WEEKLY, date(2026, 11, 2)) == DayRange(date(2026, 11, 2), date(2026, 11, 8))
    assert find_period(WEEKLY, date(2026, 11, 8)) == DayRange(date(2026, 11, 2), date(2026, 11, 8))
    assert find_period(WEEKLY, date(2026, 11, 20)) == DayRange(date(2026, 11, 16), date(2026, 11, 20))
    assert find_period(WEEKLY, date(2026, 11, 21)) is None


def test_a_reminder_comes_at_its_hour_where_the_patient_lives() -> None:
    before = datetime(2026, 11, 2, 4, tzinfo=UTC)
    assert find_reminder(WEEKLY, before, Territory.METROPOLE) == datetime(2026, 11, 2, 8, tzinfo=UTC)
    assert find_reminder(WEEKLY, before, Territory.LA_REUNION) == datetime(2026, 11, 2, 5, tzinfo=UTC)
    at = datetime(2026, 11, 2, 8, tzinfo=UTC)
    assert find_reminder(WEEKLY, at, Territory.METROPOLE) == at + timedelta(days=7)
    assert find_reminder(WEEKLY, datetime(2026, 11, 16, 8, tzinfo=UTC), Territory.METROPOLE) is None


@given(every=st.integers(1, 31), days=st.integers(0, 400), hour=st.integers(0, 23))
def test_reminders_follow_one_another_a_period_apart(every: int, days: int, hour: int) -> None:
    asking = Asking(UUID(int=1), every, FIRST, None, time(hour), Channel.EMAIL)
    after = datetime(2026, 11, 2, tzinfo=UTC) + timedelta(days=days)
    at = find_reminder(asking, after, Territory.METROPOLE)
    assert at
    assert at > after
    day = civil_date(at, Territory.METROPOLE)
    assert (day - FIRST).days % every == 0
    following = find_reminder(asking, at, Territory.METROPOLE)
    assert following
    assert (civil_date(following, Territory.METROPOLE) - day).days == every
    nobody = Asking(UUID(int=1), every, FIRST, None, time(hour), None)
    assert find_reminder(nobody, after, Territory.METROPOLE) is None
