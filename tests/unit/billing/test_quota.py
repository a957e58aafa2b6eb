"""How often a code may be billed for one patient: each boundary, each number, each word."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.quota import (
    QUOTAS,
    QuotaScope,
    QuotaStanding,
    check_quota,
    exhausted,
    find_quota,
    find_quota_of_year,
    has_quota,
    sum_forfait,
)
from telemed.law.parameter import Certainty, NotInForce
from tests.the_law import LAW

TODAY = LAW.on(date(2026, 11, 25))
FIRST, SINGLE, NEW_TARIFF = date(2019, 2, 10), date(2022, 4, 1), date(2026, 1, 1)
EVE = timedelta(days=1)


def standing(
    code: str = "TE2", *, reserved: int = 0, consumed: int = 0, scope: QuotaScope = QuotaScope.BILLER
) -> QuotaStanding:
    return QuotaStanding(find_quota(TODAY, code), 2026, scope, reserved, consumed)


@pytest.mark.parametrize(
    ("code", "day", "limit"),
    [
        ("TE1", FIRST, 4),
        ("TE1", SINGLE - EVE, 4),
        ("TE2", FIRST, 2),
        ("TE2", SINGLE - EVE, 2),
        ("TE2", SINGLE, 4),
        ("TE2", NEW_TARIFF - EVE, 4),
        ("TE2", NEW_TARIFF, 4),
        ("RQD", SINGLE, 4),
        ("RQD", NEW_TARIFF - EVE, 4),
        ("RQD", NEW_TARIFF, 4),
    ],
)
def test_a_limit_holds_from_its_first_day(code: str, day: date, limit: int) -> None:
    quota = find_quota(LAW.on(day), code)
    assert (quota.code, quota.limit, quota.law.name) == (code, limit, QUOTAS[code])


@pytest.mark.parametrize(
    ("code", "day"), [("TE1", FIRST - EVE), ("TE1", SINGLE), ("TE2", FIRST - EVE), ("RQD", SINGLE - EVE)]
)
def test_outside_its_days_a_code_has_no_limit_rather_than_zero(code: str, day: date) -> None:
    with pytest.raises(NotInForce):
        find_quota(LAW.on(day), code)


def test_the_disputed_scope_is_said_by_the_law_itself() -> None:
    for code in ("TE2", "RQD"):
        value = find_quota(TODAY, code).law
        assert value.certainty is Certainty.DISPUTED
        assert "TELEMED_QUOTA_SCOPE=patient" in value.note
    assert find_quota(LAW.on(FIRST), "TE2").law.certainty is Certainty.CONFIRMED


def test_only_the_codes_of_teleexpertise_have_a_quota() -> None:
    assert [has_quota(code) for code in ("TE1", "TE2", "RQD", "TCG", "")] == [True, True, True, False, False]
    with pytest.raises(ValueError, match=r"^no quota limits TCG$"):
        find_quota(TODAY, "TCG")
    with pytest.raises(ValueError, match=r"^no quota limits TCG$"):
        find_quota_of_year(TODAY, "TCG", 2026)


@pytest.mark.parametrize(
    ("code", "limits"),
    [
        ("TE1", {2018: None, 2019: 4, 2020: 4, 2021: 4, 2022: 4, 2023: None, 2026: None}),
        ("TE2", {2018: None, 2019: 2, 2020: 2, 2021: 2, 2022: 4, 2023: 4, 2026: 4}),
        ("RQD", {2018: None, 2021: None, 2022: 4, 2023: 4, 2026: 4, 2027: 4}),
    ],
)
def test_a_year_has_the_limit_that_held_last_in_it(code: str, limits: dict[int, int | None]) -> None:
    found = {year: find_quota_of_year(TODAY, code, year) for year in limits}
    assert {year: None if quota is None else quota.limit for year, quota in found.items()} == limits
    assert {quota.code for quota in found.values() if quota is not None} == {code}


@pytest.mark.parametrize(
    ("reserved", "consumed", "left", "is_allowed"),
    [
        (0, 0, 4, True),
        (0, 3, 1, True),
        (1, 2, 1, True),
        (0, 4, 0, False),
        (4, 0, 0, False),
        (2, 2, 0, False),
        (3, 4, 0, False),
    ],
)
def test_the_fourth_passes_and_the_fifth_is_not_invoiced(
    reserved: int, consumed: int, left: int, is_allowed: bool
) -> None:
    now = standing(reserved=reserved, consumed=consumed)
    assert (now.taken, now.left, now.limit, now.law) == (reserved + consumed, left, 4, now.quota.law)
    decision = check_quota(now)
    assert decision.is_allowed is is_allowed
    assert decision.warnings == ()
    assert decision.refusals == (() if is_allowed else (exhausted(now),))


def test_a_refusal_says_what_was_compared() -> None:
    reason = exhausted(standing(reserved=1, consumed=3))
    assert reason.code == "billing.quota_exhausted"
    assert reason.text == (
        "Limite annuelle atteinte : 3 faites et 1 en cours en 2026 pour ce patient, par ce professionnel requis, "
        "pour 4\u00a0actes TE2 au plus. L'acte peut être fait ; il ne se facture pas."
    )
    assert reason.reference == "Omnidoc, nouveaux tarifs au 1er janvier 2026"
    assert dict(reason.compared) == {
        "code": "TE2",
        "year": 2026,
        "scope": "biller",
        "limit": 4,
        "reserved": 1,
        "consumed": 3,
    }


@pytest.mark.parametrize(
    ("code", "scope", "whose"),
    [
        ("TE2", QuotaScope.BILLER, "par ce professionnel requis"),
        ("RQD", QuotaScope.BILLER, "par ce requérant"),
        ("TE2", QuotaScope.PATIENT, "tous professionnels confondus"),
        ("RQD", QuotaScope.PATIENT, "tous professionnels confondus"),
    ],
)
def test_a_refusal_says_whose_acts_fill_the_quota(code: str, scope: QuotaScope, whose: str) -> None:
    reason = exhausted(standing(code, consumed=4, scope=scope))
    assert f"pour ce patient, {whose}, pour 4\u00a0actes {code} au plus" in reason.text
    assert reason.compared["scope"] == scope.value


def test_the_requis_of_the_first_regime_is_named_too() -> None:
    quota = find_quota(LAW.on(FIRST), "TE1")
    reason = exhausted(QuotaStanding(quota, 2019, QuotaScope.BILLER, 0, 4))
    assert "4 faites et 0 en cours en 2019 pour ce patient, par ce professionnel requis" in reason.text


@pytest.mark.parametrize(("reserved", "consumed"), [(-1, 0), (0, -1)])
def test_nothing_is_taken_a_negative_number_of_times(reserved: int, consumed: int) -> None:
    with pytest.raises(ValueError, match=r"^a quota is not taken a negative number of times$"):
        standing(reserved=reserved, consumed=consumed)


@given(code=st.sampled_from(sorted(QUOTAS)), day=st.dates(date(2018, 1, 1), date(2030, 12, 31)))
def test_every_day_has_the_limit_of_its_regime_or_none(code: str, day: date) -> None:
    first = SINGLE if code == "RQD" else FIRST
    if day < first or (code == "TE1" and day >= SINGLE):
        with pytest.raises(NotInForce):
            find_quota(LAW.on(day), code)
    else:
        assert find_quota(LAW.on(day), code).limit == (2 if code == "TE2" and day < SINGLE else 4)


@given(reserved=st.integers(0, 9), consumed=st.integers(0, 9))
def test_what_is_left_is_what_may_still_be_granted(reserved: int, consumed: int) -> None:
    now = standing(reserved=reserved, consumed=consumed)
    granted = 0
    while check_quota(standing(reserved=reserved + granted, consumed=consumed)).is_allowed:
        granted += 1
    assert granted == now.left


@pytest.mark.parametrize(
    ("te1", "te2", "earned", "due", "is_limited"),
    [(0, 0, 0, 0, False), (3, 2, 3500, 3500, False), (0, 50, 50000, 50000, False), (1, 50, 50500, 50000, True)],
)
def test_the_forfait_is_five_and_ten_euros_up_to_five_hundred(
    te1: int, te2: int, earned: int, due: int, is_limited: bool
) -> None:
    day = date(2020, 5, 4)
    forfait = sum_forfait(2020, [(day, "TE1")] * te1 + [(day, "TE2")] * te2, TODAY)
    assert (forfait.year, forfait.earned_cents, forfait.due_cents) == (2020, earned, due)
    assert (forfait.limit_cents, forfait.is_limited, forfait.paid_in) == (50000, is_limited, 2021)


def test_the_forfait_reads_in_words() -> None:
    day = date(2022, 3, 31)
    assert sum_forfait(2022, [(day, "TE2")], TODAY).text == "10,00\u00a0€, versés en 2023 sans facture."
    limited = sum_forfait(2022, [(day, "TE2")] * 51, TODAY).text
    assert limited == "510,00\u00a0€, ramenés à la limite de 500,00\u00a0€, versés en 2023 sans facture."


@pytest.mark.parametrize(
    ("year", "day", "code"),
    [(2020, date(2021, 1, 1), "TE1"), (2020, date(2019, 12, 31), "TE1"), (2022, date(2022, 2, 1), "RQD")],
)
def test_an_act_of_another_year_or_code_is_a_mistake(year: int, day: date, code: str) -> None:
    with pytest.raises(ValueError, match=f"^no forfait of {year} for {code} on {day}$"):
        sum_forfait(year, [(day, code)], TODAY)


@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2019, [date(2019, 2, 9)]),
        (2022, [date(2022, 4, 1)]),
        (2018, []),
        (2023, []),
    ],
)
def test_before_and_after_the_forfait_there_is_none(year: int, days: list[date]) -> None:
    with pytest.raises(NotInForce):
        sum_forfait(year, [(day, "TE1") for day in days], TODAY)


@given(
    st.lists(st.tuples(st.dates(date(2020, 1, 1), date(2020, 12, 31)), st.sampled_from(["TE1", "TE2"])), max_size=80)
)
def test_the_forfait_never_passes_its_limit_nor_loses_a_cent_below(answered: list[tuple[date, str]]) -> None:
    forfait = sum_forfait(2020, answered, TODAY)
    plain = sum(500 if code == "TE1" else 1000 for _, code in answered)
    assert forfait.earned_cents == plain
    assert forfait.due_cents == min(plain, 50000)
