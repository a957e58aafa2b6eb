"""When a team may look at an alert, and by when each thing is due, in its own time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from telemed.acts.telemonitoring.model.alert import ALERT_STANDINGS, AlertDue, AlertState, Severity
from telemed.acts.telemonitoring.model.triage import Alert, TriageTable
from telemed.acts.telemonitoring.rules.worked_hours import WorkedHours, add_worked, find_opening
from telemed.kernel.clock import civil_date

ESCALATIONS = 2
"""How often an alert that nobody handles is told higher: to the doctors, then to whoever runs the practice."""


@dataclass(frozen=True)
class TeamTime:
    """When one team works, and how fast it is to be."""

    table: TriageTable
    hours: WorkedHours
    is_closed: Callable[[date], bool]

    def opening(self, at: datetime) -> datetime:
        """`at`, or the next time the team is there."""
        return find_opening(self.hours, at, self.is_closed)

    def due(self, due: AlertDue, severity: Severity, since: datetime) -> datetime:
        """By when what is owed since `since` is due."""
        version = self.table.on(civil_date(since, self.hours.territory))
        return add_worked(self.hours, since, version.minutes[due][severity], self.is_closed)


def find_due(alert: Alert, since: datetime, team: TeamTime) -> datetime | None:
    """By when what the state of this alert owes since `since` is due; None once closed."""
    standing = ALERT_STANDINGS[alert.state]
    if standing is None:
        return None
    if standing.due is AlertDue.OPENING:
        return alert.queued_until
    return team.due(standing.due, alert.severity, since)


def find_next_escalation(alert: Alert, team: TeamTime) -> datetime | None:
    """When an alert that was just escalated goes higher still: once more its delay later, then never."""
    standing = ALERT_STANDINGS[alert.state]
    if standing is None or alert.due_at is None or alert.escalations >= ESCALATIONS:
        return None
    if alert.state is AlertState.QUEUED:
        return alert.queued_until
    return team.due(standing.due, alert.severity, alert.due_at)
