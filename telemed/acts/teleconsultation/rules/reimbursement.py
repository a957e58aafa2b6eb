"""Is a téléconsultation reimbursed: coordinated pathway, alternation, territory, and the exceptions (R-28)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from telemed.kernel.decision import Decision, Reason, combine, refuse
from telemed.kernel.period import add_months, age_on
from telemed.law.parameter import DatedValue, LawOfDay

PATHWAY = "teleconsultation/reimbursement/pathway_exceptions"
TERRITORY = "teleconsultation/reimbursement/territory_exceptions"
CHILD_AGE = "teleconsultation/reimbursement/child_age"
PRIOR_VISIT = "teleconsultation/reimbursement/prior_visit_months"
DIRECT_ACCESS = "specialties/direct_access"
CHILD, DIRECT = "moins_de_16_ans", "acces_direct"
CONVENTION = "Convention médicale, conditions de prise en charge de la téléconsultation"


@dataclass(frozen=True)
class ReimbursementFacts:
    """What the doctor states about this act.

    `specialty` is a savoir-faire code (G15_10/SM54); `follows_pathway`: the doctor is the médecin traitant or was asked
    by him; `is_within_territory`: the patient is followed in the doctor's territory; `alternates` is None
    outside a regular follow-up; `invoked` holds codes of exceptions.
    """

    specialty: str
    patient_born_on: date
    follows_pathway: bool
    is_within_territory: bool
    alternates: bool | None = None
    invoked: frozenset[str] = frozenset()
    last_seen_in_person_on: date | None = None


@dataclass(frozen=True)
class Assessment:
    """`decision` refuses the reimbursement, never the act; `exceptions` are those that hold, sorted."""

    decision: Decision
    exceptions: tuple[str, ...]


def assess_reimbursement(facts: ReimbursementFacts, law: LawOfDay) -> Assessment:
    """Would this act be reimbursed under the texts of its day, and under which exceptions?

    The age and the specialty give their exceptions by themselves; any other is invoked by the doctor and must be
    in force that day.
    """
    pathway, territory = _labels(law, PATHWAY), _labels(law, TERRITORY)
    founded = (facts.invoked | _automatic(facts, law)) - _unfounded(facts, law)
    held = tuple(sorted(founded & (pathway.keys() | territory.keys())))
    decision = combine(
        (
            _check_invoked(facts, law, {**pathway, **territory}),
            _check_pathway(facts, held, pathway),
            _check_territory(facts, held, law.find(TERRITORY)),
            _check_alternation(facts),
            _check_prior_visit(facts, law),
        )
    )
    return Assessment(decision, held)


def exceptions_in_force(law: LawOfDay) -> dict[str, str]:
    """Every exception that may be invoked that day, by code, with its French label: what a form offers."""
    return {**_labels(law, PATHWAY), **_labels(law, TERRITORY)}


def _labels(law: LawOfDay, name: str) -> Mapping[str, str]:
    value = law.find(name)
    return {} if value is None else value.labels


def _automatic(facts: ReimbursementFacts, law: LawOfDay) -> frozenset[str]:
    """The exceptions that the facts give by themselves: on the 16th birthday the child's is gone (trap 15)."""
    limit, direct = law.find(CHILD_AGE), law.find(DIRECT_ACCESS)
    found = set()
    if limit is not None and age_on(law.day, facts.patient_born_on) < limit.integer:
        found.add(CHILD)
    if direct is not None and facts.specialty in direct.labels:
        found.add(DIRECT)
    return frozenset(found)


def _unfounded(facts: ReimbursementFacts, law: LawOfDay) -> frozenset[str]:
    return (facts.invoked & {CHILD, DIRECT}) - _automatic(facts, law)


def _check_invoked(facts: ReimbursementFacts, law: LawOfDay, in_force: Mapping[str, str]) -> Decision:
    unknown = sorted(facts.invoked - in_force.keys())
    unfounded = sorted(_unfounded(facts, law) & in_force.keys())
    reasons = [_not_in_force(code) for code in unknown] + [_not_founded(in_force[code]) for code in unfounded]
    return refuse(*reasons)


def _not_in_force(code: str) -> Reason:
    text = f"L'exception invoquée « {code} » n'existe pas dans les textes en vigueur au jour de l'acte."
    return Reason("reimbursement.exception_not_in_force", text, CONVENTION, {"exception": code})


def _not_founded(label: str) -> Reason:
    text = f"L'exception « {label} » ne correspond pas au dossier."
    return Reason("reimbursement.exception_unfounded", text, CONVENTION)


def _check_pathway(facts: ReimbursementFacts, held: tuple[str, ...], pathway: Mapping[str, str]) -> Decision:
    if facts.follows_pathway or pathway.keys() & set(held):
        return Decision()
    text = (
        "Hors parcours de soins coordonnés : le patient n'est ni le vôtre ni adressé par son médecin traitant, et "
        "aucune exception n'est invoquée. L'acte n'est pas pris en charge comme une téléconsultation."
    )
    return refuse(Reason("reimbursement.pathway", text, CONVENTION))


def _check_territory(facts: ReimbursementFacts, held: tuple[str, ...], exceptions: DatedValue | None) -> Decision:
    """Asked only where a text of that day lists exceptions to it: none before avenant 9 was found."""
    if exceptions is None or facts.is_within_territory or exceptions.labels.keys() & set(held):
        return Decision()
    text = (
        "Hors du territoire du patient, sans exception invoquée : l'acte n'est pas pris en charge comme une "
        f"téléconsultation. Exceptions possibles : {' ; '.join(exceptions.labels.values())}."
    )
    return refuse(Reason("reimbursement.territory", text, CONVENTION))


def _check_alternation(facts: ReimbursementFacts) -> Decision:
    if facts.alternates is not False:
        return Decision()
    text = (
        "Suivi régulier sans alternance avec des consultations en présence : la prise en charge suppose cette "
        "alternance, au regard des besoins du patient et à l'appréciation du médecin."
    )
    return refuse(Reason("reimbursement.alternation", text, CONVENTION))


def _check_prior_visit(facts: ReimbursementFacts, law: LawOfDay) -> Decision:
    """Only for acts before avenant 9, which abolished the condition (R-29)."""
    months = law.find(PRIOR_VISIT)
    if months is None or _automatic(facts, law):
        return Decision()
    seen = facts.last_seen_in_person_on
    if seen is not None and add_months(seen, months.integer) >= law.day:
        return Decision()
    text = f"À cette date, le patient devait avoir été vu en présence dans les {months.text} précédents."
    return refuse(Reason("reimbursement.prior_visit", text, CONVENTION))
