"""Delays in working days where the practice is: week-ends, 1 May, 14 July, Christmas, Alsace-Moselle, overseas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from billing.facts import Reimbursement
from billing.model.invoice import RightsSource
from billing.model.life import Stage
from telemed.adapters.caisse.reception import ArlAnswer
from telemed.adapters.caisse.server import Wire
from telemed.kernel.clock import FrozenClock, Territory
from telemed.law.calendar import CalendarZone
from telemed.law.law import Law
from telemed.storage.engine import Database
from tests.fixtures.caisse import CaisseGround
from tests.integration.billing.conftest import ADMINISTRATOR, DOCTOR
from tests.integration.billing.life.conftest import Office, make_office

pytestmark = pytest.mark.asyncio
TIERS_PAYANT = {"is_tiers_payant": True, "reimbursement": Reimbursement(is_met=True)}


@dataclass(frozen=True)
class Delay:
    """An invoice made on a day at 15:00 UTC, and the last day on which it may leave."""

    name: str
    made: str
    due: str
    zone: CalendarZone = CalendarZone.METROPOLE
    is_tiers_payant: bool = False

    def __str__(self) -> str:
        return self.name


DELAYS = [
    Delay("Monday", "2026-11-23", "2026-11-26"),
    Delay("a week-end", "2026-11-27", "2026-12-02"),
    Delay("before 1 May", "2026-04-30", "2026-05-06"),
    Delay("before 14 July", "2026-07-13", "2026-07-17"),
    Delay("before Christmas", "2026-12-23", "2026-12-29"),
    Delay("before Christmas in tiers payant", "2026-12-23", "2027-01-06", is_tiers_payant=True),
    Delay("26 December counts elsewhere", "2025-12-24", "2025-12-30"),
    Delay("26 December in Alsace", "2025-12-24", "2025-12-31", CalendarZone.ALSACE_MOSELLE),
    Delay("Good Friday counts elsewhere", "2026-04-02", "2026-04-08"),
    Delay("Good Friday in Alsace", "2026-04-02", "2026-04-09", CalendarZone.ALSACE_MOSELLE),
    Delay("27 April in Mayotte", "2026-04-24", "2026-04-30", CalendarZone.MAYOTTE),
    Delay("22 May in Martinique", "2026-05-21", "2026-05-28", CalendarZone.MARTINIQUE),
    Delay("27 May in Guadeloupe", "2026-05-26", "2026-06-01", CalendarZone.GUADELOUPE),
    Delay("10 June in Guyane", "2026-06-09", "2026-06-15", CalendarZone.GUYANE),
    Delay("20 December in La Réunion", "2027-12-17", "2027-12-23", CalendarZone.LA_REUNION),
]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The days are the same on either database; one is enough."""
    return sqlite_url


@pytest.mark.parametrize("delay", DELAYS, ids=str)
async def test_an_invoice_is_due_in_working_days_of_its_practice(database: Database, law: Law, delay: Delay) -> None:
    made = datetime.fromisoformat(f"{delay.made}T15:00:00+00:00")
    office = make_office(database, FrozenClock(made), law, None)
    await office.insurances.set_calendar(ADMINISTRATOR, delay.zone)
    await office.insure(seen_on=date(2024, 1, 5), source=RightsSource.ATTESTATION)
    payment = TIERS_PAYANT if delay.is_tiers_payant else {}
    claim = await office.propose(territory=delay.zone.territory, **payment)
    if await office.stage(claim.id) is Stage.TO_COMPLETE:
        claim = await office.invoices.complete(DOCTOR, claim.id, amount_cents=2500, source="Tarif local")
    life = await office.invoices.invoice(DOCTOR, claim.id)
    assert life.standing.due_on == date.fromisoformat(delay.due)
    await office.lots.make_lots()
    (lot,) = await office.lots.page(DOCTOR, limit=2)
    assert (lot.zone, lot.standing.due_on) == (delay.zone, life.standing.due_on)


async def test_the_day_is_that_of_the_practice_and_not_of_paris(database: Database, law: Law) -> None:
    """Thursday 23:30 in Fort-de-France is Friday in Paris: the delay starts on the Thursday."""
    office = make_office(database, FrozenClock(datetime(2026, 11, 27, 3, 30, tzinfo=UTC)), law, None)
    await office.insure(seen_on=date(2024, 1, 5))
    claim = await office.propose(territory=Territory.MARTINIQUE)
    claim = await office.invoices.complete(DOCTOR, claim.id, amount_cents=2500, source="Tarif local")
    life = await office.invoices.invoice(DOCTOR, claim.id)
    assert life.standing.due_on == date(2026, 12, 1)


