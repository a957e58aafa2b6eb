"""The cases of tests/law/telemonitoring against the rule of the forfait opérateur."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from billing.facts.telemonitoring import DataReturn, Increase, TelemonitoringFacts
from billing.rules.telemonitoring import quote_telemonitoring
from telemed.kernel.clock import Territory
from telemed.kernel.money import format_euros
from telemed.kernel.period import DayRange
from tests.law.cases import Case, read_cases, take
from tests.the_law import LAW
from tests.unit.billing.making_months import make_month, make_operator

ALWAYS = {"du": date(2020, 1, 1)}


def read_range(raw: dict[str, date] | None) -> DayRange | None:
    return None if raw is None else DayRange(raw["du"], raw.get("au"))


def read_suspension(raw: dict[str, date]) -> DayRange:
    return DayRange(raw["du"], raw.get("au"))


def read_increase(raw: dict[str, Any] | None) -> Increase | None:
    if raw is None:
        return None
    given = take(raw, niveau=1, criteres=["III-1"], mois_avant=0, renouvele=False)
    return Increase(given["niveau"], tuple(given["criteres"]), given["mois_avant"], given["renouvele"])


def read_returns(raw: dict[int, str]) -> tuple[DataReturn, ...]:
    """`{1: 16/30}`: sixteen received of thirty expected in the first month."""
    return tuple(DataReturn(month, *reversed([int(part) for part in text.split("/")])) for month, text in raw.items())


def read_facts(case: Case) -> TelemonitoringFacts:
    start = case.facts.get("debut", date(2026, 1, 15))
    given = take(
        case.facts,
        activite="insuffisance_cardiaque",
        debut=start,
        mois=1,
        territoire="metropole",
        profession="10",
        prescription={"du": start},
        prescripteur_habilite=True,
        consentement=ALWAYS,
        donnees_utilisation=ALWAYS,
        declaration_ars=ALWAYS,
        convention=ALWAYS,
        dispositif_inscrit=ALWAYS,
        remontees={1: "30/30", 2: "30/30"},
        suspensions=[],
        seul_suivi=True,
        majore=None,
    )
    return make_month(
        month=given["mois"],
        started_on=start,
        pathway=given["activite"],
        operator=make_operator(profession=given["profession"], territory=Territory(given["territoire"])),
        closed_at=_instant(case.day),
        prescription=read_range(given["prescription"]),
        is_prescriber_qualified=given["prescripteur_habilite"],
        consent=read_range(given["consentement"]),
        usage_data_consent=read_range(given["donnees_utilisation"]),
        ars_declaration=read_range(given["declaration_ars"]),
        convention=read_range(given["convention"]),
        dmn_listing=read_range(given["dispositif_inscrit"]),
        data_returns=read_returns(given["remontees"]),
        suspensions=tuple(read_suspension(one) for one in given["suspensions"]),
        is_only_follow_up=given["seul_suivi"],
        increase=read_increase(given["majore"]),
    )


def _instant(raw: Any) -> datetime:
    """A day stands for its noon in UTC."""
    if isinstance(raw, date):
        return datetime(raw.year, raw.month, raw.day, 12, tzinfo=UTC)
    return datetime.fromisoformat(raw)


@pytest.mark.parametrize("case", read_cases("telemonitoring"), ids=str)
def test_telemonitoring(case: Case) -> None:
    facts = read_facts(case)
    quote = quote_telemonitoring(facts, LAW.on(facts.last_day))
    expected = take(
        case.decision,
        etat="proposed",
        code=None,
        montant=None,
        refus=[],
        manque=[],
        avertissements=[],
        du=facts.first_day,
        au=facts.last_day,
    )
    amount = None if quote.amount_cents is None else format_euros(quote.amount_cents).replace("\u00a0", " ")
    assert (quote.state.value, quote.code, amount) == (expected["etat"], expected["code"], expected["montant"])
    assert [reason.code for reason in quote.refusals] == expected["refus"]
    assert [reason.code for reason in quote.missing] == expected["manque"]
    assert [reason.code for reason in quote.warnings] == expected["avertissements"]
    assert (facts.first_day, facts.last_day) == (expected["du"], expected["au"])
