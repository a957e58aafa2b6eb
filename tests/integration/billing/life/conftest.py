"""An office that invoices and sends, with a real caisse on loopback and a clock that only moves when told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from billing.model import Claim
from billing.model.invoice import Complementary, Insurance, RightsSource
from billing.model.life import Stage
from billing.model.standing import ClaimLife
from billing.ports import Caisse, CapCheck
from billing.service import ClaimService, QuotaService
from billing.service.following import LifeKeeper
from billing.service.insurance import InsuranceService
from billing.service.invoices import InvoiceService
from billing.service.life import LifeService
from billing.service.lots import LotService
from billing.service.places import Places
from telemed.kernel.caller import Caller
from telemed.kernel.clock import FrozenClock
from telemed.kernel.decision import ALLOWED, Decision
from telemed.kernel.ids import new_id
from telemed.law.law import Law
from telemed.storage.engine import Database
from telemed.trace.service import Journal
from tests.fixtures.caisse import SIGNER, CaisseGround
from tests.integration.billing.conftest import DOCTOR
from tests.unit.billing.making import PRACTICE_ID, make_facts

NSS = "253072B07300470"
OTHER_NSS = "295109912611193"
PATIENT_ID = UUID("01900000-0000-7000-8000-0000000000e1")
ORGANISM, OTHER_ORGANISM = "013121234", "026710001"


@dataclass
class Cap:
    """What the cap answers, as a test says; it remembers what it was asked."""

    decision: Decision = ALLOWED
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, session: AsyncSession, **facts: Any) -> Decision:
        self.asked.append(facts)
        return ALLOWED if facts["override_reason"] else self.decision


class Records:
    """Patients that the practice holds."""

    def __init__(self) -> None:
        self.known = {(PATIENT_ID, PRACTICE_ID)}

    async def is_of_practice(self, patient_id: UUID, practice_id: UUID) -> bool:
        return (patient_id, practice_id) in self.known


@dataclass
class Office:
    """The services of a practice, and shortcuts through an ordinary life."""

    database: Database
    clock: FrozenClock
    law: Law
    cap: Cap
    records: Records
    claims: ClaimService
    invoices: InvoiceService
    insurances: InsuranceService
    lives: LifeService
    lots: LotService
    quotas: QuotaService

    async def propose(self, **changes: Any) -> Claim:
        """A new téléconsultation of today, in tiers payant within the parcours unless told otherwise."""
        start = self.clock.now() - timedelta(minutes=30)
        facts = {"act_id": new_id(), "started_at": start, "ended_at": start + timedelta(minutes=12)}
        return await self.claims.propose(make_facts(**(facts | changes)))

    async def insure(self, **changes: Any) -> Insurance:
        return await self.insurances.put(DOCTOR, make_insurance(**changes))

    async def invoiced(self, **changes: Any) -> ClaimLife:
        """A claim with its invoice; the rights of the patient are recorded on the way."""
        claim = await self.propose(**changes)
        if await self.insurances.get(DOCTOR, claim.patient_id) is None:
            await self.insure(patient_id=claim.patient_id)
        return await self.invoices.invoice(DOCTOR, claim.id)

    async def sent(self, **changes: Any) -> ClaimLife:
        """A claim whose lot the caisse has; nothing was fetched back yet."""
        life = await self.invoiced(**changes)
        await self.lots.make_lots()
        await self.lots.transmit()
        return await self.life(life.standing.claim_id)

    async def life(self, claim_id: UUID, caller: Caller = DOCTOR) -> ClaimLife:
        return await self.lives.get(caller, claim_id)

    async def stage(self, claim_id: UUID) -> Stage:
        return (await self.life(claim_id)).standing.stage

    async def run_jobs(self) -> None:
        """Every job once, in an order that helps none of them."""
        await self.lots.chase()
        await self.lots.collect_returns()
        await self.lots.transmit()
        await self.lots.make_lots()
        await self.lots.purge_copies()

    async def work_until(self, day: date, *, hours: int = 6) -> None:
        """Run the jobs every few hours up to that day at noon, as a scheduler would."""
        end = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        while self.clock.now() < end:
            self.clock.advance(min(timedelta(hours=hours), end - self.clock.now()))
            await self.run_jobs()


def make_insurance(**changes: Any) -> Insurance:
    facts: dict[str, Any] = {
        "patient_id": PATIENT_ID,
        "practice_id": PRACTICE_ID,
        "nss": NSS,
        "organism": ORGANISM,
        "source": RightsSource.ADRI,
        "seen_on": date(2026, 1, 5),
    }
    return Insurance(**(facts | changes))


MUTUELLE = Complementary("775671894", "A-123456", takes_dre=True)


def make_office(
    database: Database,
    clock: FrozenClock,
    law: Law,
    caisse: Caisse | None,
    *,
    call_seconds: float = 5.0,
    check_cap: CapCheck | None = None,
) -> Office:
    journal, keeper, cap, records = Journal(clock=clock), LifeKeeper(clock=clock), Cap(), Records()
    quotas = QuotaService(clock=clock, law=law)
    places = Places(clock=clock, law=law, quotas=quotas)
    return Office(
        database=database,
        clock=clock,
        law=law,
        cap=cap,
        records=records,
        claims=ClaimService(
            database=database,
            clock=clock,
            law=law,
            journal=journal,
            quotas=quotas,
            followers=(keeper,),
        ),
        invoices=InvoiceService(
            database=database,
            clock=clock,
            law=law,
            journal=journal,
            keeper=keeper,
            places=places,
            check_cap=check_cap or cap,
        ),
        insurances=InsuranceService(database=database, clock=clock, journal=journal, patients=records),
        lives=LifeService(database=database, journal=journal),
        lots=LotService(
            database=database,
            clock=clock,
            law=law,
            journal=journal,
            signer=SIGNER,
            caisse=caisse,
            places=places,
            call_seconds=call_seconds,
        ),
        quotas=quotas,
    )


@pytest.fixture
def office(database: Database, clock: FrozenClock, law: Law, caisse_ground: CaisseGround) -> Office:
    return make_office(database, clock, law, caisse_ground.client)


def happenings(life: ClaimLife) -> Sequence[str]:
    return [step.happening.value for step in life.steps]
