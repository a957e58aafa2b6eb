"""What may be recorded of an identity, and what may leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from telemed.kernel.decision import Decision
from telemed.kernel.identifiers import InsOid, Matricule, parse_matricule
from telemed.patients.model import (
    CheckMethod,
    Contact,
    DoubtReason,
    Identity,
    IdentityDoubt,
    IdentityProof,
    InsiAnswer,
    InsiSource,
    Patient,
    Resemblance,
    Sex,
    Traits,
    UsedNames,
    parse_birth_date,
)
from telemed.patients.rules import (
    check_birth_date,
    check_exchange,
    check_insi_answer,
    check_matricule,
    check_proof,
    check_traits_recorded,
    resemblance_of,
)

TODAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
TRAITS = Traits("ADRUN", ("ZOE",), parse_birth_date("1975-12-31"), Sex.FEMALE, "63220")
MATRICULE = parse_matricule("275126322074974")
CHILD = replace(TRAITS, birth_date=parse_birth_date("2015-05-04"))


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.refusals]


def test_each_missing_trait_is_named_before_a_start() -> None:
    assert codes(check_traits_recorded(replace(TRAITS, sex=None, birth_place=None))) == [
        "identity.sex_missing",
        "identity.birth_place_missing",
    ]
    assert check_traits_recorded(TRAITS).is_allowed


@pytest.mark.parametrize("oid", [InsOid.NIR_TEST, InsOid.NIR_DEMO])
def test_a_test_matricule_is_refused_in_production_only(oid: InsOid) -> None:
    matricule = Matricule(MATRICULE.value, oid)
    assert codes(check_matricule(matricule, may_be_for_tests=False)) == ["identity.test_matricule"]
    assert check_matricule(matricule, may_be_for_tests=True).is_allowed


@pytest.mark.parametrize("oid", [InsOid.NIR, InsOid.NIA])
def test_a_real_authority_is_accepted_everywhere(oid: InsOid) -> None:
    assert check_matricule(Matricule(MATRICULE.value, oid), may_be_for_tests=False).is_allowed


@pytest.mark.parametrize(
    ("birth", "allowed"),
    [("2026-11-24", True), ("2026-11-25", True), ("2026-11-26", False), ("2026", True), ("2027", False)],
)
def test_nobody_is_born_tomorrow(birth: str, *, allowed: bool) -> None:
    assert check_birth_date(parse_birth_date(birth), TODAY).is_allowed is allowed


def proof_codes(
    proof: IdentityProof, traits: Traits = TRAITS, companion: IdentityProof | None = None, today: date = TODAY
) -> list[str]:
    return codes(check_proof(traits, proof, CheckMethod.IN_PERSON, companion=companion, today=today, adult_years=18))


@pytest.mark.parametrize("proof", ["PA", "CN", "CS", "IE", "AC", "TC"])
def test_a_high_trust_document_validates(proof: str) -> None:
    assert proof_codes(IdentityProof(proof)) == []


@pytest.mark.parametrize("proof", ["PC", "CM", "CE", "CC"])
def test_another_document_does_not(proof: str) -> None:
    assert proof_codes(IdentityProof(proof)) == ["identity.proof_not_accepted"]


@pytest.mark.parametrize("proof", [IdentityProof.BIRTH_CERTIFICATE, IdentityProof.FAMILY_BOOK])
def test_a_child_s_certificate_needs_a_parent_s_identity(proof: IdentityProof) -> None:
    assert proof_codes(proof, CHILD) == ["identity.companion_needed"]
    assert proof_codes(proof, CHILD, IdentityProof.DRIVING_LICENCE) == ["identity.companion_needed"]
    assert proof_codes(proof, CHILD, IdentityProof.PASSPORT) == []


@pytest.mark.parametrize(
    ("today", "expected"),
    [(date(2033, 5, 3), []), (date(2033, 5, 4), ["identity.proof_for_minors"])],
    ids=["the day before 18", "the day of 18"],
)
def test_a_family_book_validates_a_minor_only(today: date, expected: list[str]) -> None:
    assert proof_codes(IdentityProof.FAMILY_BOOK, CHILD, IdentityProof.PASSPORT, today) == expected


def test_nothing_is_validated_while_a_trait_is_missing() -> None:
    assert proof_codes(IdentityProof.PASSPORT, replace(TRAITS, birth_place=None)) == ["identity.birth_place_missing"]


def test_a_card_shown_to_the_camera_is_allowed_with_a_warning() -> None:
    decision = check_proof(
        TRAITS, IdentityProof.PASSPORT, CheckMethod.ON_VIDEO, companion=None, today=TODAY, adult_years=18
    )
    assert decision.is_allowed
    assert [reason.code for reason in decision.warnings] == ["identity.seen_on_video"]


def answer_codes(ours: Traits, found: Traits, *, matricule: Matricule = MATRICULE) -> list[str]:
    answer = InsiAnswer(matricule, found, InsiSource.TRAITS_SEARCH, NOW)
    return codes(check_insi_answer(Identity(ours), answer, may_be_for_tests=False))


@pytest.mark.parametrize(
    "ours",
    [
        TRAITS,
        replace(TRAITS, sex=None, birth_place=None),
        replace(TRAITS, birth_date=parse_birth_date("1975")),
        replace(TRAITS, birth_date=parse_birth_date("1975-12")),
    ],
    ids=["the same", "less asked", "the year only", "the month only"],
)
def test_an_answer_that_agrees_is_taken_up(ours: Traits) -> None:
    assert answer_codes(ours, TRAITS) == []


def test_insi_may_know_more_given_names_than_we_do() -> None:
    assert answer_codes(TRAITS, replace(TRAITS, birth_given_names=("ZOE", "MARIE"))) == []
    assert answer_codes(replace(TRAITS, birth_given_names=("ZO",)), TRAITS) == ["identity.insi_differs"]


@pytest.mark.parametrize(
    "found",
    [
        replace(TRAITS, birth_name="ADRON"),
        replace(TRAITS, birth_given_names=("MARIE", "ZOE")),
        replace(TRAITS, birth_date=parse_birth_date("1975-12-30")),
        replace(TRAITS, sex=Sex.MALE),
        replace(TRAITS, birth_place="63113"),
    ],
)
def test_an_answer_that_contradicts_one_trait_is_refused(found: Traits) -> None:
    assert answer_codes(TRAITS, found) == ["identity.insi_differs"]


def test_a_refusal_names_the_trait_and_never_its_value() -> None:
    answer = InsiAnswer(MATRICULE, replace(TRAITS, birth_name="ADRON"), InsiSource.TRAITS_SEARCH, NOW)
    reason = check_insi_answer(Identity(TRAITS), answer, may_be_for_tests=False).refusals[0]
    assert reason.compared == {"traits": "birth_name"}
    assert "ADR" not in str(reason)


def test_a_test_answer_is_refused_in_production() -> None:
    matricule = Matricule(MATRICULE.value, InsOid.NIR_TEST)
    assert answer_codes(TRAITS, TRAITS, matricule=matricule) == ["identity.test_matricule"]


def test_insi_is_not_asked_about_a_doubtful_identity() -> None:
    doubted = Identity(TRAITS).doubted(IdentityDoubt(DoubtReason.BORROWED, NOW, None))
    answer = InsiAnswer(MATRICULE, TRAITS, InsiSource.TRAITS_SEARCH, NOW)
    assert codes(check_insi_answer(doubted, answer, may_be_for_tests=False)) == ["identity.doubtful"]


def test_no_matricule_leaves_before_qualification() -> None:
    assert codes(check_exchange(Identity(TRAITS, MATRICULE))) == ["identity.not_qualified"]


def make_patient(traits: Traits, matricule: Matricule | None = None) -> Patient:
    return Patient(UUID(int=1), UUID(int=2), Identity(traits, matricule), UsedNames(), Contact(), NOW)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (TRAITS, Resemblance.SAME_TRAITS),
        (replace(TRAITS, birth_given_names=("LEA",)), Resemblance.SAME_NAME_AND_DATE),
        (replace(TRAITS, birth_date=parse_birth_date("1975-12-30")), None),
        (replace(TRAITS, birth_name="MARTIN"), None),
    ],
    ids=["the same person", "a twin", "another day", "another name"],
)
def test_a_twin_is_told_apart_from_a_duplicate(other: Traits, expected: Resemblance | None) -> None:
    assert resemblance_of(Identity(TRAITS), make_patient(other)) is expected


def test_one_matricule_means_one_person_whatever_the_spelling() -> None:
    other = make_patient(replace(TRAITS, birth_name="ADRUN-MARTIN"), MATRICULE)
    assert resemblance_of(Identity(TRAITS, MATRICULE), other) is Resemblance.SAME_MATRICULE
