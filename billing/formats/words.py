"""Stages, places and codes of claims in French: for the exports, and for the screens."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from billing.facts import ActKind, Part
from billing.model.life import Stage
from billing.rules.reconciliation import Place

STAGES: Mapping[Stage, str] = MappingProxyType(
    {
        Stage.NOT_BILLABLE: "Non facturable",
        Stage.TO_COMPLETE: "À compléter",
        Stage.TO_INVOICE: "À facturer",
        Stage.HELD: "Retenue",
        Stage.INVOICED: "Facturée",
        Stage.LOTTED: "Mise en lot",
        Stage.TRANSMITTED: "Envoyée",
        Stage.REFUSED: "Lot refusé (ARL−)",
        Stage.SILENT: "Sans réponse",
        Stage.RETRANSMITTED: "Renvoyée",
        Stage.PAPER_REQUESTED: "Duplicata papier",
        Stage.ON_PAPER: "Sur papier",
        Stage.ACKNOWLEDGED: "Reçue (ARL+)",
        Stage.PAID: "Payée",
        Stage.REJECTED: "Rejetée",
        Stage.CORRECTED: "Corrigée",
        Stage.ABANDONED: "Abandonnée",
        Stage.REPLACED: "Remplacée",
        Stage.REVERSED: "Annulée",
        Stage.COVERED: "Déjà facturée",
    }
)
PLACES: Mapping[Place, tuple[str, str]] = MappingProxyType(
    {
        Place.NOT_BILLABLE: ("Non facturables", "une règle s’y oppose"),
        Place.ABANDONED: ("Abandonnés", "le médecin y a renoncé"),
        Place.TO_COMPLETE: ("À compléter", "un montant manque"),
        Place.TO_INVOICE: ("À facturer", "proposés, pas encore facturés"),
        Place.HELD: ("Retenus", "une raison est à lever"),
        Place.INVOICED: ("Facturés", "pas encore partis à la caisse"),
        Place.SENT: ("Envoyés", "la caisse n’a pas encore répondu"),
        Place.IN_TROUBLE: ("En difficulté", "lot refusé, sans réponse ou duplicata papier demandé"),
        Place.ON_PAPER: ("Sur papier", "feuille ou duplicata papier"),
        Place.ACKNOWLEDGED: ("Reçus", "ARL positif, paiement attendu"),
        Place.REJECTED: ("Rejetés", "à corriger, une seule fois"),
        Place.PAID: ("Payés", "ceux qui remboursent ont payé"),
        Place.REVERSED: ("Annulés", "facturés, puis annulés par une écriture contraire"),
        Place.UNDONE: ("Factures remplacées", "corrigées par une autre facture du même acte"),
    }
)
"""What a place is called, and what it means."""
_ACTS: Mapping[tuple[ActKind, Part], str] = MappingProxyType(
    {
        (ActKind.TELECONSULTATION, Part.ACT): "Téléconsultation",
        (ActKind.TELEEXPERTISE, Part.OPINION): "Télé-expertise, avis",
        (ActKind.TELEEXPERTISE, Part.REQUEST): "Télé-expertise, demande",
        (ActKind.ACCOMPANIMENT, Part.ACT): "Accompagnement",
        (ActKind.TELEMONITORING, Part.ACT): "Télésurveillance",
    }
)


def act_words(kind: ActKind, part: Part) -> str:
    """`Téléconsultation`, `Télé-expertise, avis`."""
    return _ACTS.get((kind, part), "Acte")


def organism_words(organism: str | None) -> str:
    """`01 351 0000` out of nine digits: régime, caisse, centre."""
    return f"{organism[:2]} {organism[2:5]} {organism[5:]}" if organism else ""
