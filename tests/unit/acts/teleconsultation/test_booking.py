"""Which times may be booked, also in the nights when the clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from telemed.acts.teleconsultation.model import OpeningHours
from telemed.acts.teleconsultation.rules.booking import check_slot, free_slots
from telemed.kernel.clock import Territory
from telemed.kernel.decision import Decision
from telemed.kernel.period import Interval

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
MORNINGS = [OpeningHours(weekday, time(9), time(12), 15) for weekday in range(5)]


def slot_at(start: datetime, length: timedelta = QUARTER) -> Interval:
    return Interval(start, start + length)


def judge(slot: Interval, *, taken: list[Interval] | None = None, patient: list[Interval] | None = None) -> Decision:
    return check_slot(
        slot,
        now=NOW,
        taken_by_professional=taken or [],
        taken_by_patient=patient or [],
        hours=MORNINGS,
        territory=Territory.METROPOLE,
    )


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.refusals]


def test_a_free_time_to_come_may_be_booked() -> None:
    assert judge(slot_at(NOW + timedelta(hours=1))).is_allowed


def test_a_time_in_the_past_is_refused() -> None:
    assert codes(judge(slot_at(NOW - timedelta(minutes=2)))) == ["booking.past"]


def test_the_present_minute_is_not_the_past() -> None:
    assert judge(slot_at(NOW - timedelta(seconds=59))).is_allowed


def test_a_taken_time_is_refused_even_if_it_only_overlaps() -> None:
    start = NOW + timedelta(hours=1)
    assert codes(judge(slot_at(start), taken=[slot_at(start + timedelta(minutes=14))])) == ["booking.slot_taken"]


def test_times_that_only_touch_do_not_overlap() -> None:
    start = NOW + timedelta(hours=1)
    assert judge(slot_at(start), taken=[slot_at(start + QUARTER), slot_at(start - QUARTER)]).is_allowed


def test_a_patient_cannot_be_in_two_places() -> None:
    start = NOW + timedelta(hours=1)
    assert codes(judge(slot_at(start), patient=[slot_at(start)])) == ["booking.patient_busy"]


def test_every_reason_is_told_at_once() -> None:
    slot = slot_at(NOW - timedelta(days=1), timedelta(hours=5))
    assert codes(judge(slot, taken=[slot])) == ["booking.past", "booking.length", "booking.slot_taken"]


def test_outside_opening_hours_is_only_a_warning() -> None:
    evening = judge(slot_at(datetime(2026, 11, 24, 19, tzinfo=UTC)))
    assert evening.is_allowed
    assert [reason.code for reason in evening.warnings] == ["booking.outside_hours"]


def test_a_year_too_far_is_refused() -> None:
    assert codes(judge(slot_at(NOW + timedelta(days=731)))) == ["booking.too_far"]


def free(day: date, hours: list[OpeningHours], taken: list[Interval] | None = None) -> list[Interval]:
    after = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1)
    return free_slots(day, 1, hours=hours, taken=taken or [], territory=Territory.METROPOLE, after=after)


def test_a_morning_of_three_hours_offers_twelve_quarters() -> None:
    slots = free(date(2026, 11, 24), MORNINGS)
    assert len(slots) == 12
    assert slots[0].start == datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def test_a_taken_quarter_is_not_offered() -> None:
    taken = slot_at(datetime(2026, 11, 24, 8, 15, tzinfo=UTC))
    assert taken not in free(date(2026, 11, 24), MORNINGS, [taken])


def test_the_hour_that_the_clock_skips_in_march_offers_nothing() -> None:
    night = [OpeningHours(6, time(1), time(4), 30)]
    starts = [slot.start for slot in free(date(2026, 3, 29), night)]
    assert len(starts) == 4
    assert all(later - earlier == timedelta(minutes=30) for earlier, later in pairwise(starts))


def test_the_hour_shown_twice_in_october_is_offered_once() -> None:
    night = [OpeningHours(6, time(1), time(4), 30)]
    starts = [slot.start for slot in free(date(2026, 10, 25), night)]
    assert len(starts) == len(set(starts)) == 6


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.sampled_from([5, 10, 15, 20, 30, 45, 60]))
@example(date(2030, 3, 31), 45)
def test_free_slots_never_overlap_and_are_in_order(day: date, minutes: int) -> None:
    all_day = [OpeningHours(day.weekday(), time(0), time(23, 59), minutes)]
    slots = free(day, all_day)
    assert slots == sorted(slots)
    assert all(earlier.end <= later.start for earlier, later in pairwise(slots))
