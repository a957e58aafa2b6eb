"""The web application around built services."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import cache, lru_cache

import orjson
import structlog
from aiohttp import web

from billing.routes import activity as activity_routes
from billing.routes import cap as cap_routes
from billing.routes import claims as claim_routes
from billing.routes import derogations as derogation_routes
from billing.routes import insurance as insurance_routes
from billing.routes import law as law_routes
from billing.routes import life as life_routes
from billing.routes import lots as lot_routes
from billing.routes import preview as preview_routes
from billing.routes import quotas as quota_routes
from billing.routes import reconciliation as reconciliation_routes
from billing.routes.reconciliation import RECONCILIATION
from signaling.server import add_socket_route
from telemed import __version__
from telemed.acts.teleconsultation import routes as teleconsultation_routes
from telemed.acts.teleconsultation.routes.booking import BOOKING, LINKS, OVERVIEW
from telemed.acts.teleconsultation.routes.call import CALL
from telemed.acts.teleconsultation.routes.report import REPORTS
from telemed.acts.teleconsultation.routes.visit import VISIT
from telemed.acts.teleexpertise import routes as teleexpertise_routes
from telemed.acts.teleexpertise.routes import keys as teleexpertise_keys
from telemed.acts.teleexpertise.routes.templates import TEMPLATES
from telemed.acts.telemonitoring import routes as telemonitoring_routes
from telemed.acts.telemonitoring.formats.fhir import capabilities as telemonitoring_fhir
from telemed.acts.telemonitoring.routes import reports as report_routes
from telemed.adapters.rooms import SOCKET_PATH
from telemed.api import docs_page, fhir, health, openapi, problems_page, stream
from telemed.api.auth import AUTHENTICATORS, FOLLOW_COOKIE, SESSION_COOKIE, VISIT_COOKIE, Authenticator
from telemed.api.limits import RateLimiter
from telemed.api.middlewares import LIMITER, MIDDLEWARES, SETTINGS, add_security_headers
from telemed.api.operation import Operations
from telemed.app.attachments import Attachments
from telemed.app.background import end_tasks
from telemed.app.expertise import Expertise
from telemed.app.experts import Experts
from telemed.app.pages import page_services
from telemed.app.services import Services
from telemed.app.telemonitoring import give_telemonitoring
from telemed.app.telemonitoring.keying import give_own_pages
from telemed.app.telemonitoring.mqtt import receiving
from telemed.attachments import routes as attachment_routes
from telemed.consent import routes as consent_routes
from telemed.documents import routes as document_routes
from telemed.experts import routes as expert_routes
from telemed.experts.formats import capabilities as expert_fhir
from telemed.experts.routes import keys as expert_keys
from telemed.experts.routes.presence import PRESENCES
from telemed.patients import routes as patients_routes
from telemed.professionals import routes as professionals_routes
from telemed.scheduler import run_jobs_while_leading
from telemed.settings import Settings
from telemed.storage.migrate import is_current, upgrade
from telemed.storage.outbox import OutboxWorker
from telemed.subscribers import check_complete
from telemed.trace import routes as trace_routes
from telemed.web import add_pages

SERVICES = web.AppKey("services", Services)
_TELL_EVERY_SECONDS = 4
log = structlog.get_logger("site")
OPERATIONS: tuple[Operations, ...] = (
    health.operations,
    stream.operations,
    fhir.operations,
    *teleconsultation_routes.OPERATIONS,
    *teleexpertise_routes.OPERATIONS,
    *telemonitoring_routes.OPERATIONS,
    attachment_routes.operations,
    *professionals_routes.OPERATIONS,
    *expert_routes.OPERATIONS,
    patients_routes.operations,
    consent_routes.operations,
    document_routes.operations,
    claim_routes.operations,
    cap_routes.operations,
    derogation_routes.operations,
    life_routes.operations,
    insurance_routes.operations,
    lot_routes.operations,
    activity_routes.operations,
    reconciliation_routes.operations,
    law_routes.operations,
    preview_routes.operations,
    quota_routes.operations,
    trace_routes.operations,
)


def build_app(services: Services) -> web.Application:
    """The web application; its background tasks start and stop with it."""
    settings = services.settings
    app = web.Application(middlewares=MIDDLEWARES, client_max_size=settings.body_limit_bytes)
    app[SERVICES] = services
    app[SETTINGS] = settings
    app[LIMITER] = RateLimiter(clock=services.clock, per_minute=settings.requests_per_minute)
    authenticators: dict[str, Authenticator] = {
        SESSION_COOKIE: services.sessions,
        VISIT_COOKIE: services.links,
        FOLLOW_COOKIE: services.own_pages.links,
    }
    app[AUTHENTICATORS] = authenticators
    checks: dict[str, health.Check] = {"database": lambda: is_current(services.database)}
    app[health.CHECKS] = checks
    _give_services(app, services)
    app.on_response_prepare.extend((add_security_headers, professionals_routes.deliver_session_cookie))
    for operations in OPERATIONS:
        operations.add_to(app)
    _serve_documentation(app, settings)
    add_pages(app, page_services(services))
    app.cleanup_ctx.append(_run_background)
    app.on_shutdown.append(services.live.streams.close)
    add_socket_route(app, services.hub, path=SOCKET_PATH, allowed_origins=[settings.public_url])
    return app


def openapi_document(server: str) -> dict[str, object]:
    """The OpenAPI document of every operation."""
    items = (operation for operations in OPERATIONS for operation in operations.items)
    return openapi.build_document(items, version=__version__, server=server)


def _give_services(app: web.Application, services: Services) -> None:
    """Under the keys by which the routes find them."""
    app[trace_routes.TRACE] = services.trace
    app[stream.STREAMS] = services.live.streams
    app[PRESENCES] = services.experts.presence
    _give_people(app, services)
    _give_expertise(app, services.expertise)
    _give_experts(app, services.experts)
    give_telemonitoring(app, services.telemonitoring)
    app[report_routes.REPORTS] = services.monitoring_reports.written
    app[report_routes.SENDING] = services.monitoring_reports.sent
    give_own_pages(app, services.own_pages)
    capabilities = (*expert_fhir.CAPABILITIES, *telemonitoring_fhir.CAPABILITIES)
    app[fhir.METADATA] = fhir.write_statement(capabilities, address=f"{services.settings.public_url}/fhir")
    app[expert_keys.BASE_URL] = services.settings.public_url.rstrip("/")
    _give_attachments(app, services.attachments)
    app[document_routes.DOCUMENTS] = services.documents.archive
    app[teleexpertise_keys.ARCHIVE] = services.documents.archive
    app[document_routes.DELIVERIES] = services.documents.deliveries
    app[BOOKING] = services.booking
    app[LINKS] = services.links
    app[OVERVIEW] = services.overview
    app[CALL] = services.calls
    app[REPORTS] = services.reports
    app[VISIT] = services.visits
    app[claim_routes.CLAIMS] = services.claims
    app[cap_routes.CAP] = services.cap
    app[derogation_routes.DEROGATIONS] = services.derogations
    app[life_routes.LIVES] = services.invoicing.lives
    app[life_routes.INVOICES] = services.invoicing.invoices
    app[insurance_routes.INSURANCES] = services.invoicing.insurances
    app[lot_routes.LOTS] = services.invoicing.lots
    app[activity_routes.ACTIVITY] = services.activity
    app[RECONCILIATION] = services.accounting.reconciliation
    app[law_routes.LAW] = services.law
    app[preview_routes.PREVIEW] = services.preview
    app[quota_routes.QUOTAS] = services.quota_reader
    app[preview_routes.ACCOMPANIMENTS] = services.accompaniments
    app[law_routes.CLOCK] = services.clock


def _give_expertise(app: web.Application, expertise: Expertise) -> None:
    app[teleexpertise_keys.REQUESTS] = expertise.requests
    app[teleexpertise_keys.ANSWERS] = expertise.answers
    app[teleexpertise_keys.OPINIONS] = expertise.opinions
    app[teleexpertise_keys.PAPERS] = expertise.papers
    app[teleexpertise_keys.LEVELS] = expertise.levels
    app[teleexpertise_keys.MESSAGES] = expertise.messages
    app[teleexpertise_keys.CASES] = expertise.cases
    app[teleexpertise_keys.PROPOSALS] = expertise.proposals
    app[teleexpertise_keys.NOTICES] = expertise.notices
    app[teleexpertise_keys.RINGS] = expertise.rings
    app[teleexpertise_keys.CALLS] = expertise.calls
    app[TEMPLATES] = expertise.templates


def _give_attachments(app: web.Application, attachments: Attachments) -> None:
    app[attachment_routes.ARRIVALS] = attachments.arrivals
    app[attachment_routes.READING] = attachments.reading
    app[attachment_routes.REMOVAL] = attachments.removal


def _give_experts(app: web.Application, experts: Experts) -> None:
    app[expert_keys.PROFILES] = experts.profiles
    app[expert_keys.HOURS] = experts.hours
    app[expert_keys.CALENDARS] = experts.calendars
    app[expert_keys.SLOTS] = experts.slots
    app[expert_keys.LINES] = experts.lines
    app[expert_keys.TEAMS] = experts.teams


def _give_people(app: web.Application, services: Services) -> None:
    """Patients, professionals and consents."""
    app[professionals_routes.PRACTICES] = services.practices
    app[professionals_routes.PROFESSIONALS] = services.professionals
    app[professionals_routes.ENROLMENT] = services.enrolment
    app[professionals_routes.PASSWORD_SIGN_IN] = services.password_sign_in
    app[professionals_routes.SIGN_IN] = services.sign_in
    app[professionals_routes.SESSIONS] = services.sessions
    per_minute = min(services.settings.requests_per_minute, professionals_routes.SIGN_INS_PER_MINUTE)
    app[professionals_routes.SIGN_IN_LIMITER] = RateLimiter(clock=services.clock, per_minute=per_minute)
    app[patients_routes.PATIENTS] = services.patients
    app[patients_routes.MERGES] = services.merges
    app[patients_routes.DEATHS] = services.deaths
    app[consent_routes.CONSENTS] = services.consents


@lru_cache(maxsize=4)
def _documentation(server: str) -> tuple[bytes, str]:
    """The document and its page: a third of a second of work, the same for every application of a process."""
    document = openapi_document(server)
    return orjson.dumps(document), docs_page.render(document)


@cache
def _problems() -> str:
    return problems_page.render(problems_page.read_rows())


def _serve_documentation(app: web.Application, settings: Settings) -> None:
    raw, page = _documentation(settings.public_url)
    problems = _problems()

    async def serve_document(_request: web.Request) -> web.Response:
        return web.Response(body=raw, content_type="application/json")

    async def serve_page(_request: web.Request) -> web.Response:
        return web.Response(text=page, content_type="text/html")

    async def serve_problems(_request: web.Request) -> web.Response:
        return web.Response(text=problems, content_type="text/html")

    async def serve_style(_request: web.Request) -> web.Response:
        return web.Response(text=docs_page.STYLE, content_type="text/css")

    app.router.add_get("/openapi.json", serve_document)
    app.router.add_get("/docs.css", serve_style)
    app.router.add_get("/docs", serve_page)
    app.router.add_get(problems_page.ADDRESS, serve_problems)


async def _tell_places(services: Services) -> None:
    """For ever: those who wait in this process's rooms learn their place. Not the leader's: rooms are a process's."""
    while True:
        await asyncio.sleep(_TELL_EVERY_SECONDS)
        if not services.hub.occupancy().waiting:
            continue
        try:
            await services.board.tell()
        except Exception:  # an edge: the next round tries again
            log.exception("board.round_failed")


async def _run_background(app: web.Application) -> AsyncIterator[None]:
    """Migrate, then run the outbox and the scheduled jobs for as long as the application serves."""
    services = app[SERVICES]
    check_complete(services.subscribers)
    await upgrade(services.database)
    worker = OutboxWorker(services.database, services.clock, services.subscribers)
    tasks = [
        asyncio.create_task(worker.run(), name="outbox"),
        asyncio.create_task(run_jobs_while_leading(services.settings.database, services.jobs), name="scheduler"),
        asyncio.create_task(_tell_places(services), name="waiting board"),
        asyncio.create_task(services.live.wire.run(), name="live wire"),
        asyncio.create_task(services.telemonitoring.entrance.keys.follow(services.live.wire), name="door keys"),
    ]
    try:
        async with receiving(services.settings, services.telemonitoring.doors):
            yield
    finally:
        await end_tasks(tasks)
        await services.telemonitoring.entrance.histories.work.close()
        await services.telemonitoring.ingestion.close()
        services.documents.close()
        services.accounting.close()
        await services.database.close()
