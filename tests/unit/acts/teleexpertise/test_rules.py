"""Who may ask whom, with what, and what an opinion must hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.acts.teleexpertise.model import CareUrgency, Medical, OpinionContent, Outcome, Side, Urgency
from telemed.acts.teleexpertise.rules.contents import check_content, check_opinion
from telemed.acts.teleexpertise.rules.parties import Party, check_offers, check_parties, check_requis
from telemed.documents.model import PrescribedItem, PrescribedKind
from telemed.kernel.decision import Decision
from telemed.professionals.model import Profession, medical_professions
from tests.the_law import LAW
from tests.unit.acts.teleexpertise.making import CONTENT, EXPERT, NOON, make_case, make_offer

TODAY = LAW.on(date(2026, 11, 25))
NURSE, DOCTOR = Party("10100000057", "60"), Party("10100000073", "10")


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.refusals]


@given(st.sampled_from(Profession), st.sampled_from(Profession), st.dates(date(2021, 6, 5), date(2035, 1, 1)))
def test_any_health_professional_asks_and_only_a_medical_one_answers(
    asks: Profession, answers: Profession, day: date
) -> None:
    decision = check_parties(Party("1", asks.value), Party("2", answers.value), LAW.on(day))
    assert decision.is_allowed == (answers in medical_professions())


@given(st.sampled_from(Profession), st.text(max_size=11))
def test_nobody_asks_himself(profession: Profession, rpps: str) -> None:
    party = Party(rpps, profession.value)
    assert "teleexpertise.same_person" in codes(check_parties(party, party, TODAY))


def test_who_is_no_health_professional_asks_nobody() -> None:
    assert codes(check_parties(Party(None, ""), DOCTOR, TODAY)) == ["teleexpertise.requerant_profession"]
    assert codes(check_parties(replace(NURSE, rpps=None), DOCTOR, TODAY)) == ["teleexpertise.requerant_profession"]


def test_who_works_no_more_is_not_asked() -> None:
    assert codes(check_requis(replace(DOCTOR, is_suspended=True), TODAY)) == ["teleexpertise.requis_unavailable"]


@pytest.mark.parametrize(
    ("urgency", "rpps", "expected"),
    [
        (Urgency.WEEK, ["1"], []),
        (Urgency.WEEK, ["1", "2"], ["teleexpertise.parallel_not_urgent"]),
        (Urgency.TWO_DAYS, ["1", "2"], ["teleexpertise.parallel_not_urgent"]),
        (Urgency.HOURS, ["1", "2", "3", "4", "5"], []),
        (Urgency.HOURS, ["1", "2", "3", "4", "5", "6"], ["teleexpertise.too_many_colleagues"]),
        (Urgency.HOURS, ["1", "1"], ["teleexpertise.too_many_colleagues"]),
    ],
)
def test_several_at_once_only_within_hours(urgency: Urgency, rpps: list[str], expected: list[str]) -> None:
    case = make_case()
    assert codes(check_offers(replace(case, content=replace(case.content, urgency=urgency)), rpps)) == expected


def test_who_refused_is_not_asked_again_and_who_was_late_is() -> None:
    other = Side(EXPERT.professional_id, EXPERT.practice_id, "2", EXPERT.territory)
    offers = (make_offer(NOON, Outcome.REFUSED), make_offer(NOON, Outcome.LAPSED, other))
    case = make_case(offers=offers)
    assert codes(check_offers(case, [EXPERT.rpps])) == ["teleexpertise.refused_earlier"]
    assert check_offers(case, ["2"]).is_allowed


@pytest.mark.parametrize(
    ("question", "medical", "expected"),
    [
        ("Faut-il l'opérer ?", Medical(history="HTA"), []),
        ("Faut-il l'opérer ?", Medical(allergies="pénicilline"), []),
        (" ", Medical(history="HTA"), ["teleexpertise.question_missing"]),
        ("Faut-il l'opérer ?", Medical(history="  "), ["teleexpertise.medical_data_missing"]),
        ("", Medical(), ["teleexpertise.question_missing", "teleexpertise.medical_data_missing"]),
    ],
)
def test_a_request_has_a_question_and_medical_data(question: str, medical: Medical, expected: list[str]) -> None:
    assert codes(check_content(replace(CONTENT, question=question, medical=medical))) == expected


def test_an_opinion_is_signed_whole() -> None:
    whole = OpinionContent("Bénin.", "Surveiller.", CareUrgency.NONE, False, prescribed=(), incidents="")
    assert check_opinion(whole).is_allowed
    for part in (
        replace(whole, conclusion=" "),
        replace(whole, conduct=""),
        replace(whole, urgency=None),
        replace(whole, avoided_consultation=None),
        replace(whole, prescribed=None),
        replace(whole, prescribed=(PrescribedItem(PrescribedKind.ACT, " "),)),
        replace(whole, incidents=None),
    ):
        [reason] = check_opinion(part).refusals
        assert (reason.code, reason.compared["missing"]) == ("teleexpertise.opinion_incomplete", 1)
    assert check_opinion(OpinionContent()).refusals[0].compared["missing"] == 6
