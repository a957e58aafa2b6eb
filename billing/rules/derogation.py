"""Individual decisions of a CPN or a CPAM that raise a doctor's rate for a time (R-13)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from billing.rules.rates import find_ordinary_rate, is_psychiatrist
from telemed.kernel.decision import ALLOWED, Decision, Reason, refuse
from telemed.law.parameter import LawOfDay

HIGHEST_FOR_PSYCHIATRIST = "teleconsultation/cap/rate/psychiatrist_derogation"
LONGEST_YEARS = 10
"""Ours: a longer period is a slip of the pen."""


class DecidedBy(StrEnum):
    """Commission paritaire nationale, or a caisse primaire."""

    CPN = "cpn"
    CPAM = "cpam"


@dataclass(frozen=True)
class Derogation:
    """A decision: its rate, its reference, and its days, both included."""

    reference: str
    rate_percent: int
    first_day: date
    last_day: date
    decided_by: DecidedBy = DecidedBy.CPAM

    def holds_on(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


def find_derogation(derogations: Iterable[Derogation], year: int) -> Derogation | None:
    """The decision that fixes the rate of a civil year: the lowest of the best ones of each day.

    The cap is over the civil year, so that a year with one day that no decision covers has none. Decisions that
    follow one another cover the year together, at the rate of the lowest.
    """
    all_of_them = tuple(derogations)
    changes = {one.first_day for one in all_of_them} | {one.last_day + timedelta(days=1) for one in all_of_them}
    days = {date(year, 1, 1)} | {day for day in changes if day.year == year}
    best = [_best_of(all_of_them, day) for day in sorted(days)]
    found = [one for one in best if one is not None]
    return min(found, key=lambda one: one.rate_percent) if len(found) == len(best) else None


def _best_of(derogations: tuple[Derogation, ...], day: date) -> Derogation | None:
    return max((one for one in derogations if one.holds_on(day)), key=lambda one: one.rate_percent, default=None)


def check_derogation(derogation: Derogation, law: LawOfDay, *, specialty: str) -> Decision:
    """May this decision be recorded? Its rate raises the ordinary one and, for a psychiatrist, has a maximum.

    `law` is that of its first day.
    """
    return _check_days(derogation) & _check_rate(derogation, law, specialty)


def _check_days(derogation: Derogation) -> Decision:
    first, last = derogation.first_day, derogation.last_day
    if last < first:
        text = "Une dérogation finit au plus tôt le jour où elle commence."
        return refuse(Reason("cap.derogation_days", text, "", _days(first, last)))
    if last.year - first.year > LONGEST_YEARS:
        text = f"Une dérogation de plus de {LONGEST_YEARS} ans n'est pas vraisemblable : relisez ses dates."
        return refuse(Reason("cap.derogation_days", text, "", _days(first, last)))
    return ALLOWED


def _check_rate(derogation: Derogation, law: LawOfDay, specialty: str) -> Decision:
    ordinary, highest = find_ordinary_rate(law, specialty=specialty), law.find(HIGHEST_FOR_PSYCHIATRIST)
    asked = derogation.rate_percent
    if ordinary is None:
        text = "Il n'y avait pas encore de plafond ce jour-là : aucune dérogation n'est possible."
        return refuse(Reason("cap.derogation_before_cap", text, "", {"first_day": derogation.first_day.isoformat()}))
    if not ordinary.rate.integer < asked < 100:
        text = f"Une dérogation relève le plafond de {ordinary.rate.text} : {asked} % n'est pas possible."
        compared: dict[str, str | int | bool] = {"rate": asked, "ordinary": ordinary.rate.integer}
        return refuse(Reason("cap.derogation_rate", text, ordinary.rate.references[0].title, compared))
    if highest is not None and is_psychiatrist(specialty, law) and asked > highest.integer:
        text = f"Pour un psychiatre, une dérogation ne dépasse pas {highest.text} : {asked} % demandés."
        compared = {"rate": asked, "highest": highest.integer}
        return refuse(Reason("cap.derogation_too_high", text, highest.references[0].title, compared))
    return ALLOWED


def end_derogation(derogation: Derogation, last_day: date) -> Derogation:
    """The same decision, ended early: the day after `last_day` it holds no more. Raises ValueError on another day."""
    if not derogation.first_day <= last_day < derogation.last_day:
        raise ValueError("a derogation is ended within its days, before its last one")
    return replace(derogation, last_day=last_day)


def _days(first: date, last: date) -> dict[str, str | int | bool]:
    return {"first_day": first.isoformat(), "last_day": last.isoformat()}
