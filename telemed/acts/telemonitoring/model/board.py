"""What a team asks of its board: which alerts, from where, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from telemed.acts.telemonitoring.model.alert import AlertState, Severity
from telemed.acts.telemonitoring.model.triage import RANKS, Alert


class View(StrEnum):
    """Which alerts: all that are open, those in one's own hands or in nobody's, past their deadline, or lately closed.

    The worst come first, then the soonest due; the overdue by deadline, the closed by their close, the last one first.
    """

    OPEN = "open"
    MINE = "mine"
    UNOWNED = "unowned"
    OVERDUE = "overdue"
    CLOSED = "closed"


@dataclass(frozen=True)
class AlertFilter:
    """One view of a practice, narrowed."""

    view: View = View.OPEN
    severity: Severity | None = None
    pathway: str | None = None
    state: AlertState | None = None
    follow_up_id: UUID | None = None


@dataclass(frozen=True)
class AlertPlace:
    """The sort key of the last alert of a page; `rank` only where the view is by severity."""

    rank: int
    at: datetime
    alert_id: UUID


@dataclass(frozen=True)
class AlertStop:
    """An alert of a list that one walks along, and the follow-up that it is of."""

    alert_id: UUID
    follow_up_id: UUID


@dataclass(frozen=True)
class AlertCounts:
    """How many of the practice, each at most `COUNTED`: beyond, there are many."""

    open: int
    mine: int
    unowned: int
    overdue: int
    now: int


COUNTED = 100
"""How far alerts are counted."""


def place_of(alert: Alert, view: View) -> AlertPlace:
    """Where a page of this view goes on after this alert. Raises ValueError on one that is not of the view."""
    at = alert.closed_at if view is View.CLOSED else alert.due_at
    if at is None:
        raise ValueError("this alert is not of this view")
    return AlertPlace(RANKS[alert.severity], at, alert.id)


def find_view(alert: Alert) -> View:
    """The view that holds an alert whoever looks: what is open, or what is closed."""
    return View.OPEN if alert.is_open else View.CLOSED
