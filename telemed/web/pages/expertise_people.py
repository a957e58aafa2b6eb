"""Choosing whom to ask: a colleague by name, a line, or whoever of the specialty is found."""

from __future__ import annotations

from uuid import UUID

from telemed.acts.teleexpertise.model import Case, Target, Urgency
from telemed.acts.teleexpertise.service.lists import Colleague
from telemed.kernel.clock import Territory
from telemed.professionals.model import SPECIALTIES, find_specialty
from telemed.web import expertise_words, french
from telemed.web.pages.expertise_reasons import Told, explain
from telemed.web.pages.page import Visitor
from telemed.web.views.expertise import Candidate, Finder
from telemed.web.views.frame import Choice, Form

_MOST = 20
_NO_EXPERTS = ("G15_21", "G15_60", "G15_70", "G15_80", "G15_91")
"""Professions that ask and never answer."""
_LINE, _ANYBODY = "equipe:", "quelquun"


def specialty_choices() -> tuple[Choice, ...]:
    """Specialties that may answer, in alphabetical order; one line where two codes have the same words."""
    chosen: dict[str, Choice] = {}
    for one in SPECIALTIES.values():
        if one.code not in _NO_EXPERTS and one.code != "G15_10":
            chosen.setdefault(one.label, Choice(one.code, one.label.replace("'", "’")))
    return tuple(sorted(chosen.values(), key=lambda choice: choice.label.casefold()))


def is_specialty(code: str) -> bool:
    return find_specialty(code) is not None


def chosen_ids(form: Form) -> list[UUID]:
    """The colleagues ticked. What is no identifier was not made by our page, and is left out."""
    found = (_uuid(text) for text in _ticked(form))
    return list(dict.fromkeys(one for one in found if one is not None))


def read_target(form: Form, territory: Territory) -> Target | None:
    """Whom the form asks; None while nobody was chosen."""
    colleagues = tuple(chosen_ids(form))
    lines = [_uuid(text.removeprefix(_LINE)) for text in _ticked(form) if text.startswith(_LINE)]
    widens = not form.value("sans_elargir")
    if colleagues or any(lines):
        return Target(colleagues, next(filter(None, lines), None), widens=widens)
    return Target(territory=territory, widens=widens) if _ANYBODY in _ticked(form) else None


async def find_experts(visitor: Visitor, form: Form, case: Case, *, is_search: bool) -> Finder:
    """Who was chosen, and who fits what was typed, explained; nobody is looked for until something was asked."""
    name, code = form.value("confrere_nom").strip(), form.value("specialite")
    is_looking, specialty = is_search or bool(name), find_specialty(code) if code else None
    found = await _colleagues(visitor, name, code) if is_looking else []
    chosen, known = chosen_ids(form), {one.person.id for one in found}
    missing = [one for one in chosen if one not in known]
    ticked = await visitor.services.expertise.cases.named(visitor.known, missing) if missing else []
    colleagues = [*ticked, *found]
    told = await explain(visitor, case, code, [one.person.id for one in colleagues]) if is_looking else Told()
    if not name:
        known = {one.person.id for one in colleagues}
        colleagues += await visitor.services.expertise.cases.named(
            visitor.known, [one for one in told.order if one not in known]
        )
    return Finder(
        lines=await _lines(visitor, code, form) if specialty and is_looking else (),
        search_words=_search_words(specialty.label) if specialty and is_looking else "",
        is_search_chosen=_ANYBODY in _ticked(form),
        candidates=tuple(_candidate(one, told, is_chosen=one.person.id in chosen) for one in told.sorted(colleagues)),
        is_searched=is_looking,
        may_choose_many=case.content.urgency is Urgency.HOURS,
    )


def _search_words(label: str) -> str:
    return french.typographic(f"{label} : qui est disponible le plus tôt, dans l'ordre ci-dessous")


async def _colleagues(visitor: Visitor, name: str, code: str) -> list[Colleague]:
    return await visitor.services.expertise.cases.colleagues(
        visitor.known,
        name=name if len(name) > 1 else None,
        specialty_code=code if is_specialty(code) else None,
        after=None,
        limit=_MOST,
    )


async def _lines(visitor: Visitor, code: str, form: Form) -> tuple[Candidate, ...]:
    found = await visitor.services.experts.lines.open_for(visitor.known, code, after=None, limit=_MOST)
    return tuple(
        Candidate(
            id=f"{_LINE}{one.line.id}",
            name=one.line.name,
            what=one.specialty,
            where="Équipe",
            is_chosen=f"{_LINE}{one.line.id}" in _ticked(form),
        )
        for one in found
    )


def _candidate(one: Colleague, told: Told, *, is_chosen: bool) -> Candidate:
    card, who = expertise_words.person(one.person, one.practice), one.person.id
    return Candidate(
        id=str(who),
        name=card.name,
        what=card.what,
        where=card.where,
        is_chosen=is_chosen,
        reasons=told.reasons.get(who, ()),
        warnings=told.warnings.get(who, ()),
    )


def _ticked(form: Form) -> list[str]:
    return form.value("confrere").split(",")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
