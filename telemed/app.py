"""The composition root: the only module that builds and connects everything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import orjson
from aiohttp import web

from telemed import __version__
from telemed.api import docs_page, health, openapi
from telemed.api.auth import AUTHENTICATORS, SESSION_COOKIE, Authenticator
from telemed.api.limits import RateLimiter
from telemed.api.middlewares import LIMITER, MIDDLEWARES, SETTINGS, add_security_headers
from telemed.api.operation import Operations
from telemed.consent.service import ConsentService
from telemed.consent.store import published_wordings
from telemed.kernel.clock import Clock, SystemClock
from telemed.law.law import Law
from telemed.patients.service import PatientService
from telemed.professionals.service import (
    EnrolmentService,
    PasswordSignIn,
    PracticeService,
    ProfessionalService,
    SessionService,
    SignInService,
)
from telemed.professionals.store import PracticeStore
from telemed.scheduler import Job, every, run_jobs_while_leading
from telemed.security.keyring import Keyring
from telemed.security.passwords import Passwords
from telemed.settings import Settings, parse_keys
from telemed.storage.engine import Database
from telemed.storage.migrate import is_current, upgrade
from telemed.storage.outbox import OutboxWorker, Subscriber
from telemed.subscribers import SUBSCRIPTIONS, check_complete
from telemed.trace import routes as trace_routes
from telemed.trace.service import Journal, TraceService


@dataclass
class Services:
    """Everything built for one process, in order of construction."""

    settings: Settings
    clock: Clock
    database: Database
    journal: Journal
    trace: TraceService
    law: Law
    passwords: Passwords
    practices: PracticeService
    professionals: ProfessionalService
    enrolment: EnrolmentService
    password_sign_in: PasswordSignIn
    sign_in: SignInService
    sessions: SessionService
    patients: PatientService
    consents: ConsentService
    subscribers: dict[str, Subscriber] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)


SERVICES = web.AppKey("services", Services)
OPERATIONS: tuple[Operations, ...] = (health.operations, trace_routes.operations)


def open_database(settings: Settings) -> Database:
    """The database of the settings, with its keys and the table of subscribers."""
    keyring = Keyring(
        parse_keys(settings.encryption_keys.get_secret_value()),
        next(iter(parse_keys(settings.index_key.get_secret_value()).values())),
    )
    return Database(settings.database, keyring, subscriptions=SUBSCRIPTIONS)


def build_services(settings: Settings, *, clock: Clock | None = None, database: Database | None = None) -> Services:
    """Build every service; nothing is started and nothing is read from the database yet."""
    clock = clock or SystemClock()
    database = database or open_database(settings)
    journal, law, passwords = Journal(clock=clock), Law.load(), Passwords()
    sessions = SessionService(
        database=database, clock=clock, journal=journal, idle=timedelta(minutes=settings.session_idle_minutes)
    )
    return Services(
        settings=settings,
        clock=clock,
        database=database,
        journal=journal,
        trace=TraceService(database=database, journal=journal),
        law=law,
        passwords=passwords,
        practices=PracticeService(database=database, journal=journal),
        professionals=ProfessionalService(database=database, clock=clock, journal=journal),
        enrolment=EnrolmentService(database=database, clock=clock, journal=journal, passwords=passwords),
        password_sign_in=PasswordSignIn(database=database, clock=clock, passwords=passwords),
        sign_in=SignInService(
            database=database, clock=clock, journal=journal, longest=timedelta(hours=settings.session_max_hours)
        ),
        sessions=sessions,
        patients=PatientService(
            database=database,
            clock=clock,
            journal=journal,
            law=law,
            territory_of=lambda session, practice_id: PracticeStore(session).territory_of(practice_id),
            may_hold_test_matricules=not settings.is_production,
        ),
        consents=ConsentService(
            database=database, clock=clock, journal=journal, law=law, wordings=published_wordings(), acts={}
        ),
        jobs=[
            Job(
                id="sessions.forget_old",
                trigger=every(hours=1),
                run=sessions.forget_old,
                lateness=timedelta(hours=1),
                why="drop sessions long over and attempts that nobody repeats",
            )
        ],
    )


def build_app(services: Services) -> web.Application:
    """The web application around built services; its background tasks start and stop with it."""
    settings = services.settings
    app = web.Application(middlewares=MIDDLEWARES, client_max_size=settings.body_limit_bytes)
    app[SERVICES] = services
    app[SETTINGS] = settings
    app[LIMITER] = RateLimiter(clock=services.clock, per_minute=settings.requests_per_minute)
    authenticators: dict[str, Authenticator] = {SESSION_COOKIE: services.sessions}
    app[AUTHENTICATORS] = authenticators
    app[trace_routes.TRACE] = services.trace
    checks: dict[str, health.Check] = {"database": lambda: is_current(services.database)}
    app[health.CHECKS] = checks
    app.on_response_prepare.append(add_security_headers)
    for operations in OPERATIONS:
        operations.add_to(app)
    _serve_documentation(app, settings)
    app.cleanup_ctx.append(_run_background)
    return app


def openapi_document(server: str) -> dict[str, object]:
    """The OpenAPI document of every operation."""
    items = (operation for operations in OPERATIONS for operation in operations.items)
    return openapi.build_document(items, version=__version__, server=server)


def _serve_documentation(app: web.Application, settings: Settings) -> None:
    document = openapi_document(settings.public_url)
    raw, page = orjson.dumps(document), docs_page.render(document)

    async def serve_document(_request: web.Request) -> web.Response:
        return web.Response(body=raw, content_type="application/json")

    async def serve_page(_request: web.Request) -> web.Response:
        return web.Response(text=page, content_type="text/html")

    app.router.add_get("/openapi.json", serve_document)
    app.router.add_get("/docs", serve_page)


async def _run_background(app: web.Application) -> AsyncIterator[None]:
    """Migrate, then run the outbox and the scheduled jobs for as long as the application serves."""
    services = app[SERVICES]
    check_complete(services.subscribers)
    await upgrade(services.database)
    worker = OutboxWorker(services.database, services.clock, services.subscribers)
    tasks = [
        asyncio.create_task(worker.run(), name="outbox"),
        asyncio.create_task(run_jobs_while_leading(services.settings.database, services.jobs), name="scheduler"),
    ]
    yield
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
    await services.database.close()
