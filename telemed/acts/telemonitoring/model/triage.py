"""An alert as people handle it, everything that was written in its life, and the mutes of a follow-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from telemed.acts.telemonitoring.model.alert import (
    ALERT_STANDINGS,
    AlertActor,
    AlertDue,
    AlertOutcome,
    AlertState,
    AlertStep,
    Severity,
)
from telemed.acts.telemonitoring.model.evidence import Evidence
from telemed.acts.telemonitoring.model.rule import Side
from telemed.acts.telemonitoring.model.told import SILENCE

HELD_STATES = (AlertState.TAKEN, AlertState.INTERPRETED, AlertState.DECIDED)
"""Where one person has it in hand."""

RANKS: Mapping[Severity, int] = MappingProxyType({Severity.NOW: 0, Severity.SOON: 1, Severity.WATCH: 2})
"""The order of the board: what must be seen now comes first."""


class EventKind(StrEnum):
    """What is written in the life of an alert: its steps by their names, and what is said of it without a step."""

    FIRED = "fired"
    OPEN = AlertStep.OPEN.value
    TAKE = AlertStep.TAKE.value
    RELEASE = AlertStep.RELEASE.value
    FILTER = AlertStep.FILTER.value
    INTERPRET = AlertStep.INTERPRET.value
    DECIDE = AlertStep.DECIDE.value
    ACT = AlertStep.ACT.value
    CLOSE = AlertStep.CLOSE.value
    REPEAT = AlertStep.REPEAT.value
    ESCALATE = AlertStep.ESCALATE.value
    LATE = "late"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    COMMENT = "comment"
    MUTE = "mute"


class ActionKind(StrEnum):
    """What is done about an alert once a doctor decided."""

    CALL = "call"
    ADVICE = "advice"
    PRESCRIPTION = "prescription"
    VISIT = "visit"
    TELECONSULTATION = "teleconsultation"


@dataclass(frozen=True)
class Alert:
    """One cause for one patient that somebody must look at.

    `since` and `last_at` are measures; `opened_at` is when we knew, `queued_until` when the team is there to see it.
    `timer_at`: when time does something to it, by itself. `ended_at`: values came back; it still waits for a person.
    `ordinal` counts the alerts of the cause from 1; `former_id` is the one before. `version` counts what was written.
    """

    id: UUID
    practice_id: UUID
    patient_id: UUID
    follow_up_id: UUID
    pathway: str
    cause: str
    ordinal: int
    label: str
    direction: Side | None
    severity: Severity
    state: AlertState
    rule_version_id: UUID | None
    evidence: tuple[Evidence, ...] = field(repr=False)
    since: datetime
    last_at: datetime
    opened_at: datetime
    due_at: datetime | None
    timer_at: datetime | None
    version: int
    queued_until: datetime | None = None
    repeats: int = 0
    escalations: int = 0
    holder_id: UUID | None = None
    taken_by: UUID | None = None
    taken_at: datetime | None = None
    ended_at: datetime | None = None
    withdrawn_at: datetime | None = None
    outcome: AlertOutcome | None = None
    closed_at: datetime | None = None
    closed_by: UUID | None = None
    former_id: UUID | None = None

    @property
    def key(self) -> tuple[UUID, str]:
        return self.follow_up_id, self.cause

    @property
    def is_open(self) -> bool:
        return self.state is not AlertState.CLOSED

    @property
    def is_silence(self) -> bool:
        """Is it the one of non-transmission (R-34)?"""
        return self.cause == SILENCE

    @property
    def owner(self) -> AlertActor | None:
        standing = ALERT_STANDINGS[self.state]
        return standing.owner if standing else None

    @property
    def seen_from(self) -> datetime:
        """From when the team could look."""
        return self.queued_until or self.opened_at


@dataclass(frozen=True)
class AlertEvent:
    """One thing written in the life of an alert, never changed; `position` is the version that it made.

    `words` is what a person wrote, `details` what goes with the kind: values, an outcome, an action.
    """

    alert_id: UUID
    position: int
    kind: EventKind
    start: AlertState
    end: AlertState
    actor: AlertActor
    at: datetime
    by: UUID | None = None
    words: str = field(default="", repr=False)
    details: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Moved:
    """An alert after something was written in its life."""

    alert: Alert
    event: AlertEvent


@dataclass(frozen=True)
class KeptMute:
    """A mute of a follow-up as it is kept: until its end, unless it was lifted."""

    id: UUID
    practice_id: UUID
    follow_up_id: UUID
    alert_id: UUID
    cause: str
    direction: Side | None
    until: datetime
    level: int | None = field(repr=False)
    tolerance: int
    author_id: UUID
    made_at: datetime
    reason: str = field(repr=False)
    lifted_at: datetime | None = None
    lifted_by: UUID | None = None

    def is_in_force(self, now: datetime) -> bool:
        return self.lifted_at is None and now < self.until

    @property
    def bound(self) -> int | None:
        """The worst value that it still holds back, in millionths; None where its cause has no number or no side."""
        if self.level is None or self.direction is None:
            return None
        return self.level + (self.tolerance if self.direction is Side.ABOVE else -self.tolerance)


def level_of(evidence: tuple[Evidence, ...]) -> int | None:
    """The number that says how bad it is, in millionths: the first of the evidence; None where there is none."""
    return next((one.value for one in evidence if isinstance(one.value, int)), None)


@dataclass(frozen=True)
class TriageVersion:
    """How fast a team is to look, in minutes of its own time; ours from `since`: no text says.

    `mute_days`: for how long at most each may ask not to be told.
    """

    since: date
    minutes: Mapping[AlertDue, Mapping[Severity, int]]
    mute_days: Mapping[AlertActor, int]


@dataclass(frozen=True)
class TriageTable:
    """The versions, in order."""

    versions: tuple[TriageVersion, ...]

    def on(self, day: date) -> TriageVersion:
        """The version in force: the first one before its day too, since an alert always has a deadline."""
        past = [version for version in self.versions if version.since <= day]
        return past[-1] if past else self.versions[0]
