"""What happened, as the report states it: from the act, its people, its ledger and its consent."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from telemed.acts.teleconsultation.model import (
    ContinuityEntry,
    IdentityMethod,
    Seat,
    Teleconsultation,
)
from telemed.acts.teleconsultation.rules.continuity import ContinuitySummary
from telemed.consent.model import ConsentBy, ConsentChannel, ConsentDecision, ConsentRecord
from telemed.documents import model as documents
from telemed.kernel.clock import civil_date
from telemed.patients.model import Address, AttendingDoctor, Patient, attending_doctor_on
from telemed.professionals.model import Practice, Professional, Title

_METHODS = {
    IdentityMethod.TRAITS_STATED: "traits d'identité énoncés par le patient",
    IdentityMethod.DOCUMENT_ON_CAMERA: "document d'identité présenté à la caméra",
    IdentityMethod.KNOWN_PATIENT: "patient déjà connu du médecin",
}
_SAID = {
    "joined": "a rejoint la salle",
    "admitted": "est entré en consultation",
    "dropped": "connexion perdue",
    "resumed": "connexion retrouvée",
    "left": "a quitté la salle",
    "media_connected": "image et son établis",
    "media_interrupted": "image et son interrompus",
    "media_restored": "image et son rétablis",
    "video_off": "caméra coupée",
    "video_on": "caméra allumée",
    "phone_fallback": "poursuite par téléphone",
    "device_failed": "caméra ou micro en panne",
}
_WHO = {Seat.DOCTOR.value: "Médecin", Seat.PATIENT.value: "Patient"}
_LONGEST_TIMELINE = 40


@dataclass(frozen=True, repr=False)
class Sources:
    """Everything that the facts of a report are read from."""

    act: Teleconsultation
    patient: Patient
    professional: Professional
    practice: Practice
    attending_doctors: tuple[AttendingDoctor, ...]
    consent: ConsentRecord | None
    entries: tuple[ContinuityEntry, ...]
    continuity: ContinuitySummary
    code: documents.ActCode

    @property
    def attending_doctor(self) -> AttendingDoctor | None:
        """The médecin traitant on the day of the act (R-17); None when it is not known."""
        instant = self.act.started_at or self.act.booked_at
        return attending_doctor_on(self.attending_doctors, civil_date(instant, self.act.territory))


def report_facts(sources: Sources) -> documents.ReportFacts:
    """The facts that nobody edits."""
    act = sources.act
    return documents.ReportFacts(
        patient=_patient(sources.patient, local_root(sources.practice.id)),
        author=_author(sources.professional, sources.practice),
        custodian=_place(sources.practice, sources.professional),
        act=documents.ActFacts(
            act_id=act.id,
            code=sources.code,
            started_at=act.started_at,
            ended_at=act.finished_at,
            territory=act.territory,
            patient_location=documents.Address(lines=(act.place.description,) if act.place else ()),
            patient_phone=act.place.phone if act.place else "",
            reason=act.motive,
        ),
        continuity=_continuity(sources),
        consent=_consent(sources.consent),
        identity_check=_identity_check(act),
        medecin_traitant=_attending(sources),
    )


def _patient(patient: Patient, local_id_root: str) -> documents.PatientFacts:
    traits, contact = patient.identity.traits, patient.contact
    return documents.PatientFacts(
        local_id=str(patient.id),
        local_id_root=local_id_root,
        birth_name=traits.birth_name,
        birth_given_names=traits.birth_given_names,
        sex=documents.Sex(traits.sex.value) if traits.sex else documents.Sex.UNKNOWN,
        birth=documents.BirthDate.parse(str(traits.birth_date)),
        birth_place_code=traits.birth_place or "99999",
        identity_status=documents.IdentityStatus(patient.identity.status.value),
        used_name=patient.used.family or "",
        used_given_name=patient.used.given or "",
        matricule=patient.identity.matricule,
        address=_address(contact.address) if contact.address else None,
        phone=contact.phone or "",
        email=contact.email or "",
    )


def _address(address: Address) -> documents.Address:
    return documents.Address(
        lines=address.lines, postal_code=address.postal_code or "", city=address.city or "", country=address.country
    )


def _author(professional: Professional, practice: Practice) -> documents.ProfessionalFacts:
    title, specialty = professional.title, professional.specialty
    return documents.ProfessionalFacts(
        rpps=professional.rpps or "",
        family_name=professional.family_name,
        given_name=professional.given_name,
        qualification=documents.Qualification(
            code=professional.specialty_code or "", label=specialty.display_name if specialty else ""
        ),
        place=_place(practice, professional),
        title=documents.Title(title.value) if title in (Title.DOCTOR, Title.PROFESSOR) else None,
        phone=practice.phone or "",
    )


def _place(practice: Practice, professional: Professional) -> documents.PlaceFacts:
    """A practice without FINESS goes by the RPPS of its doctor and a rank."""
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


def _continuity(sources: Sources) -> documents.ContinuityFacts:
    summary = sources.continuity
    return documents.ContinuityFacts(
        video_took_place=summary.video_established,
        video_seconds=summary.media_seconds,
        incidents=tuple(
            documents.TechnicalIncident(
                at=incident.started_at,
                description=incident.fact,
                duration_seconds=int(incident.duration.total_seconds()) if incident.duration is not None else None,
            )
            for incident in summary.incidents
        ),
        timeline=tuple(
            documents.LedgerLine(at=entry.at, who=_WHO[entry.seat], what=_SAID[entry.kind])
            for entry in sources.entries
            if entry.kind in _SAID and entry.seat in _WHO
        )[:_LONGEST_TIMELINE],
        had_phone_fallback=summary.by_phone,
    )


def _consent(record: ConsentRecord | None) -> documents.ConsentFacts | None:
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


def _identity_check(act: Teleconsultation) -> documents.IdentityCheck | None:
    if act.identity_check is not None:
        return documents.IdentityCheck(act.identity_check.at, _METHODS[act.identity_check.method])
    confirmation = act.traits_confirmation
    if confirmation is None or confirmation.answer.value != "confirmed":
        return None
    who = "confirmés par le patient sur sa page" if confirmation.by_patient else "relus avec le patient"
    return documents.IdentityCheck(confirmation.at, f"cinq traits d'identité {who}")


def _attending(sources: Sources) -> documents.ProfessionalFacts | None:
    """The médecin traitant, when somebody else than the author: the report is meant for him too."""
    entry = sources.attending_doctor
    if entry is None or entry.rpps is None or entry.rpps == sources.professional.rpps:
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
