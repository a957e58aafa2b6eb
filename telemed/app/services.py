"""Builds every service of one process; nothing is started and nothing is read from the database yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypedDict

from billing.ports import Caisse
from billing.service import ActivityService, CapService, ClaimService, DerogationService, QuotaService
from billing.service.accompaniments import AccompanimentService
from billing.service.preview import PreviewService
from billing.service.quota_reading import QuotaReader
from signaling.hub import Hub
from signaling.ice import IceServers
from signaling.tokens import RoomTokens, TokenKey
from telemed.acts.teleconsultation.service.board import WaitingBoard
from telemed.acts.teleconsultation.service.booking import BookingService
from telemed.acts.teleconsultation.service.call import CallService
from telemed.acts.teleconsultation.service.consents import ActConsents, TeleconsultationDirectory
from telemed.acts.teleconsultation.service.links import LinkService
from telemed.acts.teleconsultation.service.overview import OverviewService
from telemed.acts.teleconsultation.service.report import ReportService
from telemed.acts.teleconsultation.service.rooms import RoomRecords
from telemed.acts.teleconsultation.service.visit import VisitService
from telemed.acts.teleexpertise.service.calls import CallRooms
from telemed.acts.teleexpertise.service.casework import Casework
from telemed.acts.teleexpertise.service.consents import CaseConsents
from telemed.acts.telemonitoring.service.deaths import EndOfLife
from telemed.adapters.cap_guard import CapOfBilling
from telemed.adapters.rooms import EveryRoom, ExpertiseRooms, SignalingRooms, TeleconsultationRooms
from telemed.adapters.sms_gateway.client import SmsGatewaySender
from telemed.adapters.smtp.client import SmtpSender, parse_smtp_url
from telemed.app.accounting import Accounting, build_accounting
from telemed.app.attachments import Attachments, build_attachments
from telemed.app.billing import Invoicing, build_billing, build_lot_jobs
from telemed.app.caisse import open_caisse
from telemed.app.documents import Documents, build_documents, open_keys_of_seals
from telemed.app.expertise import Expertise, build_casework, build_expertise
from telemed.app.experts import Experts, build_experts
from telemed.app.ground import Ground, common
from telemed.app.live import Live, build_live
from telemed.app.packaged import the_law, the_wordings
from telemed.app.telemonitoring import Telemonitoring, build_telemonitoring
from telemed.app.telemonitoring.keying import OwnPages, build_follow_links, build_own_pages
from telemed.app.telemonitoring.reports import Reports, build_reports
from telemed.consent.model import ActKind
from telemed.consent.service import ConsentService
from telemed.kernel.clock import Clock, SystemClock
from telemed.kernel.messages import Channel, MessageSender
from telemed.law.law import Law
from telemed.patients.ports import DeathFollower
from telemed.patients.service import DeathService, MergeService, PatientService
from telemed.professionals.service import (
    EnrolmentService,
    PasswordSignIn,
    PracticeService,
    ProfessionalService,
    SessionService,
    SignInService,
)
from telemed.professionals.store import PracticeStore
from telemed.scheduler import Job, every
from telemed.security.keyring import Keyring
from telemed.security.passwords import Passwords
from telemed.settings import Settings, parse_keys
from telemed.storage.engine import Database
from telemed.storage.outbox import Subscriber
from telemed.subscribers import SUBSCRIPTIONS
from telemed.trace.service import Journal, TraceService


@dataclass
class Services:
    """Everything built for one process, in order of construction."""

    settings: Settings
    clock: Clock
    database: Database
    journal: Journal
    law: Law
    trace: TraceService
    passwords: Passwords
    practices: PracticeService
    professionals: ProfessionalService
    enrolment: EnrolmentService
    password_sign_in: PasswordSignIn
    sign_in: SignInService
    sessions: SessionService
    patients: PatientService
    consents: ConsentService
    room_records: RoomRecords
    rooms: SignalingRooms
    hub: Hub
    links: LinkService
    booking: BookingService
    overview: OverviewService
    visits: VisitService
    calls: CallService
    reports: ReportService
    board: WaitingBoard
    documents: Documents
    monitoring_reports: Reports
    claims: ClaimService
    cap: CapService
    derogations: DerogationService
    activity: ActivityService
    invoicing: Invoicing
    quotas: QuotaService
    expertise: Expertise
    attachments: Attachments
    experts: Experts
    telemonitoring: Telemonitoring
    own_pages: OwnPages
    accounting: Accounting
    preview: PreviewService
    quota_reader: QuotaReader
    accompaniments: AccompanimentService
    merges: MergeService
    deaths: DeathService
    live: Live
    subscribers: dict[str, Subscriber] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)


def open_database(settings: Settings) -> Database:
    """The database of the settings, with its keys and the table of subscribers."""
    keyring = Keyring(
        parse_keys(settings.encryption_keys.get_secret_value()),
        next(iter(parse_keys(settings.index_key.get_secret_value()).values())),
    )
    return Database(settings.database, keyring, subscriptions=SUBSCRIPTIONS)


def build_services(
    settings: Settings,
    *,
    clock: Clock | None = None,
    database: Database | None = None,
    senders: Mapping[Channel, MessageSender] | None = None,
    caisse: Caisse | None = None,
) -> Services:
    """Build every service. `senders` and `caisse` replace the operators and the caisse that the settings name."""
    clock = clock or SystemClock()
    ground = Ground(settings, clock, database or open_database(settings), Journal(clock=clock), the_law())
    billing = build_billing(ground, open_keys_of_seals(settings).signer, caisse or open_caisse(settings))
    casework = build_casework(ground, billing["quotas"])
    senders = build_senders(ground) if senders is None else senders
    links = LinkService(**common(ground), public_url=settings.public_url, senders=senders)
    booking = BookingService(**common(ground), links=links, cap_guard=CapOfBilling(billing["cap"]))
    telemonitoring = build_telemonitoring(ground, booking=booking, senders=senders)
    consents = build_consents(ground, casework, telemonitoring)
    patients = build_patients(ground, billing["quotas"])
    act_consents = ActConsents(consents=consents, law=ground.law)
    records, tokens = RoomRecords(database=ground.database, clock=clock), RoomTokens(room_keys(settings), now=clock.now)
    rooms = SignalingRooms(tokens=tokens, clock=clock)
    follow_links, experts = build_follow_links(ground, senders), build_experts(ground)
    people, documents = build_people(ground, experts), build_documents(ground, senders=senders, pages=follow_links)
    services = Services(
        settings=settings,
        clock=clock,
        database=ground.database,
        journal=ground.journal,
        law=ground.law,
        trace=TraceService(database=ground.database, journal=ground.journal),
        **people,
        patients=patients,
        consents=consents,
        room_records=records,
        rooms=rooms,
        hub=build_hub(ground, tokens, records),
        links=links,
        booking=booking,
        overview=OverviewService(**common(ground), consents=act_consents),
        visits=VisitService(**common(ground), consents=act_consents, patients=patients, rooms=rooms),
        calls=CallService(**common(ground), consents=act_consents, rooms=rooms),
        board=WaitingBoard(database=ground.database, clock=clock, rooms=rooms),
        reports=ReportService(**common(ground), law=ground.law, consents=act_consents, documents=documents.service),
        documents=documents,
        monitoring_reports=build_reports(ground, telemonitoring, documents, senders),
        **billing,
        expertise=build_expertise(
            ground, casework, consents, documents=documents, senders=senders, rooms=ExpertiseRooms(rooms)
        ),
        experts=experts,
        telemonitoring=telemonitoring,
        own_pages=build_own_pages(ground, telemonitoring, consents, follow_links),
        attachments=build_attachments(ground, casework),
        accounting=build_accounting(**common(ground), law=ground.law),
        merges=MergeService(**common(ground), on_merge=(billing["quotas"],), on_death=ends_of_life(telemonitoring)),
        deaths=build_deaths(ground, telemonitoring),
        live=build_live(ground, people["sessions"], experts.presence),
    )
    return _connected(services)


def _connected(services: Services) -> Services:
    """What each service expects of the others, once all are built."""
    services.rooms.connect(services.hub)
    services.subscribers = build_subscribers(services)
    services.jobs = build_jobs(services)
    return services


def build_subscribers(services: Services) -> dict[str, Subscriber]:
    """Who takes each event of the table of subscriptions."""
    return {
        "links.deliver": services.links.deliver,
        "links.deliver_cancellation": services.links.deliver_cancellation,
        "telemonitoring.deliver_link": services.own_pages.links.deliver,
        "telemonitoring.keep_entry": services.telemonitoring.keying.entries.keep,
        "claims.receive": services.claims.receive,
        "teleexpertise.notify": services.expertise.notices.deliver,
        "teleexpertise.send_digest": services.expertise.notices.deliver_digest,
        "telemonitoring.tell_ended": services.monitoring_reports.ended.deliver,
        "telemonitoring.tell_overdue": services.telemonitoring.triage.sweep.deliver,
        "documents.deliver": services.documents.deliveries.deliver,
    }


class People(TypedDict):
    """Practices, accounts and sessions, as `Services` names them."""

    passwords: Passwords
    practices: PracticeService
    professionals: ProfessionalService
    enrolment: EnrolmentService
    password_sign_in: PasswordSignIn
    sign_in: SignInService
    sessions: SessionService


def build_people(ground: Ground, experts: Experts) -> People:
    settings, passwords = ground.settings, Passwords()
    return People(
        passwords=passwords,
        practices=PracticeService(database=ground.database, journal=ground.journal),
        professionals=ProfessionalService(**common(ground), on_suspension=(experts.profiles,)),
        enrolment=EnrolmentService(**common(ground), passwords=passwords),
        password_sign_in=PasswordSignIn(database=ground.database, clock=ground.clock, passwords=passwords),
        sign_in=SignInService(**common(ground), longest=timedelta(hours=settings.session_max_hours)),
        sessions=SessionService(**common(ground), idle=timedelta(minutes=settings.session_idle_minutes)),
    )


def build_patients(ground: Ground, quotas: QuotaService) -> PatientService:
    return PatientService(
        **common(ground),
        law=ground.law,
        territory_of=lambda session, practice_id: PracticeStore(session).territory_of(practice_id),
        may_hold_test_matricules=not ground.settings.is_production,
        on_identity=(quotas,),
    )


def ends_of_life(telemonitoring: Telemonitoring) -> Sequence[DeathFollower]:
    """What a death stops, whether it is noted or comes with a record that is merged."""
    return (EndOfLife(steps=telemonitoring.care.steps),)


def build_deaths(ground: Ground, telemonitoring: Telemonitoring) -> DeathService:
    return DeathService(
        **common(ground),
        territory_of=lambda session, practice_id: PracticeStore(session).territory_of(practice_id),
        followers=ends_of_life(telemonitoring),
    )


def build_consents(ground: Ground, casework: Casework, telemonitoring: Telemonitoring) -> ConsentService:
    cases, follow_ups = CaseConsents(casework=casework), telemonitoring.care.consents
    lasting = {ActKind.TELEMONITORING: follow_ups, ActKind.TELEMONITORING_USAGE: follow_ups}
    return ConsentService(
        **common(ground),
        law=ground.law,
        wordings=the_wordings(),
        acts={ActKind.TELECONSULTATION: TeleconsultationDirectory(), ActKind.TELEEXPERTISE: cases, **lasting},
        followers={ActKind.TELEEXPERTISE: cases, **lasting},
    )


def build_senders(ground: Ground) -> dict[Channel, MessageSender]:
    """The operators that the settings name; a channel that is not configured is not offered."""
    settings = ground.settings
    found: dict[Channel, MessageSender] = {}
    if settings.sms_url:
        found[Channel.SMS] = SmsGatewaySender(settings.sms_url, settings.sms_token.get_secret_value())
    if smtp_url := settings.smtp_url.get_secret_value():
        found[Channel.EMAIL] = SmtpSender(parse_smtp_url(smtp_url), settings.mail_from, ground.clock)
    return found


def build_hub(ground: Ground, tokens: RoomTokens, records: RoomRecords) -> Hub:
    """The rooms of this process, on the records of the database."""
    settings = ground.settings
    joined = EveryRoom(TeleconsultationRooms(records), CallRooms(database=ground.database))
    ice = IceServers(
        now=ground.clock.now,
        stun_urls=_listed(settings.stun_urls),
        turn_urls=_listed(settings.turn_urls),
        turn_secret=settings.turn_secret.get_secret_value(),
    )
    return Hub(tokens=tokens, directory=joined, ledger=joined, used_tokens=joined, ice=ice, now=ground.clock.now)


def build_jobs(services: Services) -> list[Job]:
    """The periodic jobs; each may run late or twice."""
    return [
        Job(
            id="sessions.forget_old",
            trigger=every(hours=1),
            run=services.sessions.forget_old,
            lateness=timedelta(hours=1),
            why="drop sessions long over and attempts that nobody repeats",
        ),
        Job(
            id="links.follow_up",
            trigger=every(minutes=1),
            run=services.links.follow_up,
            lateness=timedelta(minutes=5),
            why="ask the operators whether links arrived, so that the secretary sees it",
        ),
        Job(
            id="links.forget_expired",
            trigger=every(hours=6),
            run=services.links.forget_expired,
            lateness=timedelta(hours=6),
            why="drop links and visit sessions that ended a month ago",
        ),
        Job(
            id="rooms.forget_tokens",
            trigger=every(minutes=30),
            run=services.room_records.forget_tokens,
            lateness=timedelta(minutes=30),
            why="drop the memory of room tokens that have expired anyway",
        ),
        *build_lot_jobs(services.invoicing.lots),
        *services.expertise.jobs(),
        *services.attachments.jobs(),
        *services.experts.jobs(),
        *services.telemonitoring.jobs(),
        *services.own_pages.jobs(),
        *services.live.jobs(),
    ]


def room_keys(settings: Settings) -> list[TokenKey]:
    return [TokenKey(key_id, key) for key_id, key in parse_keys(settings.room_keys.get_secret_value()).items()]


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
