"""Who is never proposed for a request, and each reason (R-26): pure."""

from __future__ import annotations

from collections.abc import Iterator

from telemed.experts.model.search import Candidate, Need, Weights
from telemed.experts.rules.score import taken_today
from telemed.kernel.decision import Reason

_LAW = "R-26"


def exclusions(need: Need, one: Candidate, weights: Weights) -> tuple[Reason, ...]:
    """Every reason why this expert is not proposed; none for who may be."""
    return tuple(_reasons(need, one, weights))


def _reasons(need: Need, one: Candidate, weights: Weights) -> Iterator[Reason]:
    if one.rpps == need.asker_rpps:
        yield Reason("experts.self", "C'est vous.", "CSP, art. R. 6316-1, 2° ; R-25")
    if one.is_suspended:
        yield Reason("experts.suspended", "Ce professionnel n'exerce plus dans le service.", _LAW)
    elif not one.is_open:
        yield Reason("experts.closed", "Ce professionnel ne prend pas de demande en ce moment.", _LAW)
    if need.specialty_code and one.specialty_code != need.specialty_code:
        compared = {"asked": need.specialty_code, "has": one.specialty_code}
        yield Reason("experts.specialty", "Sa spécialité n'est pas celle que vous cherchez.", _LAW, compared)
    is_same = one.practice_id == need.asker_practice_id
    if weights.excludes_same_practice and is_same and need.line_id is None:
        yield Reason("experts.same_practice", "Il exerce dans votre structure : demandez-lui directement.")
    if one.rpps in need.refused:
        yield Reason("experts.asked_already", "Cette demande lui a déjà été proposée.", _LAW)
    yield from _of_hours(need, one)


def _of_hours(need: Need, one: Candidate) -> Iterator[Reason]:
    if one.on_leave:
        yield Reason("experts.on_leave", "Il est en congé jusqu'à l'échéance de la réponse.", _LAW)
    elif one.free_from is None or one.free_from >= need.before:
        yield Reason("experts.unavailable", "Il n'est pas de garde avant l'échéance de la réponse.", _LAW)
    if one.capacity_per_day is not None and taken_today(one) >= one.capacity_per_day:
        compared = {"taken": taken_today(one), "capacity": one.capacity_per_day}
        text = f"Il a déjà {taken_today(one)} demandes aujourd'hui, pour {one.capacity_per_day} au plus."
        yield Reason("experts.full", text, _LAW, compared)
