"""A place taken in a yearly quota: reserved when a request is accepted, consumed when the act is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from billing.rules.quota import QuotaStanding, check_quota
from telemed.kernel.decision import Reason


class ReservationState(StrEnum):
    """Where one act stands in its quota. Only the first two take a place; none ever blocks the care (trap 10).

    `exhausted`: there was no room; the act may be done and is not invoiced. `released`: given back.
    """

    RESERVED = "reserved"
    CONSUMED = "consumed"
    EXHAUSTED = "exhausted"
    RELEASED = "released"

    @property
    def takes_place(self) -> bool:
        return self in (ReservationState.RESERVED, ReservationState.CONSUMED)


class LinkCause(StrEnum):
    """Why a record is of one person with another: merged by the practice, or of one qualified INS in two practices."""

    MERGE = "merge"
    INS = "ins"


@dataclass(frozen=True)
class QuotaPlace:
    """Which quota an act is counted in: a code, the professional who bills it, the patient, the civil year.

    `patient_id` is the record under which the act was made; the count is that of the person (trap 13).
    """

    code: str
    rpps: str
    patient_id: UUID
    year: int

    @classmethod
    def of(cls, code: str, rpps: str, patient_id: UUID, day: date) -> QuotaPlace:
        """`day` is the civil day of the act where the professional practises."""
        return cls(code, rpps, patient_id, day.year)


@dataclass(frozen=True)
class KeptReservation:
    """The place of one act as it is kept; `why` is the code under which it was given back."""

    act_id: UUID
    place: QuotaPlace
    state: ReservationState
    why: str | None
    changed_at: datetime


@dataclass(frozen=True)
class Reservation:
    """What a decision came to. `standing` is the quota after it, this act included."""

    act_id: UUID
    place: QuotaPlace
    state: ReservationState
    standing: QuotaStanding

    @property
    def is_granted(self) -> bool:
        """Does this act have a place, so that it may be billed as far as the quota goes?"""
        return self.state.takes_place

    @property
    def limit(self) -> int:
        return self.standing.limit

    @property
    def taken(self) -> int:
        """How many places the other acts take."""
        return self.standing.taken - int(self.is_granted)

    @property
    def refusals(self) -> tuple[Reason, ...]:
        """Why the act is not invoiced, with the numbers compared; empty when it has a place."""
        return () if self.is_granted else check_quota(self.standing).refusals


Settlement = Reservation
"""The same, once the act is done: consumed in the year of its day, or exhausted."""
