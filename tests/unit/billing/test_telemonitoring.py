"""The forfaits of télésurveillance: the numbers compared, the texts cited, and what holds of any month."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.facts import Part
from billing.facts.telemonitoring import EVENT, DataReturn, Increase, TelemonitoringFacts
from billing.rules.judgement import find_quota_code, judge
from billing.rules.tariff import ClaimState, Quote
from billing.rules.telemonitoring import group_months, quote_technical, quote_telemonitoring
from billing.rules.telemonitoring.adherence import is_adherent
from billing.rules.telemonitoring.conditions import find_prescription_end, is_suspended
from telemed.kernel.decision import Reason
from telemed.kernel.period import DayRange
from telemed.subscribers import SUBSCRIPTIONS
from tests.the_law import LAW
from tests.unit.billing.making_months import make_month, make_operator

GENERIC = {
    "insuffisance_respiratoire": "1659468",
    "diabete": "1654962",
    "diabete_gestationnel": "1694358",
    "insuffisance_renale": "1668102",
    "insuffisance_cardiaque": "1612544",
}


def quote(facts: TelemonitoringFacts) -> Quote:
    return quote_telemonitoring(facts, LAW.on(facts.last_day))


def only(reasons: tuple[Reason, ...]) -> Reason:
    assert len(reasons) == 1
    return reasons[0]


def test_a_month_cites_every_text_that_made_it() -> None:
    found = quote(make_month())
    assert (found.state, found.code, found.amount_cents, found.warnings) == (ClaimState.PROPOSED, "TVB", 2800, ())
    assert [value.name for value in found.basis] == [
        "telemonitoring/pathways",
        "telemonitoring/prescription/max_months",
        "telemonitoring/adherence/percent",
        "telemonitoring/adherence/checked_months",
        "telemonitoring/operator/level_2/code",
        "telemonitoring/operator/level_2/tariff",
    ]


def test_the_one_door_to_the_rules_leads_here() -> None:
    facts = make_month()
    assert judge(facts, Part.ACT, LAW.on(facts.last_day)) == quote(facts)
    assert find_quota_code(facts, Part.ACT, LAW.on(facts.last_day)) is None
    assert SUBSCRIPTIONS[EVENT] == ("claims.receive",)


def test_an_increased_month_cites_its_own() -> None:
    found = quote(make_month(increase=Increase(1, ("III-1",), 0, False)))
    assert [value.name for value in found.basis[4:]] == [
        "telemonitoring/operator/increased_1/code",
        "telemonitoring/operator/increased_1/tariff",
        "telemonitoring/operator/increased/months/insuffisance_cardiaque",
        "telemonitoring/operator/increased/renewals",
    ]
    doubt = found.warnings[-1]
    assert (doubt.code, doubt.compared) == (
        "billing.tariff_uncertain",
        {"certainty": "single_source", "name": "telemonitoring/operator/increased_1/code"},
    )
    assert doubt.text.startswith("À vérifier avant de facturer : TVB. L'Assurance maladie ne nomme que TVB")
    assert "Satelia" in doubt.text


def test_the_law_is_that_of_the_last_day_whatever_day_was_asked() -> None:
    facts = make_month()
    assert quote_telemonitoring(facts, LAW.on(date(2000, 1, 1))) == quote(facts)


def test_a_refused_month_has_neither_code_nor_amount_and_keeps_its_warnings() -> None:
    long = DayRange(date(2026, 1, 15), date(2028, 1, 1))
    found = quote(make_month(consent=None, prescription=long, increase=Increase(1, ("III-1",), 0, False)))
    assert (found.state, found.code, found.amount_cents) == (ClaimState.NOT_BILLABLE, None, None)
    assert only(found.refusals).code == "billing.consent_missing"
    assert only(found.warnings).code == "billing.prescription_too_long"
    assert [value.name for value in found.basis][1] == "telemonitoring/prescription/max_months"


def test_before_the_common_law_the_day_is_said() -> None:
    reason = only(quote(make_month(started_on=date(2023, 6, 1))).refusals)
    assert (reason.code, reason.compared) == ("billing.before_reimbursement", {"day": "2023-06-30"})


def test_an_unknown_pathway_is_named() -> None:
    found = quote(make_month(pathway="hypertension"))
    assert only(found.refusals).compared == {"pathway": "hypertension", "day": "2026-02-14"}
    assert [value.name for value in found.basis] == ["telemonitoring/pathways"]
    missing = only(quote(make_month(pathway="oncologie")).missing)
    assert (missing.code, missing.compared) == (
        "billing.tariff_not_established",
        {"pathway": "oncologie", "day": "2026-02-14"},
    )


def test_another_profession_is_refused_and_named() -> None:
    reason = only(quote(make_month(operator=make_operator(profession="60"))).refusals)
    assert (reason.code, reason.compared) == ("billing.profession", {"profession": "60"})


@pytest.mark.parametrize(("hours", "over"), [(-2, False), (-1, True), (0, True)])
def test_the_month_is_over_at_midnight_where_the_operator_practises(hours: int, over: bool) -> None:
    """Midnight of 15 February in Paris is 23:00 UTC."""
    facts = make_month(closed_at=datetime(2026, 2, 15, 0, 30, tzinfo=UTC) + timedelta(hours=hours))
    refusals = quote(facts).refusals
    assert (refusals == ()) is over
    if not over:
        assert refusals[0].code == "billing.month_not_over"
        assert refusals[0].compared == {"closed_on": "2026-02-14", "last_day": "2026-02-14"}


@pytest.mark.parametrize(
    ("prescription", "end"),
    [
        (DayRange(date(2026, 1, 15)), date(2027, 1, 14)),
        (DayRange(date(2026, 1, 15), date(2027, 1, 13)), date(2027, 1, 13)),
        (DayRange(date(2026, 1, 15), date(2027, 1, 14)), date(2027, 1, 14)),
        (DayRange(date(2026, 1, 15), date(2027, 1, 15)), date(2027, 1, 14)),
        (DayRange(date(2028, 2, 29)), date(2029, 2, 28)),
        (DayRange(date(2027, 3, 1)), date(2028, 2, 29)),
    ],
)
def test_a_prescription_lasts_a_year_at_most(prescription: DayRange, end: date) -> None:
    limit = LAW.on(date(2026, 1, 15)).value("telemonitoring/prescription/max_months")
    assert (limit.integer, find_prescription_end(prescription, limit)) == (12, end)


@pytest.mark.parametrize(("last_day", "warned"), [(date(2027, 1, 14), False), (date(2027, 1, 15), True)])
def test_a_longer_prescription_is_said_to_be_too_long(last_day: date, warned: bool) -> None:
    warnings = quote(make_month(prescription=DayRange(date(2026, 1, 15), last_day))).warnings
    assert bool(warnings) is warned
    if warned:
        assert warnings[0].compared == {"prescribed_until": "2027-01-15", "counted_until": "2027-01-14"}
        assert "14/01/2027" in warnings[0].text


def test_a_prescription_compares_its_days_with_those_of_the_month() -> None:
    compared = {"first_day": "2026-01-15", "last_day": "2026-02-14", "prescribed_until": "2026-02-13"}
    ended = only(quote(make_month(prescription=DayRange(date(2026, 1, 15), date(2026, 2, 13)))).refusals)
    assert (ended.code, ended.compared) == ("billing.prescription_ended", compared)
    early = only(quote(make_month(prescription=DayRange(date(2026, 1, 16)))).refusals)
    assert (early.code, early.compared["prescribed_until"]) == ("billing.before_prescription", "2027-01-15")


@pytest.mark.parametrize("field", ["consent", "usage_data_consent", "ars_declaration", "convention", "dmn_listing"])
@pytest.mark.parametrize(
    ("days", "covered"),
    [
        (DayRange(date(2026, 1, 15), date(2026, 2, 14)), True),
        (DayRange(date(2026, 1, 16), date(2026, 2, 14)), False),
        (DayRange(date(2026, 1, 15), date(2026, 2, 13)), False),
        (DayRange(date(2026, 1, 15)), True),
        (None, False),
    ],
)
def test_a_condition_holds_from_the_first_day_to_the_last(field: str, days: DayRange | None, covered: bool) -> None:
    assert (quote(make_month(**dict[str, Any]({field: days}))).refusals == ()) is covered


@pytest.mark.parametrize(
    ("received", "expected", "passes"),
    [(50, 100, False), (51, 100, True), (49, 100, False), (1, 1, True), (0, 1, False)],
)
def test_more_than_half_of_the_data_must_come_back(received: int, expected: int, passes: bool) -> None:
    assert is_adherent(DataReturn(1, expected, received), 50) is passes


@given(expected=st.integers(1, 10_000), received=st.integers(0, 10_000), percent=st.integers(0, 100))
def test_adherence_is_compared_in_whole_numbers(expected: int, received: int, percent: int) -> None:
    """Above the share: received / expected > percent / 100, without ever dividing."""
    floor = percent * expected // 100
    assert is_adherent(DataReturn(1, expected, received), percent) is (received > floor)


@pytest.mark.parametrize("month", [1, 2, 3, 6])
def test_each_of_the_first_two_months_is_checked_up_to_the_month_billed(month: int) -> None:
    poor = (DataReturn(1, 30, 15), DataReturn(2, 28, 14), DataReturn(3, 30, 1))
    refusals = quote(make_month(month=month, data_returns=poor)).refusals
    assert [reason.compared["month"] for reason in refusals] == [1, 2][: min(month, 2)]
    assert refusals[0].compared == {"month": 1, "received": 15, "expected": 30, "percent": 50}
    assert "15 transmissions reçues sur 30 attendues" in refusals[0].text


def test_what_is_not_known_of_a_checked_month_is_said() -> None:
    refusals = quote(make_month(month=4, data_returns=())).refusals
    assert [(one.code, one.compared) for one in refusals] == [
        ("billing.adherence_unknown", {"month": 1}),
        ("billing.adherence_unknown", {"month": 2}),
    ]


@pytest.mark.parametrize(
    ("suspensions", "whole"),
    [
        ((), False),
        ((DayRange(date(2026, 1, 15), date(2026, 2, 14)),), True),
        ((DayRange(date(2026, 1, 16), date(2026, 2, 14)),), False),
        ((DayRange(date(2026, 1, 15), date(2026, 2, 13)),), False),
        ((DayRange(date(2026, 1, 1)),), True),
        ((DayRange(date(2026, 2, 1), date(2026, 2, 14)), DayRange(date(2026, 1, 15), date(2026, 1, 31))), True),
        ((DayRange(date(2026, 2, 2), date(2026, 2, 14)), DayRange(date(2026, 1, 15), date(2026, 1, 31))), False),
        ((DayRange(date(2026, 1, 1), date(2026, 1, 20)), DayRange(date(2026, 1, 10), date(2026, 3, 1))), True),
    ],
)
def test_a_month_is_suspended_when_each_of_its_days_is(suspensions: tuple[DayRange, ...], whole: bool) -> None:
    facts = make_month(suspensions=suspensions)
    assert is_suspended(facts, facts.first_day, facts.last_day) is whole
    found = quote(facts)
    assert [one.code for one in found.refusals] == (["billing.month_suspended"] if whole else [])
    partly = bool(suspensions) and not whole
    assert [one.code for one in found.warnings] == (["billing.month_partly_suspended"] if partly else [])


@pytest.mark.parametrize(
    ("days", "touched"),
    [
        (DayRange(date(2026, 1, 1), date(2026, 1, 14)), False),
        (DayRange(date(2026, 1, 1), date(2026, 1, 15)), True),
        (DayRange(date(2026, 2, 14), date(2026, 2, 20)), True),
        (DayRange(date(2026, 2, 15)), False),
    ],
)
def test_a_suspension_beside_the_month_says_nothing_of_it(days: DayRange, touched: bool) -> None:
    assert bool(quote(make_month(suspensions=(days,))).warnings) is touched


@pytest.mark.parametrize(
    ("pathway", "before", "renewed", "amount", "reason"),
    [
        ("insuffisance_cardiaque", 5, False, 5600, None),
        ("insuffisance_cardiaque", 6, False, 2800, "billing.increase_not_renewed"),
        ("insuffisance_cardiaque", 6, True, 5600, None),
        ("insuffisance_cardiaque", 11, True, 5600, None),
        ("insuffisance_cardiaque", 12, True, 2800, "billing.increase_exhausted"),
        ("insuffisance_cardiaque", 12, False, 2800, "billing.increase_exhausted"),
        ("diabete", 2, False, 5600, None),
        ("diabete", 3, False, 2800, "billing.increase_not_renewed"),
        ("diabete", 5, True, 5600, None),
        ("diabete", 6, True, 2800, "billing.increase_exhausted"),
    ],
)
def test_an_increase_lasts_its_term_renewed_once(
    pathway: str, before: int, renewed: bool, amount: int, reason: str | None
) -> None:
    found = quote(make_month(pathway=pathway, increase=Increase(1, ("III-1",), before, renewed)))
    assert found.amount_cents == amount
    assert found.state is ClaimState.PROPOSED
    if reason is not None:
        term = 6 if pathway == "insuffisance_cardiaque" else 3
        assert only(found.warnings).code == reason
        assert only(found.warnings).compared == {"month": before + 1, "term": term, "longest": 2 * term}


@given(level=st.sampled_from([1, 2]), before=st.integers(0, 30), renewed=st.booleans(), grounds=st.booleans())
def test_an_increase_never_takes_the_plain_forfait_away(level: int, before: int, renewed: bool, grounds: bool) -> None:
    increase = Increase(level, ("III-1",) if grounds else (), before, renewed)
    amount = quote(make_month(increase=increase)).amount_cents
    assert amount in (2800, 5600 if level == 1 else 7000)
    if not grounds or before >= 12:
        assert amount == 2800


@pytest.mark.parametrize("level", [1, 2])
def test_a_month_billed_increased_fits_an_invoice_and_keeps_its_proportion(level: int) -> None:
    """The code is that of the plain forfait, at twice its amount or two and a half times."""
    plain, found = quote(make_month()), quote(make_month(increase=Increase(level, ("III-1",), 0, False)))
    assert found.code == plain.code == "TVB"
    assert found.amount_cents == {1: 2 * 2800, 2: 5 * 2800 // 2}[level]


def test_an_increase_out_of_its_days_says_which() -> None:
    found = quote(make_month(started_on=date(2023, 11, 15), month=2, increase=Increase(1, ("III-1",), 0, False)))
    reason = only(found.warnings)
    assert (reason.code, reason.compared) == (
        "billing.increase_not_in_force",
        {"first_day": "2023-12-15", "last_day": "2024-01-14"},
    )
    other = quote(make_month(pathway="insuffisance_renale", increase=Increase(1, ("III-1",), 0, False)))
    assert only(other.warnings).compared == {"pathway": "insuffisance_renale"}


@pytest.mark.parametrize(
    ("months", "groups"),
    [
        ([], ()),
        ([3], ((3,),)),
        ([3, 1, 2, 2], ((1, 2, 3),)),
        ([1, 2, 4, 5], ((1, 2), (4, 5))),
        ([1, 2, 3, 4, 5, 6], ((1, 2, 3, 4, 5, 6),)),
        ([1, 2, 3, 4, 5, 6, 7], ((1, 2, 3, 4, 5, 6), (7,))),
    ],
)
def test_months_in_a_row_leave_together_six_at_most(months: list[int], groups: tuple[tuple[int, ...], ...]) -> None:
    assert group_months(months, LAW.on(date(2026, 2, 14))) == groups


@given(months=st.sets(st.integers(1, 60)))
def test_grouping_loses_and_doubles_no_month(months: set[int]) -> None:
    groups = group_months(months, LAW.on(date(2026, 2, 14)))
    assert [month for group in groups for month in group] == sorted(months)
    assert all(len(group) <= 6 and group == tuple(range(group[0], group[-1] + 1)) for group in groups)


@pytest.mark.parametrize(("pathway", "code"), GENERIC.items())
def test_the_technical_forfait_is_of_fifty_euros_until_the_text_of_october_2024(pathway: str, code: str) -> None:
    found = quote_technical(pathway, LAW.on(date(2024, 10, 24)))
    assert (found.code, found.amount_cents) == (code, 5000)
    single = pathway == "insuffisance_cardiaque"
    assert [one.code for one in found.warnings] == (["billing.tariff_uncertain"] if single else [])
    after = quote_technical(pathway, LAW.on(date(2024, 10, 25)))
    assert (after.code, after.amount_cents, after.state) == (code, None, ClaimState.TO_COMPLETE)
    assert only(after.missing).compared == {"pathway": pathway, "day": "2024-10-25"}


@pytest.mark.parametrize(
    ("pathway", "day"),
    [("prothese_cardiaque", date(2026, 1, 1)), ("oncologie", date(2024, 1, 1)), ("diabete", date(2023, 8, 17))],
)
def test_no_technical_forfait_is_invented(pathway: str, day: date) -> None:
    found = quote_technical(pathway, LAW.on(day))
    assert (found.code, found.amount_cents, found.basis) == (None, None, ())
    assert only(found.missing).code == "billing.tariff_not_established"


@given(
    started_on=st.dates(date(2023, 7, 1), date(2035, 1, 1)),
    month=st.integers(1, 40),
    revision=st.integers(1, 9),
)
def test_a_month_is_due_only_within_a_year_of_its_prescription(started_on: date, month: int, revision: int) -> None:
    facts = replace(make_month(started_on=started_on, month=month), revision=revision)
    found = quote(facts)
    assert (found.state is ClaimState.PROPOSED) is (month <= 12)
    assert found.amount_cents == (2800 if month <= 12 else None)
