"""Object identifiers and labels of the CI-SIS nomenclatures that a TLM-CR names."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from telemed.documents.model import EXPERTISE_ACT, ActCode, FacilityType, Sex

HL7_NAMESPACE = "urn:hl7-org:v3"
XSI_NAMESPACE = "http://www.w3.org/2001/XMLSchema-instance"

LOINC = "2.16.840.1.113883.6.1"
NGAP = "1.2.250.1.215.200.3.3"
PERSON_OID = "1.2.250.1.71.4.2.1"
STRUCTURE_OID = "1.2.250.1.71.4.2.2"
PROFESSION_OID = "1.2.250.1.213.1.1.4.5"
FACILITY_OID = "1.2.250.1.71.4.2.4"
PRACTICE_SETTING_OID = "1.2.250.1.213.1.1.4.9"
GENDER_OID = "2.16.840.1.113883.5.1"
CONFIDENTIALITY_OID = "2.16.840.1.113883.5.25"
ENCOUNTER_OID = "2.16.840.1.113883.5.4"
CARE_TEAM_OID = "1.2.250.1.213.1.6.1.107"
ACT_CODE_OID = "2.16.840.1.113883.5.4"
ABSENT_OID = "2.16.840.1.113883.5.1150.1"

TEMPLATES = ("2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1", "1.3.6.1.4.1.19376.1.2.20")
REQUEST_TEMPLATES = (*TEMPLATES[:2], "1.2.250.1.213.1.1.1.38")
REQUEST_VERSION = "2022.01"
REPORT_CODE = "85208-7"
REPORT_LABEL = "Compte-rendu d'acte de télémédecine"
REQUEST_CODE = "75496-0"
REQUEST_LABEL = "Demande d'acte de télémédecine"
VITALS_TEMPLATES = (*TEMPLATES[:2], "1.3.6.1.4.1.19376.1.5.3.1.1.1")
VITALS_CODE = "29274-8"
VITALS_LABEL = "Mesures de signes vitaux"
PATIENT_MAIL_DOMAIN = "patient.mssante.fr"

_UUID_ARC = "2.25"


class Coded(NamedTuple):
    code: str
    label: str


class Section(NamedTuple):
    """A section of a structured body, by its LOINC code and the templates that it follows."""

    code: str
    label: str
    templates: tuple[str, ...]


GENDERS: Mapping[Sex, Coded] = MappingProxyType(
    {Sex.FEMALE: Coded("F", "Féminin"), Sex.MALE: Coded("M", "Masculin"), Sex.UNKNOWN: Coded("UN", "Inconnu")}
)

ACTS: Mapping[ActCode, str] = MappingProxyType(
    {
        ActCode.TCG: "Consultation à distance réalisée entre un patient et un médecin généraliste ou spécialiste en "
        "médecine générale dit téléconsultant",
        ActCode.TC: "Consultation à distance réalisée entre un patient et un médecin dit téléconsultant",
        ActCode.TLS: "Téléconsultation d'accompagnement lors d'un soin",
        ActCode.TLL: "Téléconsultation d'accompagnement dans un lieu dédié",
        ActCode.TLD: "Téléconsultation d'accompagnement organisée au domicile",
        ActCode.TLM: "Téléconsultation d'accompagnement par un pharmacien",
    }
)

# The volets of 2022.01 know TE1 and TE2; no value set that they ship gives the label, and RQD is refused.
DRUG = Coded("DRUG", "Médicament")
NO_MEDICATION_INFO = Coded("no-medication-info", "Pas d'information sur les traitements médicamenteux")
EXPERTISE = Coded(EXPERTISE_ACT, "Acte de téléexpertise")

FACILITIES: Mapping[FacilityType, str] = MappingProxyType(
    {
        FacilityType.PUBLIC_HOSPITAL: "Etablissement public de santé",
        FacilityType.PRIVATE_HOSPITAL_PSPH: "Etablissement privé PSPH",
        FacilityType.PRIVATE_HOSPITAL: "Etablissement privé non PSPH",
        FacilityType.HEALTH_CENTRE: "Centre de santé",
        FacilityType.SOLO_PRACTICE: "Cabinet individuel",
        FacilityType.GROUP_PRACTICE: "Cabinet de groupe",
        FacilityType.COMPANY_PRACTICE: "Exercice en société",
        FacilityType.CHILD_WELFARE: "PMI et Planification familiale",
        FacilityType.DUTY_OUTSIDE_PRACTICE: "Permanence des soins ambulatoires hors cabinet",
        FacilityType.CARE_COMMUNITY: (
            "Communauté professionnelle territoriale de santé et équipe de soins spécialisés"
        ),
        FacilityType.HOME_FOR_THE_ELDERLY: "Etablissement pour personnes âgées",
        FacilityType.PHARMACY: "Pharmacie d'officine",
        FacilityType.HEALTH_HOUSE: "Maison de santé ou Pôle de santé",
        FacilityType.TELECONSULTATION_COMPANY: "Société de téléconsultation",
        FacilityType.DUTY_HOUSE: "Maisons médicales de garde (MMG)",
    }
)

_HOSPITALS = frozenset(
    {FacilityType.PUBLIC_HOSPITAL, FacilityType.PRIVATE_HOSPITAL_PSPH, FacilityType.PRIVATE_HOSPITAL}
)


def practice_setting(facility: FacilityType) -> Coded:
    """The practice setting (JDV_J04) that goes with a sector of activity (JDV_J02)."""
    if facility in _HOSPITALS:
        return Coded("ETABLISSEMENT", "Etablissement de santé")
    if facility is FacilityType.HOME_FOR_THE_ELDERLY:
        return Coded("ESSMS", "Etablissement ou Service Social ou Médico-Social")
    return Coded("AMBULATOIRE", "Ambulatoire")


def uuid_oid(identifier: UUID) -> str:
    """A UUID as an OID under 2.25 (ITU-T X.667): at most 44 characters, as XDS wants of a uniqueId."""
    return f"{_UUID_ARC}.{identifier.int}"


def oid_uuid(oid: str) -> UUID:
    """The UUID that `uuid_oid` wrote. Raises ValueError for any other OID."""
    arc, _, number = oid.rpartition(".")
    if arc != _UUID_ARC or not number.isdigit():
        raise ValueError("this OID was not made of a UUID")
    return UUID(int=int(number))
