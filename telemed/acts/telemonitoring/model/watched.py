"""A follow-up as rules on arrival and on silence need it: small, and with a version for whoever keeps it in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from telemed.acts.telemonitoring.model.evidence import Thresholds
from telemed.acts.telemonitoring.model.follow_up import TAKES_DATA, FollowUpState
from telemed.kernel.clock import Territory
from telemed.kernel.period import DayRange


@dataclass(frozen=True)
class Watched:
    """One patient on one pathway. `version` moves with every change of what is written here.

    `stays` are the days on which he is cared for elsewhere, the last one without an end while he has not come back.
    """

    follow_up_id: UUID
    practice_id: UUID
    patient_id: UUID
    territory: Territory
    pathway: str
    state: FollowUpState
    started_on: date | None
    silence_days: int
    thresholds: Thresholds
    version: int
    stays: tuple[DayRange, ...] = ()

    @property
    def takes_data(self) -> bool:
        """Are its data kept and read by rules?"""
        return self.state in TAKES_DATA
