"""Between alerts and their rows."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from telemed.acts.telemonitoring.model.alert import AlertActor, AlertOutcome, AlertState, Severity
from telemed.acts.telemonitoring.model.evidence import Evidence
from telemed.acts.telemonitoring.model.rule import Side
from telemed.acts.telemonitoring.model.triage import RANKS, Alert, AlertEvent, EventKind, KeptMute
from telemed.acts.telemonitoring.rules.triage import read_evidence
from telemed.acts.telemonitoring.tables.alerts import AlertEventRow, AlertRow, MuteRow

_SEVERITIES = {rank: severity for severity, rank in RANKS.items()}
_SAME = (
    "id",
    "practice_id",
    "patient_id",
    "follow_up_id",
    "pathway",
    "cause",
    "ordinal",
    "label",
    "holder_id",
    "due_at",
    "timer_at",
    "queued_until",
    "escalations",
    "rule_version_id",
    "since",
    "last_at",
    "opened_at",
    "repeats",
    "taken_by",
    "taken_at",
    "ended_at",
    "withdrawn_at",
    "closed_at",
    "closed_by",
    "former_id",
    "version",
)
"""What a row says as an alert does."""

CHANGING = (
    "rank",
    "state",
    "owner",
    "holder_id",
    "due_at",
    "timer_at",
    "escalations",
    "rule_version_id",
    "evidence",
    "last_at",
    "repeats",
    "taken_by",
    "taken_at",
    "ended_at",
    "withdrawn_at",
    "outcome",
    "closed_at",
    "closed_by",
    "handled_minutes",
    "version",
)
"""What may change in the life of an alert."""


def to_values(alert: Alert) -> dict[str, Any]:
    """Every column of an alert's row."""
    values: dict[str, Any] = {name: getattr(alert, name) for name in _SAME}
    handled = None if alert.closed_at is None else max(0.0, (alert.closed_at - alert.seen_from).total_seconds()) // 60
    return values | {
        "direction": _code(alert.direction),
        "rank": RANKS[alert.severity],
        "state": alert.state.value,
        "owner": _code(alert.owner),
        "outcome": _code(alert.outcome),
        "evidence": to_evidence(alert.evidence),
        "handled_minutes": None if handled is None else int(handled),
    }


def to_evidence(evidence: tuple[Evidence, ...]) -> list[list[Any]]:
    return [list(one) for one in evidence]


def to_alert(row: AlertRow) -> Alert:
    values: dict[str, Any] = {name: getattr(row, name) for name in _SAME}
    return Alert(
        **values,
        direction=Side(row.direction) if row.direction else None,
        severity=to_severity(row.rank),
        state=AlertState(row.state),
        outcome=AlertOutcome(row.outcome) if row.outcome else None,
        evidence=read_evidence(row.evidence),
    )


def to_severity(rank: int) -> Severity:
    return _SEVERITIES[rank]


def to_event_values(event: AlertEvent) -> dict[str, Any]:
    return {
        "alert_id": event.alert_id,
        "position": event.position,
        "kind": event.kind.value,
        "start_state": event.start.value,
        "end_state": event.end.value,
        "actor": event.actor.value,
        "by": event.by,
        "at": event.at,
        "words": event.words,
        "details": dict(event.details),
    }


def to_event(row: AlertEventRow) -> AlertEvent:
    return AlertEvent(
        row.alert_id,
        row.position,
        EventKind(row.kind),
        AlertState(row.start_state),
        AlertState(row.end_state),
        AlertActor(row.actor),
        row.at,
        row.by,
        row.words,
        row.details,
    )


def to_mute_values(mute: KeptMute) -> dict[str, Any]:
    return asdict(mute) | {"direction": _code(mute.direction)}


def to_mute(row: MuteRow) -> KeptMute:
    return KeptMute(
        row.id,
        row.practice_id,
        row.follow_up_id,
        row.alert_id,
        row.cause,
        Side(row.direction) if row.direction else None,
        row.until,
        row.level,
        row.tolerance,
        row.author_id,
        row.made_at,
        row.reason,
        row.lifted_at,
        row.lifted_by,
    )


def _code(member: Any) -> str | None:
    return None if member is None else str(member.value)
