"""The search for who answers: whom the requérant asks, what is searched for him, who is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from telemed.acts.teleexpertise.model.case import Side, Via
from telemed.kernel.clock import Territory


@dataclass(frozen=True)
class Target:
    """Whom the requérant asks: colleagues by name, a line, or whoever of his specialty in a territory.

    `line_id` beside named colleagues is where the search goes on after them. `widens`: may it go on at all?
    """

    colleague_ids: tuple[UUID, ...] = ()
    line_id: UUID | None = None
    territory: Territory | None = None
    widens: bool = True

    @classmethod
    def of(cls, asked: Target | Sequence[UUID]) -> Target:
        """The target, or the one that names these colleagues."""
        return asked if isinstance(asked, Target) else cls(tuple(asked))

    @property
    def stage(self) -> Via:
        """Where the search begins."""
        if self.colleague_ids:
            return Via.COLLEAGUE
        return Via.LINE if self.line_id else Via.TERRITORY


@dataclass(frozen=True)
class Wish:
    """What is looked for. `before`: the end of the stage of a cascade, or when the answer is due.

    `line_id` None for a territory; `but_rpps`: those who held the case already. `named`: these are looked at too,
    whether they are on duty or not; `present`: only these, who say that they are there now.
    """

    patient_id: UUID | None
    requerant: Side
    specialty_code: str | None
    skill: str
    territory: Territory
    line_id: UUID | None
    now: datetime
    before: datetime
    but_rpps: frozenset[str] = frozenset()
    language: str = ""
    named: tuple[UUID, ...] = ()
    present: tuple[UUID, ...] | None = None


@dataclass(frozen=True)
class QuotaRoom:
    """What each expert may bill for a patient in a year (None: no limit), and what of it is taken, by RPPS."""

    limit: int | None = None
    taken: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Turn:
    """Somebody who may be asked: from when he is there, and whether he takes what comes without being asked."""

    to: Side
    there_from: datetime
    accepts_by_himself: bool = False


@dataclass(frozen=True)
class LineFacts:
    """A line that may be asked: how long it keeps a case, and who is told when nobody of it is on duty."""

    id: UUID
    keeps: timedelta
    managers: tuple[UUID, ...]


class Settled(StrEnum):
    """How an offer counts for whoever had it: he took it, or left it. One lost to another counts for nothing."""

    TAKEN = "taken"
    LEFT = "left"


@dataclass(frozen=True)
class StandingChange:
    """What a move of a case changed for one expert: offers and cases in his hands, and how he answered.

    `answered_within_minutes`: from the offer to the opinion.
    """

    professional_id: UUID
    territory: Territory
    patient_id: UUID
    pending: int = 0
    open_cases: int = 0
    accepted: int = 0
    settled: Settled | None = None
    answered_within_minutes: int | None = None

    @property
    def is_nothing(self) -> bool:
        return not (self.pending or self.open_cases or self.accepted or self.settled or self.answered_within_minutes)
