"""Every use case that a page calls, by area."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from billing.service import ActivityService, CapService, ClaimService, DerogationService
from billing.service.desk import DeskService
from billing.service.insurance import InsuranceService
from billing.service.invoices import InvoiceService
from billing.service.life import LifeService
from billing.service.lots import LotService
from billing.service.preview import PreviewService
from billing.service.reconciliation import ReconciliationService
from telemed.acts.teleconsultation.ports import SeatPresence
from telemed.acts.teleconsultation.service.booking import BookingService
from telemed.acts.teleconsultation.service.call import CallService
from telemed.acts.teleconsultation.service.links import LinkService
from telemed.acts.teleconsultation.service.overview import OverviewService
from telemed.acts.teleconsultation.service.report import ReportService
from telemed.acts.teleconsultation.service.visit import VisitService
from telemed.acts.teleexpertise.service.answers import AnswerService
from telemed.acts.teleexpertise.service.calls import CallService as LiveCallService
from telemed.acts.teleexpertise.service.levels import LevelService
from telemed.acts.teleexpertise.service.lists import CaseListService
from telemed.acts.teleexpertise.service.messages import MessageService
from telemed.acts.teleexpertise.service.notices import NoticeService
from telemed.acts.teleexpertise.service.opinions import OpinionService
from telemed.acts.teleexpertise.service.proposals import ProposalService
from telemed.acts.teleexpertise.service.requests import RequestService
from telemed.acts.teleexpertise.service.ringing import RingService
from telemed.acts.teleexpertise.service.templates import TemplateService
from telemed.acts.teleexpertise.service.turns import TurnService
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.pathway import Pathway
from telemed.acts.telemonitoring.service.alert_actions import AlertActions
from telemed.acts.telemonitoring.service.alert_lists import AlertLists
from telemed.acts.telemonitoring.service.alert_pictures import AlertPictures
from telemed.acts.telemonitoring.service.alert_work import AlertWork
from telemed.acts.telemonitoring.service.dry_runs import DryRuns
from telemed.acts.telemonitoring.service.mutes import MuteService
from telemed.acts.telemonitoring.service.quality import QualityService
from telemed.acts.telemonitoring.service.rulebook import RuleService
from telemed.api.auth import SESSION_COOKIE as SESSION_COOKIE
from telemed.api.auth import VISIT_COOKIE as VISIT_COOKIE
from telemed.attachments.service import ArrivalService, ReadingService, RemovalService
from telemed.consent.service import ConsentService
from telemed.documents.service import DocumentArchive
from telemed.experts.service.calendars import CalendarService
from telemed.experts.service.hours import HoursService
from telemed.experts.service.lines import LineService
from telemed.experts.service.presence import PresenceService
from telemed.experts.service.profiles import ProfileService
from telemed.experts.service.teams import TeamService
from telemed.kernel.clock import Clock
from telemed.law.law import Law
from telemed.patients.service import DeathService, MergeService, PatientService
from telemed.professionals.service import (
    EnrolmentService,
    PasswordSignIn,
    PracticeService,
    ProfessionalService,
    SessionService,
    SignInService,
)
from telemed.trace.service import TraceService
from telemed.web.pages.keying_services import KeyingServices
from telemed.web.pages.telemonitoring_services import TelemonitoringServices


@dataclass(frozen=True)
class ExpertiseServices:
    """The use cases behind Avis."""

    cases: CaseListService
    requests: RequestService
    answers: AnswerService
    opinions: OpinionService
    messages: MessageService
    notices: NoticeService
    turns: TurnService
    templates: TemplateService
    proposals: ProposalService
    rings: RingService
    calls: LiveCallService
    levels: LevelService


@dataclass(frozen=True)
class AttachmentServices:
    """The use cases behind what is joined to a case."""

    arrivals: ArrivalService
    reading: ReadingService
    removal: RemovalService


@dataclass(frozen=True)
class RosterServices:
    """The use cases of experts: profiles, hours, lines, presence."""

    profiles: ProfileService
    hours: HoursService
    lines: LineService
    teams: TeamService
    presence: PresenceService
    calendars: CalendarService


@dataclass(frozen=True)
class SurveillanceServices:
    """The use cases behind Surveillance, with the signals and the pathways that they know."""

    lists: AlertLists
    work: AlertWork
    actions: AlertActions
    mutes: MuteService
    pictures: AlertPictures
    rules: RuleService
    dry_runs: DryRuns
    quality: QualityService
    catalogue: Catalogue
    pathways: Mapping[str, Pathway]


@dataclass(frozen=True)
class PageServices:
    """Every use case that a page calls."""

    clock: Clock
    public_url: str
    uses_https: bool
    sign_in: SignInService
    password_sign_in: PasswordSignIn
    sessions: SessionService
    enrolment: EnrolmentService
    professionals: ProfessionalService
    practices: PracticeService
    patients: PatientService
    merges: MergeService
    deaths: DeathService
    consents: ConsentService
    bookings: BookingService
    links: LinkService
    overview: OverviewService
    calls: CallService
    visits: VisitService
    reports: ReportService
    expertise: ExpertiseServices
    attachments: AttachmentServices
    experts: RosterServices
    keying: KeyingServices
    surveillance: SurveillanceServices
    telemonitoring: TelemonitoringServices
    archive: DocumentArchive
    law: Law
    claims: ClaimService
    lives: LifeService
    invoices: InvoiceService
    insurances: InsuranceService
    lots: LotService
    desk: DeskService
    preview: PreviewService
    reconciliation: ReconciliationService
    cap: CapService
    derogations: DerogationService
    activity: ActivityService
    trace: TraceService
    draw: Callable[[bytes], Awaitable[bytes]]
    presence: Callable[[str], Mapping[str, SeatPresence]]
