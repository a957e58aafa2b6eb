"""Scenarios of how a claim is invoiced: mode, prescripteur, shares, DRE, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from billing.facts import ActKind
from billing.model.invoice import RightsSource
from billing.rules.tariff import ClaimState
from billing.rules.transmission import (
    BilledAct,
    Rights,
    Wish,
    corrected_already,
    left_before_reversal,
    plan_transmission,
    resent_unchanged,
)
from tests.the_law import LAW

DAY = date(2026, 11, 25)
VISIT = BilledAct(ClaimState.PROPOSED, ActKind.TELECONSULTATION, DAY, "TCG", 2_500, is_covered=True)
OPINION = BilledAct(ClaimState.PROPOSED, ActKind.TELEEXPERTISE, DAY, "TE2", 2_300, prescripteur="10007654321")
NURSE = BilledAct(ClaimState.PROPOSED, ActKind.ACCOMPANIMENT, DAY, "TLD", 1_500, prescripteur="10001234567")
CARD = Rights(RightsSource.CARTE_VITALE, DAY)
ADRI = Rights(RightsSource.ADRI, DAY)
MUTUAL = Rights(RightsSource.ADRI, DAY, has_complementary=True, takes_dre=True)
Scenarios = Mapping[str, object]


def plan(act: BilledAct, rights: Rights | None = CARD, wish: Wish | None = None) -> object:
    return plan_transmission(act, rights, LAW.on(act.day), wish)


def transmissions() -> Scenarios:
    third = replace(VISIT, asks_tiers_payant=True)
    old = replace(VISIT, day=date(2018, 10, 1))
    return {
        "carte du jour": plan(VISIT),
        "carte de la veille": plan(VISIT, replace(CARD, seen_on=DAY - timedelta(days=1))),
        "ADRi": plan(VISIT, ADRI),
        "attestation": plan(VISIT, Rights(RightsSource.ATTESTATION, DAY)),
        "aucun droit": plan(VISIT, None),
        "feuille papier": plan(VISIT, None, Wish(is_on_paper=True)),
        "feuille papier avec une complémentaire": plan(third, MUTUAL, Wish(is_on_paper=True)),
        "tiers payant": plan(third),
        "tiers payant d'un montant impair": plan(replace(third, amount_cents=2_505)),
        "tiers payant d'un centime": plan(replace(third, amount_cents=1)),
        "tiers payant avec complémentaire": plan(third, MUTUAL),
        "tiers payant, complémentaire sans DRE": plan(third, replace(MUTUAL, takes_dre=False)),
        "tiers payant, DRE sans complémentaire": plan(third, replace(MUTUAL, has_complementary=False)),
        "sans tiers payant, complémentaire": plan(VISIT, MUTUAL),
        "tiers payant hors parcours": plan(replace(third, is_covered=False)),
        "tiers payant, parcours non vérifié": plan(replace(third, is_covered=None)),
        "tiers payant avec dépassement": plan(replace(third, code="TC", has_overrun=True)),
        "tiers payant avec dépassement, part donnée": plan(
            replace(third, code="TC", has_overrun=True), wish=Wish(amo_cents=1_750, amo_source="convention")
        ),
        "part donnée nulle": plan(replace(third, has_overrun=True), wish=Wish(amo_cents=0, amo_source="x")),
        "part donnée de tout": plan(replace(third, has_overrun=True), wish=Wish(amo_cents=2_500, amo_source="x")),
        "part donnée trop grande": plan(replace(third, has_overrun=True), wish=Wish(amo_cents=2_501, amo_source="x")),
        "part donnée négative": plan(replace(third, has_overrun=True), wish=Wish(amo_cents=-1, amo_source="x")),
        "part donnée là où un texte la donne": plan(third, wish=Wish(amo_cents=1, amo_source="x")),
        "télé-expertise": plan(OPINION, ADRI),
        "télé-expertise sans requérant": plan(replace(OPINION, prescripteur=None), ADRI),
        "demande": plan(replace(OPINION, code="RQD", amount_cents=1_000, prescripteur=None), ADRI),
        "infirmier": plan(NURSE, ADRI),
        "infirmier sans numéro, sans droit": plan(replace(NURSE, prescripteur=None), None),
        "infirmier en tiers payant": plan(replace(NURSE, asks_tiers_payant=True), ADRI),
        "pharmacien": plan(replace(NURSE, code="TLM", amount_cents=100, asks_tiers_payant=True), CARD),
        "télésurveillance": plan(BilledAct(ClaimState.PROPOSED, ActKind.TELEMONITORING, DAY, "TVB", 2_800), ADRI),
        "en 2018": plan(old, replace(ADRI, seen_on=old.day)),
        "en 2018, tiers payant": plan(replace(old, asks_tiers_payant=True), replace(MUTUAL, seen_on=old.day)),
        "avant tout texte": plan(
            replace(third, day=date(2009, 1, 1)), replace(MUTUAL, seen_on=DAY), Wish(amo_cents=1_750, amo_source="x")
        ),
        "montant à compléter": plan(replace(VISIT, state=ClaimState.TO_COMPLETE, amount_cents=None)),
        "non facturable": plan(replace(VISIT, state=ClaimState.NOT_BILLABLE)),
        "sans code": plan(replace(VISIT, code=None)),
        "sans montant": plan(replace(VISIT, amount_cents=None)),
        "annulée après l'envoi": left_before_reversal(),
        "déjà corrigée": corrected_already(),
        "renvoyée telle quelle": resent_unchanged(),
        "conditions de la facture": plan_transmission(third, MUTUAL, LAW.on(DAY)).terms or "aucune",
        "conditions d'une facture refusée": plan_transmission(third, None, LAW.on(DAY)).terms or "aucune",
    }
