"""Who is seen next, and the wait to expect."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from telemed.acts.teleconsultation.rules.queue import Waiting, expected_wait, in_order, median_length

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def waiting(arrived: int, due: int | None = None, act_id: UUID | None = None) -> Waiting:
    return Waiting(act_id or uuid4(), NOW + arrived * MINUTE, None if due is None else NOW + due * MINUTE)


def test_an_appointment_is_seen_at_its_time_before_those_who_came_after_it() -> None:
    booked, walked_in = waiting(-20, due=-5), waiting(-2)
    assert in_order([walked_in, booked]) == [booked, walked_in]


def test_who_comes_late_takes_the_place_of_the_arrival() -> None:
    late, walked_in = waiting(-1, due=-30), waiting(-10)
    assert in_order([late, walked_in]) == [walked_in, late]


def test_the_first_in_a_free_room_waits_no_time() -> None:
    one = waiting(-3)
    wait = expected_wait(one.act_id, [one], now=NOW, recent_lengths=[], current_since=None)
    assert wait is not None
    assert (wait.position, wait.expected) == (1, timedelta())


def test_the_second_waits_what_remains_and_one_visit() -> None:
    first, second = waiting(-10), waiting(-5)
    wait = expected_wait(
        second.act_id,
        [first, second],
        now=NOW,
        recent_lengths=[12 * MINUTE, 10 * MINUTE, 30 * MINUTE],
        current_since=NOW - 4 * MINUTE,
    )
    assert wait is not None
    assert (wait.position, wait.expected) == (2, 20 * MINUTE)


def test_a_visit_that_lasts_longer_than_usual_still_takes_a_minute() -> None:
    one = waiting(-3)
    wait = expected_wait(one.act_id, [one], now=NOW, recent_lengths=[], current_since=NOW - 60 * MINUTE)
    assert wait is not None
    assert wait.expected == MINUTE


def test_an_appointment_is_not_promised_before_its_hour() -> None:
    one = waiting(-3, due=25)
    wait = expected_wait(one.act_id, [one], now=NOW, recent_lengths=[], current_since=None)
    assert wait is not None
    assert wait.expected == 25 * MINUTE


def test_nobody_waits_who_is_not_there() -> None:
    assert expected_wait(uuid4(), [waiting(-3)], now=NOW, recent_lengths=[], current_since=None) is None


def test_two_visits_are_too_few_to_tell() -> None:
    assert median_length([MINUTE, MINUTE]) == 15 * MINUTE
