"""Every page of what the rules say, and the scenarios on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.unit.billing.said import of_acts, of_elsewhere, of_invoices, of_law, of_months, of_the_cap

PAGES: Mapping[str, Callable[[], Mapping[str, object]]] = {
    "accompagnement": of_acts.accompaniments,
    "ailleurs": of_elsewhere.lines,
    "courbe": of_elsewhere.curves,
    "adhesion": of_months.adherences,
    "derogation": of_the_cap.derogations,
    "facture": of_invoices.transmissions,
    "forfait_majore": of_months.increases,
    "forfait_technique": of_months.technicals,
    "jugement": of_acts.judgements,
    "plafond": of_the_cap.levels,
    "quota": of_acts.quotas,
    "retenue": of_the_cap.holdings,
    "tarif": of_acts.tariffs,
    "texte_refuse": of_law.faults,
    "teleexpertise": of_acts.teleexpertises,
    "telesurveillance": of_months.conditions,
}
