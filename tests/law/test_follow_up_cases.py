"""The cases of télésurveillance that are not about money: may a follow-up start, must it go on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from telemed.acts.telemonitoring.formats.packaged import load_catalogue, load_pathways
from telemed.acts.telemonitoring.model.enrolment import Enrolment, Transmitted
from telemed.acts.telemonitoring.rules.enrolment import check_adherence, check_start
from telemed.kernel.decision import Decision
from telemed.kernel.period import DayRange
from tests.law.cases import Case, read_cases, take
from tests.the_law import LAW

PATHWAYS = load_pathways(LAW, load_catalogue())
ALWAYS = DayRange(date(2020, 1, 1))


def found(decision: Decision) -> dict[str, list[str]]:
    """What was decided, in the words of a case."""
    return {
        "refus": [reason.code for reason in decision.refusals],
        "avertissements": [reason.code for reason in decision.warnings],
    }


def expected(case: Case) -> dict[str, list[str]]:
    return take(case.decision, refus=[], avertissements=[])


def paper(is_there: bool) -> DayRange | None:
    return ALWAYS if is_there else None


@pytest.mark.parametrize("case", read_cases("telemonitoring_start"), ids=str)
def test_may_it_start(case: Case) -> None:
    given = take(
        case.facts,
        parcours="insuffisance_cardiaque",
        prescription="une",
        prescrit_du=case.day,
        prescrit_au=case.day + timedelta(days=180),
        prescripteur_qualifie=True,
        consentement=True,
        donnees_utilisation=True,
        declaration=True,
        convention=True,
        inscription=True,
        signaux=["weight"],
        silence=1,
        exclusions=[],
    )
    prescription = DayRange(given["prescrit_du"], given["prescrit_au"]) if given["prescription"] == "une" else None
    enrolment = Enrolment(
        pathway=PATHWAYS[given["parcours"]],
        starts_on=case.day,
        prescription=prescription,
        is_prescriber_qualified=given["prescripteur_qualifie"],
        consent=paper(given["consentement"]),
        usage_data_consent=paper(given["donnees_utilisation"]),
        ars_declaration=paper(given["declaration"]),
        convention=paper(given["convention"]),
        dmn_listing=paper(given["inscription"]),
        signals=frozenset(given["signaux"]),
        silence_days=given["silence"],
        exclusions=frozenset(given["exclusions"]),
    )
    assert found(check_start(enrolment, LAW.on(case.day))) == expected(case)


@pytest.mark.parametrize("case", read_cases("telemonitoring_adherence"), ids=str)
def test_must_it_go_on(case: Case) -> None:
    given = take(case.facts, mois=1, attendues=30, recues=30)
    transmitted = Transmitted(given["mois"], given["attendues"], given["recues"])
    assert found(check_adherence(transmitted, LAW.on(case.day))) == expected(case)
