"""The cases of consent and of identity, each folder against its rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from telemed.consent.model import ActKind, ConsentBy, ConsentChannel, ConsentDecision, ConsentFacts, ConsentRecord
from telemed.consent.rules import check_consent
from telemed.kernel.decision import Decision
from telemed.kernel.identifiers import InsOid, parse_matricule
from telemed.kernel.ids import new_id
from telemed.patients.model import (
    CheckMethod,
    DoubtReason,
    Identity,
    IdentityCheck,
    IdentityDoubt,
    IdentityProof,
    InsiAnswer,
    InsiSource,
    Sex,
    Traits,
    parse_birth_date,
)
from telemed.patients.rules import check_exchange, check_proof
from tests.law.cases import Case, read_cases, take
from tests.the_law import LAW

PATIENT = UUID(int=1)
ACTS = {"A": UUID(int=2), "B": UUID(int=3)}
NOON = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
TRAITS = Traits("ADRUN", ("ZOE",), parse_birth_date("1975-12-31"), Sex.FEMALE, "63220")
MATRICULE = parse_matricule("275126322074974")


def found(decision: Decision) -> dict[str, list[str]]:
    return {
        "refus": [reason.code for reason in decision.refusals],
        "avertissements": [reason.code for reason in decision.warnings],
    }


def wanted(expected: dict[str, Any]) -> dict[str, Any]:
    return take(expected, refus=[], avertissements=[])


def make_record(raw: dict[str, Any]) -> ConsentRecord:
    given = take(raw, quand=None, quoi=None, acte="A", par="patient")
    return ConsentRecord(
        id=new_id(),
        patient_id=PATIENT,
        act_kind=ActKind.TELECONSULTATION,
        act_id=ACTS[given["acte"]],
        decision=ConsentDecision(given["quoi"]),
        channel=ConsentChannel.PATIENT_PAGE,
        by=ConsentBy(given["par"]),
        at=datetime.fromisoformat(given["quand"]),
        wording_version=date(2026, 1, 1),
        wording_sha256="0" * 64,
        recorded_by=None,
    )


@pytest.mark.parametrize("case", read_cases("consent"), ids=str)
def test_consent(case: Case) -> None:
    """`day` is the instant at which act A starts."""
    given = take(case.facts, decisions=[], mineur=None)
    records = tuple(make_record(raw) for raw in given["decisions"])
    facts = ConsentFacts(PATIENT, ActKind.TELECONSULTATION, ACTS["A"], records, is_minor=given["mineur"])
    assert found(check_consent(facts, datetime.fromisoformat(case.day))) == wanted(case.decision)


def move(identity: Identity, step: str) -> Identity:
    """One fact of the file."""
    match step:
        case "insi":
            return identity.answered(InsiAnswer(MATRICULE, identity.traits, InsiSource.TRAITS_SEARCH, NOON))
        case "piece":
            check = IdentityCheck(IdentityProof.NATIONAL_CARD, CheckMethod.IN_PERSON, NOON, None)
            return identity.checked(check)
        case "trait":
            return identity.with_traits(replace(identity.traits, birth_name="ADRUN-MARTIN"))
        case "matricule":
            return identity.with_matricule(replace(MATRICULE, oid=InsOid.NIA))
        case "doute":
            return identity.doubted(IdentityDoubt(DoubtReason.HOMONYM, NOON, None))
    raise ValueError(f"unknown: {step}")


@pytest.mark.parametrize("case", read_cases("identity"), ids=str)
def test_identity(case: Case) -> None:
    identity = Identity(TRAITS)
    for step in take(case.facts, suite=[])["suite"]:
        identity = move(identity, step)
    expected = take(case.decision, statut=None, part=False)
    assert identity.status.value == expected["statut"]
    assert check_exchange(identity).is_allowed is expected["part"]


@pytest.mark.parametrize("case", read_cases("identity_proof"), ids=str)
def test_identity_proof(case: Case) -> None:
    given = take(case.facts, piece=None, avec=None, comment="in_person", naissance=None, lieu="63220")
    traits = replace(TRAITS, birth_date=parse_birth_date(given["naissance"]), birth_place=given["lieu"])
    decision = check_proof(
        traits,
        IdentityProof(given["piece"]),
        CheckMethod(given["comment"]),
        companion=IdentityProof(given["avec"]) if given["avec"] else None,
        today=case.day,
        adult_years=LAW.on(case.day).value("persons/adult_age").integer,
    )
    assert found(decision) == wanted(case.decision)
