"""The two axes and the status that they give (R-4, R-6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.kernel.identifiers import InsOid, parse_matricule
from telemed.patients.model import (
    CheckMethod,
    DoubtReason,
    Identity,
    IdentityCheck,
    IdentityDoubt,
    IdentityProof,
    IdentityStatus,
    InsiAnswer,
    InsiSource,
    Sex,
    Traits,
    parse_birth_date,
    status_of,
)

NOW = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
TRAITS = Traits("ADRUN", ("ZOE",), parse_birth_date("1975-12-31"), Sex.FEMALE, "63220")
MATRICULE = parse_matricule("275126322074974")
CHECK = IdentityCheck(IdentityProof.NATIONAL_CARD, CheckMethod.IN_PERSON, NOW, None)
ANSWER = InsiAnswer(MATRICULE, TRAITS, InsiSource.TRAITS_SEARCH, NOW)
DOUBT = IdentityDoubt(DoubtReason.HOMONYM, NOW, None)
QUALIFIED = Identity(TRAITS).checked(CHECK).answered(ANSWER)


@pytest.mark.parametrize(
    ("called", "checked", "status"),
    [(False, False, "PROV"), (True, False, "RECUP"), (False, True, "VALI"), (True, True, "QUAL")],
)
def test_the_status_is_the_crossing_of_the_two_axes(*, called: bool, checked: bool, status: str) -> None:
    assert status_of(is_insi_called=called, is_proof_checked=checked) == status


@given(st.booleans(), st.booleans())
def test_a_doubtful_identity_is_provisional_whatever_its_axes(called: bool, checked: bool) -> None:
    assert status_of(is_insi_called=called, is_proof_checked=checked, is_doubtful=True) is IdentityStatus.PROV


def test_only_a_qualified_identity_gives_its_matricule_away() -> None:
    steps = [Identity(TRAITS, MATRICULE), Identity(TRAITS).answered(ANSWER), Identity(TRAITS, MATRICULE).checked(CHECK)]
    assert [step.exchangeable_matricule for step in steps] == [None, None, None]
    assert QUALIFIED.exchangeable_matricule == MATRICULE


def test_qualified_whatever_came_first() -> None:
    assert Identity(TRAITS).answered(ANSWER).checked(CHECK).status is IdentityStatus.QUAL


@pytest.mark.parametrize(
    "changed",
    [
        replace(TRAITS, birth_name="ADRUN-MARTIN"),
        replace(TRAITS, birth_given_names=("ZOE", "MARIE")),
        replace(TRAITS, birth_date=parse_birth_date("1975-12-30")),
        replace(TRAITS, sex=Sex.MALE),
        replace(TRAITS, birth_place="63113"),
    ],
    ids=["birth name", "given names", "birth date", "sex", "birth place"],
)
def test_a_changed_trait_drops_both_axes(changed: Traits) -> None:
    identity = QUALIFIED.with_traits(changed)
    assert identity.status is IdentityStatus.PROV
    assert identity.exchangeable_matricule is None
    assert identity.matricule == MATRICULE


def test_the_same_traits_again_drop_nothing() -> None:
    assert QUALIFIED.with_traits(replace(TRAITS)).status is IdentityStatus.QUAL


def test_a_matricule_typed_over_insi_is_not_insi_s_any_more() -> None:
    attributed_later = parse_matricule("275126322074974", InsOid.NIA)
    assert QUALIFIED.with_matricule(attributed_later).status is IdentityStatus.VALI
    assert QUALIFIED.with_matricule(MATRICULE) == QUALIFIED


def test_a_doubt_drops_qualification_until_everything_is_verified_again() -> None:
    doubted = QUALIFIED.doubted(DOUBT)
    rechecked = doubted.checked(CHECK)
    assert [doubted.status, rechecked.status, rechecked.answered(ANSWER).status] == ["PROV", "VALI", "QUAL"]


@given(st.lists(st.sampled_from(["traits", "matricule", "check", "answer", "doubt"]), max_size=12))
def test_no_path_to_qualified_avoids_a_check_and_an_answer_after_the_last_change(path: list[str]) -> None:
    identity, called, checked = Identity(TRAITS), False, False
    for number, step in enumerate(path):
        if step == "traits":
            identity = identity.with_traits(replace(TRAITS, birth_name="A" * (number + 1)))
            called = checked = False
        elif step == "matricule":
            before = identity.matricule
            identity = identity.with_matricule(None if before else MATRICULE)
            called = False
        elif step == "check":
            identity, checked = identity.checked(CHECK), True
        elif step == "answer":
            identity, called = identity.answered(ANSWER), True
        else:
            identity = identity.doubted(DOUBT)
            called = checked = False
    is_doubted = identity.doubt is not None
    assert (identity.status is IdentityStatus.QUAL) == (called and checked and not is_doubted)


def test_an_invented_identity_carries_its_own_attribute() -> None:
    assert [reason.attribute for reason in DoubtReason] == ["DOUT", "DOUT", "DOUT", "FICT"]
