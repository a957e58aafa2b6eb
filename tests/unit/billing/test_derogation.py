"""Derogations: which decision fixes the rate of a year; single cases are in tests/law."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.cap import Derogation, find_cap
from billing.rules.derogation import DecidedBy, check_derogation, end_derogation, find_derogation
from tests.the_law import LAW

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@st.composite
def derogations(draw: st.DrawFn) -> Derogation:
    first = draw(st.dates(date(2025, 10, 1), date(2027, 2, 1)))
    days = draw(st.integers(0, 500))
    return Derogation("CPAM 1", draw(st.integers(21, 60)), first, first + timedelta(days=days))


@given(listed=st.lists(derogations(), max_size=6))
def test_the_rate_of_a_year_is_the_lowest_of_the_best_of_each_day(listed: list[Derogation]) -> None:
    """Against every day of the year, one by one."""
    best = []
    for number in range(365):
        day = YEAR[0] + timedelta(days=number)
        best.append(max((one.rate_percent for one in listed if one.first_day <= day <= one.last_day), default=None))
    found = find_derogation(listed, 2026)
    rates = [rate for rate in best if rate is not None]
    assert (None if found is None else found.rate_percent) == (min(rates) if len(rates) == 365 else None)


@pytest.mark.parametrize(
    ("first", "last", "rate"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), 30),
        (date(2025, 6, 1), date(2027, 6, 1), 30),
        (date(2026, 1, 2), date(2026, 12, 31), 20),
        (date(2026, 1, 1), date(2026, 12, 30), 20),
    ],
)
def test_a_derogation_counts_when_it_covers_the_whole_year(first: date, last: date, rate: int) -> None:
    given_one = Derogation("CPN 1", 30, first, last, DecidedBy.CPN)
    cap = find_cap(LAW.on(YEAR[0]), specialty="G15_10/SM54", derogations=[given_one])
    assert cap is not None
    assert (cap.rate_percent, cap.derogation) == (rate, given_one if rate == 30 else None)


@pytest.mark.parametrize(("rate", "applied"), [(39, 40), (40, 40), (41, 41)])
def test_a_derogation_never_lowers_the_rate(rate: int, applied: int) -> None:
    cap = find_cap(LAW.on(YEAR[0]), specialty="G15_10/SM42", derogations=[Derogation("CPAM 1", rate, *YEAR)])
    assert cap is not None
    assert (cap.rate_percent, cap.derogation is not None) == (applied, rate > 40)


def test_a_decision_of_another_year_is_of_no_use() -> None:
    before, after = (
        Derogation("a", 30, date(2025, 1, 1), date(2025, 12, 31)),
        Derogation("b", 30, date(2027, 1, 1), date(2027, 12, 31)),
    )
    assert find_derogation([before, after], 2026) is None
    assert find_derogation([], 2026) is None
    assert find_derogation([before, after], 2025) == before


def test_a_refusal_names_the_numbers_that_were_compared() -> None:
    psychiatrist = check_derogation(Derogation("x", 51, *YEAR), LAW.on(YEAR[0]), specialty="G15_10/SM42").refusals[0]
    assert psychiatrist.compared == {"rate": 51, "highest": 50}
    assert psychiatrist.text == "Pour un psychiatre, une dérogation ne dépasse pas 50\u00a0% : 51 % demandés."
    assert psychiatrist.reference == "CSMF, tarifs au 22 décembre 2024"
    general = check_derogation(Derogation("x", 20, *YEAR), LAW.on(YEAR[0]), specialty="").refusals[0]
    assert general.compared == {"rate": 20, "ordinary": 20}
    assert general.text == "Une dérogation relève le plafond de 20\u00a0% : 20 % n'est pas possible."
    assert general.reference.startswith("Convention 2024, art. 87.7")
    reversed_days = Derogation("x", 30, YEAR[1], YEAR[0])
    days = check_derogation(reversed_days, LAW.on(YEAR[1]), specialty="").refusals[0]
    assert days.compared == {"first_day": "2026-12-31", "last_day": "2026-01-01"}
    early = check_derogation(Derogation("x", 30, date(2021, 1, 1), YEAR[1]), LAW.on(date(2021, 1, 1)), specialty="")
    assert early.refusals[0].compared == {"first_day": "2021-01-01"}


@pytest.mark.parametrize("last_day", [date(2026, 1, 1), date(2026, 6, 30), date(2026, 12, 30)])
def test_a_derogation_is_ended_within_its_days(last_day: date) -> None:
    ended = end_derogation(Derogation("CPAM 1", 30, *YEAR), last_day)
    assert (ended.first_day, ended.last_day, ended.rate_percent) == (YEAR[0], last_day, 30)
    assert ended.holds_on(last_day)
    assert not ended.holds_on(last_day + timedelta(days=1))


@pytest.mark.parametrize("last_day", [date(2025, 12, 31), date(2026, 12, 31), date(2027, 1, 1)])
def test_it_is_not_ended_before_it_begins_nor_prolonged(last_day: date) -> None:
    with pytest.raises(ValueError, match="within its days"):
        end_derogation(Derogation("CPAM 1", 30, *YEAR), last_day)
