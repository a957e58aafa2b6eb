"""The table of stages: every stage is reached and left as it says, and nothing comes back from an end."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.model.life import (
    BEFORE_INVOICE,
    DUE,
    IN_A_LOT,
    INVOICED_AND_AFTER,
    LIVE,
    TRANSITIONS,
    UNDONE,
    Actor,
    Due,
    Happening,
    NotAllowed,
    Stage,
    due_at,
    find_transition,
    move,
)
from tests.shared import ROOT

PAGE = ROOT / "docs" / "reference" / "claim-stages.md"
OPENED_AT = {Stage.TO_INVOICE, Stage.TO_COMPLETE, Stage.NOT_BILLABLE, Stage.COVERED}
ENDS = {Stage.REPLACED, Stage.REVERSED, Stage.CORRECTED}


def test_every_stage_is_reached() -> None:
    reached, frontier = set(OPENED_AT), set(OPENED_AT)
    while frontier:
        frontier = {one.target for one in TRANSITIONS if one.target is not None and one.sources & frontier} - reached
        reached |= frontier
    assert reached == set(Stage)


def test_what_ends_a_claim_ends_it() -> None:
    for stage in ENDS:
        assert {one.target for one in TRANSITIONS if stage in one.sources} <= {None}


def test_each_happening_is_said_once_from_a_stage_unless_it_is_told_where_to() -> None:
    found = defaultdict(list)
    for one in TRANSITIONS:
        for source in one.sources:
            found[one.happening, source].append(one.target or source)
    assert all(len(set(targets)) == len(targets) for targets in found.values())
    assert {happening for (happening, _), targets in found.items() if len(targets) > 1} == {
        Happening.SHARE_REJECTED,
        Happening.PAYMENT_RECORDED,
        Happening.RESTORED,
    }


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("happening", Happening)
def test_moving_follows_the_table_and_nothing_else(stage: Stage, happening: Happening) -> None:
    targets = {one.target or stage for one in TRANSITIONS if one.happening is happening and stage in one.sources}
    if not targets:
        assert find_transition(stage, happening) is None
        with pytest.raises(NotAllowed):
            move(stage, happening)
    for target in targets:
        assert move(stage, happening, to=target) is target
    for other in set(Stage) - targets:
        with pytest.raises(NotAllowed):
            move(stage, happening, to=other)


@given(st.lists(st.sampled_from(Happening), max_size=60), st.sampled_from(sorted(OPENED_AT)))
def test_no_life_is_lotted_twice_or_paid_before_it_is_invoiced(happened: list[Happening], stage: Stage) -> None:
    """Whatever is thrown at a claim in whatever order, what the table refuses changing nothing."""
    seen: list[Happening] = []
    for happening in happened:
        if find_transition(stage, happening) is not None:
            stage = move(stage, happening)
            seen.append(happening)
    assert seen.count(Happening.LOTTED) <= 1
    assert seen.count(Happening.SENT) <= 1
    assert seen.count(Happening.RESENT) <= 1
    invoiced = Happening.INVOICED in seen or Happening.PUT_ON_PAPER in seen
    assert invoiced or stage not in INVOICED_AND_AFTER
    assert Happening.LOTTED in seen or stage not in IN_A_LOT


def test_families_of_stages_say_what_they_mean() -> None:
    assert BEFORE_INVOICE.isdisjoint(INVOICED_AND_AFTER)
    assert IN_A_LOT < LIVE < INVOICED_AND_AFTER
    assert UNDONE.isdisjoint(INVOICED_AND_AFTER)


@pytest.mark.parametrize("stage", Stage)
def test_nothing_is_due_of_what_is_over(stage: Stage) -> None:
    is_over = stage in {*ENDS, Stage.PAID, Stage.ABANDONED, Stage.NOT_BILLABLE, Stage.COVERED}
    assert not is_over or due_at(stage) is Due.NOTHING


def test_giving_up_and_cancelling_are_the_doctors() -> None:
    for one in TRANSITIONS:
        if one.happening in (Happening.ABANDONED, Happening.RESTORED):
            assert one.actors == {Actor.DOCTOR}
        if one.happening is Happening.REVERSED:
            assert one.actors == {Actor.DOCTOR, Actor.JOB}


def cells(line: str) -> list[str]:
    return [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]


def test_the_page_shows_this_very_table() -> None:
    stages, transitions = PAGE.read_text("utf-8").split("## Transitions")
    rows = [cells(line) for line in re.findall(r"^\| `.*", stages, re.MULTILINE)]
    assert {row[0]: row[2] for row in rows} == {stage.value: due_at(stage).value for stage in Stage}
    assert all(row[1] for row in rows)
    shown = [cells(line) for line in re.findall(r"^\| `.*", transitions, re.MULTILINE)]
    expected = [
        [
            one.happening.value,
            ", ".join(sorted(one.sources)),
            "" if one.target is None else one.target.value,
            ", ".join(sorted(one.actors)),
            one.why,
        ]
        for one in TRANSITIONS
    ]
    assert shown == expected
    assert set(DUE) <= set(Stage)
