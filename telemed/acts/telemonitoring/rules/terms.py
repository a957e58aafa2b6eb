"""What the law of a day says of an activity beside its data: how long it is prescribed, and its forfait."""

from __future__ import annotations

from dataclasses import dataclass

from telemed.acts.telemonitoring.rules.enrolment import PRESCRIPTION
from telemed.law.parameter import DatedValue, LawOfDay, UnknownParameter

OPERATOR = "telemonitoring/operator"
LEVELS = (1, 2)


@dataclass(frozen=True)
class PathwayTerms:
    """`forfait_code` and `forfait_cents`: those of the month, None where no source gives the level of the activity;
    `increase_months`: how long the increased one lasts without a break, None where none is open to it."""

    prescription_months: int
    forfait_code: str | None
    forfait_cents: int | None
    increase_months: int | None
    increase_renewals: int | None


def find_terms(activity: str, law: LawOfDay) -> PathwayTerms:
    """The law of the day for an activity of `telemonitoring/pathways`."""
    code = cents = None
    for level in LEVELS:
        listed = law.find(f"{OPERATOR}/level_{level}/pathways")
        if listed is not None and activity in listed.labels:
            code = law.value(f"{OPERATOR}/level_{level}/code").code
            cents = law.value(f"{OPERATOR}/level_{level}/tariff").integer
    term = find_increase_term(activity, law)
    renewals = law.value(f"{OPERATOR}/increased/renewals").integer if term else None
    return PathwayTerms(law.value(PRESCRIPTION).integer, code, cents, term.integer if term else None, renewals)


def find_increase_term(activity: str, law: LawOfDay) -> DatedValue | None:
    """How many months of the increased forfait in a row; None where no text opens the activity to it."""
    try:
        return law.find(f"{OPERATOR}/increased/months/{activity}")
    except UnknownParameter:
        return None
