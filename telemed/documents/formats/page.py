"""A report as the page that people read: French texts in their order, JSON-ready, for a renderer that only lays out.

Nothing is decided here but how things are said; what the report must hold is in `rules`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from telemed.documents.formats import french
from telemed.documents.formats import page_parts as parts
from telemed.documents.formats.page_parts import Signing
from telemed.documents.model import (
    ConsentChannel,
    DocumentIdentity,
    Participant,
    ReimbursementCriterion,
    Report,
    ReportContent,
    ReportFacts,
    SickLeave,
)

_MINUTE = 60
_CRITERIA = {
    ReimbursementCriterion.PARCOURS: "Parcours de soins coordonné",
    ReimbursementCriterion.ALTERNANCE: "Alternance avec des consultations sur place",
    ReimbursementCriterion.TERRITORIALITE: "Territorialité",
}
_CHANNELS = {
    ConsentChannel.LINK_PAGE: "sur la page d'accueil du patient, avant la téléconsultation",
    ConsentChannel.ORAL: "oralement, enregistré par le médecin",
}


def report_page(identity: DocumentIdentity, report: Report, *, signing: Signing | None) -> Mapping[str, Any]:
    """The page of a report; without `signing` it is a draft, and says so across each page."""
    facts, content = report.facts, report.content
    frame = parts.frame(
        identity,
        report,
        title="Compte rendu de téléconsultation",
        when=_when(facts),
        place=facts.custodian,
        software=facts.software,
        signing=signing,
    )
    return {
        **frame,
        "sections": [
            parts.section("Motif", content.reason),
            parts.section("Interrogatoire et examen", content.findings),
            parts.section("Conclusion", content.conclusion, is_key=True),
            parts.section("Conduite à tenir", content.plan),
        ],
        "prescribed": parts.prescribed(content.prescribed),
        "sick_leave": _sick_leave(content.sick_leave),
        "actors": [parts.actor(facts.author, "Téléconsultant, auteur"), *(_participant(p) for p in facts.participants)],
        "recipients": _recipients(facts),
        "conduct": _conduct(facts, content),
        "incidents": _incidents(facts),
        "incidents_summary": _incidents_summary(facts),
        "incidents_note": parts.paragraphs(content.incidents_note),
        "timeline": _timeline(facts),
        "reimbursement": _reimbursement(content),
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


def _participant(participant: Participant) -> tuple[str, str, str, str]:
    role = f"{participant.role} (acte {participant.act_code})" if participant.act_code else participant.role
    return parts.actor(participant.professional, role)


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
        lines.append(("Visibilité", ", ".join(parts.VISIBILITIES[code] for code in sorted(content.visibility))))
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