async def test_a_delay_already_counted_does_not_change_with_the_calendar(office: Office) -> None:
    office.clock.move_to(datetime(2026, 12, 23, 12, tzinfo=UTC))
    life = await office.invoiced()
    await office.insurances.set_calendar(ADMINISTRATOR, CalendarZone.ALSACE_MOSELLE)
    await office.lots.make_lots()
    assert (await office.life(life.standing.claim_id)).standing.due_on == date(2026, 12, 29)


async def test_silence_over_christmas(office: Office, caisse_ground: CaisseGround) -> None:
    """Sent on Wednesday 23: Thursday and Monday count. Again on Monday 28: paper once Wednesday 30 is over."""
    caisse_ground.tell(arl=ArlAnswer.NONE)
    office.clock.move_to(datetime(2026, 12, 23, 12, tzinfo=UTC))
    claim_id = (await office.sent()).standing.claim_id
    await office.work_until(date(2026, 12, 27))
    assert await office.stage(claim_id) is Stage.TRANSMITTED
    await office.work_until(date(2026, 12, 28))
    life = await office.life(claim_id)
    assert (life.standing.stage, life.standing.due_on) == (Stage.RETRANSMITTED, date(2026, 12, 30))
    await office.work_until(date(2026, 12, 30))
    assert await office.stage(claim_id) is Stage.RETRANSMITTED
    await office.work_until(date(2026, 12, 31))
    life = await office.life(claim_id)
    assert (life.standing.stage, life.standing.due_on) == (Stage.PAPER_REQUESTED, date(2026, 12, 31))
    await office.work_until(date(2027, 1, 8))
    assert len(caisse_ground.reception.deliveries) == 2


async def test_a_refusal_on_friday_evening_leaves_until_tuesday(office: Office, caisse_ground: CaisseGround) -> None:
    """The caisse refuses, then is away all along: paper is asked for once the Tuesday is over, never before."""
    caisse_ground.tell(arl=ArlAnswer.NEGATIVE)
    office.clock.move_to(datetime(2026, 11, 27, 19, tzinfo=UTC))
    claim_id = (await office.sent()).standing.claim_id
    await office.lots.collect_returns()
    life = await office.life(claim_id)
    assert (life.standing.stage, life.standing.due_on) == (Stage.REFUSED, date(2026, 12, 1))
    caisse_ground.caisse.wire.extend([Wire.AWAY] * 200)
    await office.work_until(date(2026, 12, 1))
    assert await office.stage(claim_id) is Stage.REFUSED
    await office.work_until(date(2026, 12, 2))
    assert await office.stage(claim_id) is Stage.PAPER_REQUESTED
    assert len(caisse_ground.reception.deliveries) == 1


async def test_a_caisse_away_for_a_day_gets_the_lot_in_time(office: Office, caisse_ground: CaisseGround) -> None:
    caisse_ground.caisse.wire.extend([Wire.AWAY] * 12)
    claim_id = (await office.sent()).standing.claim_id
    waits = 0
    while await office.stage(claim_id) is Stage.LOTTED:
        office.clock.advance(timedelta(minutes=10))
        await office.lots.transmit()
        waits += 1
    life = await office.life(claim_id)
    assert life.standing.stage is Stage.TRANSMITTED
    assert 12 <= waits < 60
    (lot,) = await office.lots.page(DOCTOR, limit=2)
    attempts = (await office.lots.get(DOCTOR, lot.id)).attempts
    assert [one.is_retransmission for one in attempts] == [False] + [True] * 12


async def test_without_a_caisse_lots_wait_and_say_so(database: Database, law: Law, clock: FrozenClock) -> None:
    office = make_office(database, clock, law, None)
    assert not office.lots.is_configured
    claim_id = (await office.sent()).standing.claim_id
    await office.work_until(date(2026, 12, 24))
    life = await office.life(claim_id)
    assert (life.standing.stage, life.standing.due_on) == (Stage.LOTTED, date(2026, 11, 30))
