"""The services of billing on a real database, and a small site around their routes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy.ext.asyncio import AsyncSession

from billing.routes import activity as activity_routes
from billing.routes import cap as cap_routes
from billing.routes import claims as claim_routes
from billing.routes import derogations as derogation_routes
from billing.routes import law as law_routes
from billing.rules.cap import NONE, Counts
from billing.service import ActivityService, CapService, ClaimService, DerogationService, QuotaService
from telemed.api.auth import AUTHENTICATORS, SESSION_COOKIE, Authenticator
from telemed.api.limits import RateLimiter
from telemed.api.middlewares import LIMITER, MIDDLEWARES, SETTINGS
from telemed.kernel.caller import Caller, CallerKind, Role
from telemed.kernel.clock import FrozenClock
from telemed.law.law import Law
from telemed.settings import Environment, Settings
from telemed.storage.engine import Database
from telemed.trace.service import Journal
from tests.the_law import LAW
from tests.unit.billing.making import DOCTOR_ID, PRACTICE_ID

OTHER_DOCTOR_ID = UUID("01900000-0000-7000-8000-000000000002")
OTHER_PRACTICE_ID = UUID("01900000-0000-7000-8000-0000000000bb")
RPPS, OTHER_RPPS = "10001234567", "10007654321"


@dataclass
class Agenda:
    """The booked acts that a test says there are; it remembers what it was asked."""

    booked: Counts = NONE
    asked: list[tuple[str, datetime, datetime]] = field(default_factory=list)

    async def count_booked(
        self, session: AsyncSession, rpps: str, *, start: datetime, end: datetime, now: datetime
    ) -> Counts:
        self.asked.append((rpps, start, end))
        return self.booked


def make_caller(
    *roles: Role,
    professional_id: UUID = DOCTOR_ID,
    practice_id: UUID | None = PRACTICE_ID,
    rpps: str | None = None,
) -> Caller:
    return Caller(
        CallerKind.PROFESSIONAL, id=professional_id, practice_id=practice_id, roles=frozenset(roles), rpps=rpps
    )


DOCTOR = make_caller(Role.DOCTOR, rpps=RPPS)
OTHER_DOCTOR = make_caller(Role.DOCTOR, professional_id=OTHER_DOCTOR_ID, rpps=OTHER_RPPS)
SECRETARY = make_caller(Role.SECRETARY, professional_id=UUID("01900000-0000-7000-8000-000000000003"))
FOREIGN_SECRETARY = make_caller(
    Role.SECRETARY, professional_id=UUID("01900000-0000-7000-8000-000000000004"), practice_id=OTHER_PRACTICE_ID
)
ADMINISTRATOR = make_caller(Role.ADMINISTRATOR, professional_id=UUID("01900000-0000-7000-8000-000000000005"))
FOREIGN_ADMINISTRATOR = make_caller(
    Role.ADMINISTRATOR, professional_id=UUID("01900000-0000-7000-8000-000000000006"), practice_id=OTHER_PRACTICE_ID
)
AUDITOR = make_caller(Role.AUDITOR, professional_id=UUID("01900000-0000-7000-8000-000000000007"))
CALLERS = {
    "doctor": DOCTOR,
    "other_doctor": OTHER_DOCTOR,
    "secretary": SECRETARY,
    "foreign_secretary": FOREIGN_SECRETARY,
    "administrator": ADMINISTRATOR,
    "foreign_administrator": FOREIGN_ADMINISTRATOR,
    "auditor": AUDITOR,
}


@pytest.fixture(scope="session")
def law() -> Law:
    return LAW


@pytest.fixture
def agenda() -> Agenda:
    return Agenda()


@pytest.fixture
def quotas(clock: FrozenClock, law: Law) -> QuotaService:
    return QuotaService(clock=clock, law=law)


@pytest.fixture
def claims(database: Database, clock: FrozenClock, law: Law, quotas: QuotaService) -> ClaimService:
    return ClaimService(database=database, clock=clock, law=law, journal=Journal(clock=clock), quotas=quotas)


@pytest.fixture
def cap(database: Database, clock: FrozenClock, law: Law, agenda: Agenda) -> CapService:
    return CapService(database=database, clock=clock, law=law, journal=Journal(clock=clock), booked=agenda)


@pytest.fixture
def derogations(database: Database, clock: FrozenClock, law: Law) -> DerogationService:
    return DerogationService(database=database, clock=clock, law=law, journal=Journal(clock=clock))


@pytest.fixture
def activity(database: Database, clock: FrozenClock) -> ActivityService:
    return ActivityService(database=database, clock=clock, journal=Journal(clock=clock))


class Names:
    """Takes the name of a caller for a session."""

    async def authenticate(self, token: str) -> Caller | None:
        return CALLERS.get(token)


@pytest_asyncio.fixture
async def site(
    claims: ClaimService,
    cap: CapService,
    derogations: DerogationService,
    activity: ActivityService,
    clock: FrozenClock,
    law: Law,
) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = web.Application(middlewares=MIDDLEWARES)
    app[SETTINGS] = Settings(environment=Environment.TEST)
    app[LIMITER] = RateLimiter(clock=clock, per_minute=100_000)
    authenticators: dict[str, Authenticator] = {SESSION_COOKIE: Names()}
    app[AUTHENTICATORS] = authenticators
    app[claim_routes.CLAIMS], app[cap_routes.CAP] = claims, cap
    app[derogation_routes.DEROGATIONS] = derogations
    app[activity_routes.ACTIVITY] = activity
    app[law_routes.LAW], app[law_routes.CLOCK] = law, clock
    for routes in (claim_routes, cap_routes, derogation_routes, activity_routes, law_routes):
        routes.operations.add_to(app)
    async with TestClient(TestServer(app)) as client:
        yield client
