"""The report of a month that is over, and of the end of care: a draft first, then signed by a doctor and sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from telemed.acts.telemonitoring.formats import report_facts
from telemed.acts.telemonitoring.model.care import FollowUp, Month
from telemed.acts.telemonitoring.model.curve import Window
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.pathway import Pathway
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.service.care_access import open_follow_up, require_right
from telemed.acts.telemonitoring.service.charting import Charts
from telemed.acts.telemonitoring.service.report_acts import KIND, act_id_of
from telemed.acts.telemonitoring.service.report_sending import ReportSending, Sending
from telemed.acts.telemonitoring.service.transmissions import count_transmissions
from telemed.acts.telemonitoring.store.care import CareStore
from telemed.acts.telemonitoring.store.curves import CurveStore
from telemed.consent.model import ActKind, ConsentDecision
from telemed.consent.store import ConsentStore
from telemed.documents.model import (
    ConsentFacts,
    DocumentIdentity,
    Filing,
    MonitoringFacts,
    MonitoringReport,
    MonitoringWords,
    SignedDocument,
)
from telemed.documents.service import Registry
from telemed.documents.service.facts import (
    attending_facts,
    consent_facts,
    patient_facts,
    place_facts,
    professional_facts,
)
from telemed.documents.store import DocumentStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import day_bounds
from telemed.kernel.decision import Decision
from telemed.kernel.errors import Conflict, NotFound
from telemed.kernel.ids import new_id
from telemed.kernel.period import DayRange
from telemed.patients.store import PatientStore
from telemed.professionals.store import PracticeStore, ProfessionalStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

MOST_MEASURES = 20_000
END_REASONS: Mapping[str, str] = {
    "goal_reached": "objectif atteint",
    "not_adherent": "trop peu de données reçues",
    "care_elsewhere": "suivi par une autre équipe",
    "patient_wish": "souhait du patient",
    "death": "décès",
    "other": "autre raison",
    "consent_withdrawn": "accord retiré par le patient",
    "not_renewed": "prescription non renouvelée",
}


@dataclass(frozen=True)
class ReportLine:
    """A report that may be signed, or is: of a month (from 1), or of the end (None); and what became of it since."""

    month: int | None
    days: DayRange
    signed: SignedDocument | None
    sendings: tuple[Sending, ...] = ()


@dataclass(frozen=True, repr=False)
class _Draft:
    filing: Filing
    statement: MonitoringReport


class MonitoringReports:
    def __init__(
        self,
        *,
        database: Database,
        journal: Journal,
        charts: Charts,
        catalogue: Catalogue,
        pathways: Mapping[str, Pathway],
        registry: Registry,
        sending: ReportSending,
    ) -> None:
        self._database = database
        self._journal = journal
        self._charts = charts
        self._catalogue = catalogue
        self._pathways = pathways
        self._registry = registry
        self._sending = sending

    async def list(self, caller: Caller, follow_up_id: UUID) -> list[ReportLine]:
        """Every month that is over, the latest first, and the end once it came. Raises Forbidden, NotFound."""
        async with self._database.begin() as uow:
            follow_up = await open_follow_up(uow, self._journal, caller, follow_up_id, "list_reports")
            months = await CareStore(uow.session).months(follow_up_id)
            wanted: list[tuple[int | None, DayRange]] = [(one.number, one.days) for one in reversed(months)]
            if _has_ended(follow_up):
                wanted.insert(0, (None, _whole(follow_up)))
            ids = {act_id_of(follow_up_id, number): number for number, _ in wanted}
            signed = await DocumentStore(uow.session).find_current_of_acts(list(ids), KIND)
            found = {ids[one.act_id]: one for one in signed}
            sent = await self._sending.of_documents(uow, [one.identity.document_id for one in signed])
            went = {number: sent.get(one.identity.document_id, ()) for number, one in found.items()}
            return [ReportLine(number, days, found.get(number), went.get(number, ())) for number, days in wanted]

    async def unsigned_ends(self, caller: Caller, follow_ups: Sequence[FollowUp]) -> set[UUID]:
        """Of these follow-ups of the caller's practice, those that are over and whose report nobody has signed."""
        over = {act_id_of(one.id, None): one.id for one in follow_ups if _has_ended(one)}
        require_right(caller, Right.READ)
        async with self._database.read() as session:
            signed = await DocumentStore(session).find_current_of_acts(list(over), KIND)
        return set(over.values()) - {over[one.act_id] for one in signed}

    async def propose(self, caller: Caller, follow_up_id: UUID, month: int | None) -> MonitoringWords:
        """What a doctor would begin with: the figures of the stretch in sentences, for him to judge and complete.

        Raises Forbidden, NotFound while the stretch is not over.
        """
        draft = await self._draft(caller, follow_up_id, month, MonitoringWords(""), reason="-", action="propose_report")
        return MonitoringWords(report_facts.first_words(draft.statement.facts))

    async def preview(
        self, caller: Caller, follow_up_id: UUID, month: int | None, words: MonitoringWords
    ) -> tuple[bytes, Decision]:
        """The PDF as it would be, marked as a draft, and what would refuse or restrict its signature."""
        draft = await self._draft(caller, follow_up_id, month, words, reason=None, action="preview_report")
        decision = self._registry.check(KIND, draft.statement)
        return await self._registry.preview(KIND, draft.filing.identity, draft.statement), decision

    async def sign(
        self, caller: Caller, follow_up_id: UUID, month: int | None, words: MonitoringWords, *, reason: str = ""
    ) -> SignedDocument:
        """Seal it, and have it go to whom it is for; with a `reason` it takes the place of the one that was signed.

        Raises Refused with every reason, NotFound for a month that is not over, Conflict where one is signed already.
        """
        draft = await self._draft(caller, follow_up_id, month, words, reason=reason, action="sign_report")
        prepared = await self._registry.prepare(caller, draft.filing, draft.statement)
        async with self._database.begin() as uow:
            signed = await self._registry.keep(uow, caller, prepared)
            await self._sending.plan(uow, prepared)
            return signed

    async def _draft(
        self,
        caller: Caller,
        follow_up_id: UUID,
        month: int | None,
        words: MonitoringWords,
        *,
        reason: str | None,
        action: str,
    ) -> _Draft:
        async with self._database.begin() as uow:
            follow_up = await open_follow_up(uow, self._journal, caller, follow_up_id, action, right=Right.DECIDE)
            months = await CareStore(uow.session).months(follow_up_id)
            days, counted = _stretch(follow_up, months, month)
            act_id = act_id_of(follow_up_id, month)
            identity = await _identity(uow, act_id, reason)
            facts = await self._facts(uow, caller, follow_up, days, month, counted)
            author_id = require_right(caller, Right.DECIDE)
        filing = Filing(identity, KIND, follow_up.practice_id, follow_up.patient_id, act_id, author_id)
        return _Draft(filing, MonitoringReport(facts, words))

    async def _facts(
        self,
        uow: UnitOfWork,
        caller: Caller,
        follow_up: FollowUp,
        days: DayRange,
        month: int | None,
        months: Sequence[Month],
    ) -> MonitoringFacts:
        session, territory = uow.session, follow_up.plan.territory
        last_day = days.last_day or days.first_day
        window = Window(last_day, (last_day - days.first_day).days + 1, territory)
        drawn = await self._charts.draw_up(session, follow_up, window)
        coded = await CurveStore(session).measures(follow_up.id, report_facts.CODED, window, most=MOST_MEASURES)
        patients = PatientStore(session)
        patient = await patients.find(follow_up.patient_id)
        author = await ProfessionalStore(session).find(require_right(caller, Right.DECIDE))
        practice = await PracticeStore(session).find(follow_up.practice_id)
        if patient is None or author is None or practice is None:
            raise LookupError("a follow-up has a patient, and a practice with its doctor")
        prescriptions = await CareStore(session).prescriptions(follow_up.id)
        expected, received = await self._transmissions(uow, follow_up, days, months)
        svg, svg_words = report_facts.picture(drawn.chart, self._catalogue)
        ended_at = day_bounds(last_day, territory)[1] - timedelta(seconds=1)
        return MonitoringFacts(
            follow_up_id=follow_up.id,
            patient=patient_facts(patient),
            author=professional_facts(author, practice),
            custodian=place_facts(practice, author),
            territory=territory,
            pathway=self._pathways[follow_up.plan.pathway].label,
            first_day=days.first_day,
            last_day=last_day,
            started_at=day_bounds(days.first_day, territory)[0],
            ended_at=ended_at,
            month=month,
            prescriber=prescriptions[-1].prescriber_name if prescriptions else "",
            device=", ".join(filter(None, (follow_up.plan.dmn, follow_up.plan.exploitant))),
            received=received,
            expected=expected,
            consent=await _consent(uow, follow_up),
            signals=report_facts.signal_figures(drawn.chart),
            alerts=report_facts.alert_facts(drawn.alerts),
            events=report_facts.dated_words(drawn.chart),
            vitals=report_facts.vital_signs(coded.points, self._catalogue, drawn.chart),
            curves=svg,
            curves_words=svg_words,
            end_reason=END_REASONS.get(follow_up.end_reason or "", "") if month is None else "",
            medecin_traitant=attending_facts(await patients.attending_doctors(patient.id), ended_at, territory),
        )

    async def _transmissions(
        self, uow: UnitOfWork, follow_up: FollowUp, days: DayRange, months: Sequence[Month]
    ) -> tuple[int, int]:
        """Of the months that were closed, and of the days after them: the end seldom falls on one."""
        expected, received = sum(one.expected for one in months), sum(one.received for one in months)
        closed_on = max((one.days.last_day for one in months if one.days.last_day), default=None)
        first_day = closed_on + timedelta(days=1) if closed_on else days.first_day
        last_day = days.last_day or days.first_day
        if first_day > last_day:
            return expected, received
        version = self._pathways[follow_up.plan.pathway].on(last_day)
        rest = await count_transmissions(uow, follow_up, DayRange(first_day, last_day), version)
        return expected + rest[0], received + rest[1]


