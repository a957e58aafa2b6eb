"""Several at once, in one process and in two: numbers without a gap, nothing sent, lotted or chased twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from billing.model.life import Stage
from telemed.adapters.caisse.reception import ArlAnswer
from telemed.kernel.clock import FrozenClock
from telemed.kernel.errors import Conflict
from telemed.law.law import Law
from telemed.security.keyring import Keyring
from telemed.storage.engine import Database
from tests.fixtures.caisse import CaisseGround
from tests.integration.billing.conftest import DOCTOR, SECRETARY
from tests.integration.billing.life.conftest import OTHER_ORGANISM, Office, happenings, make_office

pytestmark = pytest.mark.asyncio
MANY = 12


@pytest_asyncio.fixture
async def second(
    database_url: str, keyring: Keyring, clock: FrozenClock, law: Law, caisse_ground: CaisseGround
) -> AsyncIterator[Office]:
    """Another process, as far as the database and the caisse can tell."""
    database = Database(database_url, keyring)
    yield make_office(database, clock, law, caisse_ground.client)
    await database.close()


async def test_numbers_have_no_gap_whoever_invoices(office: Office, second: Office) -> None:
    await office.insure()
    claims = [await office.propose() for _ in range(MANY)]
    offices = [office, second] * (MANY // 2)
    lives = await asyncio.gather(
        *(one.invoices.invoice(DOCTOR, claim.id) for one, claim in zip(offices, claims, strict=True))
    )
    assert sorted(life.invoice.number for life in lives if life.invoice) == list(range(1, MANY + 1))


async def test_a_number_taken_by_what_failed_comes_back(office: Office) -> None:
    await office.insure()
    claim = await office.propose()
    await office.invoices.invoice(DOCTOR, claim.id)
    with pytest.raises(Conflict):
        await office.invoices.invoice(DOCTOR, claim.id)
    life = await office.invoiced()
    assert life.invoice is not None
    assert life.invoice.number == 2


async def test_two_people_invoice_one_claim_and_one_does(office: Office, second: Office) -> None:
    await office.insure()
    claim = await office.propose()
    done = await asyncio.gather(
        *(one.invoices.invoice(who, claim.id) for one, who in ((office, DOCTOR), (second, SECRETARY)) for _ in "12"),
        return_exceptions=True,
    )
    refused = [one for one in done if isinstance(one, BaseException)]
    assert len(refused) == 3
    assert all(isinstance(one, Conflict) for one in refused)
    assert happenings(await office.life(claim.id)) == ["opened", "invoiced"]


async def test_two_processes_make_and_send_each_lot_once(
    office: Office, second: Office, caisse_ground: CaisseGround
) -> None:
    for organism in (OTHER_ORGANISM, "013121234"):
        await office.insure(organism=organism)
        for _ in range(3):
            await office.invoiced()
    await asyncio.gather(*(one.lots.make_lots() for one in (office, second) * 2))
    await asyncio.gather(*(one.lots.transmit() for one in (office, second) * 2))
    await asyncio.gather(*(one.lots.collect_returns() for one in (office, second) * 2))
    lots = caisse_ground.reception.taken_lots()
    assert sorted(fse.number for lot in lots for fse in lot.content.fses) == list(range(1, 7))
    references = {one.lot for one in caisse_ground.reception.deliveries}
    assert [caisse_ground.reception.times_new(reference) for reference in references] == [1] * len(references)
    assert len(caisse_ground.reception.deliveries) == len(references)
    standings = await office.lives.page(DOCTOR, limit=20)
    assert {one.stage for one in standings} == {Stage.PAID}


async def test_two_processes_find_a_silent_lot_once(
    office: Office, second: Office, caisse_ground: CaisseGround
) -> None:
    caisse_ground.tell(arl=ArlAnswer.NONE)
    claim_id = (await office.sent()).standing.claim_id
    office.clock.move_to(datetime(2026, 11, 27, 8, tzinfo=UTC))
    await asyncio.gather(*(one.lots.chase() for one in (office, second) * 2))
    await asyncio.gather(*(one.lots.transmit() for one in (office, second) * 2))
    assert happenings(await office.life(claim_id)) == ["opened", "invoiced", "lotted", "sent", "no_return", "resent"]
    assert len(caisse_ground.reception.deliveries) == 2
