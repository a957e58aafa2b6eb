"""The report of télésurveillance as a page: what was measured, seen and done, and what the doctor makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from telemed.documents.formats import french
from telemed.documents.formats import page_parts as parts
from telemed.documents.formats.letter import Block, consent_words, facts_block, table_block, text_block
from telemed.documents.formats.page_parts import Signing
from telemed.documents.model import DocumentIdentity, MonitoringFacts, MonitoringReport


def monitoring_page(
    identity: DocumentIdentity, report: MonitoringReport, *, signing: Signing | None
) -> Mapping[str, Any]:
    """The page; without `signing` it is a draft."""
    facts, words = report.facts, report.content
    frame = parts.frame(
        identity,
        report,
        title=title_of(facts),
        when=f"Du {french.day_text(facts.first_day)} au {french.day_text(facts.last_day)}",
        place=facts.custodian,
        software=facts.software,
        signing=signing,
    )
    blocks = [
        text_block("Conclusion", words.conclusion, is_key=True),
        *([text_block("Conduite à tenir", words.conduct)] if words.conduct.strip() else []),
        facts_block("Le suivi", _follow_up(facts)),
        *_curves(facts),
        table_block(
            "Mesures",
            ("Signal", "Mesures", "Valeurs", "Dernière, seuils"),
            [(one.label, one.measures, f"{one.span} {one.mean}".strip(), f"{one.last} {one.limits}".strip())
             for one in facts.signals],
            "Aucune mesure reçue.",
        ),
        table_block(
            "Alertes",
            ("Alerte", "Gravité", "Depuis", "Suite"),
            [(one.label, one.severity, french.instant_text(one.since, facts.territory), one.outcome)
             for one in facts.alerts],
            "Aucune alerte.",
        ),
        *([table_block("Ce qui s'est passé", ("Jour", "Quoi"), [(french.day_text(one.on), one.words)
                                                               for one in facts.events])] if facts.events else []),
    ]  # fmt: skip
    return {**frame, "blocks": blocks}


def title_of(facts: MonitoringFacts) -> str:
    if facts.month is None:
        return "Rapport de fin de télésurveillance"
    return f"Rapport de télésurveillance, {'1er' if facts.month == 1 else f'{facts.month}e'} mois"


def _curves(facts: MonitoringFacts) -> list[Block]:
    """The picture, with its words for whoever does not see it."""
    if not facts.curves:
        return []
    return [{"kind": "picture", "title": "Courbes", "svg": facts.curves, "words": facts.curves_words}]


def _follow_up(facts: MonitoringFacts) -> list[tuple[str, str]]:
    return [
        ("Parcours", facts.pathway),
        ("Dispositif", facts.device),
        ("Prescrit par", facts.prescriber),
        ("Transmissions reçues", f"{facts.received} sur {facts.expected} attendues"),
        ("Fin du suivi", facts.end_reason),
        ("Médecin traitant", _doctor(facts)),
        ("Consentement", consent_words(facts.consent, facts.territory)),
    ]


def _doctor(facts: MonitoringFacts) -> str:
    doctor = facts.medecin_traitant
    return f"{french.professional_name(doctor)} (RPPS {doctor.rpps})" if doctor else "non renseigné"
