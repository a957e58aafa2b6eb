"""The report: drafted from the facts, edited, signed; signing closes the act and tells billing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from telemed.acts.teleconsultation.formats import closing_payload
from telemed.acts.teleconsultation.model import Coverage, LeaveAnswer, State, Step, Teleconsultation
from telemed.acts.teleconsultation.rules.coverage import (
    CoverageContext,
    extends_a_leave,
    judge_coverage,
    judge_leave,
    leave_limit_text,
)
from telemed.acts.teleconsultation.rules.reimbursement import Assessment, exceptions_in_force
from telemed.acts.teleconsultation.service.access import open_act, require_own_doctor, take_step
from telemed.acts.teleconsultation.service.call import DOCTORS, load_continuity
from telemed.acts.teleconsultation.service.consents import ActConsents
from telemed.acts.teleconsultation.service.report_facts import Sources, report_facts
from telemed.acts.teleconsultation.store import ActStore
from telemed.documents.model import (
    ActCode,
    Draft,
    ReimbursementCriterion,
    ReimbursementFlag,
    ReportContent,
    ReportFacts,
    SickLeave,
    SignedDocument,
)
from telemed.documents.service import DocumentService
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock, civil_date
from telemed.kernel.decision import Decision
from telemed.kernel.errors import Conflict, Refused
from telemed.kernel.events import Event
from telemed.law.act_codes import find_teleconsultation_code
from telemed.law.law import Law
from telemed.law.parameter import LawOfDay
from telemed.patients.store import PatientStore
from telemed.professionals.model import ConventionSector
from telemed.professionals.store import PracticeStore, ProfessionalStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

CLOSED = "teleconsultation.closed"


@dataclass(frozen=True, repr=False)
class ReportForm:
    """What the doctor writes and states. The words of `content` are edited; leave and coverage are judged."""

    content: ReportContent
    leave: LeaveAnswer | None = None
    coverage: Coverage | None = None


@dataclass(frozen=True, repr=False)
class ReportView:
    """The report as its page shows it: words, facts, and what would refuse the signature."""

    act: Teleconsultation
    revision: int
    form: ReportForm
    facts: ReportFacts
    decision: Decision
    assessment: Assessment | None
    leave_limit: str
    exceptions: Mapping[str, str]
    is_correction: bool


@dataclass(frozen=True, repr=False)
class _Case:
    """An act with everything that its report is made of."""

    act: Teleconsultation
    sources: Sources
    facts: ReportFacts
    context: CoverageContext
    law: LawOfDay


class ReportService:
    """Reports of teleconsultations, for their doctors alone."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        journal: Journal,
        law: Law,
        consents: ActConsents,
        documents: DocumentService,
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._law = law
        self._consents = consents
        self._documents = documents

    async def view(self, caller: Caller, act_id: UUID) -> ReportView:
        """The draft, or a first one written from the notes; and all that is still missing."""
        async with self._database.begin() as uow:
            case = await self._open(uow, caller, act_id, "read_report")
        draft = await self._documents.find_draft(caller, act_id)
        return self._view(case, draft)

    async def save(self, caller: Caller, act_id: UUID, form: ReportForm, *, revision: int) -> ReportView:
        """Keep what was written on `revision`. Raises Conflict `draft.stale` and overwrites nothing otherwise."""
        async with self._database.begin() as uow:
            case = await self._open(uow, caller, act_id, "write_report")
            content = self._content(form, case)
            draft = await self._documents.save_draft_in(
                uow, caller, act_id=act_id, patient_id=case.act.patient_id, content=content, revision=revision
            )
            changed = replace(case.act, sick_leave=form.leave, coverage=form.coverage)
            saved = await ActStore(uow.session).save(changed)
        return self._view(replace(case, act=saved), draft)

    async def preview(self, caller: Caller, act_id: UUID) -> bytes:
        """The PDF as it would be, marked as a draft; works on an incomplete report."""
        async with self._database.begin() as uow:
            case = await self._open(uow, caller, act_id, "preview_report")
        draft = await self._documents.find_draft(caller, act_id)
        content = draft.content if draft else self._first_content(case)
        return (await self._documents.preview(case.facts, content, draft=draft)).pdf

    async def sign(self, caller: Caller, act_id: UUID, *, revision: int) -> SignedDocument:
        """Sign what was read as `revision`, and close the act (R-9). A correction replaces the version before.

        Raises Refused with every reason, Conflict if the report or the act changed meanwhile.
        """
        async with self._database.begin() as uow:
            case = await self._open(uow, caller, act_id, "sign_report")
            decision = self._judge(case)
            if not decision.is_allowed:
                raise Refused(decision)
        prepared = await self._documents.prepare(caller, act_id, revision=revision, facts=case.facts)
        async with self._database.begin() as uow:
            act = await self._open_act(uow, caller, act_id, "close")
            if act.version != case.act.version:
                raise Conflict("La téléconsultation a changé pendant la signature : relisez-la.", code="stale")
            signed = await self._documents.store_signed(uow, caller, prepared)
            closed = self._closed(act, signed)
            await ActStore(uow.session).save(closed)
            uow.add_event(self._closing_event(replace(case, act=closed), signed))
            return signed

    async def correct(self, caller: Caller, act_id: UUID, reason: str) -> ReportView:
        """Begin a correction: a draft with the words of the signed version, which it will replace (R-39)."""
        async with self._database.begin() as uow:
            case = await self._open(uow, caller, act_id, "correct_report")
        if case.act.document_id is None:
            raise Conflict("Ce compte rendu n'est pas encore signé : modifiez-le.", code="report.not_signed")
        return self._view(case, await self._documents.replace(caller, case.act.document_id, reason=reason))

    def _closed(self, act: Teleconsultation, signed: SignedDocument) -> Teleconsultation:
        document_id = signed.identity.document_id
        if act.state is State.CLOSED:
            return replace(act, document_id=document_id)
        return take_step(act, Step.CLOSE, closed_at=self._clock.now(), document_id=document_id)

    async def _open(self, uow: UnitOfWork, caller: Caller, act_id: UUID, action: str) -> _Case:
        act = await self._open_act(uow, caller, act_id, action)
        sources = await self._sources(uow, act)
        instant = act.started_at or act.booked_at
        attending = sources.attending_doctor
        context = CoverageContext(
            specialty=sources.professional.specialty_code or "",
            patient_born_on=sources.patient.identity.traits.birth_date.latest,
            is_own_patient=None if attending is None else attending.rpps == sources.professional.rpps,
        )
        law = self._law.on(civil_date(instant, act.territory))
        return _Case(act, sources, report_facts(sources), context, law)

    async def _open_act(self, uow: UnitOfWork, caller: Caller, act_id: UUID, action: str) -> Teleconsultation:
        act = await open_act(uow, self._journal, caller, act_id, action, roles=DOCTORS)
        require_own_doctor(caller, act)
        if act.state not in (State.FINISHED, State.CLOSED):
            raise Conflict("Le compte rendu s'écrit quand l'appel est terminé.", code="report.too_early")
        return act

    async def _sources(self, uow: UnitOfWork, act: Teleconsultation) -> Sources:
        session, patients = uow.session, PatientStore(uow.session)
        patient = await patients.find(act.patient_id)
        professional = await ProfessionalStore(session).find(act.professional_id)
        practice = await PracticeStore(session).find(act.practice_id)
        if patient is None or professional is None or practice is None:
            raise LookupError("an act has a patient, a professional and a practice")
        instant = act.started_at or act.booked_at
        continuity = await load_continuity(uow, act, self._clock)
        law = self._law.on(civil_date(instant, act.territory))
        is_opposable = professional.sector is not ConventionSector.SECTOR_2 or not (
            act.coverage and act.coverage.has_overrun
        )
        code = find_teleconsultation_code(law, specialty=professional.specialty_code or "", is_opposable=is_opposable)
        return Sources(
            act=act,
            patient=patient,
            professional=professional,
            practice=practice,
            attending_doctors=await patients.attending_doctors(act.patient_id),
            consent=await self._consents.current(session, act, patient, instant),
            entries=continuity.entries,
            continuity=continuity.summary,
            code=ActCode(code.code),
        )

    def _view(self, case: _Case, draft: Draft | None) -> ReportView:
        content = draft.content if draft else self._first_content(case)
        return ReportView(
            act=case.act,
            revision=draft.revision if draft else 0,
            form=ReportForm(content, case.act.sick_leave, case.act.coverage),
            facts=case.facts,
            decision=self._documents.check(case.facts, content) & self._judge(case),
            assessment=judge_coverage(case.act.coverage, case.context, case.law),
            leave_limit=leave_limit_text(case.law),
            exceptions=exceptions_in_force(case.law),
            is_correction=draft is not None and draft.identity.version > 1,
        )

    def _judge(self, case: _Case) -> Decision:
        """The guard-rails: a sick leave that is too long refuses; a criterion that is not met only warns."""
        assessment = judge_coverage(case.act.coverage, case.context, case.law)
        unmet = Decision(warnings=assessment.decision.refusals) if assessment else Decision()
        return judge_leave(case.act.sick_leave, case.context, case.law) & unmet

    def _first_content(self, case: _Case) -> ReportContent:
        """Half written from what happened: the reason given at booking, and the notes of the call."""
        return ReportContent(reason=case.act.motive, findings=case.act.notes)

    def _content(self, form: ReportForm, case: _Case) -> ReportContent:
        """The words, with the leave and the criteria as the document states them."""
        return replace(
            form.content,
            sick_leave=self._leave(form.leave, case),
            reimbursement=self._flags(form.coverage, case),
        )

    def _leave(self, leave: LeaveAnswer | None, case: _Case) -> SickLeave | None:
        if leave is None:
            return None
        return SickLeave(
            days=(leave.last_day - leave.first_day).days + 1,
            starts_on=leave.first_day,
            is_extension=extends_a_leave(leave, case.context),
            exception="médecin traitant du patient" if case.context.is_own_patient else "",
            justification=leave.justification,
            guard_rail=leave_limit_text(case.law),
        )

    def _flags(self, coverage: Coverage | None, case: _Case) -> tuple[ReimbursementFlag, ...]:
        if coverage is None:
            return ()
        assessment = judge_coverage(coverage, case.context, case.law)
        labels = exceptions_in_force(case.law)
        held = ", ".join(labels[code] for code in assessment.exceptions) if assessment else ""
        follows = coverage.follows_pathway or case.context.is_own_patient is True
        return (
            ReimbursementFlag(ReimbursementCriterion.PARCOURS, follows, "" if follows else held),
            ReimbursementFlag(ReimbursementCriterion.ALTERNANCE, coverage.alternates is not False),
            ReimbursementFlag(
                ReimbursementCriterion.TERRITORIALITE,
                coverage.is_within_territory,
                "" if coverage.is_within_territory else held,
            ),
        )

    def _closing_event(self, case: _Case, signed: SignedDocument) -> Event:
        assessment = judge_coverage(case.act.coverage, case.context, case.law)
        attending = case.sources.attending_doctor
        payload = closing_payload(
            case.act,
            professional=case.sources.professional,
            revision=signed.identity.version,
            is_video_established=case.sources.continuity.video_established,
            attending_rpps=None if attending is None else attending.rpps or "",
            is_met=None if assessment is None else assessment.decision.is_allowed,
            exceptions=() if assessment is None else assessment.exceptions,
        )
        key = f"{CLOSED}:{case.act.id}:{signed.identity.version}"
        return Event(CLOSED, key=key, occurred_at=self._clock.now(), payload=payload)
