"""What the request of a télé-expertise and its report must hold before they are sealed.

What is only unknown (address, qualified identity) restricts the document and is told; what the law wants refuses it.
"""

from __future__ import annotations

from datetime import datetime

from telemed.documents.model import (
    ConsentFacts,
    ExpertiseReport,
    ExpertiseRequest,
    PatientFacts,
    PrescribedItem,
    ProfessionalFacts,
)
from telemed.documents.rules.signing import is_named
from telemed.kernel.decision import ALLOWED, Decision, Reason, combine, refuse, warn

_R6316_4 = "CSP, art. R. 6316-4"


def check_request(request: ExpertiseRequest) -> Decision:
    """May this request be sealed?"""
    facts = request.facts
    return combine(
        (
            check_people(facts.author, *facts.asked),
            check_consent(facts.consent, None),
            check_address(facts.patient),
            check_words(
                request.content.question,
                Reason("report.question_missing", "La question posée manque.", f"{_R6316_4}, 1°"),
            ),
        )
    )


def check_opinion(report: ExpertiseReport) -> Decision:
    """May this opinion be sealed?"""
    facts, words = report.facts, report.content
    return combine(
        (
            check_people(facts.author, facts.requerant),
            check_consent(facts.consent, facts.accepted_at),
            check_address(facts.patient),
            _check_order(facts.requested_at, facts.accepted_at, facts.answered_at),
            _check_said(words.prescribed, words.incidents),
            check_words(
                words.conclusion,
                Reason(
                    "report.conclusion_missing", "Le compte rendu doit comporter une conclusion.", f"{_R6316_4}, 1°"
                ),
            ),
        )
    )


def request_texts(request: ExpertiseRequest) -> str:
    """All that the requérant wrote, in one text."""
    content = request.content
    texts = [content.question, content.remarks, content.history, content.treatments, content.allergies]
    return "\n".join([*texts, content.findings])


def opinion_texts(report: ExpertiseReport) -> str:
    """All that the requis wrote, in one text."""
    words = report.content
    return "\n".join(
        [words.conclusion, words.conduct, words.incidents or "", *(item.text for item in words.prescribed or ())]
    )


def check_people(*people: ProfessionalFacts) -> Decision:
    """Is everybody who takes part named, with a number and a profession?"""
    unnamed = sum(not is_named(one) for one in people)
    if not unnamed:
        return ALLOWED
    text = "Chaque professionnel participant doit être nommé, avec son numéro RPPS et sa qualité."
    return refuse(Reason("report.professional_unnamed", text, f"{_R6316_4}, 3°", {"unnamed": unnamed}))


def check_consent(consent: ConsentFacts | None, begun_at: datetime | None) -> Decision:
    """Was a consent given, before the act began?"""
    article = "CSP, art. L. 1111-2 et L. 1111-4"
    if consent is None:
        return refuse(Reason("report.consent_missing", "Le consentement du patient n'est pas enregistré.", article))
    if begun_at is None or consent.given_at <= begun_at:
        return ALLOWED
    text = "Le consentement doit avoir été recueilli avant le début de l'acte."
    return refuse(Reason("report.consent_late", text, article))


def check_address(patient: PatientFacts) -> Decision:
    """An address that is not known is told."""
    if patient.address is not None and not patient.address.is_empty:
        return ALLOWED
    text = "L'adresse du patient n'est pas renseignée : le document la dira inconnue."
    return warn(Reason("report.address_unknown", text, "CI-SIS, volet Structuration minimale"))


def _check_order(requested_at: datetime, accepted_at: datetime, answered_at: datetime) -> Decision:
    if requested_at <= accepted_at <= answered_at:
        return ALLOWED
    text = "L'avis suit l'acceptation, qui suit la demande."
    return refuse(Reason("report.time_reversed", text, f"{_R6316_4}, 4°"))


def _check_said(prescribed: tuple[PrescribedItem, ...] | None, incidents: str | None) -> Decision:
    reasons = []
    if prescribed is None:
        text = "Indiquez les actes et prescriptions effectués, ou « aucun »."
        reasons.append(Reason("report.prescriptions_missing", text, f"{_R6316_4}, 2°"))
    if incidents is None:
        text = "Les incidents techniques n'ont pas été établis : indiquez-les, ou « aucun »."
        reasons.append(Reason("report.incidents_missing", text, f"{_R6316_4}, 5°"))
    return refuse(*reasons)


def check_words(words: str, missing: Reason) -> Decision:
    """Words that a document cannot do without."""
    return ALLOWED if words.strip() else refuse(missing)
