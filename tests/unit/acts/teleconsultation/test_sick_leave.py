"""The sick-leave limit holds for any dates; single cases are in tests/law/sick_leave."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from telemed.acts.teleconsultation.rules.sick_leave import (
    Leave,
    Prescriber,
    SickLeaveFacts,
    check_sick_leave,
    count_days,
    is_prolongation,
)
from tests.the_law import LAW

DAYS = st.dates(date(2024, 1, 1), date(2032, 1, 1))
LEAVES = st.builds(lambda first, days: Leave(first, first + timedelta(days=days - 1)), DAYS, st.integers(1, 40))
FACTS = st.builds(SickLeaveFacts, LEAVES, st.sampled_from(Prescriber), st.none() | LEAVES, st.booleans())


@given(facts=FACTS)
def test_beyond_three_days_only_three_ways_are_open(facts: SickLeaveFacts) -> None:
    decision = check_sick_leave(facts, LAW.on(facts.leave.first_day))
    open_way = (
        count_days(facts) <= 3
        or facts.prescriber is not Prescriber.OTHER
        or (is_prolongation(facts) and facts.is_impossibility_justified)
    )
    assert decision.is_allowed is open_way
    assert all(reason.text and reason.reference for reason in (*decision.refusals, *decision.warnings))


@given(facts=FACTS)
def test_the_refusal_tells_the_numbers_compared(facts: SickLeaveFacts) -> None:
    for reason in check_sick_leave(facts, LAW.on(facts.leave.first_day)).refusals:
        assert reason.compared == {"days": count_days(facts), "limit": 3}


@given(leave=LEAVES, gap=st.integers(2, 30), days=st.integers(1, 30))
def test_a_leave_ended_before_does_not_count(leave: Leave, gap: int, days: int) -> None:
    last = leave.first_day - timedelta(days=gap)
    facts = SickLeaveFacts(leave, Prescriber.OTHER, Leave(last - timedelta(days=days), last))
    assert count_days(facts) == (leave.last_day - leave.first_day).days + 1
    assert not is_prolongation(facts)


@given(leave=LEAVES, days=st.integers(1, 30))
def test_a_leave_that_ends_the_eve_is_prolonged(leave: Leave, days: int) -> None:
    eve = leave.first_day - timedelta(days=1)
    facts = SickLeaveFacts(leave, Prescriber.OTHER, Leave(eve - timedelta(days=days - 1), eve))
    assert is_prolongation(facts)
    assert count_days(facts) == (leave.last_day - leave.first_day).days + 1 + days


@given(facts=FACTS, day=st.dates(date(2018, 9, 15), date(2023, 12, 31)))
def test_before_the_law_there_was_no_limit(facts: SickLeaveFacts, day: date) -> None:
    assert check_sick_leave(facts, LAW.on(day)).is_allowed
