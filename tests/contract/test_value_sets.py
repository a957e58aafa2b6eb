"""Our codes against the national value sets that they come from."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from telemed.patients.model import IdentityProof, IdentityStatus
from telemed.professionals.model import FACILITY_TYPES, SPECIALTIES
from telemed.professionals.model.practice import FACILITY_CODE_SYSTEM
from telemed.professionals.model.specialties import CODE_SYSTEM
from tests.shared import shared_path

_SVS = "{urn:ihe:iti:svs:2008}"
_FR_CORE = "data/fhir/hl7.fhir.fr.core-2.2.0/package"


def concepts(name: str) -> dict[tuple[str, str], str]:
    tree = ET.parse(shared_path(f"data/cda/jeuxDeValeurs/{name}"))  # noqa: S314 - a file of our own disk
    found = tree.iter(f"{_SVS}Concept")
    return {(concept.attrib["codeSystem"], concept.attrib["code"]): concept.attrib["displayName"] for concept in found}


@pytest.mark.parametrize("code", sorted(SPECIALTIES))
def test_a_specialty_is_in_jdv_j01_under_its_label(code: str) -> None:
    published = concepts("JDV_J01_XdsAuthorSpecialty_CISIS.xml")
    assert published[CODE_SYSTEM, code] == SPECIALTIES[code].display_name


def test_facility_types_are_in_jdv_j02_under_their_labels() -> None:
    published = concepts("JDV_J02_XdsHealthcareFacilityTypeCode_CISIS.xml")
    assert {code: published[FACILITY_CODE_SYSTEM, code] for code in FACILITY_TYPES} == FACILITY_TYPES


def test_identity_proofs_are_those_of_fr_core() -> None:
    system = json.loads(
        shared_path(f"{_FR_CORE}/CodeSystem-fr-core-cs-mode-validation-identity.json").read_text("utf-8")
    )
    assert {proof.value for proof in IdentityProof} == {concept["code"] for concept in system["concept"]}


def test_identity_statuses_are_those_of_fr_core() -> None:
    text = shared_path(f"{_FR_CORE}/StructureDefinition-fr-core-identity-reliability.json").read_text("utf-8")
    assert "identityStatus" in text
    assert [status.value for status in IdentityStatus] == ["PROV", "RECUP", "VALI", "QUAL"]
