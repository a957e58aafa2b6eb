"""When a team is there: openings and deadlines in its own hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.acts.telemonitoring.rules.worked_hours import WorkedHours, add_worked, find_opening
from telemed.kernel.clock import Territory

DAY = ((time(9), time(12)), (time(14), time(18)))
TEAM = WorkedHours(dict.fromkeys(range(5), DAY), Territory.METROPOLE)
HOLIDAY = date(2026, 11, 11)


def closed(day: date) -> bool:
    return day == HOLIDAY


def never(_day: date) -> bool:
    return False


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("found", "opens"),
    [
        ("2026-11-20T10:00:00+01:00", "2026-11-20T10:00:00+01:00"),
        ("2026-11-20T12:00:00+01:00", "2026-11-20T14:00:00+01:00"),
        ("2026-11-20T18:00:00+01:00", "2026-11-23T09:00:00+01:00"),
        ("2026-11-10T19:00:00+01:00", "2026-11-12T09:00:00+01:00"),
        ("2026-11-20T03:00:00+01:00", "2026-11-20T09:00:00+01:00"),
    ],
)
def test_what_comes_outside_hours_is_opened_at_the_next_ones(found: str, opens: str) -> None:
    assert find_opening(TEAM, at(found), closed) == at(opens)


@pytest.mark.parametrize(
    ("found", "minutes", "due"),
    [
        ("2026-11-20T10:00:00+01:00", 60, "2026-11-20T11:00:00+01:00"),
        ("2026-11-20T11:00:00+01:00", 60, "2026-11-20T12:00:00+01:00"),
        ("2026-11-20T11:00:00+01:00", 61, "2026-11-20T14:01:00+01:00"),
        ("2026-11-20T17:00:00+01:00", 120, "2026-11-23T10:00:00+01:00"),
        ("2026-11-10T17:30:00+01:00", 60, "2026-11-12T09:30:00+01:00"),
        ("2026-11-21T10:00:00+01:00", 0, "2026-11-23T09:00:00+01:00"),
        ("2026-11-20T09:00:00+01:00", 5 * 420, "2026-11-26T18:00:00+01:00"),
    ],
)
def test_a_deadline_counts_the_team_s_own_time(found: str, minutes: int, due: str) -> None:
    assert add_worked(TEAM, at(found), minutes, closed) == at(due)


NIGHTS = WorkedHours(dict.fromkeys(range(7), ((time(0), time(4)),)), Territory.METROPOLE)


@pytest.mark.parametrize(
    ("midnight", "hours"),
    [("2026-03-29T00:00:00+01:00", 3), ("2026-10-25T00:00:00+02:00", 5), ("2026-11-20T00:00:00+01:00", 4)],
)
def test_a_night_that_changes_the_clock_has_its_true_length(midnight: str, hours: int) -> None:
    start = at(midnight)
    assert add_worked(NIGHTS, start, hours * 60, never) == start + timedelta(hours=hours)
    assert add_worked(NIGHTS, start, hours * 60 + 1, never) > start + timedelta(hours=20)


@given(st.integers(0, 525_600), st.integers(0, 3000), st.integers(1, 3000))
def test_minutes_add_up(minute: int, first: int, second: int) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    middle = add_worked(TEAM, start, first, closed)
    assert add_worked(TEAM, middle, second, closed) == add_worked(TEAM, start, first + second, closed)


@pytest.mark.parametrize(
    "week", [{}, {0: ()}, {7: DAY}, {0: ((time(12), time(9)),)}, {0: ((time(9), time(12)), (time(11), time(13)))}]
)
def test_hours_that_make_no_sense_are_refused(week: dict[int, tuple[tuple[time, time], ...]]) -> None:
    with pytest.raises(ValueError, match=r"hours|some hour"):
        WorkedHours(week, Territory.METROPOLE)


@pytest.mark.parametrize("ask", [lambda is_off: find_opening(TEAM, at("2026-11-20T10:00:00+01:00"), is_off)])
def test_a_team_that_is_never_there_has_no_hours(ask: Callable[[Callable[[date], bool]], datetime]) -> None:
    with pytest.raises(ValueError, match="never there"):
        ask(lambda _day: True)
