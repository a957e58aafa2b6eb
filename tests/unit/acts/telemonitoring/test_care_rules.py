"""The life of a follow-up, pure: days covered, limits over time, transmissions expected, what time does next."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.facts.telemonitoring import find_month as find_billed_month
from telemed.acts.telemonitoring.model.care import FollowUp, IncreaseAsked, Plan, ThresholdSetting
from telemed.acts.telemonitoring.model.evidence import to_milliseconds
from telemed.acts.telemonitoring.model.follow_up import FOLLOW_UP_STANDINGS, FollowUpState, FollowUpStep
from telemed.acts.telemonitoring.rules.cover import find_consent, find_cover, find_covered_until, join_days
from telemed.acts.telemonitoring.rules.due import find_due_at, find_month, next_clock_step
from telemed.acts.telemonitoring.rules.increases import find_increase
from telemed.acts.telemonitoring.rules.stays import add_stay, end_stay
from telemed.acts.telemonitoring.rules.thresholds import build_thresholds, find_setting
from telemed.acts.telemonitoring.rules.transmissions import expected_slots
from telemed.consent.model import ActKind, ConsentBy, ConsentChannel, ConsentDecision, ConsentRecord
from telemed.kernel.clock import Territory
from telemed.kernel.period import DayRange

DAY = date(2026, 11, 25)
AT = datetime(2026, 11, 25, 11, tzinfo=UTC)
SMALL = st.integers(0, 40)
RANGES = st.lists(st.tuples(SMALL, SMALL | st.none()), max_size=5).map(
    lambda pairs: [DayRange(on(first), None if more is None else on(first + more)) for first, more in pairs]
)


def on(number: int) -> date:
    return DAY + timedelta(days=number)


@given(ranges=RANGES, first=SMALL, more=st.integers(0, 20))
def test_what_covers_some_days_holds_each_of_them_and_nothing_that_no_paper_holds(
    ranges: list[DayRange], first: int, more: int
) -> None:
    asked, cover = DayRange(on(first), on(first + more)), find_cover(ranges, DayRange(on(first), on(first + more)))
    held = [
        on(number)
        for number in range(first, first + more + 1)
        if any(one.covers(on(number), on(number)) for one in ranges)
    ]
    assert (cover is not None) == bool(held)
    if cover is not None:
        is_whole = cover.covers(asked.first_day, asked.last_day or asked.first_day)
        assert is_whole == (len(held) == more + 1)


@given(ranges=RANGES, number=SMALL)
def test_days_joined_are_the_same_days_and_never_touch(ranges: list[DayRange], number: int) -> None:
    joined, day = join_days(ranges), on(number)
    assert any(one.covers(day, day) for one in joined) == any(one.covers(day, day) for one in ranges)
    for one, after in itertools.pairwise(joined):
        assert one.last_day is not None
        assert after.first_day > one.last_day + timedelta(days=1)
    until = find_covered_until(ranges, day)
    assert (until is None) == (not any(one.covers(day, day) for one in ranges))


def consent(decision: ConsentDecision, hours: int) -> ConsentRecord:
    return ConsentRecord(
        id=UUID(int=hours),
        patient_id=UUID(int=1),
        act_kind=ActKind.TELEMONITORING,
        act_id=UUID(int=2),
        decision=decision,
        channel=ConsentChannel.PATIENT_PAGE,
        by=ConsentBy.PATIENT,
        at=AT + timedelta(hours=hours),
        wording_version=date(2026, 1, 1),
        wording_sha256="",
        recorded_by=None,
    )


GIVEN, REFUSED, WITHDRAWN = ConsentDecision


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        ([], None),
        ([(REFUSED, 0)], None),
        ([(GIVEN, 0)], DayRange(DAY)),
        ([(GIVEN, 0), (GIVEN, 48)], DayRange(DAY)),
        ([(GIVEN, 0), (WITHDRAWN, 1)], DayRange(DAY, DAY)),
        ([(GIVEN, 0), (REFUSED, 48)], DayRange(DAY, on(2))),
        ([(GIVEN, 0), (WITHDRAWN, 24), (GIVEN, 72)], DayRange(on(3))),
    ],
)
def test_a_consent_lasts_until_it_is_taken_back(
    decisions: list[tuple[ConsentDecision, int]], expected: DayRange | None
) -> None:
    records = [consent(decision, hours) for decision, hours in decisions]
    assert find_consent(reversed(records), Territory.METROPOLE) == expected


def setting(position: int, value: int | None, since: int, until: int | None = None) -> ThresholdSetting:
    return ThresholdSetting(
        follow_up_id=UUID(int=1),
        position=position,
        name="weight_high",
        signal="weight",
        unit="kg",
        value=value,
        side=None,
        since=AT + timedelta(hours=since),
        until=None if until is None else AT + timedelta(hours=until),
        author_id=UUID(int=3),
        reason="",
        set_at=AT,
    )


@given(
    st.lists(st.tuples(SMALL, st.none() | SMALL.map(lambda n: n + 1), st.none() | st.integers(1, 9)), max_size=6),
    st.integers(-5, 90),
)
def test_the_limits_kept_for_rules_say_at_each_instant_what_the_settings_say(
    raw: list[tuple[int, int | None, int | None]], hour: int
) -> None:
    settings = [
        setting(position, value, since, None if length is None else since + length)
        for position, (since, length, value) in enumerate(raw, 1)
    ]
    at = AT + timedelta(hours=hour)
    found = find_setting(settings, "weight_high", at)
    assert build_thresholds(settings).find("weight_high", to_milliseconds(at)) == (found.value if found else None)


def test_a_limit_set_today_was_none_yesterday_and_the_later_of_two_holds() -> None:
    settings = [setting(1, 80, 0), setting(2, 81, 10), setting(3, None, 20)]
    known = build_thresholds(settings)
    seen = [known.find("weight_high", to_milliseconds(AT + timedelta(hours=hour))) for hour in (-1, 0, 9, 10, 19, 20)]
    assert seen == [None, 80, 80, 81, 81, None]
    assert find_setting([setting(1, 80, 0, 5)], "weight_high", AT + timedelta(hours=5)) is None


@pytest.mark.parametrize(
    ("window", "stays", "count"),
    [
        (1, [], 30),
        (7, [], 4),
        (2, [], 15),
        (1, [DayRange(on(5), on(14))], 20),
        (7, [DayRange(on(0), on(24))], 1),
        (1, [DayRange(on(10))], 10),
        (1, [DayRange(on(-5), on(40))], 0),
        (40, [], 1),
    ],
)
def test_data_are_expected_once_a_window_and_never_in_hospital(window: int, stays: list[DayRange], count: int) -> None:
    slots = expected_slots(DayRange(DAY, on(29)), window, stays)
    assert len(slots) == count
    for slot in slots:
        assert not any(stay.covers(day, day) for stay in stays for day in (slot.first_day, slot.last_day or DAY))


def test_stays_follow_one_another() -> None:
    first = add_stay((), DAY)
    assert first == (DayRange(DAY),)
    back = end_stay(first, on(4))
    assert back == (DayRange(DAY, on(3)),)
    assert add_stay(back, on(4)) == (DayRange(DAY, on(3)), DayRange(on(4)))
    assert add_stay(back, on(3)) == (DayRange(DAY),)
    assert add_stay(back, on(-1)) is None
    assert end_stay((DayRange(DAY),), DAY) == (DayRange(DAY, DAY),)


@given(st.dates(date(2023, 7, 1), date(2035, 12, 31)), st.integers(1, 40))
def test_months_are_those_that_billing_counts(started_on: date, number: int) -> None:
    days = find_month(started_on, number)
    assert (days.first_day, days.last_day) == find_billed_month(started_on, number)


def follow_up(state: FollowUpState, **changes: Any) -> FollowUp:
    made = FollowUp(
        UUID(int=1), UUID(int=2), UUID(int=3), state, Plan("diabete", 7, Territory.METROPOLE), created_at=AT
    )
    if state not in (FollowUpState.DRAFT, FollowUpState.DROPPED):
        made = replace(made, started_on=DAY, prescribed_until=date(2027, 1, 10))
    return replace(made, **changes)


@pytest.mark.parametrize("state", FollowUpState)
def test_time_has_something_to_do_with_every_living_follow_up_and_with_no_other(state: FollowUpState) -> None:
    one = follow_up(state)
    is_living = FOLLOW_UP_STANDINGS[state] is not None
    assert (next_clock_step(one) is not None) == is_living
    assert (find_due_at(one, None, AT) is not None) == is_living


def test_time_closes_months_in_order_then_lapses_then_closes() -> None:
    one, seen = follow_up(FollowUpState.ACTIVE), []
    for _ in range(5):
        step = next_clock_step(one)
        assert step is not None
        seen.append((step.at.date(), step.step))
        if step.step is FollowUpStep.LAPSE:
            one = replace(one, state=FollowUpState.LAPSED)
        elif step.step is None:
            one = replace(one, months_done=one.months_done + 1)
        else:
            break
    assert seen == [
        (date(2026, 12, 25), None),
        (date(2027, 1, 10), FollowUpStep.LAPSE),
        (date(2027, 1, 25), None),
        (date(2027, 2, 25), None),
        (date(2027, 3, 11), FollowUpStep.CLOSE),
    ]


def test_a_decision_asked_for_keeps_its_date() -> None:
    flagged = follow_up(FollowUpState.FLAGGED)
    due_at = find_due_at(flagged, follow_up(FollowUpState.ACTIVE), AT)
    assert due_at == AT + timedelta(days=7)
    known = replace(flagged, due_at=due_at)
    assert find_due_at(known, known, AT + timedelta(days=5)) == due_at


def asked(level: int, from_month: int, *, is_renewal: bool = False) -> IncreaseAsked:
    grounds = ("III-1",) if level else ()
    return IncreaseAsked(UUID(int=1), UUID(int=2), level, grounds, is_renewal, from_month, UUID(int=3), AT)


def test_an_increase_counts_the_months_before_it_without_a_break() -> None:
    history = [asked(1, 2), asked(2, 4, is_renewal=True), asked(0, 6), asked(1, 8)]
    found = {month: find_increase(history, month) for month in range(1, 10)}
    assert {month: one and (one.level, one.months_before, one.is_renewed) for month, one in found.items()} == {
        1: None,
        2: (1, 0, False),
        3: (1, 1, False),
        4: (2, 2, True),
        5: (2, 3, True),
        6: None,
        7: None,
        8: (1, 0, False),
        9: (1, 1, False),
    }
    assert find_increase([asked(1, 2), asked(0, 2)], 2) is None
