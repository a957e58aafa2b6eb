"""What happens to an alert: each function gives it as it is afterwards, with what is written in its life."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from telemed.acts.telemonitoring.model.alert import (
    AlertActor,
    AlertOutcome,
    AlertState,
    AlertStep,
    find_alert_move,
    find_outcomes,
)
from telemed.acts.telemonitoring.model.evidence import Evidence, FindingKind
from telemed.acts.telemonitoring.model.told import Told
from telemed.acts.telemonitoring.model.triage import RANKS, Alert, AlertEvent, EventKind, Moved
from telemed.acts.telemonitoring.rules.deadlines import TeamTime, find_due, find_next_escalation

_SAID = {
    FindingKind.LATE: EventKind.LATE,
    FindingKind.ENDED: EventKind.ENDED,
    FindingKind.WITHDRAWN: EventKind.WITHDRAWN,
}


def open_alert(told: Told, *, alert_id: UUID, former: Alert | None, now: datetime, team: TeamTime) -> Moved:
    """A new alert, queued until its team is there, and until the quiet hours of its rule are over."""
    seen_at = team.opening(max(now, told.told_at))
    is_queued = seen_at > now
    alert = Alert(
        id=alert_id,
        practice_id=told.practice_id,
        patient_id=told.patient_id,
        follow_up_id=told.follow_up_id,
        pathway=told.pathway,
        cause=told.cause,
        ordinal=former.ordinal + 1 if former else 1,
        label=told.label,
        direction=told.direction,
        severity=told.severity,
        state=AlertState.QUEUED if is_queued else AlertState.NEW,
        rule_version_id=told.rule_version_id,
        evidence=told.evidence,
        since=told.since,
        last_at=told.at,
        opened_at=now,
        due_at=None,
        timer_at=None,
        version=1,
        queued_until=seen_at if is_queued else None,
        former_id=former.id if former else None,
    )
    alert = _timed(alert, now, team)
    event = AlertEvent(
        alert.id, 1, EventKind.FIRED, alert.state, alert.state, AlertActor.MEASURE, now, details=_details(told)
    )
    return Moved(alert, event)


def repeat(alert: Alert, told: Told, *, now: datetime, team: TeamTime) -> Moved:
    """Still abnormal, or abnormal again, while it is open: the last values are kept, and the worse of severities."""
    later = told.at >= alert.last_at
    changed = replace(
        alert,
        last_at=max(alert.last_at, told.at),
        evidence=told.evidence if later else alert.evidence,
        rule_version_id=told.rule_version_id if later else alert.rule_version_id,
        repeats=alert.repeats + 1,
        ended_at=None,
        withdrawn_at=None,
    )
    if RANKS[told.severity] < RANKS[alert.severity]:
        changed = _hastened(replace(changed, severity=told.severity), now, team)
    return _written(alert, changed, EventKind.REPEAT, AlertActor.MEASURE, now, details=_details(told))


def note(alert: Alert, told: Told, *, now: datetime) -> Moved:
    """What moves nothing: values are back, were corrected, or were bad at a time known too late. A close stays one."""
    changed = alert
    if told.kind is FindingKind.ENDED:
        changed = replace(alert, ended_at=told.at)
    elif told.kind is FindingKind.WITHDRAWN:
        changed = _taken_back(alert, told, now)
    return _written(alert, changed, _SAID[told.kind], AlertActor.MEASURE, now, details=_details(told))


def _taken_back(alert: Alert, told: Told, now: datetime) -> Alert:
    """Without what corrected data undid: the alert as a whole once nothing that it was told stands.

    An episode told later still stands when the first one is undone, and begins the alert; where the last one is, those
    before it had ended. One that was known too late to be told of is neither.
    """
    is_first, is_last = told.since <= alert.since <= told.at, told.since <= alert.last_at <= told.at
    if is_first and is_last:
        return replace(alert, withdrawn_at=now)
    if is_last:
        return replace(alert, ended_at=alert.ended_at or told.since)
    return replace(alert, since=alert.last_at) if is_first else alert


def take_step(
    alert: Alert,
    step: AlertStep,
    actor: AlertActor,
    *,
    now: datetime,
    team: TeamTime,
    by: UUID | None = None,
    words: str = "",
    outcome: AlertOutcome | None = None,
    details: Mapping[str, Any] | None = None,
) -> Moved | None:
    """The alert after a step; None if the table does not hold it. Raises ValueError on an outcome that is not its."""
    state = find_alert_move(alert.state, step, actor)
    if state is None:
        return None
    allowed = find_outcomes(step)
    if bool(allowed) != (outcome is not None) or (outcome is not None and outcome not in allowed):
        raise ValueError("a step that closes says what the alert was, as far as it may")
    changed = replace(alert, state=state, **_changes(alert, step, by, now, outcome))
    if state is not alert.state:
        changed = _timed(changed, _owed_since(changed, step, now), team)
    said = dict(details or {}) | ({"outcome": outcome.value} if outcome else {})
    return _written(alert, changed, EventKind(step.value), actor, now, by=by, words=words, details=said)


def comment(alert: Alert, *, by: UUID, actor: AlertActor, words: str, now: datetime) -> Moved:
    """Something said about an alert, even a closed one; nothing else changes."""
    return _written(alert, alert, EventKind.COMMENT, actor, now, by=by, words=words)


def note_mute(
    alert: Alert, *, by: UUID, actor: AlertActor, words: str, now: datetime, details: Mapping[str, Any]
) -> Moved:
    """Its cause was muted: written down, and the alert waits all the same."""
    return _written(alert, alert, EventKind.MUTE, actor, now, by=by, words=words, details=details)


def elapse(alert: Alert, now: datetime, team: TeamTime) -> Moved | None:
    """What time does to it at `now`: the team's hours began, or its deadline passed. None if nothing is due.

    A late sweep gives nobody more time: the delay runs from when the team could look.
    """
    if alert.timer_at is None or now < alert.timer_at:
        return None
    if alert.state is AlertState.QUEUED:
        return take_step(alert, AlertStep.OPEN, AlertActor.CLOCK, now=now, team=team)
    moved = take_step(
        alert, AlertStep.ESCALATE, AlertActor.CLOCK, now=now, team=team, details={"level": alert.escalations + 1}
    )
    if moved is None:
        return None
    return replace(moved, alert=replace(moved.alert, timer_at=find_next_escalation(moved.alert, team)))


def _changes(
    alert: Alert, step: AlertStep, by: UUID | None, now: datetime, outcome: AlertOutcome | None
) -> dict[str, Any]:
    """Who has it in hand after the step, and what else the step fixes."""
    match step:
        case AlertStep.TAKE:
            return {"holder_id": by, "taken_by": by, "taken_at": alert.taken_at or now}
        case AlertStep.RELEASE:
            return {"holder_id": None}
        case AlertStep.INTERPRET:
            return {"holder_id": by}
        case AlertStep.DECIDE:
            return {"holder_id": alert.taken_by or by}
        case AlertStep.FILTER | AlertStep.CLOSE:
            return {"holder_id": None, "outcome": outcome, "closed_at": now, "closed_by": by}
        case AlertStep.ESCALATE:
            return {"escalations": alert.escalations + 1}
    return {}


def _owed_since(alert: Alert, step: AlertStep, now: datetime) -> datetime:
    """From when the delay of the new state runs: an alert that is let go or opened was to be looked at before."""
    return alert.seen_from if step in (AlertStep.OPEN, AlertStep.RELEASE) else now


def _timed(alert: Alert, since: datetime, team: TeamTime) -> Alert:
    """With what its state owes and when time looks at it next; the count of escalations begins again."""
    due_at = find_due(alert, since, team)
    return replace(alert, due_at=due_at, timer_at=due_at, escalations=0)


def _hastened(alert: Alert, now: datetime, team: TeamTime) -> Alert:
    """Worse than it was: what is owed is owed sooner, never later. A queued one still waits for the hours."""
    due_at = find_due(alert, now, team)
    if due_at is None or alert.due_at is None or due_at >= alert.due_at:
        return alert
    return replace(alert, due_at=due_at, timer_at=due_at, escalations=0)


def _written(
    alert: Alert,
    changed: Alert,
    kind: EventKind,
    actor: AlertActor,
    at: datetime,
    *,
    by: UUID | None = None,
    words: str = "",
    details: Mapping[str, Any] | None = None,
) -> Moved:
    changed = replace(changed, version=alert.version + 1)
    event = AlertEvent(
        alert.id, changed.version, kind, alert.state, changed.state, actor, at, by, words, dict(details or {})
    )
    return Moved(changed, event)


def _details(told: Told) -> dict[str, Any]:
    """Of a finding: its rule, its instants, the values. They are kept with each repeat."""
    version = told.rule_version_id
    return {
        "rule_version_id": str(version) if version else None,
        "severity": told.severity.value,
        "since": told.since.isoformat(),
        "at": told.at.isoformat(),
        "evidence": [list(one) for one in told.evidence],
    }


def read_evidence(raw: object) -> tuple[Evidence, ...]:
    """Values as they were kept."""
    return tuple(Evidence(*one) for one in raw) if isinstance(raw, list) else ()
