"""What happened, as the report states it: from the act, its people, its ledger and its consent."""

from __future__ import annotations

from dataclasses import dataclass

from telemed.acts.teleconsultation.model import (
    ContinuityEntry,
    IdentityMethod,
    Seat,
    Teleconsultation,
)
from telemed.acts.teleconsultation.rules.continuity import ContinuitySummary
from telemed.consent.model import ConsentRecord
from telemed.documents import model as documents
from telemed.documents.service.facts import (
    attending_facts,
    consent_facts,
    patient_facts,
    place_facts,
    professional_facts,
)
from telemed.kernel.clock import civil_date
from telemed.patients.model import AttendingDoctor, Patient, attending_doctor_on
from telemed.professionals.model import Practice, Professional

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
        patient=patient_facts(sources.patient),
        author=professional_facts(sources.professional, sources.practice),
        custodian=place_facts(sources.practice, sources.professional),
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
        consent=consent_facts(sources.consent),
        identity_check=_identity_check(act),
        medecin_traitant=_attending(sources),
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
    act = sources.act
    found = attending_facts(sources.attending_doctors, act.started_at or act.booked_at, act.territory)
    return None if found is None or found.rpps == sources.professional.rpps else found
