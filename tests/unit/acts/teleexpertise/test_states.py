"""The one table: every state has an owner and a due date or is an end, and every case can end."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.acts.teleexpertise.model import END_STATES, MOVES, STANDINGS, Actor, Owner, State, Step, find_move
from tests.shared import ROOT


def test_every_state_stands_somewhere() -> None:
    assert set(STANDINGS) == set(State)
    assert {State.CLOSED, State.WITHDRAWN, State.EXPIRED} == END_STATES


def test_nothing_leaves_an_end() -> None:
    stays = {(start, step) for (start, step), (end, _) in MOVES.items() if start in END_STATES and end is start}
    assert stays == {(State.CLOSED, Step.CORRECT)}
    assert not [start for (start, _), (end, _) in MOVES.items() if start in END_STATES and end is not start]


def test_every_step_is_in_the_table_and_every_state_is_reached() -> None:
    assert {step for _, step in MOVES} == set(Step)
    assert {end for end, _ in MOVES.values()} | {State.DRAFT} == set(State)


@pytest.mark.parametrize("state", sorted(set(State) - END_STATES))
def test_time_alone_ends_every_state(state: State) -> None:
    """From any living state, steps of the clock alone lead to an end."""
    reached, todo = {state}, [state]
    while todo:
        here = todo.pop()
        for (start, _), (end, actors) in MOVES.items():
            if start is here and Actor.CLOCK in actors and end not in reached:
                reached.add(end)
                todo.append(end)
    assert reached & END_STATES


@pytest.mark.parametrize("state", sorted(set(State) - END_STATES))
def test_the_owner_of_a_state_may_move_it(state: State) -> None:
    standing = STANDINGS[state]
    assert standing is not None
    owner = Actor.REQUERANT if standing.owner is Owner.REQUERANT else Actor.REQUIS
    assert any(start is state and owner in actors for (start, _), (_, actors) in MOVES.items())


@given(st.sampled_from(State), st.sampled_from(Step), st.sampled_from(Actor))
def test_a_move_is_the_table_s_or_none(state: State, step: Step, actor: Actor) -> None:
    end = find_move(state, step, actor)
    listed = MOVES.get((state, step))
    assert (end is not None) == (listed is not None and actor in listed[1])


@given(st.lists(st.tuples(st.sampled_from(Step), st.sampled_from(Actor)), max_size=30))
def test_whatever_people_try_a_living_case_has_an_owner_and_an_answer_was_accepted(
    tries: list[tuple[Step, Actor]],
) -> None:
    state, was_accepted = State.DRAFT, False
    for step, actor in tries:
        state = find_move(state, step, actor) or state
        was_accepted = was_accepted or state is State.ACCEPTED
        assert (STANDINGS[state] is None) == (state in END_STATES)
        assert was_accepted or state not in (State.ANSWERED, State.CLOSED)


def test_the_decision_shows_the_table_as_it_is() -> None:
    """Each state of decision 0061 with its owner, what is due, and each step that leaves it."""
    text = (ROOT / "docs" / "decisions" / "0061-one-table-of-states.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE)
    shown = {State(name): (owner.strip(), due.strip(), _steps(steps)) for name, owner, due, steps in rows}
    expected = {}
    for state, standing in STANDINGS.items():
        leaving = {(step.value, end.value) for (start, step), (end, _) in MOVES.items() if start is state}
        words = (standing.owner.value, standing.due.value) if standing else ("—", "—")
        expected[state] = (*words, leaving)
    assert shown == expected


def _steps(cell: str) -> set[tuple[str, str]]:
    return {(step, end) for step, end in re.findall(r"`(\w+)` → `(\w+)`", cell)}
