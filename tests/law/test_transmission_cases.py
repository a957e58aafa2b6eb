"""The cases of tests/law/transmission: how an act is invoiced."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from billing.facts import ActKind
from billing.model.invoice import RightsSource
from billing.rules.tariff import ClaimState
from billing.rules.transmission import BilledAct, Rights, Wish, plan_transmission
from tests.law.cases import Case, read_cases, take
from tests.the_law import LAW

CASES = read_cases("transmission")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_transmission(case: Case) -> None:
    """`parts` are cents of the compulsory insurance, of the complementary one and of the patient."""
    given = take(
        case.facts,
        acte="teleconsultation",
        etat="proposed",
        code="TCG",
        montant=2500,
        droits="adri",
        lus_le=date(2018, 1, 1),
        complementaire=None,
        tiers_payant=False,
        parcours=True,
        depassement=False,
        prescripteur=None,
        papier=False,
        part_amo=None,
    )
    act = BilledAct(
        ClaimState(given["etat"]),
        ActKind(given["acte"]),
        case.day,
        given["code"],
        given["montant"],
        asks_tiers_payant=given["tiers_payant"],
        is_covered=given["parcours"],
        has_overrun=given["depassement"],
        prescripteur=given["prescripteur"],
    )
    plan = plan_transmission(act, _rights(given), LAW.on(case.day), Wish(given["papier"], given["part_amo"], "texte"))
    expected = take(
        case.decision,
        mode=None,
        tiers_payant=False,
        parts=None,
        prescripteur=None,
        dre=False,
        refus=[],
        avertissements=[],
    )
    shares = plan.shares
    parts = None if shares is None else [shares.amo_cents, shares.amc_cents, shares.patient_cents]
    assert plan.mode == expected["mode"]
    assert (plan.is_tiers_payant, parts, plan.has_dre) == (
        expected["tiers_payant"],
        expected["parts"],
        expected["dre"],
    )
    assert plan.prescripteur == expected["prescripteur"]
    assert [one.code for one in plan.refusals] == expected["refus"]
    assert [one.code for one in plan.warnings] == expected["avertissements"]
    assert (plan.terms is None) == bool(expected["refus"])


def _rights(given: dict[str, Any]) -> Rights | None:
    if given["droits"] is None:
        return None
    other = given["complementaire"]
    return Rights(RightsSource(given["droits"]), given["lus_le"], other is not None, other == "avec_dre")


def test_there_are_cases_enough_and_no_two_of_the_same_name() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 20
    assert all(case.text.strip() for case in CASES)
