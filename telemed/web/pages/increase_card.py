"""The increased forfait of a follow-up: what the law opens, what was asked, what became of each month."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from telemed.acts.telemonitoring.formats.months import month_act_id
from telemed.acts.telemonitoring.model.care import FollowUp, IncreaseAsked
from telemed.acts.telemonitoring.rules.increases import find_increase
from telemed.acts.telemonitoring.rules.terms import OPERATOR, find_increase_term
from telemed.kernel.caller import Role
from telemed.kernel.clock import civil_date
from telemed.kernel.money import format_euros
from telemed.law.parameter import LawOfDay
from telemed.web import french
from telemed.web.pages.follow_up_cards import UNKNOWN
from telemed.web.pages.page import Visitor
from telemed.web.views.follow_up_settings import IncreaseCard, IncreasedMonth, IncreaseLine
from telemed.web.views.frame import Badge, Choice, Tone

LEVEL_WORDS = {0: "Pas de forfait majoré", 1: "Majoré, niveau 1", 2: "Majoré, niveau 2"}
_MONTHS_SHOWN = 12


async def increase_card(visitor: Visitor, follow_up: FollowUp) -> IncreaseCard:
    """Empty of terms where no text opens the activity to it."""
    telemonitoring, plan = visitor.services.telemonitoring, follow_up.plan
    activity = telemonitoring.pathways[plan.pathway].activity
    law = visitor.services.law.on(civil_date(visitor.services.clock.now(), plan.territory))
    asked = await telemonitoring.increases.asked(visitor.known, follow_up.id)
    term = find_increase_term(activity, law)
    if term is None:
        return IncreaseCard("", "", "")
    people = await people_names(visitor) if asked else {}
    renewals = law.value(f"{OPERATOR}/increased/renewals").integer
    again = "renouvelable une fois" if renewals == 1 else f"renouvelable {renewals} fois"
    return IncreaseCard(
        terms=f"{french.format_count(term.integer, 'mois', 'mois')} de suite au plus, {again}",
        reference=french.typographic(term.references[0].title),
        law_address=f"/textes?nom={term.name}",
        levels=tuple(_levels(law)),
        lines=tuple(_line(one, people) for one in reversed(asked)),
        months=await _months(visitor, follow_up, asked),
    )


async def people_names(visitor: Visitor) -> dict[UUID, str]:
    """Who works at the practice, by id."""
    return {one.id: one.full_name for one in await visitor.services.professionals.page(visitor.known, limit=200)}


def _levels(law: LawOfDay) -> list[Choice]:
    found = [Choice("0", LEVEL_WORDS[0])]
    for level in (1, 2):
        tariff = law.find(f"{OPERATOR}/increased_{level}/tariff")
        if tariff is not None:
            found.append(Choice(str(level), f"{LEVEL_WORDS[level]} : {format_euros(tariff.integer)} par mois"))
    return found


def _line(one: IncreaseAsked, people: dict[UUID, str]) -> IncreaseLine:
    rank = "1er" if one.from_month == 1 else f"{one.from_month}e"
    what = f"{LEVEL_WORDS[one.level]}{', renouvelé' if one.is_renewal else ''}, à partir du {rank} mois"
    grounds = f"Critères de l’arrêté : {', '.join(one.grounds)}" if one.grounds else ""
    return IncreaseLine(what, grounds, one.at, people.get(one.by, UNKNOWN))


async def _months(visitor: Visitor, follow_up: FollowUp, asked: Sequence[IncreaseAsked]) -> tuple[IncreasedMonth, ...]:
    """Of the months that are over, those that asked: what billing proposed, to a doctor who may see it."""
    if not visitor.known.has_role(Role.DOCTOR):
        return ()
    lines: list[IncreasedMonth] = []
    for number in range(follow_up.months_done, 0, -1):
        wanted = find_increase(asked, number)
        if wanted is None or len(lines) == _MONTHS_SHOWN:
            continue
        claim = await visitor.services.claims.find_of_act(visitor.known, month_act_id(follow_up.id, number))
        if claim is None:
            lines.append(IncreasedMonth(number, LEVEL_WORDS[wanted.level], Badge("Rien n’est proposé", Tone.SOON)))
            continue
        amount = format_euros(claim.amount_cents) if claim.amount_cents is not None else "montant à dire"
        outcome = Badge(f"{claim.code or 'Non facturable'} · {amount}", Tone.FINE if claim.code else Tone.SOON)
        lines.append(IncreasedMonth(number, LEVEL_WORDS[wanted.level], outcome, f"/facturation/{claim.id}"))
    return tuple(lines)
