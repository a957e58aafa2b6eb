"""Facts of an ordinary month of télésurveillance, of which a test changes what it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from billing.facts import DOCTOR, ActKind, Biller, Sector
from billing.facts.telemonitoring import DataReturn, TelemonitoringFacts, find_month, find_month_id
from telemed.kernel.clock import Territory
from telemed.kernel.period import DayRange

FOLLOW_UP = UUID("01900000-0000-7000-8000-0000000000d1")
ALWAYS = DayRange(date(2020, 1, 1))


def make_operator(**changes: Any) -> Biller:
    """A cardiologist of secteur 1 in mainland France."""
    operator: dict[str, Any] = {
        "professional_id": UUID("01900000-0000-7000-8000-000000000001"),
        "rpps": "10001234567",
        "profession": DOCTOR,
        "specialty": "G15_10/SM04",
        "sector": Sector.SECTOR_1,
        "practice_id": UUID("01900000-0000-7000-8000-0000000000aa"),
        "territory": Territory.METROPOLE,
    }
    return Biller(**(operator | changes))


def make_month(*, month: int = 1, started_on: date = date(2026, 1, 15), **changes: Any) -> TelemonitoringFacts:
    """A month with all its conditions met, closed at noon UTC of the day after it."""
    after = find_month(started_on, month)[1] + timedelta(days=1)
    facts: dict[str, Any] = {
        "act_id": find_month_id(FOLLOW_UP, month),
        "revision": 1,
        "kind": ActKind.TELEMONITORING,
        "patient_id": UUID("01900000-0000-7000-8000-0000000000e1"),
        "operator": make_operator(),
        "follow_up_id": FOLLOW_UP,
        "pathway": "insuffisance_cardiaque",
        "started_on": started_on,
        "month": month,
        "closed_at": datetime.combine(after, time(12), UTC),
        "prescription": DayRange(started_on),
        "is_prescriber_qualified": True,
        "consent": ALWAYS,
        "usage_data_consent": ALWAYS,
        "ars_declaration": ALWAYS,
        "convention": ALWAYS,
        "dmn": "1612544",
        "dmn_listing": ALWAYS,
        "is_only_follow_up": True,
        "is_tiers_payant": True,
        "data_returns": (DataReturn(1, 30, 30), DataReturn(2, 30, 30)),
    }
    return TelemonitoringFacts(**(facts | changes))
