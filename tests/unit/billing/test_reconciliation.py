"""The figures of a period: every act in one place, and the same sums by place, by code and by act."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.model.life import Stage
from billing.rules.reconciliation import (
    RECEIVED,
    Place,
    Sum,
    Tally,
    add_up,
    find_place,
    group_rejections,
    reconcile,
)

ACT = Sum(1, 2500, 2500, 0)
_CENTS = st.integers(-(10**9), 10**9)
_SUMS = st.builds(Sum, st.integers(0, 10_000), _CENTS, _CENTS, _CENTS)
_TALLIES = st.lists(st.builds(Tally, st.sampled_from(Stage), st.sampled_from(["", "TCG", "TE2"]), st.booleans(), _SUMS))


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_has_one_place_or_none(stage: Stage) -> None:
    place = find_place(stage, is_superseded=False)
    assert (place is None) == (stage in (Stage.REPLACED, Stage.COVERED))
    superseded = find_place(stage, is_superseded=True)
    assert superseded == (Place.UNDONE if stage is Stage.REVERSED else place)


@pytest.mark.parametrize(
    ("stage", "place"),
    [
        (Stage.LOTTED, Place.INVOICED),
        (Stage.RETRANSMITTED, Place.SENT),
        (Stage.REFUSED, Place.IN_TROUBLE),
        (Stage.SILENT, Place.IN_TROUBLE),
        (Stage.PAPER_REQUESTED, Place.IN_TROUBLE),
        (Stage.REVERSED, Place.REVERSED),
        (Stage.CORRECTED, Place.UNDONE),
    ],
)
def test_the_places_that_hold_several_stages(stage: Stage, place: Place) -> None:
    assert find_place(stage, is_superseded=False) is place


def test_a_corrected_invoice_is_one_act_and_both_its_sums() -> None:
    totals = reconcile(
        [
            Tally(Stage.CORRECTED, "TCG", True, Sum(1, 2500, 0, 0)),
            Tally(Stage.PAID, "TCG", False, Sum(1, 2500, 2500, 2500)),
        ]
    )
    assert (totals.acts.number, totals.acts.charged_cents, totals.acts.due_cents) == (1, 2500, 0)
    assert totals.codes == (("TCG", Sum(1, 2500, 2500, 2500)),)
    assert totals.places[Place.UNDONE].number == 1


def test_an_invoice_that_covers_a_later_entry_stays_the_act() -> None:
    totals = reconcile([Tally(Stage.PAID, "TCG", True, ACT), Tally(Stage.COVERED, "TCG", False, Sum(1, 2500, 0, 0))])
    assert (totals.acts.number, totals.places[Place.PAID].number) == (1, 1)


def test_what_was_paid_although_undone_is_still_in_the_money() -> None:
    totals = reconcile([Tally(Stage.REVERSED, "TCG", True, Sum(1, 2500, 0, 1750))])
    assert totals.acts.number == 0
    assert totals.money.due_cents == -1750


def test_what_the_caisse_has_is_what_it_answered_for() -> None:
    totals = reconcile([Tally(stage, "TCG", False, ACT) for stage in Stage])
    assert totals.of(*RECEIVED) == Sum(3, 7500, 7500, 0)


@given(_TALLIES)
def test_places_codes_and_acts_add_up(tallies: list[Tally]) -> None:
    totals = reconcile(tallies)
    kept = [one for one in tallies if one.stage not in (Stage.REPLACED, Stage.COVERED)]
    by_hand = add_up(one.sum for one in kept)
    assert totals.money == by_hand
    assert totals.money.due_cents == by_hand.charged_cents - by_hand.paid_cents
    by_code = add_up(total for _, total in totals.codes)
    assert (by_code.charged_cents, by_code.paid_cents) == (by_hand.charged_cents, by_hand.paid_cents)
    assert (by_code.number, by_code.amount_cents) == (totals.acts.number, totals.acts.amount_cents)
    assert set(totals.places) == set(Place)


@given(_TALLIES, st.randoms())
def test_the_order_of_the_entries_changes_nothing(tallies: list[Tally], chance: Random) -> None:
    shuffled = list(tallies)
    chance.shuffle(shuffled)
    assert reconcile(shuffled) == reconcile(tallies)


def test_rejections_come_by_motive_the_most_frequent_first() -> None:
    motives = group_rejections([("Droits fermés", ACT), ("Centre inconnu", ACT), ("Droits fermés", ACT)])
    assert [(one.text, one.sum.number, one.sum.charged_cents) for one in motives] == [
        ("Droits fermés", 2, 5000),
        ("Centre inconnu", 1, 2500),
    ]
