"""The monthly forfait of the operator: which code, which amount, or why not."""

from __future__ import annotations

from billing.facts import DOCTOR
from billing.facts.telemonitoring import TelemonitoringFacts
from billing.rules.tariff import Quote
from billing.rules.telemonitoring.adherence import check_adherence
from billing.rules.telemonitoring.conditions import check_conditions
from billing.rules.telemonitoring.increase import Outcome, judge_increase
from telemed.kernel.decision import Decision, Reason
from telemed.law.parameter import Certainty, DatedValue, LawOfDay, NotInForce

PATHWAYS = "telemonitoring/pathways"
LEVELS = ("1", "2")
ARRETE = "Arrêté du 16 mai 2023, art. 2"


def quote_telemonitoring(facts: TelemonitoringFacts, law: LawOfDay) -> Quote:
    """The forfait opérateur of a month under the law of its last day.

    One forfait a patient, pathway and month; where the increased one is asked for and not due, the plain one is
    proposed with the reasons.
    """
    then = law.on(facts.last_day)
    try:
        pathways = then.value(PATHWAYS)
    except NotInForce:
        return Quote(None, None, refusals=(_before(facts),))
    if facts.pathway not in pathways.labels:
        return Quote(None, None, refusals=(_not_listed(facts),), basis=(pathways,))
    conditions, adherence = check_conditions(facts, then), check_adherence(facts, then)
    decision = _check_operator(facts) & conditions.decision & adherence.decision
    basis = (pathways, *conditions.basis, *adherence.basis)
    if not decision.is_allowed:
        return Quote(None, None, refusals=decision.refusals, warnings=decision.warnings, basis=basis)
    return _with_amount(facts, then, decision.warnings, basis)


def _with_amount(
    facts: TelemonitoringFacts, law: LawOfDay, warnings: tuple[Reason, ...], basis: tuple[DatedValue, ...]
) -> Quote:
    plain = _find_plain(facts.pathway, law)
    if plain is None:
        return Quote(None, None, missing=(_no_level(facts),), warnings=warnings, basis=basis)
    outcome = judge_increase(facts, law)
    code, tariff = outcome.granted or plain
    values = (code, tariff, *outcome.basis)
    doubts = tuple(_uncertain(one) for one in (code, tariff) if one.certainty is not Certainty.CONFIRMED)
    return Quote(
        code.code,
        tariff.integer,
        warnings=(*warnings, *_reasons_of(outcome), *doubts),
        basis=(*basis, *values),
    )


def _find_plain(pathway: str, law: LawOfDay) -> tuple[DatedValue, DatedValue] | None:
    """Code and tariff of the level that the pathway has that day; None where no source gives its level."""
    for level in LEVELS:
        listed = law.find(f"telemonitoring/operator/level_{level}/pathways")
        if listed is not None and pathway in listed.labels:
            folder = f"telemonitoring/operator/level_{level}"
            return law.value(f"{folder}/code"), law.value(f"{folder}/tariff")
    return None


def _reasons_of(outcome: Outcome) -> tuple[Reason, ...]:
    """Why it is not due; else what to know of it."""
    return outcome.decision.refusals or outcome.decision.warnings


def _check_operator(facts: TelemonitoringFacts) -> Decision:
    if facts.operator.profession == DOCTOR:
        return Decision()
    text = "Le forfait opérateur est facturé par un médecin, seul ou au nom de l'équipe dont il fait partie."
    compared = {"profession": facts.operator.profession}
    return Decision((Reason("billing.profession", text, ARRETE, compared),))


def _before(facts: TelemonitoringFacts) -> Reason:
    text = "La télésurveillance n'était pas prise en charge dans le droit commun à la fin de ce mois."
    reference = "CSS, art. L. 162-48 à L. 162-57"
    return Reason("billing.before_reimbursement", text, reference, {"day": str(facts.last_day)})


def _not_listed(facts: TelemonitoringFacts) -> Reason:
    text = "Cette activité de télésurveillance n'est pas inscrite sur la liste au dernier jour de ce mois."
    compared = {"pathway": facts.pathway, "day": str(facts.last_day)}
    return Reason("billing.pathway_not_listed", text, "CSS, art. L. 162-52", compared)


def _no_level(facts: TelemonitoringFacts) -> Reason:
    text = (
        "Tarif non établi : aucun texte réuni ici ne donne le niveau du forfait opérateur de cette activité à cette "
        "date. Indiquez le montant et le texte sur lequel il repose."
    )
    compared = {"pathway": facts.pathway, "day": str(facts.last_day)}
    return Reason("billing.tariff_not_established", text, ARRETE, compared)


def _uncertain(value: DatedValue) -> Reason:
    sources = " ; ".join(reference.title for reference in value.references)
    text = f"À vérifier avant de facturer : {value.text}. {value.note} ({sources})"
    return Reason("billing.tariff_uncertain", text, "", {"certainty": value.certainty.value, "name": value.name})
