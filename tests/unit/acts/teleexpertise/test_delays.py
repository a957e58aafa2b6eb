"""When an answer is due, and what time does to a case that nobody moved."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.acts.teleexpertise.model import PACES, Outcome, State, Step, Urgency
from telemed.acts.teleexpertise.rules.delays import answer_by, clock_step, due_of, offer_until, reminder_at
from telemed.kernel.clock import Territory, civil_date
from tests.the_law import LAW as THE_LAW
from tests.unit.acts.teleexpertise.making import NOON, make_case, make_offer

LAW = THE_LAW.on(date(2026, 11, 25))
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@given(
    st.datetimes(datetime(2022, 4, 2), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(Territory),
)
def test_the_law_s_delay_is_civil_days_whatever_the_clock_does(sent_at: datetime, territory: Territory) -> None:
    due = answer_by(Urgency.WEEK, sent_at, territory, LAW)
    assert civil_date(due, territory) - civil_date(sent_at, territory) == timedelta(days=7)
    assert abs(due - sent_at - timedelta(days=7)) <= HOUR


@given(
    st.datetimes(datetime(2022, 4, 2), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from([Urgency.HOURS, Urgency.TWO_DAYS]),
)
def test_hours_are_elapsed_hours(sent_at: datetime, urgency: Urgency) -> None:
    assert answer_by(urgency, sent_at, Territory.METROPOLE, LAW) == sent_at + (PACES[urgency].answer or timedelta(0))


def test_no_urgency_is_slower_than_the_law() -> None:
    week = answer_by(Urgency.WEEK, NOON, Territory.METROPOLE, LAW)
    assert all(answer_by(urgency, NOON, Territory.METROPOLE, LAW) <= week for urgency in Urgency)


@pytest.mark.parametrize(
    ("sent", "due"),
    [
        ("2026-11-25T11:00:00+00:00", "2026-12-02T11:00:00+00:00"),
        ("2026-10-20T10:00:00+00:00", "2026-10-27T11:00:00+00:00"),  # the clock went back: 169 hours
        ("2026-03-25T11:00:00+00:00", "2026-04-01T10:00:00+00:00"),  # the clock went forward: 167 hours
        ("2026-03-22T01:30:00+00:00", "2026-03-29T01:30:00+00:00"),  # 02:30 does not exist on 29 March: 03:30
        ("2026-10-18T00:30:00+00:00", "2026-10-25T00:30:00+00:00"),  # 02:30 comes twice: the first
        ("2026-12-25T10:00:00+00:00", "2027-01-01T10:00:00+00:00"),  # a holiday is a day like another
    ],
)
def test_seven_days_through_the_change_of_the_clock(sent: str, due: str) -> None:
    found = answer_by(Urgency.WEEK, datetime.fromisoformat(sent), Territory.METROPOLE, LAW)
    assert found == datetime.fromisoformat(due)


def test_an_offer_ends_with_its_time_box_or_with_the_case() -> None:
    case = make_case()
    assert offer_until(case, NOON) == NOON + timedelta(hours=36)
    assert offer_until(make_case(expires_at=NOON + timedelta(days=9)), NOON) == NOON + timedelta(hours=48)
    with pytest.raises(ValueError, match="draft"):
        offer_until(make_case(State.DRAFT, expires_at=None), NOON)


@pytest.mark.parametrize(
    ("state", "changes", "due"),
    [
        (State.DRAFT, {}, timedelta(days=7)),
        (State.SENT, {}, timedelta(hours=24)),
        (State.ACCEPTED, {}, timedelta(hours=24)),
        (State.ACCEPTED, {"escalated_at": NOON}, timedelta(hours=36)),
        (State.REFUSED, {}, timedelta(hours=24)),
        (State.ANSWERED, {"answered_at": NOON + HOUR}, timedelta(days=7, hours=1)),
        (State.OFFERED, {"offers": (make_offer(NOON + 3 * HOUR),)}, timedelta(hours=3)),
        (State.SEEN, {"offers": (make_offer(NOON + 30 * HOUR),)}, timedelta(hours=24)),
        (State.OFFERED, {"offers": (make_offer(NOON + 30 * HOUR),), "escalated_at": NOON}, timedelta(hours=30)),
    ],
)
def test_what_is_due_in_a_state(state: State, changes: dict[str, object], due: timedelta) -> None:
    assert due_of(make_case(state, **changes)) == NOON + due


@pytest.mark.parametrize("state", [State.CLOSED, State.WITHDRAWN, State.EXPIRED])
def test_nothing_is_due_at_the_end(state: State) -> None:
    assert due_of(make_case(state)) is None


@pytest.mark.parametrize(
    ("state", "changes", "step"),
    [
        (State.DRAFT, {}, Step.EXPIRE),
        (State.SENT, {}, Step.ESCALATE),
        (State.REFUSED, {}, Step.ESCALATE),
        (State.MORE_INFORMATION, {}, Step.ESCALATE),
        (State.ACCEPTED, {}, Step.ESCALATE),
        (State.ACCEPTED, {"escalated_at": NOON}, Step.EXPIRE),
        (State.ANSWERED, {"answered_at": NOON}, Step.CLOSE),
        (State.OFFERED, {"offers": (make_offer(NOON + HOUR),)}, Step.LAPSE),
        (State.SEEN, {"offers": (make_offer(NOON + HOUR), make_offer(NOON, Outcome.REFUSED))}, Step.LAPSE),
        (State.SEEN, {"offers": (make_offer(NOON + 30 * HOUR),)}, Step.ESCALATE),
    ],
)
def test_time_acts_at_the_due_date_and_not_before(state: State, changes: dict[str, object], step: Step) -> None:
    case = make_case(state, **changes)
    due = due_of(case)
    assert due is not None
    case = make_case(state, due_at=due, **changes)
    assert [clock_step(case, due + offset) for offset in (-SECOND, 0 * SECOND, SECOND)] == [None, step, step]


def test_nothing_happens_to_what_is_over() -> None:
    assert clock_step(make_case(State.CLOSED), NOON + timedelta(days=400)) is None


@given(st.integers(1, 10_000_000))
def test_a_reminder_comes_before_the_due_date(seconds: int) -> None:
    due = NOON + timedelta(seconds=seconds)
    reminder = reminder_at(make_case(due_at=due), NOON)
    assert reminder is not None
    assert NOON <= reminder < due


def test_nobody_is_reminded_of_what_is_past_or_of_nothing() -> None:
    assert reminder_at(make_case(due_at=NOON), NOON) is None
    assert reminder_at(make_case(State.CLOSED), NOON) is None
