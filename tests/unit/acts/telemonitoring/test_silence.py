"""Silence is data: it is told in time, cannot be switched off, and is never erased."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.acts.telemonitoring.model.pathway import SilenceWindow
from telemed.acts.telemonitoring.rules.silence import (
    Gap,
    SilenceCause,
    Transmissions,
    check_window,
    fill_gap,
    find_gap,
    find_overdue_at,
)
from telemed.kernel.clock import Territory, civil_date
from telemed.kernel.period import DayRange

DAILY = SilenceWindow(1, frozenset({"weight"}))
PARIS = Territory.METROPOLE
DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("last_day", "days", "territory", "due"),
    [
        (date(2026, 11, 20), 1, PARIS, datetime(2026, 11, 21, 23, tzinfo=UTC)),
        (date(2026, 11, 20), 7, PARIS, datetime(2026, 11, 27, 23, tzinfo=UTC)),
        (date(2026, 3, 28), 1, PARIS, datetime(2026, 3, 29, 22, tzinfo=UTC)),  # that day has 23 hours
        (date(2026, 10, 24), 1, PARIS, datetime(2026, 10, 25, 23, tzinfo=UTC)),  # and that one 25
        (date(2026, 11, 20), 1, Territory.MARTINIQUE, datetime(2026, 11, 22, 4, tzinfo=UTC)),
        (date(2026, 11, 20), 1, Territory.LA_REUNION, datetime(2026, 11, 21, 20, tzinfo=UTC)),
    ],
)
def test_silence_is_due_once_its_days_have_passed_whole(
    last_day: date, days: int, territory: Territory, due: datetime
) -> None:
    assert find_overdue_at(Transmissions(last_day), days, territory) == due


def test_nothing_is_told_a_moment_before() -> None:
    told = Transmissions(DAY)
    due = find_overdue_at(told, 1, PARIS)
    assert due is not None
    assert find_gap(told, due, due - timedelta(microseconds=1), timedelta(days=1)) is None
    gap = find_gap(told, due, due, timedelta(days=1))
    assert gap is not None
    assert (gap.first_day, gap.cause) == (date(2026, 11, 21), SilenceCause.UNKNOWN)


@pytest.mark.parametrize(
    ("stays", "due_on"),
    [
        ((DayRange(date(2026, 11, 21), date(2026, 11, 25)),), date(2026, 11, 26)),
        ((DayRange(date(2026, 11, 22), date(2026, 11, 25)),), date(2026, 11, 21)),
        (
            (DayRange(date(2026, 11, 21), date(2026, 11, 22)), DayRange(date(2026, 11, 23), date(2026, 11, 24))),
            date(2026, 11, 25),
        ),
    ],
)
def test_days_in_hospital_are_no_silence(stays: tuple[DayRange, ...], due_on: date) -> None:
    due = find_overdue_at(Transmissions(DAY), 1, PARIS, stays)
    assert due is not None
    assert civil_date(due - timedelta(seconds=1), PARIS) == due_on


def test_a_stay_without_end_waits_for_its_end() -> None:
    assert find_overdue_at(Transmissions(DAY), 1, PARIS, [DayRange(date(2026, 11, 21))]) is None


@given(st.integers(1, 30), st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.sampled_from(Territory))
def test_the_window_is_whole_civil_days(days: int, last_day: date, territory: Territory) -> None:
    due = find_overdue_at(Transmissions(last_day), days, territory)
    assert due is not None
    assert civil_date(due, territory) == last_day + timedelta(days=days + 1)
    assert civil_date(due - timedelta(microseconds=1), territory) == last_day + timedelta(days=days)


@pytest.mark.parametrize(
    ("days", "window", "allowed"), [(1, 1, True), (2, 1, False), (0, 1, False), (3, 7, True), (8, 7, False)]
)
def test_a_window_may_be_shortened_never_lengthened_nor_switched_off(days: int, window: int, allowed: bool) -> None:
    decision = check_window(days, SilenceWindow(window, frozenset({"weight"})))
    assert decision.is_allowed is allowed
    if not allowed:
        assert decision.refusals[0].code == "telemonitoring.silence_window"


@pytest.mark.parametrize(
    ("told", "cause"),
    [
        (Transmissions(DAY, datetime(2026, 11, 20, tzinfo=UTC), is_device_off=True), SilenceCause.DEVICE_OFF),
        (Transmissions(DAY, datetime(2026, 11, 21, 12, tzinfo=UTC)), SilenceCause.NOT_MEASURED),
        (Transmissions(DAY, datetime(2026, 11, 20, 12, tzinfo=UTC)), SilenceCause.UNKNOWN),
    ],
)
def test_a_device_that_is_off_is_told_from_a_patient_who_does_not_answer(
    told: Transmissions, cause: SilenceCause
) -> None:
    due = find_overdue_at(told, DAILY.days, PARIS)
    assert due is not None
    gap = find_gap(told, due, due, timedelta(days=1))
    assert gap is not None
    assert gap.cause is cause


def test_late_data_fill_a_gap_without_erasing_it() -> None:
    """Trap 35: two days of silence, told; their data come on the third, and the silence was there all the same."""
    gap = Gap(date(2026, 11, 21), datetime(2026, 11, 22, 23, 30, tzinfo=UTC), SilenceCause.UNKNOWN)
    filled = fill_gap(gap, [date(2026, 11, 21), date(2026, 11, 20)], PARIS)
    assert (filled.first_day, filled.told_at, filled.last_day) == (gap.first_day, gap.told_at, None)
    assert filled.late_days == {date(2026, 11, 21)}


def test_the_next_measure_ends_a_gap_and_only_once() -> None:
    gap = Gap(date(2026, 11, 21), datetime(2026, 11, 22, 23, 30, tzinfo=UTC), SilenceCause.UNKNOWN)
    ended = fill_gap(gap, [date(2026, 11, 25), date(2026, 11, 24)], PARIS)
    assert ended.last_day == date(2026, 11, 23)
    assert fill_gap(ended, [date(2026, 11, 26)], PARIS) == ended
