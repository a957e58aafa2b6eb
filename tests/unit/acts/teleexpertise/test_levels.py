"""The service levels of a line, from what its cases are to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from telemed.acts.teleexpertise.model.levels import LineCase, LineOutcome
from telemed.acts.teleexpertise.rules.levels import measure
from telemed.kernel.ids import new_id

LINE, NOW = new_id(), datetime(2026, 11, 25, 11, tzinfo=UTC)
SINCE = NOW - timedelta(days=90)
WAITING = LineCase(LINE, new_id(), NOW - timedelta(days=1), NOW + timedelta(days=6), LineOutcome.WAITING)


def answered(minutes: int, *, is_late: bool = False, avoided: bool | None = None) -> LineCase:
    return replace(WAITING, outcome=LineOutcome.ANSWERED, minutes=minutes, is_late=is_late, avoided=avoided)


def test_of_nothing_nothing_is_said() -> None:
    levels = measure(LINE, [], since=SINCE, until=NOW)
    assert (levels.asked, levels.median_minutes, levels.p90_minutes, levels.late_ratio) == (0, None, None, None)


def test_what_is_late_what_was_refused_and_what_was_avoided() -> None:
    missed = replace(WAITING, outcome=LineOutcome.MISSED, is_late=True, lapses=2)
    left = replace(WAITING, outcome=LineOutcome.LEFT, refusals=2)
    overdue = replace(WAITING, deadline=NOW - timedelta(seconds=1))
    cases = [answered(10, avoided=True), answered(90, is_late=True, avoided=False), missed, left, WAITING, overdue]
    levels = measure(LINE, cases, since=SINCE, until=NOW)
    assert (levels.asked, levels.answered, levels.waiting, levels.missed, levels.left) == (6, 2, 2, 1, 1)
    assert (levels.due, levels.late, levels.late_ratio) == (4, 3, 0.75)
    assert (levels.refusals, levels.lapses, levels.refusal_ratio) == (2, 2, 0.333)
    assert (levels.avoided, levels.avoided_ratio) == (1, 0.5)


def test_a_case_due_at_this_very_instant_is_not_late() -> None:
    levels = measure(LINE, [replace(WAITING, deadline=NOW)], since=SINCE, until=NOW)
    assert (levels.due, levels.late) == (0, 0)


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=50))
def test_half_and_nine_tenths_are_answered_within(minutes: list[int]) -> None:
    levels = measure(LINE, [answered(one) for one in minutes], since=SINCE, until=NOW)
    assert levels.median_minutes == int(median(minutes))
    assert levels.p90_minutes in minutes
    within = sum(one <= levels.p90_minutes for one in minutes)
    below = sum(one < levels.p90_minutes for one in minutes)
    assert below * 10 < len(minutes) * 9 <= within * 10
