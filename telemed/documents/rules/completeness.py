"""What the report of a teleconsultation must hold before it is signed (R-9)."""

from __future__ import annotations

from telemed.documents.model import (
    ConsentFacts,
    ReimbursementCriterion,
    Report,
    ReportContent,
    ReportFacts,
)
from telemed.documents.rules.signing import is_named
from telemed.kernel.decision import ALLOWED, Decision, Reason, combine, refuse, warn

_R6316_4 = "CSP, art. R. 6316-4"
_CONVENTION = "Convention médicale 2024-2029, art. 87 s."


def check_completeness(report: Report) -> Decision:
    """May this report be signed? Each item of R. 6316-4 that lacks is one refusal (R-9)."""
    return combine(
        (
            _check_narrative(report.content),
            _check_prescriptions(report.content),
            _check_professionals(report.facts),
            _check_times(report.facts),
            _check_incidents(report.facts),
            _check_consent(report.facts.consent, report.facts),
            _check_identity(report.facts),
            _check_reimbursement(report.content),
        )
    )


def _check_narrative(content: ReportContent) -> Decision:
    conclusion = Reason(
        "report.conclusion_missing", "Le compte rendu doit comporter une conclusion.", f"{_R6316_4}, 1°"
    )
    empty = (
        (content.reason, Reason("report.reason_empty", "La rubrique « Motif » est vide.", _R6316_4)),
        (
            content.findings,
            Reason("report.findings_empty", "La rubrique « Interrogatoire et examen » est vide.", _R6316_4),
        ),
        (content.plan, Reason("report.plan_empty", "La rubrique « Conduite à tenir » est vide.", _R6316_4)),
    )
    found = warn(*(reason for text, reason in empty if not text.strip()))
    return found if content.conclusion.strip() else refuse(conclusion) & found


def author_texts(content: ReportContent) -> str:
    """All that the author wrote, in one text."""
    texts = [content.reason, content.findings, content.conclusion, content.plan, content.incidents_note]
    texts += [item.text for item in content.prescribed or ()]
    texts += [flag.exception for flag in content.reimbursement]
    if content.sick_leave is not None:
        texts += [content.sick_leave.exception, content.sick_leave.justification]
    return "\n".join(texts)


def _check_prescriptions(content: ReportContent) -> Decision:
    if content.prescribed is None:
        text = "Indiquez les actes et prescriptions effectués, ou « aucun »."
        return refuse(Reason("report.prescriptions_missing", text, f"{_R6316_4}, 2°"))
    if any(not item.text.strip() for item in content.prescribed):
        return refuse(
            Reason("report.prescription_blank", "Un acte ou une prescription n'a pas de libellé.", f"{_R6316_4}, 2°")
        )
    return ALLOWED


def _check_professionals(facts: ReportFacts) -> Decision:
    everyone = (facts.author, *(participant.professional for participant in facts.participants))
    unnamed = sum(not is_named(professional) for professional in everyone)
    if not unnamed:
        return ALLOWED
    text = "Chaque professionnel participant doit être nommé, avec son numéro RPPS et sa qualité."
    return refuse(Reason("report.professional_unnamed", text, f"{_R6316_4}, 3°", {"unnamed": unnamed}))


def _check_times(facts: ReportFacts) -> Decision:
    act, article = facts.act, f"{_R6316_4}, 4°"
    if act.started_at is None or act.ended_at is None:
        return refuse(Reason("report.time_missing", "La date et l'heure de l'acte (début et fin) manquent.", article))
    if act.started_at.utcoffset() is None or act.ended_at.utcoffset() is None:
        text = "La date et l'heure de l'acte doivent porter leur décalage horaire."
        return refuse(Reason("report.offset_missing", text, article))
    if act.ended_at <= act.started_at:
        return refuse(Reason("report.time_reversed", "L'acte doit finir après avoir commencé.", article))
    return ALLOWED


def _check_incidents(facts: ReportFacts) -> Decision:
    if facts.continuity.incidents is not None:
        return ALLOWED
    text = "Les incidents techniques n'ont pas été établis : indiquez-les, ou « aucun »."
    return refuse(Reason("report.incidents_missing", text, f"{_R6316_4}, 5°"))


def _check_consent(consent: ConsentFacts | None, facts: ReportFacts) -> Decision:
    article = "CSP, art. L. 1111-2 et L. 1111-4"
    if consent is None:
        return refuse(Reason("report.consent_missing", "Le consentement du patient n'est pas enregistré.", article))
    started_at = facts.act.started_at
    if started_at is None or started_at.utcoffset() is None or consent.given_at <= started_at:
        return ALLOWED
    return refuse(
        Reason("report.consent_late", "Le consentement doit avoir été recueilli avant le début de l'acte.", article)
    )


def _check_identity(facts: ReportFacts) -> Decision:
    if facts.identity_check is not None:
        return ALLOWED
    text = "La vérification de l'identité du patient n'est pas mentionnée."
    return warn(Reason("report.identity_check_missing", text, "CSP, art. R. 6316-3, 1° b)"))


def _check_reimbursement(content: ReportContent) -> Decision:
    stated = {flag.criterion for flag in content.reimbursement}
    unstated = ", ".join(criterion for criterion in ReimbursementCriterion if criterion not in stated)
    unmet = ", ".join(
        flag.criterion for flag in content.reimbursement if not flag.is_met and not flag.exception.strip()
    )
    reasons = []
    if unstated:
        text = "Un critère de prise en charge n'est pas renseigné."
        reasons.append(Reason("report.reimbursement_unstated", text, _CONVENTION, {"criteria": unstated}))
    if unmet:
        text = "Un critère n'est pas rempli et aucune exception n'est invoquée."
        reasons.append(Reason("report.reimbursement_unmet", text, _CONVENTION, {"criteria": unmet}))
    return warn(*reasons)
