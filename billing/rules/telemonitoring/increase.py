"""The increased forfait: for which pathways, how long, and renewed how often (R-32)."""

from __future__ import annotations

from dataclasses import dataclass

from billing.facts.telemonitoring import Increase, TelemonitoringFacts
from telemed.kernel.decision import Decision, Reason, refuse, warn
from telemed.law.parameter import DatedValue, LawOfDay, UnknownParameter

RENEWALS = "telemonitoring/operator/increased/renewals"
ARRETE = "Arrêté du 21 décembre 2023"


@dataclass(frozen=True)
class Outcome:
    """Code and tariff if it is due; the reasons why not, or what to know of it; the legal values used."""

    granted: tuple[DatedValue, DatedValue] | None
    decision: Decision
    basis: tuple[DatedValue, ...]


def judge_increase(facts: TelemonitoringFacts, law: LawOfDay) -> Outcome:
    """Is the increased forfait that the doctor asks for due for this month?"""
    if facts.increase is None:
        return Outcome(None, Decision(), ())
    code, tariff = (
        law.find(f"telemonitoring/operator/increased_{facts.increase.level}/{part}") for part in ("code", "tariff")
    )
    if code is None or tariff is None or not _was_in_force_at_start(facts, tariff, law):
        return Outcome(None, refuse(_not_in_force(facts)), ())
    term = _find_term(facts.pathway, law)
    if term is None:
        return Outcome(None, refuse(_not_for_pathway(facts)), ())
    renewals = law.value(RENEWALS)
    decision = _check_grounds(facts.increase) & _check_length(facts.increase, term, renewals)
    return Outcome((code, tariff) if decision.is_allowed else None, decision, (term, renewals))


def _find_term(pathway: str, law: LawOfDay) -> DatedValue | None:
    """How many months without interruption for this pathway; None where no text opens it to the increase."""
    try:
        return law.find(f"telemonitoring/operator/increased/months/{pathway}")
    except UnknownParameter:
        return None


def _was_in_force_at_start(facts: TelemonitoringFacts, tariff: DatedValue, law: LawOfDay) -> bool:
    """A patient already followed has it from the first month that begins under it, a new one at once."""
    return facts.month == 1 or law.on(facts.first_day).find(tariff.name) is not None


def _check_grounds(increase: Increase) -> Decision:
    if not increase.grounds:
        text = "Le forfait majoré suppose un critère d'éligibilité de l'arrêté : aucun n'est indiqué."
        return refuse(Reason("billing.increase_ungrounded", text, f"{ARRETE}, III"))
    text = "Les critères d'éligibilité de l'arrêté n'ont pas été réunis ici : vérifiez que le patient y répond."
    return warn(Reason("billing.increase_grounds_unverified", text, f"{ARRETE}, III"))


def _check_length(increase: Increase, term: DatedValue, renewals: DatedValue) -> Decision:
    """Within the first term; within the renewed ones if a doctor renewed it; never beyond."""
    month, longest = increase.months_before + 1, term.integer * (1 + renewals.integer)
    compared = {"month": month, "term": term.integer, "longest": longest}
    if month > longest:
        text = (
            f"{month} mois de forfait majoré sans interruption : {term.text} renouvelables {renewals.text} au plus. "
            "Le forfait de niveau 2 est proposé."
        )
        return refuse(Reason("billing.increase_exhausted", text, f"{ARRETE}, II", compared))
    if month > term.integer and not increase.is_renewed:
        text = f"Au-delà de {term.text}, le forfait majoré doit être renouvelé. Le forfait de niveau 2 est proposé."
        return refuse(Reason("billing.increase_not_renewed", text, f"{ARRETE}, II", compared))
    return Decision()


def _not_in_force(facts: TelemonitoringFacts) -> Reason:
    text = "Le forfait majoré n'était pas en vigueur pour ce mois. Le forfait de niveau 2 est proposé."
    compared = {"first_day": str(facts.first_day), "last_day": str(facts.last_day)}
    return Reason("billing.increase_not_in_force", text, ARRETE, compared)


def _not_for_pathway(facts: TelemonitoringFacts) -> Reason:
    text = (
        "Aucun forfait majoré n'est ouvert à cette activité : seules l'insuffisance cardiaque et le diabète en ont un."
    )
    return Reason("billing.increase_not_for_pathway", text, f"{ARRETE}, II", {"pathway": facts.pathway})
