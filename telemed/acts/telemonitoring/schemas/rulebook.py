"""Rules, their versions and dry runs, in and out."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from telemed.acts.telemonitoring.formats.rules import read_rule, write_rule
from telemed.acts.telemonitoring.model.alert import Severity
from telemed.acts.telemonitoring.model.evidence import Finding, FindingKind
from telemed.acts.telemonitoring.model.rule import Rule, Side
from telemed.acts.telemonitoring.model.rule_book import KeptRule, RuleVersion
from telemed.acts.telemonitoring.model.units import MILLION
from telemed.acts.telemonitoring.rules.limits import AskedLimit, find_asked
from telemed.acts.telemonitoring.rules.silence import SilenceCause
from telemed.acts.telemonitoring.schemas.care_in import Code, Input, Value, Version
from telemed.acts.telemonitoring.service.dry_runs import MOST_DAYS, DryReport, PatientRun, calls_of
from telemed.acts.telemonitoring.service.rulebook import Scope
from telemed.acts.telemonitoring.store.rule_states import to_instant
from telemed.acts.telemonitoring.store.silences import KeptGap
from telemed.kernel.errors import Invalid

_CALLS_SHOWN = 200
_Body = Annotated[
    dict[str, Any], Field(description="The rule, as `GET /telemonitoring/rules/schema` says it.", max_length=20)
]


def _read(body: dict[str, Any]) -> Rule:
    """Raises Invalid naming the first field that does not fit."""
    try:
        text = json.dumps(body, allow_nan=False)
    except (ValueError, RecursionError) as err:
        text_of = "Cette règle n'est pas lisible : un nombre n'en est pas un, ou elle est trop profonde."
        raise Invalid(text_of, field="rule", code="telemonitoring.rule_unreadable") from err
    return read_rule(text)


class RuleIn(Input):
    """A new rule, for everyone on a pathway or for one follow-up."""

    pathway: Code | None = None
    follow_up_id: UUID | None = None
    rule: _Body

    @property
    def scope(self) -> Scope:
        return Scope(self.pathway, self.follow_up_id)

    def to_rule(self) -> Rule:
        return _read(self.rule)


class RewrittenRuleIn(Input):
    """A rule as it must be from now on; `number` is that of the version that was read."""

    number: Version
    rule: _Body

    def to_rule(self) -> Rule:
        return _read(self.rule)


class DryRunIn(RuleIn):
    """A rule to try, and on whom. `limits` stand for those of each patient, in the unit of their signal."""

    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = MOST_DAYS
    limits: Annotated[dict[Code, Value], Field(max_length=50)] = Field(default_factory=dict)

    @property
    def millionths(self) -> dict[str, int]:
        return {name: int(value * MILLION) for name, value in self.limits.items()}


class AskedLimitOut(BaseModel):
    """A limit that the rule leaves to a doctor, for each patient."""

    name: str
    signal: str
    unit: str
    side: Side
    days: int

    @classmethod
    def of(cls, asked: AskedLimit) -> Self:
        return cls(name=asked.name, signal=asked.signal, unit=asked.unit, side=asked.side, days=asked.days)


class RuleVersionOut(BaseModel):
    """A rule as it was from a day. No author: it came with the service."""

    id: UUID
    number: int
    rule: dict[str, Any]
    author_id: UUID | None
    active_from: datetime
    retired_at: datetime | None

    @classmethod
    def of(cls, version: RuleVersion) -> Self:
        return cls(
            id=version.id,
            number=version.number,
            rule=json.loads(write_rule(version.rule)),
            author_id=version.author_id,
            active_from=version.active_from,
            retired_at=version.retired_at,
        )


class RuleOut(BaseModel):
    """A rule with its last version. `mandatory`: the alert of the law that it is."""

    id: UUID
    pathway: str
    follow_up_id: UUID | None
    name: str
    label: str
    severity: Severity
    mandatory: str | None
    is_in_force: bool
    limits: list[AskedLimitOut]
    version: RuleVersionOut

    @classmethod
    def of(cls, kept: KeptRule) -> Self:
        rule = kept.version.rule
        return cls(
            id=kept.id,
            pathway=kept.pathway,
            follow_up_id=kept.follow_up_id,
            name=kept.name,
            label=rule.label,
            severity=rule.severity,
            mandatory=kept.mandatory,
            is_in_force=kept.is_in_force,
            limits=[AskedLimitOut.of(asked) for asked in find_asked([rule])],
            version=RuleVersionOut.of(kept.version),
        )


class CallOut(BaseModel):
    """One time that somebody would have been called: the episode, and the measure that shows it."""

    kind: FindingKind
    since: datetime
    at: datetime

    @classmethod
    def of(cls, finding: Finding) -> Self:
        return cls(kind=finding.kind, since=to_instant(finding.since), at=to_instant(finding.at))


class PatientRunOut(BaseModel):
    """What one patient's data would have told; of very many calls, the first are shown."""

    follow_up_id: UUID
    patient_id: UUID
    fired: int
    repeated: int
    calls: list[CallOut]

    @classmethod
    def of(cls, patient: PatientRun) -> Self:
        run = patient.run
        calls = [CallOut.of(finding) for finding in calls_of(run)[:_CALLS_SHOWN]]
        return cls(
            follow_up_id=patient.follow_up_id,
            patient_id=patient.patient_id,
            fired=run.fired,
            repeated=run.repeated,
            calls=calls,
        )


class DayCallsOut(BaseModel):
    """Calls of one civil day."""

    day: date
    calls: int


class DryReportOut(BaseModel):
    """What a rule would have told; patients whom it would not have called are only counted in `tried`."""

    since: datetime
    until: datetime
    watched: int
    tried: int
    is_partial: bool
    fired: int
    repeated: int
    days: list[DayCallsOut]
    patients: list[PatientRunOut]

    @classmethod
    def of(cls, report: DryReport) -> Self:
        return cls(
            since=report.since,
            until=report.until,
            watched=report.watched,
            tried=len(report.patients),
            is_partial=report.is_partial,
            fired=report.fired,
            repeated=report.repeated,
            days=[DayCallsOut(day=day, calls=calls) for day, calls in report.days.items()],
            patients=[PatientRunOut.of(one) for one in report.patients if one.run.fired or one.run.repeated],
        )


class SilenceOut(BaseModel):
    """Days without data, both included; no last day while they last. `late_days`: their data came afterwards."""

    id: UUID
    first_day: date
    last_day: date | None
    cause: SilenceCause
    told_at: datetime
    repeated_at: datetime
    late_days: list[date]

    @classmethod
    def of(cls, kept: KeptGap) -> Self:
        gap = kept.gap
        return cls(
            id=kept.id,
            first_day=gap.first_day,
            last_day=gap.last_day,
            cause=gap.cause,
            told_at=gap.told_at,
            repeated_at=kept.repeated_at,
            late_days=sorted(gap.late_days),
        )
