"""Scores: explained, whole, the same at every run; what is better is never worth less."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.experts.model.search import Candidate, Need, Part
from telemed.experts.model.standing import LAST_OUTCOMES, Standing
from telemed.experts.rules.exclusions import exclusions
from telemed.experts.rules.explain import explain
from telemed.experts.rules.places import department_of
from telemed.experts.rules.score import codes_of, in_turn, rank
from telemed.experts.store.skills import published_skills
from telemed.experts.store.weights import parse_weights, read_weights, weights_on
from telemed.kernel.clock import Territory

NOON = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HERE = Territory.METROPOLE
WEIGHTS, SKILLS = read_weights()[-1], published_skills()
NEED = Need(NOON, NOON + DAY, "G15_10/SM15", HERE, patient_ids=(UUID(int=99),), asker_rpps="1", quota_limit=4)


def make(number: int = 1, **changes: Any) -> Candidate:
    free = {"free_from": NOON, "free_until": NOON + timedelta(hours=3)}
    one = Candidate(UUID(int=number), UUID(int=1000 + number), str(10_000 + number), "G15_10/SM15", HERE)
    return one._replace(**(free | changes))


def points(**changes: Any) -> int:
    return points_of(NEED, make(**changes))


def points_of(need: Need, one: Candidate) -> int:
    return rank(need, [one], WEIGHTS)[0].points


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({}, {"free_from": NOON + timedelta(hours=2)}),
        ({"free_from": NOON + timedelta(hours=2)}, {"free_from": NOON + timedelta(hours=20)}),
        ({}, {"free_until": NOON + timedelta(minutes=10)}),
        ({}, {"pending": 2}),
        ({"accepted_today": 1, "capacity_per_day": 10}, {"accepted_today": 1, "capacity_per_day": 2}),
        ({"known_cases": 1}, {}),
        ({"known_cases": 2}, {"known_cases": 1}),
        ({"taken": 9, "left": 1}, {"taken": 1, "left": 9}),
        ({"taken": 5, "median_minutes": 60}, {"taken": 5, "median_minutes": 2_000}),
        ({"quota_taken": 3}, {"quota_taken": 4}),
        ({}, {"territory": Territory.LA_REUNION}),
    ],
)
def test_what_is_better_is_worth_more(better: dict[str, Any], worse: dict[str, Any]) -> None:
    assert points(**better) > points(**worse)


def test_skill_language_and_department_count_only_when_they_are_asked() -> None:
    knows = make(skills=("dermoscopy",), words=("mélanome",), languages=("fr", "pt"), department="33")
    plain = make()
    assert points_of(NEED, knows) == points_of(NEED, plain)
    skills = ("dermoscopy", "Dermoscopie", "DERMOSCOPIE des paumes", "Melanome du pied")
    needs = [replace(NEED, skill=one, skill_codes=codes_of(SKILLS, one)) for one in skills]
    for need in (*needs, replace(NEED, language="pt"), replace(NEED, department="33")):
        assert points_of(need, knows) > points_of(need, plain), need


def test_a_full_quota_ranks_lower_and_stays() -> None:
    ranked = rank(NEED, [make(1, quota_taken=4), make(2, pending=1)], WEIGHTS)
    assert [one.candidate.professional_id.int for one in ranked] == [2, 1]
    why = {part.part: part for part in explain(NEED, ranked[1], WEIGHTS).parts}[Part.QUOTA]
    assert (why.points, "ne se facture pas" in why.why) == (0, True)


candidates = st.builds(
    make,
    st.integers(1, 50),
    free_from=st.one_of(st.none(), st.integers(-300, 2_000).map(lambda late: NOON + timedelta(minutes=late))),
    free_until=st.integers(1, 3_000).map(lambda late: NOON + timedelta(minutes=late)),
    pending=st.integers(0, 30),
    open_cases=st.integers(0, 30),
    accepted_today=st.integers(0, 30),
    capacity_per_day=st.one_of(st.none(), st.integers(1, 40)),
    median_minutes=st.one_of(st.none(), st.integers(1, 100_000)),
    taken=st.integers(0, 20),
    left=st.integers(0, 20),
    known_cases=st.integers(0, 9),
    quota_taken=st.integers(0, 9),
    territory=st.sampled_from(Territory),
)


@given(st.lists(candidates, max_size=12, unique_by=lambda one: one.professional_id), st.integers(0, 1_000))
def test_parts_add_up_and_the_order_does_not_depend_on_how_they_come(found: list[Candidate], seed: int) -> None:
    ranked = rank(NEED, found, WEIGHTS)
    shuffled = random.Random(seed).sample(found, len(found))
    assert rank(NEED, shuffled, WEIGHTS) == ranked
    for proposal in ranked:
        parts = explain(NEED, proposal, WEIGHTS).parts
        assert sum(part.points for part in parts) == proposal.points
        assert all(0 <= part.points <= part.most and part.why.endswith(".") for part in parts)
        assert {part.part for part in parts} == set(Part)


@given(st.lists(candidates, max_size=12, unique_by=lambda one: one.professional_id))
def test_in_a_line_who_is_there_comes_before_who_is_not_then_the_turn_decides(found: list[Candidate]) -> None:
    turned = [one._replace(turn=number) for number, one in enumerate(found)]
    ordered = [one for one in in_turn(NEED, turned) if one.free_from and one.free_from <= NOON and one.quota_taken < 4]
    assert [one.turn for one in ordered] == sorted(one.turn for one in ordered)
    here = [bool(one.free_from and one.free_from <= NOON) for one in in_turn(NEED, turned)]
    assert here == sorted(here, reverse=True)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"rpps": "1"}, "experts.self"),
        ({"is_suspended": True}, "experts.suspended"),
        ({"is_open": False}, "experts.closed"),
        ({"specialty_code": "G15_10/SM04"}, "experts.specialty"),
        ({"practice_id": UUID(int=7)}, "experts.same_practice"),
        ({"rpps": "2"}, "experts.asked_already"),
        ({"free_from": None, "free_until": None}, "experts.unavailable"),
        ({"free_from": NOON + DAY}, "experts.unavailable"),
        ({"free_from": None, "on_leave": True}, "experts.on_leave"),
        ({"capacity_per_day": 3, "accepted_today": 2, "pending": 1}, "experts.full"),
    ],
)
def test_who_is_left_out_and_why(changes: dict[str, Any], code: str) -> None:
    need = replace(NEED, refused=frozenset({"2"}), asker_practice_id=UUID(int=7))
    assert [reason.code for reason in exclusions(need, make(**changes), WEIGHTS)] == [code]
    assert exclusions(need, make(), WEIGHTS) == ()


def test_every_reason_is_given_at_once_and_a_chosen_line_may_be_one_s_own() -> None:
    need = replace(NEED, asker_practice_id=UUID(int=7))
    one = make(is_suspended=True, practice_id=UUID(int=7), free_from=None)
    codes = [reason.code for reason in exclusions(need, one, WEIGHTS)]
    assert codes == ["experts.suspended", "experts.same_practice", "experts.unavailable"]
    of_line = replace(need, line_id=UUID(int=5))
    assert exclusions(of_line, make(practice_id=UUID(int=7)), WEIGHTS) == ()


GOOD = "\n".join(
    [
        "why: because",
        "points: {availability: 1, time_left: 1, load: 1, skill: 1, language: 1, territory: 1, continuity: 1,",
        "  history: 1, quota: 1}",
        "pool: 5",
        "free_for_minutes: 10",
        "slow_minutes: 10",
        "unknown_per_thousand: 500",
        "excludes_same_practice: true",
    ]
)


@pytest.mark.parametrize(
    ("former", "wrong"),
    [
        ("pool: 5", "pool: 0"),
        ("pool: 5", "pool: 5.5"),
        ("pool: 5", "pool: true"),
        ("pool: 5", "pools: 5"),
        ("quota: 1", "quota: -1"),
        ("quota: 1", "quotas: 1"),
        ("why: because", "why: ''"),
        ("same_practice: true", "same_practice: perhaps"),
        ("unknown_per_thousand: 500", "unknown_per_thousand: 1001"),
    ],
)
def test_weights_that_are_wrong_are_refused(former: str, wrong: str) -> None:
    assert parse_weights(date(2026, 1, 1), GOOD).pool == 5
    with pytest.raises(ValueError, match=r"\w"):
        parse_weights(date(2026, 1, 1), GOOD.replace(former, wrong))


def test_weights_are_those_of_the_day() -> None:
    early, late = (parse_weights(date(2026, month, 1), GOOD) for month in (1, 6))
    days = (date(2025, 1, 1), date(2026, 5, 31), date(2026, 6, 1))
    assert [weights_on((early, late), day) for day in days] == [early, early, late]


@given(st.lists(st.sampled_from("tl"), max_size=60), st.lists(st.integers(1, 9_999), max_size=40))
def test_a_standing_forgets_what_is_old(outcomes: list[str], times: list[int]) -> None:
    standing = Standing(UUID(int=1))
    for letter in outcomes:
        standing = standing.with_outcome(letter)
    for minutes in times:
        standing = standing.with_time(minutes)
    assert standing.taken + standing.left == min(len(outcomes), LAST_OUTCOMES)
    assert (standing.median_minutes is None) == (not times)


def test_what_was_accepted_is_of_its_day() -> None:
    first, second = date(2026, 11, 25), date(2026, 11, 26)
    standing = Standing(UUID(int=1))
    for day in (first, first, second):
        standing = standing.changed(pending=0, open_cases=1, accepted=1, day=day)
    assert (standing.accepted_today(first), standing.accepted_today(second), standing.open_cases) == (0, 1, 3)


@pytest.mark.parametrize(
    ("code", "department"),
    [("33000", "33"), ("20000", "2A"), ("20200", "2B"), ("20600", "2B"), ("97400", "974"), ("", ""), ("B-1000", "")],
)
def test_the_department_of_a_postal_code(code: str, department: str) -> None:
    assert department_of(code) == department
