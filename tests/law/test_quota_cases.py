"""The cases of quotas: limits and forfait against the rules."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from billing.rules.quota import QuotaScope, QuotaStanding, check_quota, find_quota, sum_forfait
from telemed.kernel.clock import Territory, civil_date
from telemed.kernel.money import format_euros
from telemed.law.parameter import NotInForce
from tests.law.cases import Case, read_cases, take
from tests.the_law import LAW


def _civil_day(raw: Any, territory: str) -> date:
    """A day, or an instant with its offset, written between quotes."""
    if isinstance(raw, datetime):
        raise TypeError("write an instant between quotes, with its offset")
    if isinstance(raw, date):
        return raw
    return civil_date(datetime.fromisoformat(raw).astimezone(UTC), Territory(territory))


@pytest.mark.parametrize("case", read_cases("quota/limites"), ids=str)
def test_limit(case: Case) -> None:
    given = take(case.facts, code="TE2", faits=0, en_cours=0, territoire="metropole", portee="biller")
    expected = take(case.decision, en_vigueur=True, annee=None, limite=None, reste=None, refus=[])
    day = _civil_day(case.day, given["territoire"])
    if not expected["en_vigueur"]:
        with pytest.raises(NotInForce):
            find_quota(LAW.on(day), given["code"])
        return
    standing = QuotaStanding(
        quota=find_quota(LAW.on(day), given["code"]),
        year=day.year,
        scope=QuotaScope(given["portee"]),
        reserved=given["en_cours"],
        consumed=given["faits"],
    )
    decision = check_quota(standing)
    assert (standing.year, standing.limit, standing.left) == (expected["annee"], expected["limite"], expected["reste"])
    assert [reason.code for reason in decision.refusals] == expected["refus"]


@pytest.mark.parametrize("case", read_cases("quota/forfait"), ids=str)
def test_forfait(case: Case) -> None:
    given = take(case.facts, te1=0, te2=0)
    expected = take(case.decision, en_vigueur=True, acquis=None, verse=None, verse_en=None, limite_atteinte=False)
    answered = [(case.day, "TE1")] * given["te1"] + [(case.day, "TE2")] * given["te2"]
    if not expected["en_vigueur"]:
        with pytest.raises(NotInForce):
            sum_forfait(case.day.year, answered, LAW.on(case.day))
        return
    forfait = sum_forfait(case.day.year, answered, LAW.on(case.day))
    amounts = [format_euros(cents).replace("\u00a0", " ") for cents in (forfait.earned_cents, forfait.due_cents)]
    assert amounts == [expected["acquis"], expected["verse"]]
    assert (forfait.paid_in, forfait.is_limited) == (expected["verse_en"], expected["limite_atteinte"])
