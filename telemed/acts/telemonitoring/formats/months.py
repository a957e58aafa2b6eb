"""The facts of a month for billing, without identity trait, measure or free text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from telemed.acts.telemonitoring.model.care import FollowUp, Month
from telemed.acts.telemonitoring.rules.increases import MonthIncrease
from telemed.kernel.clock import Territory, civil_date
from telemed.kernel.events import Event
from telemed.kernel.period import DayRange
from telemed.patients.model import AttendingDoctor, attending_doctor_on
from telemed.professionals.model import Professional

MONTH_ENDED = "telemonitoring.month_ended"


@dataclass(frozen=True)
class MonthFacts:
    """What a month was done under. Of the days, None says that there is none."""

    follow_up: FollowUp
    activity: str
    month: Month
    returns: Sequence[Month]
    prescription: DayRange | None
    is_prescriber_qualified: bool
    consent: DayRange | None
    usage_data_consent: DayRange | None
    ars_declaration: DayRange | None
    convention: DayRange | None
    dmn_listing: DayRange | None
    is_only_follow_up: bool
    increase: MonthIncrease | None = None


@dataclass(frozen=True)
class Operator:
    """Who bills the month: the doctor who answers for the follow-up, where he practises."""

    doctor: Professional
    territory: Territory
    attending: tuple[AttendingDoctor, ...]


def month_act_id(follow_up_id: UUID, number: int) -> UUID:
    """How a month of a follow-up is named to billing."""
    return uuid5(follow_up_id, f"month {number}")


def month_event(facts: MonthFacts, operator: Operator) -> Event:
    """`telemonitoring.month_ended`, version 1 (docs/reference/telemonitoring-facts.md)."""
    follow_up, month = facts.follow_up, facts.month
    if follow_up.started_on is None:
        raise ValueError("a month is of a follow-up that started")
    payload = {
        "version": 1,
        "act_id": str(month_act_id(follow_up.id, month.number)),
        "revision": 1,
        "kind": "telemonitoring",
        "patient_id": str(follow_up.patient_id),
        "operator": _biller(operator, month.closed_at),
        "follow_up_id": str(follow_up.id),
        "pathway": facts.activity,
        "started_on": follow_up.started_on.isoformat(),
        "month": month.number,
        "closed_at": month.closed_at.isoformat(),
        "prescription": _days(facts.prescription),
        "is_prescriber_qualified": facts.is_prescriber_qualified,
        "consent": _days(facts.consent),
        "usage_data_consent": _days(facts.usage_data_consent),
        "ars_declaration": _days(facts.ars_declaration),
        "convention": _days(facts.convention),
        "dmn": follow_up.plan.dmn or "inconnu",
        "dmn_listing": _days(facts.dmn_listing),
        "is_only_follow_up": facts.is_only_follow_up,
        "is_tiers_payant": follow_up.plan.is_tiers_payant,
        "data_returns": [
            {"month": one.number, "expected": one.expected, "received": one.received}
            for one in facts.returns
            if one.expected
        ],
        "suspensions": [_days(stay) for stay in follow_up.stays],
        "increase": _increase(facts.increase),
    }
    return Event(MONTH_ENDED, f"{MONTH_ENDED}:{follow_up.id}:{month.number}:1", month.closed_at, payload)


def ended_event(follow_up: FollowUp, at: datetime) -> Event:
    """`telemonitoring.ended`: a follow-up that had started is over."""
    payload = {
        "follow_up_id": str(follow_up.id),
        "practice_id": str(follow_up.practice_id),
        "patient_id": str(follow_up.patient_id),
        "reason": follow_up.end_reason.value if follow_up.end_reason else None,
    }
    return Event("telemonitoring.ended", f"telemonitoring.ended:{follow_up.id}", at, payload)


def _days(days: DayRange | None) -> dict[str, str | None] | None:
    if days is None:
        return None
    return {
        "first_day": days.first_day.isoformat(),
        "last_day": days.last_day.isoformat() if days.last_day else None,
    }


def _increase(asked: MonthIncrease | None) -> dict[str, Any] | None:
    if asked is None:
        return None
    return {
        "level": asked.level,
        "grounds": list(asked.grounds),
        "months_before": asked.months_before,
        "is_renewed": asked.is_renewed,
    }


def _biller(operator: Operator, at: datetime) -> dict[str, Any]:
    """The operator as billing reads him; a profession without convention sectors bills at the tariff, as sector 1."""
    doctor, day = operator.doctor, civil_date(at, operator.territory)
    entry = attending_doctor_on(operator.attending, day)
    return {
        "professional_id": str(doctor.id),
        "rpps": doctor.rpps or "",
        "profession": doctor.profession.value if doctor.profession else "",
        "specialty": doctor.specialty_code or "",
        "sector": doctor.sector.value if doctor.sector else "sector_1",
        "practice_id": str(doctor.practice_id),
        "territory": operator.territory.value,
        "medecin_traitant": _attending(entry, doctor.rpps),
    }


def _attending(entry: AttendingDoctor | None, rpps: str | None) -> str:
    if entry is None:
        return "unknown"
    if not entry.rpps:
        return "none"
    return "self" if entry.rpps == rpps else "other"
