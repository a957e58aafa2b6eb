"""Why a colleague is proposed, or what speaks against him, in a few sentences of the finder's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from telemed.acts.teleexpertise.model import Case, State
from telemed.acts.teleexpertise.service.lists import Colleague
from telemed.acts.teleexpertise.service.proposals import Question, SearchOptions
from telemed.experts.model.search import Excluded, Found, Part, Proposal
from telemed.kernel.errors import Conflict, Refused
from telemed.web import forms
from telemed.web.pages.page import Visitor

_ALWAYS = (Part.AVAILABILITY, Part.LOAD, Part.HISTORY)
_WHEN_THEY_COUNT = (Part.CONTINUITY, Part.SKILL)
_ON_ITS_OWN = (State.DRAFT, State.SENT, State.REFUSED)


@dataclass(frozen=True)
class Told:
    """What the finder says of people: the best first, and the sentences about each."""

    order: tuple[UUID, ...] = ()
    reasons: Mapping[UUID, tuple[str, ...]] = field(default_factory=dict)
    warnings: Mapping[UUID, tuple[str, ...]] = field(default_factory=dict)

    def sorted(self, colleagues: Sequence[Colleague]) -> list[Colleague]:
        """In the finder's order; those of whom it says nothing come after, those whom it leaves out last."""
        place = {who: number for number, who in enumerate(self.order)}
        last = len(place)
        return sorted(colleagues, key=lambda one: place.get(one.person.id, last + (one.person.id in self.warnings)))


async def explain(visitor: Visitor, case: Case, code: str, named: Sequence[UUID]) -> Told:
    """What the finder says of the best for a specialty and of these people; nothing where it may not search."""
    proposals, options = visitor.services.expertise.proposals, SearchOptions(named=tuple(named))
    is_own = case.requerant.professional_id == visitor.known.id and case.state in _ON_ITS_OWN
    try:
        if is_own and (case.content.specialty_code or "") == code and code:
            found = (await proposals.for_case(visitor.known, case.id, options)).found
        elif code:
            question = Question(code, case.content.skill, case.content.urgency)
            found = (await proposals.search(visitor.known, question, options)).found
        else:
            return Told()
    except (Refused, Conflict):
        return Told()
    return _told(found)


def _told(found: Found) -> Told:
    return Told(
        order=tuple(one.candidate.professional_id for one in found.proposals),
        reasons={one.candidate.professional_id: _reasons(one) for one in found.proposals},
        warnings={one.candidate.professional_id: _warnings(one) for one in found.excluded},
    )


def _reasons(one: Proposal) -> tuple[str, ...]:
    """When he is there, how busy he is, how he answers; what else counts only where it does."""
    told = {part.part: part for part in one.parts}
    chosen = [told[part] for part in _ALWAYS if part in told]
    chosen += [told[part] for part in _WHEN_THEY_COUNT if part in told and told[part].points == told[part].most > 0]
    chosen += [part for part in one.parts if part.part is Part.QUOTA and part.points == 0]
    if one.candidate.auto_accept:
        return (*(forms.sentence(part.why) for part in chosen), "Accepte d’office pendant ses horaires.")
    return tuple(forms.sentence(part.why) for part in chosen)


def _warnings(one: Excluded) -> tuple[str, ...]:
    return tuple(forms.sentence(reason.text) for reason in one.reasons)
