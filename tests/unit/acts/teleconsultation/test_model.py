"""The table of transitions of a teleconsultation."""

from __future__ import annotations

import pytest

from telemed.acts.teleconsultation.model import OPEN_STATES, TRANSITIONS, State, Step, next_state


def test_only_an_explicit_finish_ends_a_call() -> None:
    leaving = {step for (state, step) in TRANSITIONS if state is State.IN_CALL}
    assert leaving == {Step.FINISH}


def test_a_closed_act_never_moves_again() -> None:
    assert all(state is not State.CLOSED for state, _ in TRANSITIONS)


def test_a_call_starts_only_from_the_waiting_room_or_by_taking_it_up_again() -> None:
    entering = {(state, step) for (state, step), after in TRANSITIONS.items() if after is State.IN_CALL}
    assert entering == {(State.WAITING, Step.ADMIT), (State.FINISHED, Step.RESUME)}


def test_an_act_is_closed_only_after_the_call() -> None:
    entering = {state for (state, _), after in TRANSITIONS.items() if after is State.CLOSED}
    assert entering == {State.FINISHED}


def test_every_open_state_leads_to_an_end() -> None:
    reachable = {State.CLOSED}
    for _ in State:
        reachable |= {state for (state, _), after in TRANSITIONS.items() if after in reachable}
    assert reachable >= OPEN_STATES


@pytest.mark.parametrize("step", list(Step))
def test_a_step_that_is_not_in_the_table_leads_nowhere(step: Step) -> None:
    assert next_state(State.CLOSED, step) is None
