"""What is answered about who can answer: proposals with the parts of their scores, and who is left out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel

from telemed.acts.teleexpertise.schemas.outgoing import PersonOut
from telemed.acts.teleexpertise.service.proposals import Proposals
from telemed.api.problems import ProblemReason, to_reason
from telemed.experts.model.search import Candidate, Excluded, Part, Proposal, ScoredPart


class PartOut(BaseModel):
    """`points` of `most`, and why."""

    part: Part
    points: int
    most: int
    why: str

    @classmethod
    def of(cls, scored: ScoredPart) -> Self:
        return cls(part=scored.part, points=scored.points, most=scored.most, why=scored.why)


class ProposalOut(BaseModel):
    """An expert who may be asked. `there_from`: from when he is on duty; the parts add up to `points`."""

    person: PersonOut
    there_from: datetime | None
    accepts_by_himself: bool
    points: int
    most: int
    parts: list[PartOut]

    @classmethod
    def of(cls, proposal: Proposal, found: Proposals) -> Self:
        one = proposal.candidate
        return cls(
            person=_person(one, found),
            there_from=one.free_from,
            accepts_by_himself=one.auto_accept,
            points=proposal.points,
            most=proposal.most,
            parts=[PartOut.of(part) for part in proposal.parts],
        )


class ExcludedOut(BaseModel):
    """An expert who is not proposed, and every reason."""

    person: PersonOut
    reasons: list[ProblemReason]

    @classmethod
    def of(cls, excluded: Excluded, found: Proposals) -> Self:
        return cls(
            person=_person(excluded.candidate, found), reasons=[to_reason(reason) for reason in excluded.reasons]
        )


class ProposalsOut(BaseModel):
    """The best first. `searched`: how many were looked at; `weights_since`: of which day the weights are."""

    now: datetime
    before: datetime
    searched: int
    weights_since: date | None
    proposals: list[ProposalOut]
    excluded: list[ExcludedOut]

    @classmethod
    def of(cls, found: Proposals) -> Self:
        known = found.people
        return cls(
            now=found.now,
            before=found.before,
            searched=found.found.searched,
            weights_since=found.found.since,
            proposals=[
                ProposalOut.of(one, found) for one in found.found.proposals if one.candidate.professional_id in known
            ],
            excluded=[
                ExcludedOut.of(one, found) for one in found.found.excluded if one.candidate.professional_id in known
            ],
        )


def _person(one: Candidate, found: Proposals) -> PersonOut:
    person = found.people[one.professional_id]
    return PersonOut.of(person, found.practices[person.practice_id])
