"""A report as the page that people read: French texts in their order, JSON-ready, for a renderer that only lays out.

Nothing is decided here but how things are said; what the report must hold is in `rules`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telemed.documents.formats import french
from telemed.documents.model import (
    ConsentChannel,
    DocumentIdentity,
    IdentityStatus,
    Participant,
    PatientFacts,
    PrescribedItem,
    PrescribedKind,
    ProfessionalFacts,
    ReimbursementCriterion,
    Report,
    ReportContent,
    ReportFacts,
    Sex,
    SickLeave,
    Visibility,
)
from telemed.kernel.identifiers import Matricule

_MINUTE = 60
_UNKNOWN_PLACE = "99999"
_SEXES = {Sex.FEMALE: "féminin", Sex.MALE: "masculin", Sex.UNKNOWN: "indéterminé"}
_STATUSES = {
    IdentityStatus.PROV: "identité provisoire, non qualifiée à ce jour",
    IdentityStatus.RECUP: "identité récupérée, non qualifiée à ce jour",
    IdentityStatus.VALI: "identité validée, non qualifiée à ce jour",
    IdentityStatus.QUAL: "identité qualifiée, matricule absent",
}
_KINDS = {
    PrescribedKind.ACT: "Acte",
    PrescribedKind.DRUG: "Médicament",
    PrescribedKind.BIOLOGY: "Biologie",
    PrescribedKind.IMAGING: "Imagerie",
    PrescribedKind.CARE: "Soins",
    PrescribedKind.REFERRAL: "Adressage",
    PrescribedKind.OTHER: "Autre",
}
_CRITERIA = {
    ReimbursementCriterion.PARCOURS: "Parcours de soins coordonné",
    ReimbursementCriterion.ALTERNANCE: "Alternance avec des consultations sur place",
    ReimbursementCriterion.TERRITORIALITE: "Territorialité",
}
_CHANNELS = {
    ConsentChannel.LINK_PAGE: "sur la page d'accueil du patient, avant la téléconsultation",
    ConsentChannel.ORAL: "oralement, enregistré par le médecin",
}
_VISIBILITIES = {
    Visibility.MASQUE_PS: "masqué aux professionnels de santé",
    Visibility.INVISIBLE_PATIENT: "invisible au patient",
    Visibility.INVISIBLE_REPRESENTANTS_LEGAUX: "invisible aux représentants légaux",
}


@dataclass(frozen=True)
class Signing:
    """What the page says of its signature: the moment and the fingerprint of its content."""

    signed_at: datetime
    content_sha256: str


def report_page(identity: DocumentIdentity, report: Report, *, signing: Signing | None) -> Mapping[str, Any]:
    """The page of a report; without `signing` it is a draft, and says so across each page."""
    facts, content = report.facts, report.content
    return {
        "is_draft": signing is None,
        "title": "Compte rendu de téléconsultation",
        "when": _when(facts),
        "running": f"{french.patient_name(facts.patient)}, {_born(facts.patient)}",
        "document": _document(identity, signing),
        "practice": _practice(facts),
        "author": _author(facts.author),
        "patient": _patient(facts.patient),
        "sections": [
            _section("Motif", content.reason),
            _section("Interrogatoire et examen", content.findings),
            _section("Conclusion", content.conclusion, is_key=True),
            _section("Conduite à tenir", content.plan),
        ],
        "prescribed": _prescribed(content.prescribed),
        "sick_leave": _sick_leave(content.sick_leave),
        "actors": [_actor(facts.author, "Téléconsultant, auteur"), *(_participant(p) for p in facts.participants)],
        "recipients": _recipients(facts),
        "conduct": _conduct(facts, content),
        "incidents": _incidents(facts),
        "incidents_summary": _incidents_summary(facts),
        "incidents_note": _paragraphs(content.incidents_note),
        "timeline": _timeline(facts),
        "reimbursement": _reimbursement(content),
        "signature": _signature(facts, signing),
        "created_at": int(signing.signed_at.timestamp()) if signing else 0,
    }


def _when(facts: ReportFacts) -> str:
    act = facts.act
    if act.started_at is None or act.ended_at is None:
        return "Date et heure à compléter"
    local = act.started_at.astimezone(act.territory.zone)
    is_brief = (act.ended_at - act.started_at).total_seconds() < _MINUTE
    start, end = (
        french.time_text(moment, act.territory, with_seconds=is_brief) for moment in (act.started_at, act.ended_at)
    )
    day, offset = french.day_text(local.date(), with_weekday=True), french.offset_text(act.started_at, act.territory)
    return f"{day[:1].upper()}{day[1:]}, de {start} à {end} ({offset})"


def _document(identity: DocumentIdentity, signing: Signing | None) -> Mapping[str, Any]:
    replaced = ""
    if identity.replaces is not None:
        replaced = f"Cette version {identity.version} annule et remplace la version {identity.version - 1}."
        if identity.replacement_reason.strip():
            replaced += f" Motif{french.NBSP}: {identity.replacement_reason.strip()}"
    return {
        "id": str(identity.document_id),
        "version": identity.version,
        "replaced": replaced,
        "replaced_id": str(identity.replaces or ""),
        "fingerprint": signing.content_sha256[:16] if signing else "",
    }


def _practice(facts: ReportFacts) -> Mapping[str, str]:
    place = facts.author.place or facts.custodian
    return {
        "name": place.name,
        "address": french.address_text(place.address),
        "phone": french.phone_text(place.phone),
    }


def _author(author: ProfessionalFacts) -> Mapping[str, str]:
    return {
        "name": french.professional_name(author),
        "qualification": _qualification(author),
        "rpps": author.rpps,
        "phone": french.phone_text(author.phone),
    }


def _qualification(professional: ProfessionalFacts) -> str:
    """`Médecin - Médecine Générale (SM)` reads `Médecine Générale`."""
    label = professional.qualification.label.removesuffix(" (SM)")
    return label.removeprefix("Médecin - ")


def _born(patient: PatientFacts) -> str:
    participle = {Sex.FEMALE: "née", Sex.MALE: "né"}.get(patient.sex, "né(e)")
    partial = patient.birth.day is None
    return f"{participle} {'en' if partial else 'le'} {french.birth_text(patient.birth)}"


def _patient(patient: PatientFacts) -> Mapping[str, Any]:
    traits = [
        ("Nom de naissance", patient.birth_name),
        ("Prénoms de naissance", " ".join(patient.birth_given_names)),
        ("Date de naissance", french.birth_text(patient.birth)),
        ("Lieu de naissance", _birth_place(patient)),
        ("Sexe", _SEXES[patient.sex]),
    ]
    lines = [("Numéro local (IPP)", patient.local_id)]
    if patient.matricule_to_send is not None:
        lines.insert(0, ("Matricule INS", _matricule(patient.matricule_to_send)))
    if patient.address is not None and not patient.address.is_empty:
        lines.append(("Adresse", french.address_text(patient.address)))
    return {"name": french.patient_name(patient), "traits": traits, "lines": lines, "note": _identity_note(patient)}


def _birth_place(patient: PatientFacts) -> str:
    if patient.birth_place_code == _UNKNOWN_PLACE:
        return "inconnu"
    name, code = patient.birth_place_name, patient.birth_place_code
    return f"{name} ({code})" if name else f"code COG {code}"


def _matricule(matricule: Matricule) -> str:
    kind = ", matricule de test" if matricule.oid.is_for_tests else ""
    return f"{french.matricule_text(matricule.value)} (identité qualifiée{kind})"


def _identity_note(patient: PatientFacts) -> str:
    """Why the matricule is not there (R-5); empty when it is."""
    if patient.matricule_to_send is not None:
        return ""
    status = _STATUSES[patient.identity_status]
    return f"Le matricule INS ne figure pas sur ce document{french.NBSP}: {status}."


def _paragraphs(text: str) -> list[list[str]]:
    """Paragraphs (separated by an empty line), each as its lines."""
    blocks = text.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n\n")
    return [[line.strip() for line in block.split("\n") if line.strip()] for block in blocks if block.strip()]


def _section(title: str, text: str, *, is_key: bool = False) -> Mapping[str, Any]:
    return {"title": title, "paragraphs": _paragraphs(text), "is_key": is_key}


def _prescribed(items: tuple[PrescribedItem, ...] | None) -> Mapping[str, Any]:
    if items is None:
        return {"rows": [], "summary": "À compléter."}
    rows = [(_KINDS[item.kind], item.text) for item in items]
    return {"rows": rows, "summary": "" if rows else "Aucun acte ni prescription."}


def _sick_leave(leave: SickLeave | None) -> Mapping[str, Any] | None:
    if leave is None:
        return None
    kind = "Prolongation" if leave.is_extension else "Arrêt initial"
    unit = "jour" if leave.days == 1 else "jours"
    lines = [f"{kind} de {leave.days}{french.NBSP}{unit} à compter du {french.day_text(leave.starts_on)}."]
    if leave.exception.strip():
        lines.append(f"Exception invoquée{french.NBSP}: {leave.exception.strip()}")
    if leave.justification.strip():
        lines.append(f"Justification{french.NBSP}: {leave.justification.strip()}")
    return {"lines": lines, "guard_rail": leave.guard_rail}


def _actor(professional: ProfessionalFacts, role: str) -> tuple[str, str, str, str]:
    name, quality = french.professional_name(professional), _qualification(professional)
    return name, quality, role, professional.rpps


def _participant(participant: Participant) -> tuple[str, str, str, str]:
    role = f"{participant.role} (acte {participant.act_code})" if participant.act_code else participant.role
    return _actor(participant.professional, role)


def _recipients(facts: ReportFacts) -> str:
    if facts.medecin_traitant is None:
        return "aucun autre médecin."
    if facts.medecin_traitant.rpps == facts.author.rpps:
        return "L'auteur est le médecin traitant."
    doctor = facts.medecin_traitant
    return f"{french.professional_name(doctor)}, médecin traitant (RPPS {doctor.rpps})"


def _conduct(facts: ReportFacts, content: ReportContent) -> list[tuple[str, str]]:
    act, territory = facts.act, facts.act.territory
    location = french.address_text(act.patient_location) or "non renseigné"
    if act.patient_phone:
        location += f", joignable au {french.phone_text(act.patient_phone)}"
    lines = [("Acte", f"{act.code.value}, téléconsultation"), ("Lieu où se trouvait le patient", location)]
    if facts.consent is None:
        lines.append(("Consentement", "non enregistré"))
    else:
        moment, channel = french.instant_text(facts.consent.given_at, territory), _CHANNELS[facts.consent.channel]
        text = f"donné par {facts.consent.given_by} le {moment}, {channel}"
        lines.append(("Consentement", f"{text} (texte du {french.version_text(facts.consent.wording_version)})"))
    if facts.identity_check is None:
        lines.append(("Vérification de l'identité", "non mentionnée"))
    else:
        check = facts.identity_check
        lines.append(
            ("Vérification de l'identité", f"{check.method}, à {french.time_text(check.checked_at, territory)}")
        )
    lines.append(("Vidéotransmission", _video(facts)))
    if content.visibility:
        lines.append(("Visibilité", ", ".join(_VISIBILITIES[code] for code in sorted(content.visibility))))
    return lines


def _video(facts: ReportFacts) -> str:
    continuity = facts.continuity
    if not continuity.video_took_place:
        return "non établie : l'échange n'a pas eu lieu en vidéo"
    text = f"établie, {french.duration_text(continuity.video_seconds)} au total"
    return f"{text}, avec poursuite par téléphone" if continuity.had_phone_fallback else text


def _incidents_summary(facts: ReportFacts) -> str:
    if facts.continuity.incidents is None:
        return "À compléter."
    return "" if facts.continuity.incidents else "Aucun incident technique."


def _incidents(facts: ReportFacts) -> list[tuple[str, str, str]]:
    territory = facts.act.territory
    return [
        (
            french.time_text(incident.at, territory, with_seconds=True),
            incident.description,
            "jusqu'à la fin" if incident.duration_seconds is None else french.duration_text(incident.duration_seconds),
        )
        for incident in facts.continuity.incidents or ()
    ]


def _timeline(facts: ReportFacts) -> list[tuple[str, str]]:
    territory = facts.act.territory
    return [
        (french.time_text(line.at, territory, with_seconds=True), f"{line.who}{french.NBSP}: {line.what}")
        for line in facts.continuity.timeline
    ]


def _reimbursement(content: ReportContent) -> list[tuple[str, str, str]]:
    return [
        (_CRITERIA[flag.criterion], "respecté" if flag.is_met else "non respecté", flag.exception or "–")
        for flag in content.reimbursement
    ]


def _signature(facts: ReportFacts, signing: Signing | None) -> Mapping[str, str] | None:
    if signing is None:
        return None
    territory = facts.act.territory
    moment = french.instant_text(signing.signed_at, territory)
    return {
        "who": f"{french.professional_name(facts.author)}, {_qualification(facts.author)}, RPPS {facts.author.rpps}",
        "when": f"Signé électroniquement le {moment} ({french.offset_text(signing.signed_at, territory)})",
        "fingerprint": french.hash_text(signing.content_sha256),
        "software": facts.software,
    }
