"""Who may be an expert, and what he may say of himself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from telemed.experts.model.drafts import Person
from telemed.experts.model.line import LONGEST_WIDENING_MINUTES, MOST_MEMBERS, WIDENING_MINUTES
from telemed.experts.model.profile import parse_department
from telemed.experts.model.skills import SkillList
from telemed.kernel.clock import Territory
from telemed.kernel.decision import ALLOWED, Decision, Reason, refuse
from telemed.kernel.errors import Invalid
from telemed.law.parameter import LawOfDay

REQUIS = "teleexpertise/parties/requis"
_LAW = "CSP, art. R. 6316-1, 2° ; R-25"


def check_expert(person: Person, law: LawOfDay) -> Decision:
    """May this person be asked for opinions on the day of `law`? A professionnel médical with a specialty may."""
    allowed = law.value(REQUIS)
    if person.suspended_at is not None:
        return refuse(Reason("experts.suspended", "Ce professionnel n'exerce plus dans le service."))
    if person.rpps is None or person.profession not in allowed.labels:
        text = f"Répondent à une téléexpertise : {', '.join(allowed.labels.values())}."
        return refuse(Reason("experts.profession", text, _LAW, {"profession": person.profession}))
    if not person.specialty_code:
        text = "Votre spécialité n'est pas enregistrée : demandez-le à l'administrateur du cabinet."
        return refuse(Reason("experts.specialty_missing", text))
    return ALLOWED


def check_members(count: int) -> Decision:
    """May a line have so many members?"""
    if count <= MOST_MEMBERS:
        return ALLOWED
    text = f"Une ligne compte au plus {MOST_MEMBERS} membres."
    return refuse(Reason("experts.line_full", text, compared={"members": count}))


def require_skills(codes: tuple[str, ...], known: SkillList) -> None:
    """Raises Invalid on a code that is not of the list."""
    if unknown := known.unknown(codes):
        text = f"Cette compétence n'est pas de la liste : {unknown[0]}."
        raise Invalid(text, field="skills", code="experts.skill_unknown")


def require_department(text: str, territory: Territory) -> str:
    """The department. Raises Invalid on one that is not of the territory."""
    try:
        return parse_department(text, territory)
    except ValueError:
        detail = "Ce département n'est pas du territoire du cabinet."
        raise Invalid(detail, field="department", code="experts.department") from None


def complete_widening(said: Mapping[str, int]) -> dict[str, int]:
    """A delay for every urgency: what is not said is ours. Raises Invalid on another urgency or delay."""
    wrong = [name for name, minutes in said.items() if not _is_delay(name, minutes)]
    if wrong:
        text = f"Un délai d'élargissement va de 1 à {LONGEST_WIDENING_MINUTES} minutes, par urgence de la demande."
        raise Invalid(text, field="widening_minutes", code="experts.widening")
    return dict(WIDENING_MINUTES) | dict(said)


def _is_delay(name: str, minutes: int) -> bool:
    return name in WIDENING_MINUTES and 1 <= minutes <= LONGEST_WIDENING_MINUTES


def require_once(values: Sequence[str]) -> tuple[str, ...]:
    """The same values, each once, in order."""
    return tuple(dict.fromkeys(values))
