"""Choosing whom to ask: colleagues found by name or specialty, as a list to tick."""

from __future__ import annotations

from uuid import UUID

from telemed.acts.teleexpertise.model import Urgency
from telemed.acts.teleexpertise.service.lists import Colleague
from telemed.professionals.model import SPECIALTIES, find_specialty
from telemed.web import expertise_words
from telemed.web.pages.page import Visitor
from telemed.web.views.expertise import Candidate, Finder
from telemed.web.views.frame import Choice, Form

_MOST = 20
_NO_EXPERTS = ("G15_21", "G15_60", "G15_70", "G15_80", "G15_91")
"""Professions that ask and never answer."""


def specialty_choices() -> tuple[Choice, ...]:
    """Specialties that may answer, in alphabetical order; one line where two codes have the same words."""
    chosen: dict[str, Choice] = {}
    for one in SPECIALTIES.values():
        if one.code not in _NO_EXPERTS and one.code != "G15_10":
            chosen.setdefault(one.label, Choice(one.code, one.label.replace("'", "’")))
    return tuple(sorted(chosen.values(), key=lambda choice: choice.label.casefold()))


def chosen_ids(form: Form) -> list[UUID]:
    """The colleagues ticked. What is no identifier was not made by our page, and is left out."""
    found = []
    for text in form.value("confrere").split(","):
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def is_specialty(code: str) -> bool:
    return find_specialty(code) is not None


async def find_colleagues(visitor: Visitor, form: Form, urgency: Urgency, *, is_search: bool) -> Finder:
    """Who was ticked, and who fits what was typed; nobody is looked for until something was asked."""
    chosen = chosen_ids(form)
    name, code = form.value("confrere_nom").strip(), form.value("specialite")
    found: list[Colleague] = []
    if is_search or name:
        found = await visitor.services.expertise.cases.colleagues(
            visitor.known,
            name=name if len(name) > 1 else None,
            specialty_code=code if is_specialty(code) else None,
            after=None,
            limit=_MOST,
        )
    missing = [one for one in chosen if one not in {colleague.person.id for colleague in found}]
    ticked = await visitor.services.expertise.cases.named(visitor.known, missing) if missing else []
    return Finder(
        candidates=tuple(_candidate(one, is_chosen=one.person.id in chosen) for one in (*ticked, *found)),
        is_searched=is_search or bool(name),
        may_choose_many=urgency is Urgency.HOURS,
    )


def _candidate(one: Colleague, *, is_chosen: bool) -> Candidate:
    card = expertise_words.person(one.person, one.practice)
    return Candidate(str(one.person.id), card.name, card.what, card.where, is_chosen=is_chosen)
