"""A search: found in one statement, judged, ranked and explained; the same answer for the same facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.experts.model import SkillList
from telemed.experts.model.search import Candidate, Excluded, Found, Need, Weights
from telemed.experts.rules.exclusions import exclusions
from telemed.experts.rules.explain import explain
from telemed.experts.rules.score import codes_of, in_turn, rank
from telemed.experts.store.finding import FindingStore
from telemed.experts.store.weights import weights_on
from telemed.kernel.clock import civil_date

MOST_PROPOSED = 10


class FindingService:
    """`weights` and `skills` are those that the service read when it started."""

    def __init__(self, weights: Sequence[Weights], skills: SkillList) -> None:
        self._weights = tuple(weights)
        self._skills = skills

    def understood(self, need: Need) -> Need:
        """The need with what its skill means in our list."""
        return replace(need, skill_codes=codes_of(self._skills, need.skill))

    def weights_of(self, need: Need) -> Weights:
        """Those in force on the day of the search, where it searches."""
        return weights_on(self._weights, civil_date(need.now, need.territory))

    async def candidates(self, session: AsyncSession, need: Need, *, pool: int | None = None) -> list[Candidate]:
        """Everybody whom the one statement finds; `pool` in place of that of the weights."""
        return await FindingStore(session).find(need, pool=self.weights_of(need).pool if pool is None else pool)

    def judge(
        self, need: Need, candidates: Sequence[Candidate], *, taken: Mapping[str, int], limit: int = MOST_PROPOSED
    ) -> Found:
        """The best first, explained, and those left out with every reason. `taken`: places of the quota, by RPPS."""
        weights = self.weights_of(need)
        known = [_with_quota(one, taken) for one in candidates]
        judged = [(one, exclusions(need, one, weights)) for one in known]
        ranked = rank(need, [one for one, reasons in judged if not reasons], weights)
        excluded = [Excluded(one, reasons) for one, reasons in judged if reasons]
        return Found(
            proposals=tuple(explain(need, one, weights) for one in ranked[:limit]),
            excluded=tuple(sorted(excluded, key=lambda one: one.candidate.professional_id)),
            searched=len(known),
            since=weights.since,
        )

    def turns(self, need: Need, candidates: Sequence[Candidate], *, taken: Mapping[str, int]) -> list[Candidate]:
        """Who may be asked in a cascade, in order: of a line, whose turn it is; else as `judge` ranks them."""
        weights = self.weights_of(need)
        known = [_with_quota(one, taken) for one in candidates]
        left = [one for one in known if not exclusions(need, one, weights)]
        if need.line_id is not None:
            return in_turn(need, left)
        return [proposal.candidate for proposal in rank(need, left, weights)]


def _with_quota(one: Candidate, taken: Mapping[str, int]) -> Candidate:
    places = taken.get(one.rpps, 0)
    return one._replace(quota_taken=places) if places else one
