"""Does the patient send his data? If not after one or two months, the follow-up is stopped and not billed (R-33)."""

from __future__ import annotations

from dataclasses import dataclass

from billing.facts.telemonitoring import DataReturn, TelemonitoringFacts, find_month
from billing.rules.telemonitoring.conditions import is_suspended
from telemed.kernel.decision import Decision, Reason
from telemed.law.parameter import DatedValue, LawOfDay

PERCENT = "telemonitoring/adherence/percent"
CHECKED_MONTHS = "telemonitoring/adherence/checked_months"
_AMELI = "Assurance maladie, modalités de prise en charge de la télésurveillance"


@dataclass(frozen=True)
class Adherence:
    """The refusals found, and the legal values used."""

    decision: Decision
    basis: tuple[DatedValue, ...]


def check_adherence(facts: TelemonitoringFacts, law: LawOfDay) -> Adherence:
    """Did more than the share of the law come back in each checked month, up to this one?

    A month that fails is not billed, nor is any later one of this follow-up: a new prescription starts a new one.
    """
    percent, months = law.value(PERCENT), law.value(CHECKED_MONTHS)
    returns = {one.month: one for one in facts.data_returns}
    checked = [month for month in range(1, min(facts.month, months.integer) + 1) if _is_followed(facts, month)]
    reasons = [_check(month, returns.get(month), percent) for month in checked]
    return Adherence(Decision(tuple(reason for reason in reasons if reason is not None)), (percent, months))


def is_adherent(one: DataReturn, percent: int) -> bool:
    """Strictly above: exactly the share of the law does not pass."""
    return one.received * 100 > percent * one.expected


def _is_followed(facts: TelemonitoringFacts, month: int) -> bool:
    """Nothing was expected of a month suspended from its first day to its last."""
    return not is_suspended(facts, *find_month(facts.started_on, month))


def _check(month: int, found: DataReturn | None, percent: DatedValue) -> Reason | None:
    if found is None:
        text = f"La remontée des données du mois {month} n'est pas connue : elle doit dépasser {percent.text}."
        return Reason("billing.adherence_unknown", text, _AMELI, {"month": month})
    if is_adherent(found, percent.integer):
        return None
    text = (
        f"Au mois {month}, {found.received} transmissions reçues sur {found.expected} attendues : il en faut plus de "
        f"{percent.text}. Le suivi est à arrêter et ne se facture plus."
    )
    compared = {"month": month, "received": found.received, "expected": found.expected, "percent": percent.integer}
    return Reason("billing.not_adherent", text, _AMELI, compared)