def _stretch(follow_up: FollowUp, months: Sequence[Month], month: int | None) -> tuple[DayRange, Sequence[Month]]:
    """The days that a report is about, and the months counted in it. Raises NotFound while they are not over."""
    if month is None:
        if not _has_ended(follow_up):
            raise NotFound("Ce suivi n'est pas terminé.")
        return _whole(follow_up), months
    own = [one for one in months if one.number == month]
    if not own:
        raise NotFound("Ce mois n'est pas terminé, ou n'est pas de ce suivi.")
    return own[0].days, own


def _has_ended(follow_up: FollowUp) -> bool:
    return follow_up.started_on is not None and follow_up.ended_at is not None


def _whole(follow_up: FollowUp) -> DayRange:
    """From the first day to the last one of the follow-up, where the patient lives."""
    if follow_up.started_on is None or follow_up.ended_at is None:
        raise LookupError("only a follow-up that has started and ended is whole")
    last_day = follow_up.ended_at.astimezone(follow_up.plan.territory.zone).date()
    return DayRange(follow_up.started_on, max(follow_up.started_on, last_day))


async def _identity(uow: UnitOfWork, act_id: UUID, reason: str | None) -> DocumentIdentity:
    """A correction takes the place of what was signed, and says why; what is only looked at (None) need not yet."""
    former = await DocumentStore(uow.session).find_current_of_act(act_id, KIND)
    identity = DocumentIdentity(new_id(), new_id(), 1)
    if former is None:
        return identity
    if reason is not None and not reason.strip():
        raise Conflict(
            "Ce rapport est déjà signé : dites pourquoi vous le corrigez.", code="telemonitoring.report_signed"
        )
    given = former.identity
    return replace(
        identity,
        set_id=given.set_id,
        version=given.version + 1,
        replaces=given.document_id,
        replacement_reason=(reason or "").strip(),
    )


async def _consent(uow: UnitOfWork, follow_up: FollowUp) -> ConsentFacts | None:
    """The last consent that was given for it, even if it was taken back since: care rested on it."""
    records = await ConsentStore(uow.session).of_patient(follow_up.patient_id, ActKind.TELEMONITORING)
    given = [one for one in records if one.act_id == follow_up.id and one.decision is ConsentDecision.GIVEN]
    return consent_facts(max(given, key=lambda one: one.at, default=None))
