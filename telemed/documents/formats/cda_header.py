"""The header that every document of ours shares: who, whom, when; each element in the order of the XSD."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

from telemed.documents.formats import cda_parts as part
from telemed.documents.formats import codes
from telemed.documents.formats.cda_parts import Span
from telemed.documents.model import Address, DocumentIdentity, PatientFacts, PlaceFacts, ProfessionalFacts

# The stubs of lxml forget that the default namespace has no prefix.
_NAMESPACES: Any = {None: codes.HL7_NAMESPACE, "xsi": codes.XSI_NAMESPACE}
_MOBILE = re.compile(r"(?:\+33|0)[67]\d{8}|\+(?:590|594|596|262)69\d{7}|069\d{7}", re.ASCII)


@dataclass(frozen=True)
class Volet:
    """What a volet of the CI-SIS asks of the head. A template with a version is written with it."""

    templates: tuple[str, ...]
    type: codes.Coded
    version: str = ""


REPORT = Volet(codes.TEMPLATES, codes.Coded(codes.REPORT_CODE, codes.REPORT_LABEL))
REQUEST = Volet(
    codes.REQUEST_TEMPLATES, codes.Coded(codes.REQUEST_CODE, codes.REQUEST_LABEL), version=codes.REQUEST_VERSION
)

VITALS = Volet(codes.VITALS_TEMPLATES, codes.Coded(codes.VITALS_CODE, codes.VITALS_LABEL))


def document(volet: Volet, identity: DocumentIdentity, title: str, when: str) -> etree._Element:
    """A ClinicalDocument with its head."""
    root = etree.Element(f"{{{codes.HL7_NAMESPACE}}}ClinicalDocument", nsmap=_NAMESPACES)
    part.add(root, "realmCode", code="FR")
    part.add(root, "typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040")
    for template in volet.templates[:-1]:
        part.add(root, "templateId", root=template)
    last = part.add(root, "templateId", root=volet.templates[-1])
    if volet.version:
        last.set("extension", volet.version)
    part.add(root, "id", root=codes.uuid_oid(identity.document_id))
    part.coded(root, "code", volet.type, codes.LOINC, system_name="LOINC")
    part.add(root, "title", title)
    part.add(root, "effectiveTime", value=when)
    part.coded(root, "confidentialityCode", ("N", "Normal"), codes.CONFIDENTIALITY_OID)
    part.add(root, "languageCode", code="fr-FR")
    part.add(root, "setId", root=codes.uuid_oid(identity.set_id))
    part.add(root, "versionNumber", value=str(identity.version))
    return root


def serialize(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def record_target(
    root: etree._Element, patient: PatientFacts, *, place: Address | None = None, place_phone: str = ""
) -> None:
    """The patient at home, else where he was (`place`), else at an address that is said to be unknown."""
    role = part.add(part.add(root, "recordTarget"), "patientRole")
    matricule = patient.matricule_to_send
    if matricule is not None:
        part.add(role, "id", root=matricule.oid.value, extension=matricule.value)
    part.add(role, "id", root=patient.local_id_root, extension=patient.local_id)
    if patient.address is not None and not patient.address.is_empty:
        part.address(role, patient.address, use="H")
    elif place is not None:
        part.address(role, place, use="TMP")
    else:
        part.add(role, "addr", nullFlavor="UNK")
    phone = part.phone_number(patient.phone or place_phone)
    if phone:
        part.telecom(role, f"tel:{phone}", use="MC" if _MOBILE.fullmatch(phone) else "H")
    if patient.email:
        part.telecom(role, f"mailto:{patient.email}")
    if matricule is not None:
        part.telecom(role, f"mailto:{matricule.value}@{codes.PATIENT_MAIL_DOMAIN}")
    elif not phone and not patient.email:
        part.add(role, "telecom", nullFlavor="UNK")
    _patient(role, patient)


def _patient(role: etree._Element, patient: PatientFacts) -> None:
    person = part.add(role, "patient", classCode="PSN")
    name = part.add(person, "name")
    part.add(name, "family", patient.birth_name, qualifier="BR")
    part.add(name, "given", " ".join(patient.birth_given_names))
    part.add(name, "given", patient.birth_given_names[0], qualifier="BR")
    if patient.used_name:
        part.add(name, "family", patient.used_name, qualifier="CL")
    if patient.used_given_name:
        part.add(name, "given", patient.used_given_name, qualifier="CL")
    part.coded(person, "administrativeGenderCode", codes.GENDERS[patient.sex], codes.GENDER_OID)
    part.add(person, "birthTime", value=str(patient.birth).replace("-", ""))
    place = part.add(part.add(part.add(person, "birthplace"), "place"), "addr")
    part.add(place, "county", patient.birth_place_code)
    if patient.birth_place_name:
        part.add(place, "city", patient.birth_place_name)


def author(root: etree._Element, who: ProfessionalFacts, when: str) -> None:
    element = part.add(root, "author")
    part.add(element, "time", value=when)
    part.professional(part.add(element, "assignedAuthor"), who)


def recipient(root: etree._Element, who: ProfessionalFacts) -> None:
    intended = part.add(part.add(root, "informationRecipient"), "intendedRecipient")
    part.person_id(intended, who)
    if who.place is not None:
        part.address(intended, who.place.address)
    part.professional_phone(intended, who)
    part.person_name(part.add(intended, "informationRecipient"), who)
    if who.place is not None:
        part.add(part.add(intended, "receivedOrganization"), "name", who.place.name)


def legal_authenticator(root: etree._Element, who: ProfessionalFacts, when: str) -> None:
    element = part.add(root, "legalAuthenticator")
    part.add(element, "time", value=when)
    part.add(element, "signatureCode", code="S")
    part.professional(part.add(element, "assignedEntity"), who)


def participant(
    root: etree._Element, who: ProfessionalFacts, span: Span, *, type_code: str, function: codes.Coded | None = None
) -> None:
    """A professional who takes part beside the author, and when."""
    element = part.add(root, "participant", typeCode=type_code)
    if function is not None:
        part.coded(element, "functionCode", function, codes.CARE_TEAM_OID)
    time = part.add(element, "time")
    time.set(f"{{{codes.XSI_NAMESPACE}}}type", "IVL_TS")
    part.bounds(time, span)
    entity = part.add(element, "associatedEntity", classCode="PROV")
    part.person_id(entity, who)
    part.qualification(entity, who)
    if who.place is not None:
        part.address(entity, who.place.address)
    part.professional_phone(entity, who)
    part.person_name(part.add(entity, "associatedPerson"), who)


def service_event(root: etree._Element, act: tuple[str, str], performer: ProfessionalFacts, span: Span) -> None:
    event = part.add(part.add(root, "documentationOf"), "serviceEvent", classCode="ACT")
    part.coded(event, "code", act, codes.NGAP, system_name="NGAP")
    part.bounds(part.add(event, "effectiveTime"), span)
    element = part.add(event, "performer", typeCode="PRF")
    part.professional(part.add(element, "assignedEntity"), performer, with_setting=True)


def replacement(root: etree._Element, identity: DocumentIdentity) -> None:
    """The version that this one takes the place of, where there is one."""
    if identity.replaces is not None:
        related = part.add(root, "relatedDocument", typeCode="RPLC")
        part.add(part.add(related, "parentDocument"), "id", root=codes.uuid_oid(identity.replaces))


def encounter(root: etree._Element, responsible: ProfessionalFacts, custodian: PlaceFacts, span: Span) -> None:
    """The patient is cared for at a distance, from the place of whoever is responsible."""
    found = part.add(part.add(root, "componentOf"), "encompassingEncounter")
    part.coded(found, "code", ("VR", "Virtuelle (exemple : RCP en l'absence du patient)"), codes.ENCOUNTER_OID)
    part.bounds(part.add(found, "effectiveTime"), span)
    part.professional(part.add(part.add(found, "responsibleParty"), "assignedEntity"), responsible)
    place = responsible.place or custodian
    facility = part.add(part.add(found, "location"), "healthCareFacility")
    part.add(facility, "id", root=codes.STRUCTURE_OID, extension=place.structure.national)
    label = codes.FACILITIES[place.facility]
    part.coded(facility, "code", (place.facility.value, label), codes.FACILITY_OID)
    location = part.add(facility, "location")
    part.add(location, "name", place.name)
    part.address(location, place.address)
