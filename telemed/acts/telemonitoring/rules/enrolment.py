"""May a follow-up start, and must it go on? (R-30, R-33, R-37)"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from telemed.acts.telemonitoring.model.enrolment import Enrolment, Transmitted
from telemed.acts.telemonitoring.model.pathway import MinimumDatum, PathwayVersion
from telemed.acts.telemonitoring.rules.silence import check_window
from telemed.kernel.decision import Decision, Reason
from telemed.kernel.period import DayRange, add_months
from telemed.law.parameter import LawOfDay, NotInForce

PRESCRIPTION = "telemonitoring/prescription/max_months"
EXCLUSIONS = "telemonitoring/exclusions"
PERCENT = "telemonitoring/adherence/percent"
CHECKED_MONTHS = "telemonitoring/adherence/checked_months"
_LAW = "CSS, art. L. 162-48 à L. 162-57"
_PRESCRIBED = "CSS, art. R. 162-100"
_AMELI = "Assurance maladie, modalités de prise en charge de la télésurveillance"


def check_start(enrolment: Enrolment, law: LawOfDay) -> Decision:
    """May it start that day? `law` is that of the day.

    A prescription, both consents, no exclusion and the pathway's minimum data are needed for care. A declaration,
    convention or listing that is missing only warns: it bars the invoice, not the patient.
    """
    try:
        version = enrolment.pathway.on(enrolment.starts_on)
    except NotInForce:
        text = "Ce parcours n'est pas encore ouvert à cette date."
        return Decision((Reason("telemonitoring.pathway_not_open", text, _LAW),))
    refusals = (
        *check_prescription(
            enrolment.prescription, enrolment.starts_on, law, is_qualified=enrolment.is_prescriber_qualified
        ).refusals,
        *_consents(enrolment),
        *_exclusions(enrolment, law),
        *check_minimum_data(version, enrolment.signals).refusals,
    )
    return Decision(refusals, tuple(_not_billable(enrolment))) & check_window(enrolment.silence_days, version.silence)


def check_prescription(days: DayRange | None, day: date, law: LawOfDay, *, is_qualified: bool) -> Decision:
    """May a follow-up go on under this prescription from `day` on? None: there is none."""
    return Decision(tuple(_prescription(days, day, law, is_qualified=is_qualified)))


def _prescription(days: DayRange | None, day: date, law: LawOfDay, *, is_qualified: bool) -> Iterator[Reason]:
    if days is None:
        yield Reason(
            "telemonitoring.prescription_missing", "Il faut une prescription de télésurveillance.", _PRESCRIBED
        )
        return
    if not is_qualified:
        text = "Le prescripteur n'a pas la qualification que ce parcours demande."
        yield Reason("telemonitoring.prescriber", text, _PRESCRIBED)
    limit = law.value(PRESCRIPTION)
    longest = find_longest(days, law)
    if days.last_day is None or days.last_day > longest:
        text = f"Une prescription dure au plus {limit.text} : jusqu'au {longest:%d/%m/%Y} au plus tard."
        yield Reason("telemonitoring.prescription_too_long", text, _PRESCRIBED, {"at_most": limit.integer})
    if not days.covers(day, day):
        text = "La prescription ne couvre pas ce jour du suivi."
        yield Reason("telemonitoring.prescription_not_in_force", text, _PRESCRIBED, {"day": str(day)})


def find_longest(days: DayRange, law: LawOfDay) -> date:
    """The last day that a prescription of that first day may cover."""
    return add_months(days.first_day, law.value(PRESCRIPTION).integer) - timedelta(days=1)


def _consents(enrolment: Enrolment) -> Iterator[Reason]:
    day = enrolment.starts_on
    if not _covers(enrolment.consent, enrolment):
        text = "Le patient doit avoir consenti à la télésurveillance, avant son début."
        yield Reason("telemonitoring.consent_missing", text, "CSP, art. L. 1111-4", {"day": str(day)})
    if not _covers(enrolment.usage_data_consent, enrolment):
        text = "Le patient doit accepter la transmission des données d'utilisation : son refus exclut du suivi."
        yield Reason("telemonitoring.usage_data_consent_missing", text, _LAW)


def _exclusions(enrolment: Enrolment, law: LawOfDay) -> Iterator[Reason]:
    known = law.value(EXCLUSIONS).labels
    for code in sorted(enrolment.exclusions):
        text = f"{known[code]} : la télésurveillance est exclue."
        yield Reason("telemonitoring.excluded", text, _LAW, {"exclusion": code})


def _minimum_data(version: PathwayVersion, signals: frozenset[str]) -> Iterator[Reason]:
    missing = find_missing_data(version, signals)
    if missing:
        text = f"Les dispositifs ne fournissent pas : {', '.join(datum.label for datum in missing)}."
        titles = version.references[0].title
        yield Reason("telemonitoring.minimum_data_missing", text, titles, {"missing": len(missing)})


def check_minimum_data(version: PathwayVersion, signals: frozenset[str]) -> Decision:
    """Are these signals enough for the pathway (R-37)?"""
    return Decision(tuple(_minimum_data(version, signals)))


def find_missing_data(version: PathwayVersion, signals: frozenset[str]) -> tuple[MinimumDatum, ...]:
    """The minimum data that these signals do not make up (R-37): of a group, one datum is enough."""
    asked = [datum for datum in version.minimum_data if not datum.is_derived]
    had = [datum for datum in asked if signals.issuperset(datum.signals)]
    groups = {datum.group for datum in had if datum.group}
    return tuple(datum for datum in asked if datum not in had and datum.group not in groups)


def _not_billable(enrolment: Enrolment) -> Iterator[Reason]:
    papers = (
        ("déclaration à l'ARS", enrolment.ars_declaration),
        ("convention entre l'opérateur et l'exploitant", enrolment.convention),
        ("inscription du dispositif sur la liste", enrolment.dmn_listing),
    )
    missing = [name for name, days in papers if not _covers(days, enrolment)]
    if missing:
        text = f"Rien ne sera facturé sans : {', '.join(missing)}."
        yield Reason("telemonitoring.not_billable", text, _LAW, {"missing": len(missing)})


def _covers(days: DayRange | None, enrolment: Enrolment) -> bool:
    return days is not None and days.covers(enrolment.starts_on, enrolment.starts_on)


def check_adherence(transmitted: Transmitted, law: LawOfDay) -> Decision:
    """At the end of a month of the follow-up: did enough data come for it to go on? (R-33)

    Exactly the share of the law is not enough. Only the first months are checked; of one in which nothing was expected,
    the patient being in hospital, nothing is said.
    """
    percent, months = law.value(PERCENT), law.value(CHECKED_MONTHS)
    if transmitted.month > months.integer or not transmitted.expected:
        return Decision()
    if transmitted.received * 100 > percent.integer * transmitted.expected:
        return Decision()
    text = (
        f"Au mois {transmitted.month}, données reçues {transmitted.received} fois sur {transmitted.expected} : "
        f"il en faut plus de {percent.text}. Un médecin décide d'arrêter ou de poursuivre ; rien n'est plus facturé."
    )
    compared = {"month": transmitted.month, "received": transmitted.received, "expected": transmitted.expected}
    return Decision((Reason("telemonitoring.not_adherent", text, _AMELI, compared),))
