"""How long a sick leave may be prescribed at a distance (R-27, article L. 6316-1 CSP)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from telemed.kernel.decision import ALLOWED, Decision, Reason, refuse, warn
from telemed.law.parameter import DatedValue, LawOfDay

ARTICLE = "Article L. 6316-1 du code de la santé publique"
LIMIT = "sick_leave/max_days"
EXEMPT = "sick_leave/exempt_prescribers"


class Prescriber(StrEnum):
    """What the prescriber is to this patient on the day of the act; the values are those of the law's list."""

    MEDECIN_TRAITANT = "medecin_traitant"
    SAGE_FEMME_REFERENTE = "sage_femme_referente"
    OTHER = "autre"


@dataclass(frozen=True)
class Leave:
    """Calendar days of a leave, both included."""

    first_day: date
    last_day: date


@dataclass(frozen=True)
class SickLeaveFacts:
    """A leave about to be prescribed during a téléconsultation.

    `ongoing` is the leave already in course, whoever wrote it. `is_impossibility_justified`: the patient
    justified that he cannot see a professional in person, and the justification is recorded.
    """

    leave: Leave
    prescriber: Prescriber
    ongoing: Leave | None = None
    is_impossibility_justified: bool = False


def check_sick_leave(facts: SickLeaveFacts, law: LawOfDay) -> Decision:
    """May this leave be prescribed at a distance? The law is that of the day of the act.

    Days are calendar days of the whole leave, its earlier part included, whoever wrote it (trap 39): exactly the
    limit passes. An allowed leave carries the notice that the form must mention the téléconsultation.
    """
    if facts.leave.last_day < facts.leave.first_day:
        return refuse(Reason("sick_leave.dates", "Le dernier jour de l'arrêt précède son premier jour."))
    limit = law.find(LIMIT)
    if limit is None:
        return ALLOWED
    total = count_days(facts)
    if total <= limit.integer or facts.prescriber in law.value(EXEMPT).labels:
        return warn(_mention())
    if not is_prolongation(facts):
        return refuse(_too_long(facts, total, limit))
    if not facts.is_impossibility_justified:
        return refuse(_needs_justification(total, limit))
    return warn(_mention(), _keep_justification(total, limit))


def is_prolongation(facts: SickLeaveFacts) -> bool:
    """Does the leave continue the one in course: overlap it, or start the day after its last?"""
    ongoing = facts.ongoing
    if ongoing is None or facts.leave.first_day < ongoing.first_day:
        return False
    return facts.leave.first_day <= ongoing.last_day + timedelta(days=1)


def count_days(facts: SickLeaveFacts) -> int:
    """Calendar days of the whole leave as it would stand after this prescription."""
    leave, ongoing = facts.leave, facts.ongoing
    first, last = leave.first_day, leave.last_day
    if ongoing is not None and _touch(leave, ongoing):
        first, last = min(first, ongoing.first_day), max(last, ongoing.last_day)
    return (last - first).days + 1


def _touch(one: Leave, other: Leave) -> bool:
    day = timedelta(days=1)
    return one.first_day <= other.last_day + day and other.first_day <= one.last_day + day


def _compared(total: int, limit: DatedValue) -> dict[str, str | int | bool]:
    return {"days": total, "limit": limit.integer}


def _too_long(facts: SickLeaveFacts, total: int, limit: DatedValue) -> Reason:
    text = (
        f"En télémédecine, un arrêt de travail ne peut dépasser {limit.text} : celui-ci en compte {total}. "
        "Seuls le médecin traitant et la sage-femme référente peuvent prescrire davantage."
    )
    if facts.is_impossibility_justified:
        text += " L'impossibilité de consulter en présence ne permet que de prolonger un arrêt en cours."
    return Reason("sick_leave.too_long", text, ARTICLE, _compared(total, limit))


def _needs_justification(total: int, limit: DatedValue) -> Reason:
    text = (
        f"Cette prolongation porterait l'arrêt à {total} jours, au-delà de {limit.text}. Elle suppose que le patient "
        "justifie ne pas pouvoir consulter un professionnel en sa présence, et que cette justification soit notée."
    )
    return Reason("sick_leave.justification_missing", text, ARTICLE, _compared(total, limit))


def _keep_justification(total: int, limit: DatedValue) -> Reason:
    text = f"Prolongation à {total} jours : conservez la justification donnée par le patient."
    return Reason("sick_leave.justification_to_keep", text, ARTICLE, _compared(total, limit))


def _mention() -> Reason:
    text = "Cochez « prescription en téléconsultation » sur l'avis d'arrêt de travail."
    return Reason("sick_leave.mention", text, ARTICLE)
