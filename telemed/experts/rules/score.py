"""How well an expert fits a request, in whole points with the reason of each; pure and the same at every run.

Each part is worth 0 to 1000 thousandths; its weight turns them into points. Ties are settled by who is there first,
then by who has less to do, then by an order of ids that each patient has his own of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from telemed.experts.model import SkillList
from telemed.experts.model.search import Candidate, Need, Part, Proposal, Weights
from telemed.law.reading import fold

FULL = 1000
_MINUTE = timedelta(minutes=1)
_CASES_A_DAY = 8
"""Against which a load is judged of someone who gave no capacity."""


def availability(need: Need, one: Candidate, _weights: Weights) -> int:
    """All of it for who is there now; less the later he comes before the answer is due."""
    if one.free_from is None:
        return 0
    if one.free_from <= need.now:
        return FULL
    return _share(_minutes(one.free_from, need.before), _minutes(need.now, need.before))


def time_left(need: Need, one: Candidate, weights: Weights) -> int:
    """How long he is there before the answer is due, against what an answer asks for."""
    if one.free_from is None or one.free_until is None:
        return 0
    start, end = max(one.free_from, need.now), min(one.free_until, need.before)
    return _share(_minutes(start, end), weights.free_for_minutes)


def load(_need: Need, one: Candidate, _weights: Weights) -> int:
    """What is in his hands or was taken today, against what he takes a day."""
    return FULL - _share(taken_today(one), one.capacity_per_day or _CASES_A_DAY)


def skill(need: Need, one: Candidate, _weights: Weights) -> int:
    """All of it when nothing beyond the specialty is asked, or he has said that he does it; half for the specialty."""
    if not need.skill:
        return FULL
    return FULL if has_skill(need, one) else FULL // 2


def language(need: Need, one: Candidate, _weights: Weights) -> int:
    return FULL if not need.language or need.language in one.languages else 0


def territory(need: Need, one: Candidate, _weights: Weights) -> int:
    """The department, then the territory, then elsewhere."""
    if one.territory is not need.territory:
        return 0
    is_near = bool(need.department) and one.department == need.department
    return FULL if is_near or not need.department else FULL * 6 // 10


def continuity(_need: Need, one: Candidate, _weights: Weights) -> int:
    """Has he answered about this patient already? Twice is as good as it gets."""
    return (0, FULL * 7 // 10, FULL)[min(one.known_cases, 2)]


def history(_need: Need, one: Candidate, weights: Weights) -> int:
    """Half for how many of his last offers he took, half for how quickly he answers; the middle for a newcomer."""
    asked = one.taken + one.left
    takes = _share(one.taken, asked) if asked else weights.unknown_per_thousand
    if one.median_minutes is None:
        return (takes + weights.unknown_per_thousand) // 2
    return (takes + FULL - _share(one.median_minutes, weights.slow_minutes)) // 2


def quota(need: Need, one: Candidate, _weights: Weights) -> int:
    """May his act still be billed for this patient this year? The fifth is done, and not invoiced."""
    return 0 if is_used_up(need, one) else FULL


PARTS: MappingProxyType[Part, Callable[[Need, Candidate, Weights], int]] = MappingProxyType(
    {
        Part.AVAILABILITY: availability,
        Part.TIME_LEFT: time_left,
        Part.LOAD: load,
        Part.SKILL: skill,
        Part.LANGUAGE: language,
        Part.TERRITORY: territory,
        Part.CONTINUITY: continuity,
        Part.HISTORY: history,
        Part.QUOTA: quota,
    }
)


def rank(need: Need, candidates: Iterable[Candidate], weights: Weights) -> list[Proposal]:
    """The best first: the sum of the parts, each rounded down. Nobody is left out here (see `exclusions`)."""
    judged = [(PARTS[part], most) for part, most in weights.points.items()]
    whole = sum(weights.points.values())
    scored = []
    for one in candidates:
        worth = tuple([judge(need, one, weights) * most // FULL for judge, most in judged])
        scored.append(Proposal(one, sum(worth), whole, worth))
    return sorted(scored, key=lambda proposal: tie_order(need, proposal))


def tie_order(need: Need, proposal: Proposal) -> tuple[Any, ...]:
    """Points, then who is there first, then who has less to do, then an order that differs by patient."""
    one = proposal.candidate
    salt = need.patient_ids[0].int if need.patient_ids else 0
    return (-proposal.points, _arrival(need, one), taken_today(one), one.professional_id.int ^ salt)


def in_turn(need: Need, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Members of a line: who is there now first, who may still bill first; then whoever waited longest for a turn."""
    return sorted(candidates, key=lambda one: (*_arrival_and_quota(need, one), one.turn, one.professional_id))


def taken_today(one: Candidate) -> int:
    """What he has to do: offers that wait, and the greater of what he accepted today and what he has not answered."""
    return one.pending + max(one.open_cases, one.accepted_today)


def is_used_up(need: Need, one: Candidate) -> bool:
    """Has he no place left in the yearly quota with this patient?"""
    return need.quota_limit is not None and one.quota_taken >= need.quota_limit


def has_skill(need: Need, one: Candidate) -> bool:
    """By a code of our list, or by a word of his that is in what is asked or holds it, whatever accents and case."""
    if not need.skill_codes.isdisjoint(one.skills):
        return True
    asked = fold(need.skill).strip() if one.words else ""
    return any(word in asked or asked in word for word in map(fold, one.words) if word.strip())


def codes_of(skills: SkillList, wanted: str) -> frozenset[str]:
    """The skills of the list that a text means: by code, or by a label that it is, holds or begins to spell."""
    asked = fold(wanted).strip()
    if not asked:
        return frozenset()
    labels = {code: fold(one.label) for code, one in skills.skills.items()}
    return frozenset(code for code, label in labels.items() if code == asked or asked in label or label in asked)


def _arrival_and_quota(need: Need, one: Candidate) -> tuple[datetime, bool]:
    return _arrival(need, one), is_used_up(need, one)


def _arrival(need: Need, one: Candidate) -> datetime:
    """When he is there; `now` for who is there already, the end of the search for who does not come."""
    return need.before if one.free_from is None else max(one.free_from, need.now)


def _minutes(start: datetime, end: datetime) -> int:
    return max(0, (end - start) // _MINUTE)


def _share(part: int, whole: int) -> int:
    """Thousandths, at most all of it."""
    return FULL if whole <= 0 else min(FULL, part * FULL // whole)
