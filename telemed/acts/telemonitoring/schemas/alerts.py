"""Alerts in and out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from telemed.acts.telemonitoring.model.alert import (
    ALERT_STANDINGS,
    AlertActor,
    AlertDue,
    AlertOutcome,
    AlertState,
    AlertStep,
    Severity,
)
from telemed.acts.telemonitoring.model.board import AlertCounts
from telemed.acts.telemonitoring.model.evidence import Evidence
from telemed.acts.telemonitoring.model.rule import Side
from telemed.acts.telemonitoring.model.triage import AlertEvent, EventKind, KeptMute
from telemed.acts.telemonitoring.service.alert_lists import AlertDetail, AlertLine
from telemed.acts.telemonitoring.service.alert_work import Grasp
from telemed.api.pagination import Page
from telemed.patients.model import Patient
from telemed.professionals.model import Professional

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
MaybeWords = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AlertWordsIn(_In):
    """What is said with a step."""

    words: Words


class AlertReleaseIn(_In):
    words: MaybeWords = ""


class AlertFilterIn(_In):
    """Why it is nothing for a doctor."""

    outcome: Literal[AlertOutcome.FALSE, AlertOutcome.TECHNICAL]
    words: Words


class AlertCloseIn(_In):
    """What the alert was, and how it ended."""

    outcome: AlertOutcome
    words: Words


class BulkTakeIn(_In):
    alert_ids: Annotated[list[UUID], Field(min_length=1, max_length=100)]


class TakenOut(BaseModel):
    """What became of each alert that was asked for."""

    id: UUID
    result: Grasp


class BulkTakeOut(BaseModel):
    alerts: list[TakenOut]


class EvidenceOut(BaseModel):
    """A value in millionths of its signal's unit, or an answer, and the limit that it was compared with."""

    signal: str
    value: int | str | None
    limit: int | None

    @classmethod
    def of(cls, evidence: Evidence) -> Self:
        return cls(signal=evidence.signal, value=evidence.value, limit=evidence.limit)


class CarerOut(BaseModel):
    id: UUID
    full_name: str

    @classmethod
    def of(cls, person: Professional) -> Self:
        return cls(id=person.id, full_name=person.full_name)


class PatientOfAlert(BaseModel):
    id: UUID
    full_name: str
    birth_date: str

    @classmethod
    def of(cls, patient: Patient) -> Self:
        return cls(id=patient.id, full_name=patient.full_name, birth_date=str(patient.identity.traits.birth_date))


class AlertOut(BaseModel):
    """One alert; `due` is what its owner owes by `due_at`, `steps` what the caller may do."""

    id: UUID
    follow_up_id: UUID
    pathway: str
    patient: PatientOfAlert
    cause: str
    label: str
    is_silence: bool
    severity: Severity
    direction: Side | None
    state: AlertState
    owner: AlertActor | None
    due: AlertDue | None
    due_at: datetime | None
    holder: CarerOut | None
    queued_until: datetime | None
    since: datetime
    last_at: datetime
    opened_at: datetime
    repeats: int
    escalations: int
    ended_at: datetime | None
    withdrawn_at: datetime | None
    evidence: list[EvidenceOut]
    rule_version_id: UUID | None
    former_id: UUID | None
    outcome: AlertOutcome | None
    closed_at: datetime | None
    version: int
    steps: list[AlertStep]

    @classmethod
    def of(cls, line: AlertLine) -> Self:
        alert, standing = line.alert, ALERT_STANDINGS[line.alert.state]
        return cls(
            id=alert.id,
            follow_up_id=alert.follow_up_id,
            pathway=alert.pathway,
            patient=PatientOfAlert.of(line.patient),
            cause=alert.cause,
            label=alert.label,
            is_silence=alert.is_silence,
            severity=alert.severity,
            direction=alert.direction,
            state=alert.state,
            owner=alert.owner,
            due=standing.due if standing else None,
            due_at=alert.due_at,
            holder=CarerOut.of(line.holder) if line.holder else None,
            queued_until=alert.queued_until,
            since=alert.since,
            last_at=alert.last_at,
            opened_at=alert.opened_at,
            repeats=alert.repeats,
            escalations=alert.escalations,
            ended_at=alert.ended_at,
            withdrawn_at=alert.withdrawn_at,
            evidence=[EvidenceOut.of(one) for one in alert.evidence],
            rule_version_id=alert.rule_version_id,
            former_id=alert.former_id,
            outcome=alert.outcome,
            closed_at=alert.closed_at,
            version=alert.version,
            steps=sorted(line.steps),
        )


class AlertCountsOut(BaseModel):
    """Each at most 100: beyond, there are many."""

    open: int
    mine: int
    unowned: int
    overdue: int
    now: int

    @classmethod
    def of(cls, counts: AlertCounts) -> Self:
        return cls(open=counts.open, mine=counts.mine, unowned=counts.unowned, overdue=counts.overdue, now=counts.now)


class AlertPageOut(Page[AlertOut]):
    """A page of the board, and how many each view holds."""

    counts: AlertCountsOut


class AlertEventOut(BaseModel):
    """One thing written in the life of an alert; `details` hold values, an outcome or an action, by kind."""

    position: int
    kind: EventKind
    start: AlertState
    end: AlertState
    actor: AlertActor
    by: CarerOut | None
    at: datetime
    words: str
    details: dict[str, Any]

    @classmethod
    def of(cls, event: AlertEvent, people: Mapping[UUID, Professional]) -> Self:
        author = people.get(event.by) if event.by else None
        return cls(
            position=event.position,
            kind=event.kind,
            start=event.start,
            end=event.end,
            actor=event.actor,
            by=CarerOut.of(author) if author else None,
            at=event.at,
            words=event.words,
            details=dict(event.details),
        )


class MuteOut(BaseModel):
    """One cause on one side of which nobody is told until an end; `level` and `tolerance` in millionths."""

    id: UUID
    follow_up_id: UUID
    alert_id: UUID
    cause: str
    direction: Side | None
    until: datetime
    level: int | None
    tolerance: int
    author_id: UUID
    made_at: datetime
    reason: str
    lifted_at: datetime | None
    lifted_by: UUID | None

    @classmethod
    def of(cls, mute: KeptMute) -> Self:
        return cls(
            id=mute.id,
            follow_up_id=mute.follow_up_id,
            alert_id=mute.alert_id,
            cause=mute.cause,
            direction=mute.direction,
            until=mute.until,
            level=mute.level,
            tolerance=mute.tolerance,
            author_id=mute.author_id,
            made_at=mute.made_at,
            reason=mute.reason,
            lifted_at=mute.lifted_at,
            lifted_by=mute.lifted_by,
        )


class AlertDetailOut(BaseModel):
    """One alert with the first things written of it, and the mutes that hold for its follow-up."""

    alert: AlertOut
    events: list[AlertEventOut]
    mutes: list[MuteOut]

    @classmethod
    def of(cls, detail: AlertDetail) -> Self:
        return cls(
            alert=AlertOut.of(detail.line),
            events=[AlertEventOut.of(event, detail.people) for event in detail.events],
            mutes=[MuteOut.of(one.mute) for one in detail.mutes],
        )
