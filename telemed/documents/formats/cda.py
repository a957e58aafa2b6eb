"""A teleconsultation report as CDA R2, volet TLM-CR of the CI-SIS: a header of codes and the PDF as its body.

The order of the elements is that of the XSD. Nothing clinical is in the header: the text is in the PDF alone.
"""

from __future__ import annotations

import base64
import re
from datetime import datetime
from typing import Any

from lxml import etree

from telemed.documents.formats import cda_parts as part
from telemed.documents.formats import codes
from telemed.documents.model import (
    ActCode,
    ActFacts,
    DocumentIdentity,
    Participant,
    PatientFacts,
    ProfessionalFacts,
    Report,
    ReportFacts,
)

# The stubs of lxml forget that the default namespace has no prefix.
_NAMESPACES: Any = {None: codes.HL7_NAMESPACE, "xsi": codes.XSI_NAMESPACE}
_MOBILE = re.compile(r"(?:\+33|0)[67]\d{8}|\+(?:590|594|596|262)69\d{7}|069\d{7}", re.ASCII)


def build_report_cda(identity: DocumentIdentity, report: Report, *, pdf: bytes, signed_at: datetime) -> bytes:
    """The whole document, in UTF-8. `signed_at` is the moment of validation, of authentication and of creation.

    The report is complete (rules.check_completeness): the act has a start and an end.
    """
    facts, when = report.facts, part.stamp(signed_at, report.facts.act.territory)
    root = etree.Element(f"{{{codes.HL7_NAMESPACE}}}ClinicalDocument", nsmap=_NAMESPACES)
    _header(root, identity, when)
    _record_target(root, facts.patient, facts.act)
    _author(root, facts.author, when)
    part.custodian(root, facts.custodian)
    if facts.medecin_traitant is not None and facts.medecin_traitant.rpps != facts.author.rpps:
        _recipient(root, facts.medecin_traitant)
    _legal_authenticator(root, facts.author, when)
    for participant in facts.participants:
        _participant(root, participant, facts.act)
    _service_event(root, facts.act.code, facts.author, facts.act)
    for participant in facts.participants:
        if participant.act_code:
            _service_event(root, ActCode(participant.act_code), participant.professional, facts.act)
    if identity.replaces is not None:
        _replacement(root, identity)
    _encounter(root, facts)
    text = part.add(part.add(part.add(root, "component"), "nonXMLBody"), "text", base64.b64encode(pdf).decode("ascii"))
    text.set("mediaType", "application/pdf")
    text.set("representation", "B64")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _header(root: etree._Element, identity: DocumentIdentity, when: str) -> None:
    part.add(root, "realmCode", code="FR")
    part.add(root, "typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040")
    for template in codes.TEMPLATES:
        part.add(root, "templateId", root=template)
    part.add(root, "id", root=codes.uuid_oid(identity.document_id))
    part.coded(root, "code", (codes.REPORT_CODE, codes.REPORT_LABEL), codes.LOINC, system_name="LOINC")
    part.add(root, "title", "Compte rendu de téléconsultation")
    part.add(root, "effectiveTime", value=when)
    part.coded(root, "confidentialityCode", ("N", "Normal"), codes.CONFIDENTIALITY_OID)
    part.add(root, "languageCode", code="fr-FR")
    part.add(root, "setId", root=codes.uuid_oid(identity.set_id))
    part.add(root, "versionNumber", value=str(identity.version))


def _record_target(root: etree._Element, patient: PatientFacts, act: ActFacts) -> None:
    role = part.add(part.add(root, "recordTarget"), "patientRole")
    matricule = patient.matricule_to_send
    if matricule is not None:
        part.add(role, "id", root=matricule.oid.value, extension=matricule.value)
    part.add(role, "id", root=patient.local_id_root, extension=patient.local_id)
    if patient.address is not None and not patient.address.is_empty:
        part.address(role, patient.address, use="H")
    else:
        part.address(role, act.patient_location, use="TMP")
    phone = part.phone_number(patient.phone or act.patient_phone)
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


def _author(root: etree._Element, author: ProfessionalFacts, when: str) -> None:
    element = part.add(root, "author")
    part.add(element, "time", value=when)
    part.professional(part.add(element, "assignedAuthor"), author)


def _recipient(root: etree._Element, recipient: ProfessionalFacts) -> None:
    intended = part.add(part.add(root, "informationRecipient"), "intendedRecipient")
    part.person_id(intended, recipient)
    if recipient.place is not None:
        part.address(intended, recipient.place.address)
    part.professional_phone(intended, recipient)
    part.person_name(part.add(intended, "informationRecipient"), recipient)
    if recipient.place is not None:
        part.add(part.add(intended, "receivedOrganization"), "name", recipient.place.name)


def _legal_authenticator(root: etree._Element, author: ProfessionalFacts, when: str) -> None:
    element = part.add(root, "legalAuthenticator")
    part.add(element, "time", value=when)
    part.add(element, "signatureCode", code="S")
    part.professional(part.add(element, "assignedEntity"), author)


def _participant(root: etree._Element, participant: Participant, act: ActFacts) -> None:
    """A professional beside the patient: PRF, member of the care team, for as long as the act lasted."""
    element = part.add(root, "participant", typeCode="PRF")
    part.coded(element, "functionCode", ("353", "Membre de l'équipe de soins"), codes.CARE_TEAM_OID)
    time = part.add(element, "time")
    time.set(f"{{{codes.XSI_NAMESPACE}}}type", "IVL_TS")
    part.bounds(time, act)
    professional = participant.professional
    entity = part.add(element, "associatedEntity", classCode="PROV")
    part.person_id(entity, professional)
    part.qualification(entity, professional)
    if professional.place is not None:
        part.address(entity, professional.place.address)
    part.professional_phone(entity, professional)
    part.person_name(part.add(entity, "associatedPerson"), professional)


def _service_event(root: etree._Element, code: ActCode, performer: ProfessionalFacts, act: ActFacts) -> None:
    event = part.add(part.add(root, "documentationOf"), "serviceEvent", classCode="ACT")
    part.coded(event, "code", (code.value, codes.ACTS[code]), codes.NGAP, system_name="NGAP")
    part.bounds(part.add(event, "effectiveTime"), act)
    element = part.add(event, "performer", typeCode="PRF")
    part.professional(part.add(element, "assignedEntity"), performer, with_setting=True)


def _replacement(root: etree._Element, identity: DocumentIdentity) -> None:
    if identity.replaces is None:
        raise ValueError("this version replaces nothing")
    related = part.add(root, "relatedDocument", typeCode="RPLC")
    part.add(part.add(related, "parentDocument"), "id", root=codes.uuid_oid(identity.replaces))


def _encounter(root: etree._Element, facts: ReportFacts) -> None:
    encounter = part.add(part.add(root, "componentOf"), "encompassingEncounter")
    part.coded(encounter, "code", ("VR", "Virtuelle (exemple : RCP en l'absence du patient)"), codes.ENCOUNTER_OID)
    part.bounds(part.add(encounter, "effectiveTime"), facts.act)
    responsible = part.add(part.add(encounter, "responsibleParty"), "assignedEntity")
    part.professional(responsible, facts.author)
    place = facts.author.place or facts.custodian
    facility = part.add(part.add(encounter, "location"), "healthCareFacility")
    part.add(facility, "id", root=codes.STRUCTURE_OID, extension=place.structure.national)
    part.coded(
        facility,
        "code",
        (place.facility.value, codes.FACILITIES[place.facility]),
        codes.FACILITY_OID,
    )
    location = part.add(facility, "location")
    part.add(location, "name", place.name)
    part.address(location, place.address)
