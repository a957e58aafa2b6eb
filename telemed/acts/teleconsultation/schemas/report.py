"""The report as JSON: what the doctor writes and states, and what is still missing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from telemed.acts.teleconsultation.model import Coverage, LeaveAnswer
from telemed.acts.teleconsultation.schemas.professional import Input
from telemed.acts.teleconsultation.service.report import ReportForm, ReportView
from telemed.api.problems import ProblemReason, to_reason
from telemed.documents.model import (
    ActCode,
    PrescribedItem,
    PrescribedKind,
    ReportContent,
    SignedDocument,
    Visibility,
)
from telemed.kernel.errors import Invalid

Paragraphs = Annotated[str, Field(max_length=20_000)]


class PrescribedItemBody(Input):
    """One act done or one prescription made."""

    kind: PrescribedKind
    text: Annotated[str, Field(max_length=2_000)]


class LeaveBody(Input):
    """A sick leave, days included; `ongoing_…` is the leave in course, whoever wrote it (R-27)."""

    first_day: date
    last_day: date
    ongoing_first_day: date | None = None
    ongoing_last_day: date | None = None
    justification: Annotated[str, Field(max_length=1_000)] = ""

    def to_model(self) -> LeaveAnswer:
        """Raises Invalid when only one end of the leave in course is given."""
        if (self.ongoing_first_day is None) != (self.ongoing_last_day is None):
            raise Invalid("Donnez le premier et le dernier jour de l'arrêt en cours.", field="ongoing_last_day")
        return LeaveAnswer(**dict(self))


class CoverageBody(Input):
    """The criteria of reimbursement as the doctor states them (R-28); `invoked` holds codes of exceptions."""

    follows_pathway: bool
    is_within_territory: bool
    alternates: bool | None = None
    invoked: Annotated[list[str], Field(max_length=20, default_factory=list)]
    has_overrun: bool = False
    is_tiers_payant: bool = False
    fee_cents: Annotated[int | None, Field(ge=0, le=1_000_000)] = None

    def to_model(self) -> Coverage:
        return Coverage(**{**dict(self), "invoked": frozenset(self.invoked)})


class ReportIn(Input):
    """The report on `revision` (0 for a first draft). `prescribed` null: not yet said; empty: none, on purpose."""

    revision: Annotated[int, Field(ge=0)]
    reason: Paragraphs = ""
    findings: Paragraphs = ""
    conclusion: Paragraphs = ""
    plan: Paragraphs = ""
    prescribed: Annotated[list[PrescribedItemBody] | None, Field(max_length=50)] = None
    incidents_note: Annotated[str, Field(max_length=2_000)] = ""
    visibility: list[Visibility] = Field(default_factory=list)
    sick_leave: LeaveBody | None = None
    coverage: CoverageBody | None = None

    def to_form(self) -> ReportForm:
        """Raises Invalid."""
        prescribed = self.prescribed
        return ReportForm(
            content=ReportContent(
                reason=self.reason,
                findings=self.findings,
                conclusion=self.conclusion,
                plan=self.plan,
                prescribed=None
                if prescribed is None
                else tuple(PrescribedItem(item.kind, item.text) for item in prescribed),
                incidents_note=self.incidents_note,
                visibility=frozenset(self.visibility),
            ),
            leave=self.sick_leave.to_model() if self.sick_leave else None,
            coverage=self.coverage.to_model() if self.coverage else None,
        )


class SignatureIn(Input):
    """What the author has read: a draft that moved on is refused."""

    revision: Annotated[int, Field(ge=1)]


class ReportOut(BaseModel):
    """The draft with its facts, and what would refuse the signature."""

    revision: int
    act_code: ActCode
    started_at: datetime | None
    ended_at: datetime | None
    reason: str
    findings: str
    conclusion: str
    plan: str
    prescribed: list[PrescribedItemBody] | None
    incidents_note: str
    visibility: list[Visibility]
    sick_leave: LeaveBody | None
    coverage: CoverageBody | None
    video_took_place: bool
    video_seconds: int
    incidents: list[str]
    leave_limit: str
    exceptions: dict[str, str]
    exceptions_held: list[str]
    is_correction: bool
    is_ready: bool
    refusals: list[ProblemReason]
    warnings: list[ProblemReason]

    @classmethod
    def of(cls, view: ReportView) -> ReportOut:
        content, facts, leave, coverage = view.form.content, view.facts, view.form.leave, view.form.coverage
        return cls(
            revision=view.revision,
            act_code=facts.act.code,
            started_at=facts.act.started_at,
            ended_at=facts.act.ended_at,
            reason=content.reason,
            findings=content.findings,
            conclusion=content.conclusion,
            plan=content.plan,
            prescribed=None
            if content.prescribed is None
            else [PrescribedItemBody(kind=item.kind, text=item.text) for item in content.prescribed],
            incidents_note=content.incidents_note,
            visibility=sorted(content.visibility),
            sick_leave=_leave(leave) if leave else None,
            coverage=_coverage(coverage) if coverage else None,
            video_took_place=facts.continuity.video_took_place,
            video_seconds=facts.continuity.video_seconds,
            incidents=[incident.description for incident in facts.continuity.incidents or ()],
            leave_limit=view.leave_limit,
            exceptions=dict(view.exceptions),
            exceptions_held=list(view.assessment.exceptions) if view.assessment else [],
            is_correction=view.is_correction,
            is_ready=view.decision.is_allowed,
            refusals=[to_reason(reason) for reason in view.decision.refusals],
            warnings=[to_reason(reason) for reason in view.decision.warnings],
        )


class SignedReportOut(BaseModel):
    """The signed report; its files are under /documents."""

    document_id: UUID
    set_id: UUID
    version: int
    signed_at: datetime
    content_sha256: str

    @classmethod
    def of(cls, document: SignedDocument) -> SignedReportOut:
        return cls(
            document_id=document.identity.document_id,
            set_id=document.identity.set_id,
            version=document.identity.version,
            signed_at=document.signed_at,
            content_sha256=document.content_sha256,
        )


def _leave(leave: LeaveAnswer) -> LeaveBody:
    return LeaveBody(
        first_day=leave.first_day,
        last_day=leave.last_day,
        ongoing_first_day=leave.ongoing_first_day,
        ongoing_last_day=leave.ongoing_last_day,
        justification=leave.justification,
    )


def _coverage(coverage: Coverage) -> CoverageBody:
    return CoverageBody(
        follows_pathway=coverage.follows_pathway,
        is_within_territory=coverage.is_within_territory,
        alternates=coverage.alternates,
        invoked=sorted(coverage.invoked),
        has_overrun=coverage.has_overrun,
        is_tiers_payant=coverage.is_tiers_payant,
        fee_cents=coverage.fee_cents,
    )
