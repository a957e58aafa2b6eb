"""Why an expert has his score: a French sentence for each part, with the figures that were compared. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import MappingProxyType

from telemed.experts.model.search import Candidate, Need, Part, Proposal, ScoredPart, Weights
from telemed.experts.rules.score import has_skill, is_used_up, taken_today


def explain(need: Need, proposal: Proposal, weights: Weights) -> Proposal:
    """The proposal with each of its parts; they add up to its points."""
    one = proposal.candidate
    parts = [
        ScoredPart(part, points, most, _WHY[part](need, one, weights))
        for (part, most), points in zip(weights.points.items(), proposal.worth, strict=True)
    ]
    return proposal._replace(parts=tuple(parts))


def _availability(need: Need, one: Candidate, _weights: Weights) -> str:
    if one.free_from is None:
        return "Pas de garde avant l'échéance."
    if one.free_from <= need.now:
        return "Disponible maintenant."
    return f"Disponible à partir de {_when(one.free_from, need)}."


def _time_left(need: Need, one: Candidate, weights: Weights) -> str:
    if one.free_from is None or one.free_until is None:
        return "Aucune plage avant l'échéance."
    start, end = max(one.free_from, need.now), min(one.free_until, need.before)
    enough = f"{weights.free_for_minutes} min suffisent à répondre"
    return f"Présent au moins {_length(start, end)} avant l'échéance ; {enough}."


def _load(_need: Need, one: Candidate, _weights: Weights) -> str:
    of = f" pour {one.capacity_per_day} au plus par jour" if one.capacity_per_day else ""
    waiting = taken_today(one)
    return f"{waiting} demande{'s' if waiting > 1 else ''} en cours ou prise{'s' if waiting > 1 else ''} ce jour{of}."


def _skill(need: Need, one: Candidate, _weights: Weights) -> str:
    if not need.skill:
        return "De la spécialité demandée."
    return "A la compétence demandée." if has_skill(need, one) else "De la spécialité, sans la compétence citée."


def _language(need: Need, one: Candidate, _weights: Weights) -> str:
    if not need.language:
        return "Aucune langue demandée."
    return "Parle la langue demandée." if need.language in one.languages else "Ne parle pas la langue demandée."


def _territory(need: Need, one: Candidate, _weights: Weights) -> str:
    if one.territory is not need.territory:
        return "D'un autre territoire."
    if not need.department:
        return "Du territoire demandé."
    return "Du même département." if one.department == need.department else "Du territoire, d'un autre département."


def _continuity(_need: Need, one: Candidate, _weights: Weights) -> str:
    if not one.known_cases:
        return "N'a pas encore répondu pour ce patient."
    return f"A déjà répondu {one.known_cases} fois pour ce patient."


def _history(_need: Need, one: Candidate, _weights: Weights) -> str:
    asked = one.taken + one.left
    if not asked:
        return "Pas encore d'historique de réponse."
    median = f", réponse médiane {_duration(one.median_minutes)}" if one.median_minutes is not None else ""
    return f"A pris {one.taken} des {asked} dernières demandes{median}."


def _quota(need: Need, one: Candidate, _weights: Weights) -> str:
    if need.quota_limit is None:
        return "Aucune limite annuelle pour ce patient. Une téléexpertise n'entre pas dans le plafond d'activité."
    if is_used_up(need, one):
        return "Limite annuelle atteinte pour ce patient : l'acte peut être fait, il ne se facture pas."
    left = need.quota_limit - one.quota_taken
    plural = "s" if left > 1 else ""
    return f"{left} acte{plural} encore facturable{plural} cette année pour ce patient ; hors plafond d'activité."


_WHY: MappingProxyType[Part, Callable[[Need, Candidate, Weights], str]] = MappingProxyType(
    {
        Part.AVAILABILITY: _availability,
        Part.TIME_LEFT: _time_left,
        Part.LOAD: _load,
        Part.SKILL: _skill,
        Part.LANGUAGE: _language,
        Part.TERRITORY: _territory,
        Part.CONTINUITY: _continuity,
        Part.HISTORY: _history,
        Part.QUOTA: _quota,
    }
)


def _when(at: datetime, need: Need) -> str:
    local = at.astimezone(need.territory.zone)
    return f"{local.hour} h {local.minute:02d} le {local.day:02d}/{local.month:02d}"


def _length(start: datetime, end: datetime) -> str:
    return _duration(max(0, int((end - start).total_seconds() // 60)))


def _duration(minutes: int | None) -> str:
    hours, left = divmod(minutes or 0, 60)
    if not hours:
        return f"{left} min"
    return f"{hours} h {left:02d}" if hours < 48 else f"{hours // 24} jours"
