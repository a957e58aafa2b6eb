"""Reimbursement rules for any facts; single cases are in tests/law/reimbursement."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.acts.teleconsultation.rules.reimbursement import (
    CHILD,
    DIRECT,
    ReimbursementFacts,
    assess_reimbursement,
    exceptions_in_force,
)
from telemed.kernel.period import age_on
from tests.the_law import LAW

DAYS = st.dates(date(2018, 9, 15), date(2035, 1, 1))
INVOKED = st.frozensets(st.sampled_from([CHILD, DIRECT, "urgence", "zone_sous_dense", "regulation_sas", "autre"]))
FACTS = st.builds(
    ReimbursementFacts,
    specialty=st.sampled_from(["G15_10/SM54", "G15_10/SM38", "G15_10/SM42"]),
    patient_born_on=st.dates(date(1930, 1, 1), date(2018, 1, 1)),
    follows_pathway=st.booleans(),
    is_within_territory=st.booleans(),
    alternates=st.none() | st.booleans(),
    invoked=INVOKED,
)


@given(facts=FACTS, day=DAYS)
def test_only_exceptions_in_force_and_founded_are_kept(facts: ReimbursementFacts, day: date) -> None:
    found = assess_reimbursement(facts, LAW.on(day))
    assert set(found.exceptions) <= exceptions_in_force(LAW.on(day)).keys()
    assert (CHILD in found.exceptions) is (age_on(day, facts.patient_born_on) < 16)
    assert (DIRECT in found.exceptions) is (facts.specialty != "G15_10/SM54")


@given(facts=FACTS, day=DAYS)
def test_each_refusal_has_its_text_and_none_shows_the_patient(facts: ReimbursementFacts, day: date) -> None:
    for reason in assess_reimbursement(facts, LAW.on(day)).decision.refusals:
        assert reason.text
        assert reason.code.startswith("reimbursement.")
        assert str(facts.patient_born_on) not in reason.text


@pytest.mark.parametrize(
    ("day", "present", "absent"),
    [
        (date(2018, 9, 14), set(), {CHILD}),
        (date(2018, 9, 15), {CHILD, "sans_medecin_traitant"}, {"urgence", "regulation_sas"}),
        (date(2022, 4, 1), {"regulation_sas", "zone_sous_dense"}, {"zone_intervention_prioritaire"}),
        (date(2024, 6, 22), {"zone_intervention_prioritaire"}, {"zone_sous_dense"}),
    ],
)
def test_a_form_offers_what_the_texts_of_the_day_know(day: date, present: set[str], absent: set[str]) -> None:
    offered = exceptions_in_force(LAW.on(day))
    assert present <= offered.keys()
    assert absent.isdisjoint(offered)
    assert all(offered.values())


@pytest.mark.parametrize(
    ("seen", "day", "is_refused"),
    [
        (date(2020, 2, 29), date(2021, 3, 1), False),
        (date(2020, 2, 29), date(2021, 3, 2), True),
        (date(2020, 12, 31), date(2021, 12, 31), False),
        (None, date(2021, 12, 31), True),
    ],
)
def test_the_visit_of_twelve_months_ago_still_counts_on_its_day(seen: date | None, day: date, is_refused: bool) -> None:
    """Born on 29 February or not, a month that has no such day gives the first of the next one (trap 16)."""
    facts = ReimbursementFacts("G15_10/SM54", date(1980, 1, 1), True, True, last_seen_in_person_on=seen)
    codes = [reason.code for reason in assess_reimbursement(facts, LAW.on(day)).decision.refusals]
    assert ("reimbursement.prior_visit" in codes) is is_refused
