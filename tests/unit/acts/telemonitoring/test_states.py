"""The tables of a follow-up and of an alert: nothing is forgotten, nothing disappears."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.acts.telemonitoring.model.alert import (
    ALERT_MOVES,
    ALERT_STANDINGS,
    AlertActor,
    AlertOutcome,
    AlertState,
    AlertStep,
    find_alert_move,
    find_outcomes,
)
from telemed.acts.telemonitoring.model.follow_up import (
    FOLLOW_UP_MOVES,
    FOLLOW_UP_STANDINGS,
    TAKES_DATA,
    FollowUpActor,
    FollowUpState,
    FollowUpStep,
    find_follow_up_move,
)
from tests.shared import ROOT

FOLLOW_UP_ENDS = {FollowUpState.ENDED, FollowUpState.DROPPED}


def test_every_state_and_step_is_in_the_tables() -> None:
    assert set(FOLLOW_UP_STANDINGS) == set(FollowUpState)
    assert set(ALERT_STANDINGS) == set(AlertState)
    assert {step for _, step in FOLLOW_UP_MOVES} == set(FollowUpStep)
    assert {step for _, step in ALERT_MOVES} == set(AlertStep)


def test_nothing_leaves_an_end() -> None:
    assert {state for state, standing in FOLLOW_UP_STANDINGS.items() if standing is None} == FOLLOW_UP_ENDS
    assert not [start for start, _ in FOLLOW_UP_MOVES if start in FOLLOW_UP_ENDS]
    assert not [start for start, _ in ALERT_MOVES if start is AlertState.CLOSED]


@pytest.mark.parametrize("state", sorted(set(FollowUpState) - FOLLOW_UP_ENDS))
def test_time_alone_ends_every_follow_up(state: FollowUpState) -> None:
    reached = {state}
    before: set[FollowUpState] = set()
    while reached != before:
        before = set(reached)
        reached |= {
            end
            for (start, _), (end, actors) in FOLLOW_UP_MOVES.items()
            if start in reached and FollowUpActor.CLOCK in actors
        }
    assert reached & FOLLOW_UP_ENDS


def test_time_and_measures_never_close_an_alert() -> None:
    """R-36: a person closes it, whatever comes."""
    closing = [actors for end, actors in ALERT_MOVES.values() if end is AlertState.CLOSED]
    assert closing
    assert all(actors <= {AlertActor.TEAM, AlertActor.DOCTOR} for actors in closing)


@given(st.lists(st.tuples(st.sampled_from(AlertStep), st.sampled_from(AlertActor)), max_size=30))
def test_what_is_acted_upon_was_taken_then_interpreted_by_a_doctor_then_decided(
    tries: list[tuple[AlertStep, AlertActor]],
) -> None:
    state, steps = AlertState.QUEUED, [(AlertStep.ESCALATE, AlertActor.CLOCK)]
    for step, actor in tries:
        after = find_alert_move(state, step, actor)
        if after is not None:
            state = after
            steps.append((step, actor))
    if steps[-1][0] is AlertStep.CLOSE:
        done = [step for step, _ in steps]
        assert done.index(AlertStep.TAKE) < done.index(AlertStep.INTERPRET) < done.index(AlertStep.DECIDE)
        assert (AlertStep.INTERPRET, AlertActor.DOCTOR) in steps


def test_a_filtered_alert_is_never_said_actionable() -> None:
    assert AlertOutcome.ACTIONABLE not in find_outcomes(AlertStep.FILTER)
    assert find_outcomes(AlertStep.CLOSE) == set(AlertOutcome)
    assert find_outcomes(AlertStep.ACT) == frozenset()


@pytest.mark.parametrize("state", sorted(set(AlertState) - {AlertState.CLOSED}))
def test_a_living_alert_may_always_repeat_and_escalate(state: AlertState) -> None:
    assert find_alert_move(state, AlertStep.REPEAT, AlertActor.MEASURE) is state
    assert find_alert_move(state, AlertStep.ESCALATE, AlertActor.CLOCK) is state


def test_a_lapsed_prescription_is_renewed_by_a_doctor_alone() -> None:
    lapsed, renew = FollowUpState.LAPSED, FollowUpStep.RENEW
    assert find_follow_up_move(lapsed, renew, FollowUpActor.DOCTOR) is FollowUpState.ACTIVE
    assert find_follow_up_move(lapsed, renew, FollowUpActor.TEAM) is None


@pytest.mark.parametrize("state", sorted(FollowUpState))
def test_the_patient_ends_what_takes_his_data_and_nothing_else(state: FollowUpState) -> None:
    after = find_follow_up_move(state, FollowUpStep.WITHDRAW, FollowUpActor.PATIENT)
    assert (after is FollowUpState.ENDED) == (state in TAKES_DATA)


def test_the_decision_shows_both_tables_as_they_are() -> None:
    text = (ROOT / "docs" / "decisions" / "0071-two-tables-of-telemonitoring.md").read_text("utf-8")
    shown = {
        state: set(re.findall(r"`(\w+)` → `(\w+)`", moves))
        for state, moves in re.findall(r"^\| `(\w+)` \| [^|]+ \| [^|]+ \| ([^|]+) \|$", text, re.MULTILINE)
    }
    assert shown == _leaving(FOLLOW_UP_MOVES, FollowUpState) | _leaving(ALERT_MOVES, AlertState)


def _leaving(moves: Mapping[Any, Any], states: type[StrEnum]) -> dict[str, set[tuple[str, str]]]:
    return {
        state.value: {(step.value, end.value) for (start, step), (end, _) in moves.items() if start is state}
        for state in states
    }
