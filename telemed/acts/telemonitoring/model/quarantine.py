"""Measures set aside with a doubt, and what a person made of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from telemed.acts.telemonitoring.model.arrival import Kept


class Verdict(StrEnum):
    """`confirmed`: it is what was measured, and counts from now on; `rejected`: it stays aside, for good."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class Place(NamedTuple):
    """The key of one version of a measure."""

    device_id: UUID
    signal: str
    component: str
    measured_at: datetime
    version: int


@dataclass(frozen=True)
class SetAside:
    """A measure that waits for somebody; `standing` is the one that counts for the same instant, where there is one."""

    place: Place
    kept: Kept
    standing: Kept | None = None


@dataclass(frozen=True, repr=False)
class Judgement:
    """What somebody decided."""

    place: Place
    follow_up_id: UUID
    verdict: Verdict
    by: UUID
    at: datetime
    reason: str
