"""Who can answer this, in time: what is looked for, what is known of each expert, and what is proposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from telemed.kernel.clock import Territory
from telemed.kernel.decision import Reason


@dataclass(frozen=True)
class Need:
    """What is asked. `before`: when the answer is due (excluded); `refused`: the RPPS of who held the case already.

    `skill` is what was written, `skill_codes` what it means in our list. `patient_ids` are the records of the patient,
    the kept one first; none for a search without a patient. `named`: explain these people too, on duty or not.
    `line_id`: only members of a line. `present`: only these, who say that they are there now. `quota_limit`: what one
    expert may bill for this patient in a year; None where nothing limits it.
    """

    now: datetime
    before: datetime
    specialty_code: str
    territory: Territory
    department: str = ""
    skill: str = ""
    skill_codes: frozenset[str] = frozenset()
    language: str = ""
    patient_ids: tuple[UUID, ...] = ()
    asker_rpps: str = ""
    asker_practice_id: UUID | None = None
    refused: frozenset[str] = frozenset()
    named: tuple[UUID, ...] = ()
    line_id: UUID | None = None
    present: tuple[UUID, ...] | None = None
    quota_limit: int | None = None


class Candidate(NamedTuple):
    """One expert as one statement finds him: a tuple, for a search makes one of each that it looks at.

    `free_from` None: not on duty before the answer is due. `accepted_today`: on his civil day. `taken`, `left`: of his
    last offers. `known_cases`: what he answered already about this patient. `turn`: when his line last asked him, 0 for
    never. `quota_taken`: of the yearly quota that he has with this patient.
    """

    professional_id: UUID
    practice_id: UUID
    rpps: str
    specialty_code: str
    territory: Territory
    department: str = ""
    skills: Sequence[str] = ()
    words: Sequence[str] = ()
    languages: Sequence[str] = ()
    is_open: bool = True
    is_suspended: bool = False
    auto_accept: bool = False
    capacity_per_day: int | None = None
    free_from: datetime | None = None
    free_until: datetime | None = None
    on_leave: bool = False
    pending: int = 0
    open_cases: int = 0
    accepted_today: int = 0
    median_minutes: int | None = None
    taken: int = 0
    left: int = 0
    known_cases: int = 0
    turn: int = 0
    quota_taken: int = 0


class Part(StrEnum):
    """What a score is made of."""

    AVAILABILITY = "availability"
    TIME_LEFT = "time_left"
    LOAD = "load"
    SKILL = "skill"
    LANGUAGE = "language"
    TERRITORY = "territory"
    CONTINUITY = "continuity"
    HISTORY = "history"
    QUOTA = "quota"


@dataclass(frozen=True)
class Weights:
    """How much each part counts, in points, from a day on; `pool`: how many openings one search ranks at most."""

    since: date
    points: Mapping[Part, int]
    pool: int
    free_for_minutes: int
    slow_minutes: int
    unknown_per_thousand: int
    excludes_same_practice: bool


class ScoredPart(NamedTuple):
    """One part: `points` of `most`, and why, in French, with the figures compared."""

    part: Part
    points: int
    most: int
    why: str


class Proposal(NamedTuple):
    """An expert who may be asked, with his score; `worth` is that of each part in the order of the weights."""

    candidate: Candidate
    points: int
    most: int
    worth: tuple[int, ...]
    parts: tuple[ScoredPart, ...] = ()


@dataclass(frozen=True)
class Excluded:
    """An expert who is not proposed, and every reason."""

    candidate: Candidate
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Found:
    """The best first; `searched`: how many were looked at."""

    proposals: tuple[Proposal, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    searched: int = 0
    since: date | None = None
