"""Copies of people and places as they are today, for a document that is being written (decision 0011)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from telemed.consent.model import ConsentBy, ConsentChannel, ConsentDecision, ConsentRecord
from telemed.documents import model as documents
from telemed.kernel.clock import Territory, civil_date
from telemed.patients.model import Address, AttendingDoctor, Patient, attending_doctor_on
from telemed.professionals.model import Practice, Professional, Title, find_specialty

_TITLES = frozenset({Title.DOCTOR, Title.PROFESSOR})


def patient_facts(patient: Patient) -> documents.PatientFacts:
    """The patient under the number of the practice that keeps the record."""
    traits, contact = patient.identity.traits, patient.contact
    return documents.PatientFacts(
        local_id=str(patient.id),
        local_id_root=local_root(patient.practice_id),
        birth_name=traits.birth_name,
        birth_given_names=traits.birth_given_names,
        sex=documents.Sex(traits.sex.value) if traits.sex else documents.Sex.UNKNOWN,
        birth=documents.BirthDate.parse(str(traits.birth_date)),
        birth_place_code=traits.birth_place or "99999",
        identity_status=documents.IdentityStatus(patient.identity.status.value),
        used_name=patient.used.family or "",
        used_given_name=patient.used.given or "",
        matricule=patient.identity.matricule,
        address=address_facts(contact.address) if contact.address else None,
        phone=contact.phone or "",
        email=contact.email or "",
    )


def address_facts(address: Address) -> documents.Address:
    return documents.Address(
        lines=address.lines, postal_code=address.postal_code or "", city=address.city or "", country=address.country
    )


def professional_facts(professional: Professional, practice: Practice) -> documents.ProfessionalFacts:
    """A professional where he practises; without a specialty he is named by his profession."""
    title = professional.title
    return documents.ProfessionalFacts(
        rpps=professional.rpps or "",
        family_name=professional.family_name,
        given_name=professional.given_name,
        qualification=_qualification(professional),
        place=place_facts(practice, professional),
        civility=documents.Civility(title.value) if title and title not in _TITLES else None,
        title=documents.Title(title.value) if title in _TITLES and title else None,
        phone=practice.phone or "",
    )


def _qualification(professional: Professional) -> documents.Qualification:
    profession = f"G15_{professional.profession.value}" if professional.profession else ""
    code = professional.specialty_code or profession
    found = find_specialty(code)
    return documents.Qualification(code=code, label=found.display_name if found else "")


def place_facts(practice: Practice, professional: Professional) -> documents.PlaceFacts:
    """A practice without FINESS goes by the RPPS of its professional and a rank."""
    if practice.finess:
        structure = documents.StructureId(documents.StructureIdKind.FINESS, practice.finess)
    else:
        structure = documents.StructureId(documents.StructureIdKind.RPPS_RANK, f"{professional.rpps}01")
    address = practice.address
    return documents.PlaceFacts(
        name=practice.name,
        structure=structure,
        facility=documents.FacilityType(practice.facility_type),
        address=documents.Address(lines=address.lines, postal_code=address.postal_code, city=address.city),
        phone=practice.phone or "",
    )


def consent_facts(record: ConsentRecord | None) -> documents.ConsentFacts | None:
    """The consent of an act; None unless it was given."""
    if record is None or record.decision is not ConsentDecision.GIVEN:
        return None
    is_oral = record.channel is ConsentChannel.ORAL_TO_PROFESSIONAL
    by_other = record.by is ConsentBy.LEGAL_REPRESENTATIVE
    return documents.ConsentFacts(
        given_at=record.at,
        channel=documents.ConsentChannel.ORAL if is_oral else documents.ConsentChannel.LINK_PAGE,
        wording_version=record.wording_version.isoformat(),
        given_by=f"son représentant légal, {record.representative_name}" if by_other else "le patient",
    )


def attending_facts(
    history: Iterable[AttendingDoctor], at: datetime, territory: Territory
) -> documents.ProfessionalFacts | None:
    """The médecin traitant on the day of the act (R-17); None when there is none or it is not known."""
    entry = attending_doctor_on(history, civil_date(at, territory))
    if entry is None or entry.rpps is None:
        return None
    family_name, given_name = split_name(entry.name)
    return documents.ProfessionalFacts(
        rpps=entry.rpps,
        family_name=family_name,
        given_name=given_name,
        qualification=documents.Qualification(code="G15_10", label="Médecin"),
    )


def split_name(name: str) -> tuple[str, str]:
    """Family and given name of `LE GOFF Yann`, capitals telling which is which; else the first word is the family's."""
    words = name.split()
    family = [word for word in words if word == word.upper()]
    if not family or len(family) == len(words):
        family = words[:1]
    given = [word for word in words if word not in family]
    return " ".join(family), " ".join(given)


def local_root(practice_id: UUID) -> str:
    """The OID under which a practice numbers its patients, on the arc of UUIDs (2.25) so that nobody else uses it."""
    return f"2.25.{practice_id.int}"
