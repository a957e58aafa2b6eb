"""The one table of an alert: one life from the measure to a close that a person decides (R-36, decision 0071)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class AlertState(StrEnum):
    """Where an alert stands. `queued`: it came outside the team's hours; `interpreted`: a doctor said what it means;
    `decided`: what is done about it is chosen, and not all done."""

    QUEUED = "queued"
    NEW = "new"
    TAKEN = "taken"
    INTERPRETED = "interpreted"
    DECIDED = "decided"
    CLOSED = "closed"


class AlertActor(StrEnum):
    """Who moves an alert: a member of the team, a doctor, a measure that comes in, or time."""

    TEAM = "team"
    DOCTOR = "doctor"
    MEASURE = "measure"
    CLOCK = "clock"


class AlertStep(StrEnum):
    """What moves an alert.

    `open`: the team's hours begin; `filter`: nothing for a doctor, false or technical; `repeat`: still abnormal;
    `escalate`: past its deadline. Nothing deletes one.
    """

    OPEN = "open"
    TAKE = "take"
    RELEASE = "release"
    FILTER = "filter"
    INTERPRET = "interpret"
    DECIDE = "decide"
    ACT = "act"
    CLOSE = "close"
    REPEAT = "repeat"
    ESCALATE = "escalate"


class AlertDue(StrEnum):
    """What is owed: wait for the hours, look, interpret, decide, finish."""

    OPENING = "opening"
    LOOK = "look"
    INTERPRETATION = "interpretation"
    DECISION = "decision"
    COMPLETION = "completion"


class Severity(StrEnum):
    """How soon somebody must look: the three signals of the pages."""

    NOW = "now"
    SOON = "soon"
    WATCH = "watch"


class AlertOutcome(StrEnum):
    """What an alert was in the end. A filtered one is never `actionable`."""

    ACTIONABLE = "actionable"
    FALSE = "false"
    TECHNICAL = "technical"


@dataclass(frozen=True)
class AlertStanding:
    """Who owes what in a state."""

    owner: AlertActor
    due: AlertDue


_TEAM, _DOCTOR, _MEASURE, _CLOCK = AlertActor

ALERT_STANDINGS: Mapping[AlertState, AlertStanding | None] = MappingProxyType(
    {
        AlertState.QUEUED: AlertStanding(_CLOCK, AlertDue.OPENING),
        AlertState.NEW: AlertStanding(_TEAM, AlertDue.LOOK),
        AlertState.TAKEN: AlertStanding(_TEAM, AlertDue.INTERPRETATION),
        AlertState.INTERPRETED: AlertStanding(_DOCTOR, AlertDue.DECISION),
        AlertState.DECIDED: AlertStanding(_TEAM, AlertDue.COMPLETION),
        AlertState.CLOSED: None,
    }
)
"""Each state with its owner and what is due; None at the end, and only there."""

_LIVING = tuple(state for state, standing in ALERT_STANDINGS.items() if standing is not None)

ALERT_MOVES: Mapping[tuple[AlertState, AlertStep], tuple[AlertState, frozenset[AlertActor]]] = MappingProxyType(
    {
        (start, step): (end or start, frozenset(actors))
        for step, starts, end, actors in (
            (AlertStep.OPEN, (AlertState.QUEUED,), AlertState.NEW, (_CLOCK,)),
            (AlertStep.TAKE, (AlertState.QUEUED, AlertState.NEW), AlertState.TAKEN, (_TEAM, _DOCTOR)),
            (AlertStep.RELEASE, (AlertState.TAKEN,), AlertState.NEW, (_TEAM, _DOCTOR)),
            (AlertStep.FILTER, (AlertState.TAKEN,), AlertState.CLOSED, (_TEAM, _DOCTOR)),
            (AlertStep.INTERPRET, (AlertState.TAKEN,), AlertState.INTERPRETED, (_DOCTOR,)),
            (AlertStep.DECIDE, (AlertState.INTERPRETED,), AlertState.DECIDED, (_DOCTOR,)),
            (AlertStep.ACT, (AlertState.DECIDED,), None, (_TEAM, _DOCTOR)),
            (AlertStep.CLOSE, (AlertState.DECIDED,), AlertState.CLOSED, (_TEAM, _DOCTOR)),
            (AlertStep.REPEAT, _LIVING, None, (_MEASURE,)),
            (AlertStep.ESCALATE, _LIVING, None, (_CLOCK,)),
        )
        for start in starts
    }
)
"""From a state, by a step: the next state, and who may take it."""


def find_alert_move(state: AlertState, step: AlertStep, actor: AlertActor) -> AlertState | None:
    """The state after a step that `actor` takes; None if the table does not hold it."""
    end, actors = ALERT_MOVES.get((state, step), (state, frozenset()))
    return end if actor in actors else None


def find_outcomes(step: AlertStep) -> frozenset[AlertOutcome]:
    """What may be said of an alert when this step closes it: without a doctor, it was never actionable."""
    if step is AlertStep.FILTER:
        return frozenset((AlertOutcome.FALSE, AlertOutcome.TECHNICAL))
    return frozenset(AlertOutcome) if step is AlertStep.CLOSE else frozenset()
