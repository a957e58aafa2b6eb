"""What refuses a document of a case, what only restricts it, and to whom its report goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from telemed.documents import rules
from telemed.documents.model import Address, ConsentChannel, ConsentFacts, IdentityStatus, Recipient, Visibility
from telemed.documents.rules import plan_deliveries, telling_time
from telemed.kernel.clock import Territory
from tests.unit.documents.making import SIGNED_AT, make_patient
from tests.unit.documents.making_expertise import (
    make_expert,
    make_opinion,
    make_opinion_facts,
    make_request,
    make_request_content,
    make_request_facts,
    make_words,
)

NOWHERE = make_patient(address=Address(("  ",)))
UNNAMED = make_expert(family_name=" ")
LATE = ConsentFacts(SIGNED_AT - timedelta(hours=1), ConsentChannel.ORAL, "2026-11-01")


def test_a_whole_request_and_a_whole_opinion_are_sealed() -> None:
    for decision in (rules.check_request(make_request()), rules.check_opinion(make_opinion())):
        assert (decision.refusals, decision.warnings) == ((), ())


@pytest.mark.parametrize(
    ("facts", "content", "code"),
    [
        ({"consent": None}, {}, "report.consent_missing"),
        ({"asked": (make_expert(), UNNAMED)}, {}, "report.professional_unnamed"),
        ({"author": UNNAMED}, {}, "report.professional_unnamed"),
        ({}, {"question": " \n"}, "report.question_missing"),
    ],
)
def test_each_thing_that_a_request_lacks_refuses_by_its_code(
    facts: dict[str, Any], content: dict[str, Any], code: str
) -> None:
    request = make_request(facts=make_request_facts(**facts), content=make_request_content(**content))
    assert [reason.code for reason in rules.check_request(request).refusals] == [code]


@pytest.mark.parametrize(
    ("facts", "words", "codes"),
    [
        ({"consent": None}, {}, ["report.consent_missing"]),
        ({"consent": LATE}, {}, ["report.consent_late"]),
        ({"requerant": UNNAMED}, {}, ["report.professional_unnamed"]),
        ({"accepted_at": SIGNED_AT + timedelta(seconds=1)}, {}, ["report.time_reversed"]),
        ({"requested_at": SIGNED_AT - timedelta(minutes=1)}, {}, ["report.time_reversed"]),
        ({}, {"conclusion": " "}, ["report.conclusion_missing"]),
        ({}, {"prescribed": None, "incidents": None}, ["report.prescriptions_missing", "report.incidents_missing"]),
    ],
)
def test_each_thing_that_an_opinion_lacks_refuses_by_its_code(
    facts: dict[str, Any], words: dict[str, Any], codes: list[str]
) -> None:
    report = make_opinion(facts=make_opinion_facts(**facts), content=make_words(**words))
    decision = rules.check_opinion(report)
    assert [reason.code for reason in decision.refusals] == codes
    assert all(reason.text and reason.reference for reason in decision.refusals)


def test_an_unknown_address_only_restricts() -> None:
    for decision in (
        rules.check_request(make_request(facts=make_request_facts(patient=NOWHERE))),
        rules.check_opinion(make_opinion(facts=make_opinion_facts(patient=make_patient(address=None)))),
    ):
        assert decision.is_allowed
        assert [reason.code for reason in decision.warnings] == ["report.address_unknown"]


def test_all_that_was_written_is_looked_at_before_it_is_printed() -> None:
    words = make_words(incidents="Photo floue")
    texts = rules.opinion_texts(make_opinion(content=words))
    for written in (words.conclusion, words.conduct, "Photo floue", "Photoprotection"):
        assert written in texts
    assert rules.opinion_texts(make_opinion(content=make_words(prescribed=None, incidents=None)))
    content = make_request_content()
    texts = rules.request_texts(make_request())
    for written in (content.question, content.remarks, content.history, content.treatments, content.allergies):
        assert written in texts
    assert content.findings in texts


def planned(*visibility: Visibility, **facts: Any) -> dict[Recipient, tuple[str, str]]:
    words = make_words(visibility=frozenset(visibility))
    report = make_opinion(facts=make_opinion_facts(**facts), content=words)
    return {recipient: (step.value, reason.value) for recipient, step, reason in plan_deliveries(report)}


def test_a_report_that_hides_nothing_goes_to_all() -> None:
    assert planned() == {
        Recipient.REQUERANT: ("available", "in_case"),
        Recipient.MEDECIN_TRAITANT: ("queued", "to_tell"),
        Recipient.PATIENT: ("queued", "to_tell"),
        Recipient.DMP: ("queued", "dmp_not_connected"),
    }


@pytest.mark.parametrize("code", [Visibility.INVISIBLE_PATIENT, Visibility.INVISIBLE_REPRESENTANTS_LEGAUX])
def test_what_is_hidden_from_the_patient_or_his_representatives_is_not_told_to_him(code: Visibility) -> None:
    expected = planned() | {Recipient.PATIENT: ("withheld", "hidden_from_patient")}
    assert planned(code) == expected


def test_what_is_masked_from_professionals_goes_to_the_one_who_asked_alone() -> None:
    assert planned(Visibility.MASQUE_PS) == planned() | {Recipient.MEDECIN_TRAITANT: ("withheld", "masked")}


@pytest.mark.parametrize("status", [IdentityStatus.PROV, IdentityStatus.RECUP, IdentityStatus.VALI])
def test_only_a_qualified_identity_waits_for_the_dmp(status: IdentityStatus) -> None:
    found = planned(patient=make_patient(identity_status=status))
    assert found[Recipient.DMP] == ("withheld", "ins_not_qualified")


def test_a_medecin_traitant_who_is_of_the_case_has_it_already() -> None:
    facts = make_opinion_facts()
    for doctor, expected in (
        (facts.author, ("available", "is_author")),
        (facts.requerant, ("available", "is_requerant")),
        (None, ("withheld", "no_attending_doctor")),
    ):
        assert planned(medecin_traitant=doctor)[Recipient.MEDECIN_TRAITANT] == expected
    same = replace(facts.author, place=None)
    assert planned(Visibility.MASQUE_PS, medecin_traitant=same)[Recipient.MEDECIN_TRAITANT][0] == "available"


@pytest.mark.parametrize(
    ("signed", "told", "territory"),
    [
        ("2026-11-25T07:00:00+00:00", "2026-11-25T07:00:00+00:00", Territory.METROPOLE),
        ("2026-11-25T06:59:59+00:00", "2026-11-25T07:00:00+00:00", Territory.METROPOLE),
        ("2026-11-25T18:59:59+00:00", "2026-11-25T18:59:59+00:00", Territory.METROPOLE),
        ("2026-11-25T19:00:00+00:00", "2026-11-26T07:00:00+00:00", Territory.METROPOLE),
        ("2026-03-28T22:00:00+00:00", "2026-03-29T06:00:00+00:00", Territory.METROPOLE),
        ("2026-12-31T21:30:00+00:00", "2027-01-01T04:00:00+00:00", Territory.LA_REUNION),
    ],
)
def test_people_are_told_by_day_where_the_report_was_made(signed: str, told: str, territory: Territory) -> None:
    assert telling_time(datetime.fromisoformat(signed), territory) == datetime.fromisoformat(told)
