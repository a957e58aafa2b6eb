"""How a claim is invoiced: shares that always add up, and rights that cannot be, refused by their field."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.facts import ActKind, Part
from billing.formats.invoice import read_copy, what_is_said, write_copy
from billing.model import Claim
from billing.model.exchange import DreRecord, FseRecord, TransmissionMode
from billing.model.invoice import Complementary, Insurance, RightsError, RightsSource
from billing.rules.tariff import ClaimState
from billing.rules.transmission import BilledAct, Rights, Wish, asks_tiers_payant, plan_transmission
from telemed.kernel.clock import FrozenClock
from telemed.law.parameter import LawOfDay
from tests.fixtures.clocks import NOON
from tests.the_law import LAW
from tests.unit.billing.making import make_accompaniment, make_facts, make_teleexpertise

DAY = date(2026, 11, 25)
SOMEBODY, SOMEWHERE = UUID(int=1), UUID(int=2)
NSS = "253072B07300470"
ADRI = Rights(RightsSource.ADRI, DAY)


def make_insurance(**changes: Any) -> Insurance:
    facts: dict[str, Any] = {
        "patient_id": SOMEBODY,
        "practice_id": SOMEWHERE,
        "nss": NSS,
        "organism": "013121234",
        "source": RightsSource.ATTESTATION,
        "seen_on": DAY,
    }
    return Insurance(**(facts | changes))


def make_act(**changes: Any) -> BilledAct:
    facts: dict[str, Any] = {
        "state": ClaimState.PROPOSED,
        "kind": ActKind.TELECONSULTATION,
        "day": DAY,
        "code": "TCG",
        "amount_cents": 2500,
        "is_covered": True,
    }
    return BilledAct(**(facts | changes))


def make_claim(facts: Any, part: Part = Part.ACT) -> Claim:
    return Claim(
        id=UUID(int=3),
        supersedes_id=None,
        facts=facts,
        part=part,
        state=ClaimState.PROPOSED,
        code="TE2",
        amount_cents=2300,
        refusals=(),
        missing=(),
        warnings=(),
        basis=(),
        recorded_at=FrozenClock(NOON).now(),
    )


@given(
    amount=st.integers(1, 1_000_000),
    asks=st.booleans(),
    takes_dre=st.booleans(),
    kind=st.sampled_from([ActKind.TELECONSULTATION, ActKind.TELEEXPERTISE]),
    share=st.none() | st.integers(-10, 1_100_000),
    is_covered=st.sampled_from([True, False, None]),
)
def test_shares_add_up_or_are_said_to_be_unknown(
    *, amount: int, asks: bool, takes_dre: bool, kind: ActKind, share: int | None, is_covered: bool | None
) -> None:
    act = make_act(kind=kind, amount_cents=amount, asks_tiers_payant=asks, is_covered=is_covered)
    rights = Rights(RightsSource.ADRI, DAY, has_complementary=True, takes_dre=takes_dre)
    plan = plan_transmission(act, rights, LAW.on(DAY), Wish(amo_cents=share))
    if plan.shares is None:
        assert "billing.coverage_not_established" in [reason.code for reason in plan.refusals]
        return
    shares = plan.shares
    assert shares.total_cents == amount
    assert min(shares.amo_cents, shares.amc_cents, shares.patient_cents) >= 0
    assert plan.is_tiers_payant or (shares.amo_cents, shares.amc_cents) == (0, 0)
    assert plan.has_dre == (shares.amc_cents > 0)


@pytest.mark.parametrize(("amount", "amo"), [(2500, 1750), (1, 1), (5, 4), (15, 11), (5014, 3510), (5015, 3511)])
def test_seventy_percent_of_an_amount_to_the_cent(amount: int, amo: int) -> None:
    plan = plan_transmission(make_act(amount_cents=amount, asks_tiers_payant=True), ADRI, LAW.on(DAY))
    assert plan.shares is not None
    assert plan.shares.amo_cents == amo


MUTUAL = Rights(RightsSource.ADRI, DAY, has_complementary=True, takes_dre=True)


def test_a_dre_asks_for_one_cent_too() -> None:
    plan = plan_transmission(make_act(amount_cents=2, asks_tiers_payant=True), MUTUAL, LAW.on(DAY))
    assert plan.shares is not None
    assert (plan.shares.amc_cents, plan.has_dre) == (1, True)


def test_where_the_law_has_no_dre_the_patient_owes_the_rest() -> None:
    name = "claims/modes/dre_beside_fse"
    dre = LAW.parameter(name)
    never = replace(dre, values=tuple(replace(value, quantity=False) for value in dre.values))
    plan = plan_transmission(make_act(asks_tiers_payant=True), MUTUAL, LawOfDay(DAY, {**LAW.parameters, name: never}))
    assert plan.shares is not None
    assert (plan.shares.amc_cents, plan.shares.patient_cents, plan.has_dre) == (0, 750, False)


def test_tiers_payant_is_the_codes_own_or_asked_for() -> None:
    law = LAW.on(DAY)
    opinion = make_act(kind=ActKind.TELEEXPERTISE, code="TE2", amount_cents=2300)
    asked = [make_act(), make_act(asks_tiers_payant=True), opinion, make_act(kind=ActKind.TELEMONITORING)]
    assert [asks_tiers_payant(act, law) for act in asked] == [False, True, True, True]


def test_in_direct_payment_no_rate_is_cited() -> None:
    direct = plan_transmission(make_act(), ADRI, LAW.on(DAY))
    third_party = plan_transmission(make_act(asks_tiers_payant=True), ADRI, LAW.on(DAY))
    assert [one.name for one in direct.basis] == ["claims/modes/sesam_sans_vitale"]
    assert "teleconsultation/coverage_rate" in [one.name for one in third_party.basis]


def test_what_the_rule_looks_at_comes_from_the_facts() -> None:
    opinion = BilledAct.of(make_claim(make_teleexpertise(), Part.OPINION))
    request = BilledAct.of(make_claim(make_teleexpertise(), Part.REQUEST))
    beside = BilledAct.of(make_claim(make_accompaniment()))
    alone = BilledAct.of(make_claim(make_facts(is_tiers_payant=True)))
    assert opinion.prescripteur == make_teleexpertise().requerant.rpps
    assert request.prescripteur is None
    assert beside.prescripteur == make_accompaniment().teleconsultation.rpps
    assert (alone.prescripteur, alone.asks_tiers_payant, alone.is_covered) == (None, True, None)


@pytest.mark.parametrize("written", ["2 53 07 2B 073 004 70", "253072b07300470", NSS])
def test_a_number_is_kept_without_its_spaces(written: str) -> None:
    assert make_insurance(nss=written).nss == NSS


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"nss": NSS[:13] + "71"}, "nss"),
        ({"nss": NSS[:13]}, "nss"),
        ({"organism": "01312123"}, "organism"),
        ({"organism": "01312123A"}, "organism"),
        ({"patient_rank": 0}, "patient_rank"),
        ({"patient_rank": 10, "is_on_parents_number": True}, "patient_rank"),
        ({"patient_rank": 2}, "patient_rank"),
        ({"is_on_parents_number": True}, "patient_rank"),
    ],
)
def test_rights_that_cannot_be_name_their_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(RightsError) as refusal:
        make_insurance(**changes)
    assert refusal.value.field_name == field
    assert NSS not in str(refusal.value)


@pytest.mark.parametrize(
    ("insurer", "contract", "field"),
    [
        ("", "1", "complementary.insurer"),
        ("12345678901", "1", "complementary.insurer"),
        ("99", "", "complementary.contract"),
        ("99", "é", "complementary.contract"),
        ("99", "x" * 31, "complementary.contract"),
    ],
)
def test_a_complementary_insurer_that_cannot_be_names_its_field(insurer: str, contract: str, field: str) -> None:
    with pytest.raises(RightsError) as refusal:
        Complementary(insurer, contract, takes_dre=True)
    assert refusal.value.field_name == field


def test_numbers_are_not_shown_when_an_object_is() -> None:
    insurance = make_insurance(complementary=Complementary("99", "SECRET-1", takes_dre=True))
    assert NSS not in repr(insurance)
    assert "SECRET-1" not in repr(insurance)


def make_fse(**changes: Any) -> FseRecord:
    facts: dict[str, Any] = {
        "number": 7,
        "code": "TCG",
        "quantity": 1,
        "amount_cents": 2500,
        "amo_cents": 1750,
        "amc_cents": 750,
        "is_tiers_payant": True,
        "mode": TransmissionMode.SESAM_SANS_VITALE,
        "executed_on": DAY,
        "made_at": NOON,
        "insured_nss": NSS,
    }
    return FseRecord(**(facts | changes))


@pytest.mark.parametrize("dre", [None, DreRecord(7, "99", "A-1", 750)])
def test_a_copy_reads_back_as_it_was_written(dre: DreRecord | None) -> None:
    assert read_copy(write_copy(make_fse(), dre)) == (make_fse(), dre)


def test_what_an_invoice_says_is_all_but_its_number_and_its_date() -> None:
    said = what_is_said(make_fse(), None, "013121234")
    later = FrozenClock(NOON)
    assert what_is_said(make_fse(number=8, made_at=later.now().replace(year=2027)), None, "013121234") == said
    for other in (
        what_is_said(make_fse(amo_cents=1749), None, "013121234"),
        what_is_said(make_fse(insured_nss="295109912611193"), None, "013121234"),
        what_is_said(make_fse(), None, "013121235"),
        what_is_said(make_fse(), DreRecord(7, "99", "A-1", 750), "013121234"),
    ):
        assert other != said
