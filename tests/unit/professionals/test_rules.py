"""Who may open and sign acts; passwords; delays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.kernel.caller import SYSTEM, Caller, CallerKind, Role
from telemed.kernel.decision import Decision
from telemed.professionals.model import (
    ConventionSector,
    Profession,
    Professional,
    Title,
    describe_device,
    find_specialty,
)
from telemed.professionals.rules import check_act_professional, check_password, check_professional, delay_after

DOCTOR = Caller(CallerKind.PROFESSIONAL, UUID(int=1), roles=frozenset({Role.DOCTOR}), rpps="10001234567", factors=2)
PERSON = Professional(
    id=UUID(int=1),
    practice_id=UUID(int=2),
    family_name="Moreau",
    given_name="Claire",
    roles=frozenset({Role.DOCTOR}),
    title=Title.DOCTOR,
    rpps="10001234567",
    profession=Profession.MEDECIN,
    specialty_code="G15_10/SM26",
    sector=ConventionSector.SECTOR_1,
)


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.refusals]


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        (DOCTOR, []),
        (replace(DOCTOR, factors=1), ["professional.two_factors_needed"]),
        (replace(DOCTOR, rpps=None), ["professional.rpps_missing"]),
        (replace(DOCTOR, rpps=None, factors=0), ["professional.rpps_missing", "professional.two_factors_needed"]),
        (replace(DOCTOR, roles=frozenset({Role.SECRETARY})), ["professional.not_a_doctor"]),
        (replace(DOCTOR, roles=frozenset({Role.HEALTH_PROFESSIONAL})), ["professional.not_a_doctor"]),
        (replace(DOCTOR, kind=CallerKind.PATIENT), ["professional.not_a_doctor"]),
        (SYSTEM, ["professional.not_a_doctor"]),
    ],
    ids=["a doctor", "one factor", "no RPPS", "neither", "a secretary", "a nurse", "a patient", "the system"],
)
def test_only_a_doctor_with_rpps_and_two_factors_opens_an_act(caller: Caller, expected: list[str]) -> None:
    assert codes(check_act_professional(caller)) == expected


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (PERSON, []),
        (replace(PERSON, roles=frozenset()), ["professional.role_missing"]),
        (replace(PERSON, rpps=None), ["professional.rpps_missing"]),
        (replace(PERSON, profession=Profession.INFIRMIER, specialty_code=None), ["professional.profession_missing"]),
        (replace(PERSON, sector=None), ["professional.sector_missing"]),
        (replace(PERSON, specialty_code="G15_10/SM00"), ["professional.specialty_unknown"]),
        (replace(PERSON, specialty_code="G15_60"), ["professional.specialty_unknown"]),
        (replace(PERSON, roles=frozenset({Role.DOCTOR, Role.ADMINISTRATOR})), []),
        (replace(PERSON, roles=frozenset({Role.DOCTOR, Role.AUDITOR})), ["professional.auditor_alone"]),
    ],
)
def test_roles_and_professional_data_hold_together(person: Professional, expected: list[str]) -> None:
    assert codes(check_professional(person)) == expected


NURSE = replace(
    PERSON,
    roles=frozenset({Role.HEALTH_PROFESSIONAL}),
    title=Title.MADAM,
    profession=Profession.INFIRMIER,
    specialty_code="G15_60",
    sector=None,
)


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (NURSE, []),
        (replace(NURSE, specialty_code=None), []),
        (replace(NURSE, rpps=None), ["professional.rpps_missing"]),
        (replace(NURSE, profession=None, specialty_code=None), ["professional.profession_missing"]),
        (replace(PERSON, roles=NURSE.roles), ["professional.profession_missing"]),
        (replace(NURSE, specialty_code="G15_50"), ["professional.specialty_unknown"]),
        (replace(NURSE, roles=NURSE.roles | {Role.ADMINISTRATOR}), []),
        (
            replace(PERSON, roles=frozenset({Role.DOCTOR, Role.HEALTH_PROFESSIONAL})),
            ["professional.profession_missing"],
        ),
    ],
)
def test_a_carer_who_is_no_doctor_has_an_rpps_and_a_profession(person: Professional, expected: list[str]) -> None:
    assert codes(check_professional(person)) == expected


def test_every_profession_has_a_name_and_a_specialty_of_its_own() -> None:
    for profession in Profession:
        assert profession.label
        assert find_specialty(f"G15_{profession}") is not None


def test_a_secretary_needs_no_rpps() -> None:
    secretary = Professional(UUID(int=3), UUID(int=2), "Petit", "Anne", frozenset({Role.SECRETARY}))
    assert check_professional(secretary).is_allowed
    assert secretary.full_name == "Anne PETIT"


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("a" * 11, ["password.length"]),
        ("abcde fghij k", []),
        ("aaaaaaaaaaaab", ["password.too_plain"]),
        ("claire.moreau2026", ["password.like_login"]),
        ("x" * 129, ["password.length"]),
        ("cheval agrafe pile correct", []),
    ],
)
def test_a_password_is_long_and_says_nothing_of_its_owner(password: str, expected: list[str]) -> None:
    assert codes(check_password(password, login="Claire.Moreau@exemple.fr")) == expected


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (2, 0), (3, 5), (4, 10), (5, 20), (10, 640), (11, 900), (10_000, 900)]
)
def test_failures_shut_a_login_longer_and_longer(failures: int, seconds: int) -> None:
    assert delay_after(failures) == timedelta(seconds=seconds)


@given(st.integers(0, 1000))
def test_one_more_failure_never_shortens_the_wait(failures: int) -> None:
    assert delay_after(failures) <= delay_after(failures + 1) <= timedelta(minutes=15)


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/143.0", "Firefox · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36", "Chrome · Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19 Safari/604.1", "Safari · iOS"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/156.0 Mobile Safari/537.36", "Chrome · Android"),
        ("curl/8.5", "Navigateur inconnu · système inconnu"),
    ],
)
def test_a_device_is_named_for_people(agent: str, device: str) -> None:
    assert describe_device(agent) == device
