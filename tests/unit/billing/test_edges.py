"""What the rules do where the law of today never leads: other rates, missing values, unknown kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest

from billing.facts import ActKind, Facts, FactsError, Part, Reimbursement
from billing.facts.telemonitoring import Increase
from billing.model import Claim
from billing.rules.cap import Cap, Counts, find_cap
from billing.rules.derogation import Derogation, end_derogation
from billing.rules.judgement import judge
from billing.rules.projection import AnnualVolume, Basis, Estimate, Outside, YearFacts, may_be_certain, project
from billing.rules.tariff import ClaimState
from billing.rules.teleexpertise import quote_part
from billing.rules.telemonitoring import quote_technical, quote_telemonitoring
from billing.rules.transmission import TELECONSULTATION_RATE, BilledAct, plan_transmission
from telemed.law.parameter import LawOfDay
from tests.the_law import LAW
from tests.unit.billing.making import make_accompaniment, make_facts, make_teleexpertise
from tests.unit.billing.making_months import make_month

DAY = date(2026, 11, 25)


def law_with(changes: Mapping[str, object], day: date = DAY) -> LawOfDay:
    """The law of a day where these parameters have another value since for ever; None: they are not in force."""
    parameters = dict(LAW.parameters)
    for name, quantity in changes.items():
        former = parameters[name]
        value = replace(former.values[-1], since=date(1900, 1, 1), quantity=cast(Any, quantity), territories=None)
        parameters[name] = replace(former, values=(value,))
    return LawOfDay(day, parameters)


@pytest.mark.parametrize(("amount_cents", "amo_cents"), [(50, 17), (53, 17), (54, 18), (100, 33)])
def test_half_a_cent_is_rounded_up_at_any_rate(amount_cents: int, amo_cents: int) -> None:
    act = BilledAct(
        ClaimState.PROPOSED, ActKind.TELECONSULTATION, DAY, "TCG", amount_cents, asks_tiers_payant=True, is_covered=True
    )
    shares = plan_transmission(act, None, law_with({TELECONSULTATION_RATE: 33})).shares
    assert shares is not None
    assert shares.amo_cents == amo_cents


def test_a_request_is_not_billed_while_no_profession_may() -> None:
    quote = quote_part(make_teleexpertise(), Part.REQUEST, law_with({"teleexpertise/professions/requerant": None}))
    assert [one.code for one in quote.refusals] == ["billing.before_reimbursement"]


def test_several_professions_are_listed_with_commas() -> None:
    law = law_with({"accompaniment/professions/nurse": {"60": "Infirmier", "70": "Kinésithérapeute"}})
    facts = make_accompaniment(biller=replace(make_accompaniment().biller, profession="10"))
    assert judge(facts, Part.ACT, law).refusals[0].text == "Le code TLD se facture par : Infirmier, Kinésithérapeute."


def test_a_technical_forfait_without_a_line_has_an_amount_and_no_code() -> None:
    law = law_with({"telemonitoring/technical/codes/insuffisance_cardiaque": None}, date(2024, 6, 3))
    quote = quote_technical("insuffisance_cardiaque", law)
    assert quote.code is None
    assert quote.amount_cents == 5_000


@pytest.mark.parametrize("part", ["code", "tariff"])
def test_an_increase_needs_its_code_and_its_tariff(part: str) -> None:
    facts = make_month(increase=Increase(1, ("hospitalisation",), 0, is_renewed=False))
    quote = quote_telemonitoring(facts, law_with({f"telemonitoring/operator/increased_1/{part}": None}))
    assert quote.code == "TVB"
    assert "billing.increase_not_in_force" in [one.code for one in quote.warnings]


def test_what_the_programmer_did_wrong_is_said() -> None:
    with pytest.raises(ValueError, match=r"^the cap is chosen by the civil year: ask on its 1 January$"):
        find_cap(LAW.on(DAY), specialty="")
    decision = Derogation("A", 30, date(2026, 1, 1), date(2026, 12, 31))
    with pytest.raises(ValueError, match=r"^a derogation is ended within its days, before its last one$"):
        end_derogation(decision, date(2026, 12, 31))
    with pytest.raises(FactsError, match=r"^kind: massage has no rule$"):
        judge(cast(Any, SimpleNamespace(kind="massage")), Part.ACT, LAW.on(DAY))


def test_only_a_declared_volume_or_a_closed_year_may_be_certain() -> None:
    facts = YearFacts(date(2027, 1, 5), Counts(10))
    whole = Outside(Counts(), date(2026, 12, 31), "déclaration")
    assert not may_be_certain(facts, 2026)
    assert may_be_certain(replace(facts, annual_volume=AnnualVolume(100, "déclaration", DAY)), 2026)
    assert may_be_certain(replace(facts, outside=whole), 2026)
    assert not may_be_certain(replace(facts, outside=whole, today=date(2026, 12, 31)), 2026)
    assert not may_be_certain(replace(facts, outside=replace(whole, as_of=date(2026, 12, 30))), 2026)


def cap_of(year: int) -> Cap:
    found = find_cap(LAW.on(date(year, 1, 1)), specialty="")
    assert found is not None
    return found


def test_under_the_first_regime_what_is_booked_and_last_year_count_own_patients() -> None:
    facts = YearFacts(
        date(2023, 6, 30),
        Counts(10, 4, 2, 84, 4),
        booked=Counts.of_teleconsultations(10, own=4),
        last_year=Counts(100, 60, 30, 870, 60),
    )
    assert Counts.of_teleconsultations(10, own=4) == Counts(10, 4, 0, 0, 4)
    remote = project(facts, cap_of(2023)).remote
    further = 130 * 184 // 365
    assert remote == Estimate(22, 12 + further, 12 + -(-further * 110 // 100), Basis.LAST_YEAR)


def test_a_pace_begins_on_the_first_day_and_ends_with_the_last() -> None:
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    day_one = project(YearFacts(first, Counts(other_acts=2), outside=Outside(Counts(), first, "x")), cap_of(2026))
    assert day_one.volume == Estimate(2, 730, 2_920 + 4 * 365, Basis.PACE)
    before = project(
        YearFacts(first, Counts(other_acts=2), outside=Outside(Counts(other_acts=5), date(2025, 12, 31), "x")),
        cap_of(2026),
    )
    assert before.volume == Estimate(7, 735, 2_925, Basis.PACE)
    over = project(YearFacts(last, Counts(other_acts=2), outside=Outside(Counts(), last, "x")), cap_of(2026))
    assert over.volume == Estimate(2, 2, 2, Basis.PACE)


def test_the_share_of_own_acts_is_not_guessed_from_half_of_the_activity() -> None:
    facts = YearFacts(DAY, Counts(10, 4, 0, 90, 50), annual_volume=AnnualVolume(1_000, "déclaration", DAY))
    assert project(facts, cap_of(2026)).own_acts is None


def claim_of(facts: Facts, part: Part, code: str) -> Claim:
    return Claim(
        id=UUID(int=1),
        supersedes_id=None,
        facts=facts,
        part=part,
        state=ClaimState.PROPOSED,
        code=code,
        amount_cents=2_300,
        refusals=(),
        missing=(),
        warnings=(),
        basis=(),
        recorded_at=datetime(2026, 11, 25, 15, tzinfo=UTC),
    )


def test_what_is_billed_is_read_from_the_claim() -> None:
    visit = make_facts(is_tiers_payant=True, has_overrun=True, reimbursement=Reimbursement(is_met=True))
    opinion, beside = make_teleexpertise(), make_accompaniment()
    proposed = ClaimState.PROPOSED
    assert BilledAct.of(claim_of(visit, Part.ACT, "TC")) == BilledAct(
        proposed, ActKind.TELECONSULTATION, DAY, "TC", 2_300, True, True, True, None
    )
    assert BilledAct.of(claim_of(opinion, Part.OPINION, "TE2")) == BilledAct(
        proposed, ActKind.TELEEXPERTISE, DAY, "TE2", 2_300, prescripteur=opinion.requerant.rpps
    )
    assert BilledAct.of(claim_of(opinion, Part.REQUEST, "RQD")).prescripteur is None
    assert BilledAct.of(claim_of(beside, Part.ACT, "TLD")) == BilledAct(
        proposed, ActKind.ACCOMPANIMENT, DAY, "TLD", 2_300, prescripteur=beside.teleconsultation.rpps
    )


def test_under_the_first_regime_the_pace_counts_own_patients_here_and_elsewhere() -> None:
    june = date(2023, 6, 30)
    elsewhere = Outside(Counts(50, 40, 10, 100, 40), june, "déclaration")
    remote = project(YearFacts(june, Counts(30, 20, 10, 60, 20), outside=elsewhere), cap_of(2023)).remote
    assert (remote.low, remote.point) == (100, 40 * 365 // 181 + 60 * 365 // 181)


def test_counts_that_cannot_be_are_said() -> None:
    with pytest.raises(ValueError, match=r"^counts are not negative, and a part is not more than its whole$"):
        Counts(1, 2)
    with pytest.raises(ValueError, match=r"^own_acts holds own_teleconsultations and is held by all acts$"):
        Counts(2, 1, own_acts=0)
