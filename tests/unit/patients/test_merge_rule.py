"""When two records may be one: refusals, warnings, and the traits that they name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from telemed.kernel.identifiers import parse_matricule
from telemed.kernel.ids import new_id
from telemed.patients.model import (
    CheckMethod,
    Contact,
    Identity,
    IdentityCheck,
    IdentityProof,
    InsiReceipt,
    InsiSource,
    Patient,
    Sex,
    Traits,
    UsedNames,
    parse_birth_date,
)
from telemed.patients.rules import check_merge, check_merge_with_the_dead

NOW = datetime(2026, 11, 25, 11, tzinfo=UTC)
TRAITS = Traits("LEROY", ("JEANNE", "MARIE"), parse_birth_date("1955-03-12"), Sex.FEMALE, "29019")
FIRST, SECOND = parse_matricule("275126322074974"), parse_matricule("180032B02040123")
CALLED = InsiReceipt(InsiSource.TRAITS_SEARCH, NOW)
CHECKED = IdentityCheck(IdentityProof.PASSPORT, CheckMethod.IN_PERSON, NOW, None)


def make_patient(identity: Identity | None = None, **traits: Any) -> Patient:
    identity = identity or Identity(replace(TRAITS, **traits))
    return Patient(new_id(), new_id(), identity, UsedNames(), Contact(), NOW)


def codes(kept: Patient, absorbed: Patient) -> tuple[list[str], list[str]]:
    decision = check_merge(kept, absorbed)
    return [one.code for one in decision.refusals], [one.code for one in decision.warnings]


def test_the_same_traits_may_be_one_person() -> None:
    assert codes(make_patient(), make_patient(birth_given_names=("JEANNE",))) == ([], [])


@pytest.mark.parametrize("field", ["sex", "birth_place"])
def test_a_trait_that_was_never_asked_contradicts_nothing(field: str) -> None:
    assert codes(make_patient(), make_patient(**{field: None})) == ([], [])
    assert codes(make_patient(**{field: None}), make_patient()) == ([], [])


@pytest.mark.parametrize(
    ("changes", "code", "traits"),
    [
        ({"birth_given_names": ("MARIE",)}, "patient.merge_twins", "first_given_name"),
        ({"birth_given_names": ("JEAN",), "sex": Sex.MALE}, "patient.merge_twins", "first_given_name, sex"),
        ({"birth_name": "LEROUX"}, "patient.merge_traits_differ", "birth_name"),
        (
            {"birth_given_names": ("JEAN",), "birth_name": "LEROUX"},
            "patient.merge_traits_differ",
            "birth_name, first_given_name",
        ),
        (
            {"birth_given_names": ("JEAN",), "birth_date": parse_birth_date("1955-03-13")},
            "patient.merge_traits_differ",
            "first_given_name, birth_date",
        ),
        ({"birth_date": parse_birth_date("1955-03")}, "patient.merge_traits_differ", "birth_date"),
        ({"sex": Sex.MALE}, "patient.merge_traits_differ", "sex"),
        ({"birth_place": "29020"}, "patient.merge_traits_differ", "birth_place"),
    ],
)
def test_traits_that_differ_are_named(changes: dict[str, Any], code: str, traits: str) -> None:
    decision = check_merge(make_patient(), make_patient(**changes))
    assert decision.is_allowed
    assert [(one.code, dict(one.compared)) for one in decision.warnings] == [(code, {"traits": traits})]


def test_two_qualified_matricules_are_two_persons() -> None:
    one = make_patient(Identity(TRAITS, FIRST, CALLED, CHECKED))
    other = make_patient(Identity(TRAITS, SECOND, CALLED, CHECKED))
    assert codes(one, other) == (["patient.merge_two_persons"], [])
    assert codes(one, make_patient(Identity(TRAITS, FIRST, CALLED, CHECKED))) == ([], [])


def test_two_matricules_of_which_one_is_not_qualified_are_weighed_by_a_person() -> None:
    one = make_patient(Identity(TRAITS, FIRST, CALLED, CHECKED))
    assert codes(one, make_patient(Identity(TRAITS, SECOND, CALLED))) == ([], ["patient.merge_matricules_differ"])
    assert codes(one, make_patient()) == ([], [])


@pytest.mark.parametrize(
    ("kept", "absorbed", "is_warned"),
    [
        (Identity(TRAITS), Identity(TRAITS, FIRST, CALLED), True),
        (Identity(TRAITS, FIRST, CALLED), Identity(TRAITS, check=CHECKED), True),
        (Identity(TRAITS, check=CHECKED), Identity(TRAITS, FIRST, CALLED, CHECKED), True),
        (Identity(TRAITS, FIRST, CALLED), Identity(TRAITS), False),
        (Identity(TRAITS, check=CHECKED), Identity(TRAITS, check=CHECKED), False),
    ],
)
def test_the_better_verified_record_should_be_kept(kept: Identity, absorbed: Identity, is_warned: bool) -> None:
    expected = ["patient.merge_better_absorbed"] if is_warned else []
    assert codes(make_patient(kept), make_patient(absorbed)) == ([], expected)


def test_a_record_that_was_merged_is_merged_no_more() -> None:
    gone = replace(make_patient(), merged_into=new_id())
    for pair in ((make_patient(), gone), (gone, make_patient())):
        decision = check_merge(*pair)
        assert [(one.code, dict(one.compared)) for one in decision.refusals] == [
            ("patient.merged", {"merged_into": str(gone.merged_into)})
        ]


@pytest.mark.parametrize(
    ("kept", "absorbed", "carer", "found"),
    [
        (False, False, False, ([], [])),
        (True, True, False, ([], [])),
        (True, False, True, ([], ["patient.merge_deceased"])),
        (False, True, True, ([], ["patient.merge_deceased"])),
        (True, False, False, (["patient.merge_needs_carer"], [])),
        (False, True, False, (["patient.merge_needs_carer"], [])),
    ],
)
def test_of_whom_one_is_dead_a_carer_merges_and_is_told_what_ends(
    *, kept: bool, absorbed: bool, carer: bool, found: tuple[list[str], list[str]]
) -> None:
    decision = check_merge_with_the_dead(is_kept_dead=kept, is_absorbed_dead=absorbed, is_carer=carer)
    assert ([one.code for one in decision.refusals], [one.code for one in decision.warnings]) == found


def test_a_record_is_not_merged_into_itself() -> None:
    one = make_patient()
    assert codes(one, one) == (["patient.merge_self"], [])
