"""What a report must hold before it is signed, what may leave with it, and who may open it."""

from __future__ import annotations

from collections.abc import Iterator

from telemed.documents.model import (
    ConsentFacts,
    IdentityStatus,
    PatientFacts,
    ProfessionalFacts,
    ReimbursementCriterion,
    Report,
    ReportContent,
    ReportFacts,
    SignedDocument,
    Visibility,
)
from telemed.kernel.caller import Caller, CallerKind, Role
from telemed.kernel.decision import ALLOWED, Decision, Reason, combine, refuse, warn

_R6316_4 = "CSP, art. R. 6316-4"
_CONVENTION = "Convention médicale 2024-2029, art. 87 s."
_RNIV = "RNIV, exigences EXI SI 07 et EXI SI 08"


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


def check_printable(unprintable: frozenset[str]) -> Decision:
    """What is signed must be seen: a character that cannot be printed (a pictograph) is refused, never dropped."""
    if not unprintable:
        return ALLOWED
    names = ", ".join(sorted(f"U+{ord(character):04X}" for character in unprintable))
    text = "Le compte rendu contient des caractères qui ne peuvent pas être imprimés (émoji, écriture non latine)."
    return refuse(Reason("report.unprintable", text, "PDF/A-2a, ISO 19005-2", {"characters": names[:200]}))


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
    unnamed = sum(not _is_named(professional) for professional in everyone)
    if not unnamed:
        return ALLOWED
    text = "Chaque professionnel participant doit être nommé, avec son numéro RPPS et sa qualité."
    return refuse(Reason("report.professional_unnamed", text, f"{_R6316_4}, 3°", {"unnamed": unnamed}))


def _is_named(professional: ProfessionalFacts) -> bool:
    return bool(professional.family_name.strip() and professional.rpps and professional.qualification.code)


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


def check_ins(patient: PatientFacts, *, is_production: bool) -> Decision:
    """May this identity leave? A lower status never blocks care: the document then carries the local number (R-5)."""
    if patient.identity_status is not IdentityStatus.QUAL:
        text = (
            "L'identité n'est pas qualifiée : le document ne portera que le numéro local du patient, "
            "sans matricule INS, et ne pourra pas rejoindre son dossier médical partagé."
        )
        return warn(Reason("ins.not_qualified", text, _RNIV, {"status": patient.identity_status.value}))
    if patient.matricule is None:
        text = "Une identité qualifiée doit porter son matricule INS."
        return refuse(Reason("ins.matricule_missing", text, _RNIV))
    if is_production and patient.matricule.oid.is_for_tests:
        text = "Un matricule INS de test ou de démonstration ne peut pas figurer dans un document réel."
        return refuse(Reason("ins.test_matricule", text, "CI-SIS, OID de l'INS", {"oid": patient.matricule.oid.value}))
    return ALLOWED


def check_signer(caller: Caller, report: Report) -> Decision:
    """Only its author signs a report, and only with a known RPPS (R-2)."""
    if caller.kind is CallerKind.PROFESSIONAL and caller.rpps and caller.rpps == report.facts.author.rpps:
        return ALLOWED
    text = "Seul l'auteur du compte rendu, authentifié avec son numéro RPPS, peut le signer."
    return refuse(Reason("report.signer_not_author", text, "CSP, art. R. 6316-3, 1° a)"))


def check_reading(caller: Caller, document: SignedDocument) -> Decision:
    """May the caller open this document? A refusal is shown as “not found”: the two are never told apart.

    A doctor of the practice may, unless it is masked from professionals and he is not its author. The patient's link
    opens the documents of its own act, unless they are hidden from the patient or from the legal representatives: who
    holds the telephone of a minor is not known (R-40). A secretary and an auditor do not read reports.
    """
    reasons = tuple(_reading_obstacles(caller, document))
    return refuse(*reasons) if reasons else ALLOWED


def _reading_obstacles(caller: Caller, document: SignedDocument) -> Iterator[Reason]:
    if caller.kind is CallerKind.PATIENT:
        if caller.act_id != document.act_id:
            yield Reason("document.other_act", "Ce document appartient à un autre acte.")
        hidden = {Visibility.INVISIBLE_PATIENT, Visibility.INVISIBLE_REPRESENTANTS_LEGAUX} & document.visibility
        if hidden:
            yield Reason("document.hidden_from_patient", "Ce document n'est pas visible par le patient.", "JDV_J08")
    elif caller.kind is CallerKind.PROFESSIONAL:
        if caller.practice_id != document.practice_id:
            yield Reason("document.other_practice", "Ce document appartient à un autre cabinet.")
        if not caller.has_role(Role.DOCTOR):
            yield Reason("document.role", "Ce document est réservé aux médecins.", "CSP, art. L. 1110-4")
        if Visibility.MASQUE_PS in document.visibility and caller.id != document.author_id:
            yield Reason("document.masked", "Ce document est masqué aux professionnels.", "JDV_J08")
