"""What must be in place for a month of télésurveillance to be billed at all (R-30, R-31)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from billing.facts.telemonitoring import TelemonitoringFacts
from telemed.kernel.decision import Decision, Reason
from telemed.kernel.period import DayRange, add_months
from telemed.law.parameter import DatedValue, LawOfDay

PRESCRIPTION = "telemonitoring/prescription/max_months"
_LAW = "CSS, art. L. 162-48 à L. 162-57"


@dataclass(frozen=True)
class Conditions:
    """The refusals and warnings found, and the legal values used."""

    decision: Decision
    basis: tuple[DatedValue, ...]


def check_conditions(facts: TelemonitoringFacts, law: LawOfDay) -> Conditions:
    """Is the month over, prescribed, agreed to, declared, under convention and with a listed device, from its first
    day to its last? Was it really done?
    """
    limit = law.value(PRESCRIPTION)
    refusals = (*_month(facts), *_prescription(facts, limit), *_coverage(facts))
    return Conditions(Decision(refusals, (*_too_long(facts, limit), *_partly_suspended(facts))), (limit,))


def is_suspended(facts: TelemonitoringFacts, first_day: date, last_day: date) -> bool:
    """Was the follow-up suspended on each of these days?"""
    day = first_day
    while day <= last_day:
        ends = [one.last_day for one in facts.suspensions if one.covers(day, day)]
        if not ends:
            return False
        if None in ends:
            return True
        day = max(end for end in ends if end is not None) + timedelta(days=1)
    return True


def find_prescription_end(prescription: DayRange, limit: DatedValue) -> date:
    """The last day that a prescription covers: its own, and at most the eve of its anniversary.

    A year from 29 February ends on 28 February of the next one, as its anniversary is 1 March (trap 16).
    """
    longest = add_months(prescription.first_day, limit.integer) - timedelta(days=1)
    return longest if prescription.last_day is None else min(prescription.last_day, longest)


def _month(facts: TelemonitoringFacts) -> Iterator[Reason]:
    if facts.closed_on <= facts.last_day:
        text = "Le mois n'est pas terminé : le forfait se facture au terme de chaque mois de télésurveillance."
        compared = {"closed_on": str(facts.closed_on), "last_day": str(facts.last_day)}
        yield Reason("billing.month_not_over", text, "Arrêté du 21 décembre 2023", compared)
    if is_suspended(facts, facts.first_day, facts.last_day):
        text = "Le suivi a été suspendu tout le mois : aucune télésurveillance n'a été réalisée."
        yield Reason("billing.month_suspended", text, "Arrêté du 21 décembre 2023")
    if not facts.is_only_follow_up:
        text = "Un autre suivi du même patient pour la même activité court ce mois : un seul forfait est dû."
        yield Reason("billing.second_follow_up", text, _LAW)


def _prescription(facts: TelemonitoringFacts, limit: DatedValue) -> Iterator[Reason]:
    reference = "CSS, art. R. 162-100"
    if facts.prescription is None:
        yield Reason("billing.prescription_missing", "Aucune prescription de télésurveillance.", reference)
        return
    end = find_prescription_end(facts.prescription, limit)
    compared = {"first_day": str(facts.first_day), "last_day": str(facts.last_day), "prescribed_until": str(end)}
    if facts.first_day < facts.prescription.first_day:
        yield Reason("billing.before_prescription", "Le mois commence avant la prescription.", reference, compared)
    if facts.last_day > end:
        text = (
            f"La prescription se termine avant la fin du mois ({limit.text} au plus) : rien n'est dû sans une nouvelle."
        )
        yield Reason("billing.prescription_ended", text, reference, compared)
    if not facts.is_prescriber_qualified:
        text = "Le prescripteur n'est pas de ceux que l'arrêté d'inscription de cette activité autorise."
        yield Reason("billing.prescriber", text, "CSS, art. L. 162-52")


def _coverage(facts: TelemonitoringFacts) -> Iterator[Reason]:
    """What must hold from the first day of the month to its last."""
    first, last = facts.first_day, facts.last_day
    if not _covers(facts.consent, first, last):
        text = "Le patient n'a pas consenti à la télésurveillance pendant tout le mois."
        yield Reason("billing.consent_missing", text, "CSP, art. L. 1111-2 et L. 1111-4")
    if not _covers(facts.usage_data_consent, first, last):
        text = "Le patient n'a pas accepté la transmission des données d'utilisation pendant tout le mois."
        yield Reason("billing.usage_data_refused", text, "Arrêtés du 22 juin 2023, exclusions")
    if not _covers(facts.ars_declaration, first, last):
        text = "L'activité n'était pas déclarée à l'agence régionale de santé pendant tout le mois."
        yield Reason("billing.ars_declaration_missing", text, "CSS, art. L. 162-51 et D. 162-32")
    if not _covers(facts.convention, first, last):
        text = "Aucune convention entre l'opérateur et l'exploitant ne couvre tout le mois."
        yield Reason("billing.convention_missing", text, _LAW)
    if not _covers(facts.dmn_listing, first, last):
        text = "Le dispositif médical numérique n'est pas inscrit sur la liste pendant tout le mois."
        yield Reason("billing.dmn_not_listed", text, "CSS, art. L. 162-52")


def _covers(days: DayRange | None, first: date, last: date) -> bool:
    return days is not None and days.covers(first, last)


def _too_long(facts: TelemonitoringFacts, limit: DatedValue) -> Iterator[Reason]:
    prescription = facts.prescription
    if prescription is None or prescription.last_day is None:
        return
    end = find_prescription_end(prescription, limit)
    if prescription.last_day > end:
        text = f"Prescription plus longue que {limit.text} : elle ne compte que jusqu'au {end:%d/%m/%Y}."
        compared = {"prescribed_until": str(prescription.last_day), "counted_until": str(end)}
        yield Reason("billing.prescription_too_long", text, "CSS, art. R. 162-100", compared)


def _partly_suspended(facts: TelemonitoringFacts) -> Iterator[Reason]:
    first, last = facts.first_day, facts.last_day
    if is_suspended(facts, first, last) or not any(one.touches(first, last) for one in facts.suspensions):
        return
    text = "Le suivi a été suspendu une partie du mois : aucun texte réuni ici ne dit si le forfait est dû en entier."
    yield Reason("billing.month_partly_suspended", text, _LAW)
