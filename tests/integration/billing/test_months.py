"""A month of télésurveillance, from the event to the ledger: once, corrected by supersession, outside the cap."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from billing.facts import FactsError, TelemonitoringFacts
from billing.facts.telemonitoring import EVENT, Increase
from billing.rules.cap import Counts
from billing.rules.tariff import ClaimState
from billing.service import ClaimService
from billing.store import CountStore
from billing.tables import ClaimRow
from telemed.kernel.events import Event
from telemed.storage.engine import Database
from tests.integration.billing.conftest import DOCTOR
from tests.unit.billing.making_months import make_month

pytestmark = pytest.mark.asyncio


def told(facts: TelemonitoringFacts) -> Event:
    return Event(EVENT, f"{facts.act_id}:{facts.revision}", facts.closed_at, facts.to_payload())


async def count_rows(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(ClaimRow)) or 0


async def test_a_month_becomes_one_claim_however_often_it_is_told(claims: ClaimService, database: Database) -> None:
    facts = make_month()
    await claims.receive(told(facts))
    await claims.receive(told(facts))
    claim = await claims.find_of_act(DOCTOR, facts.act_id)
    assert claim is not None
    assert (claim.state, claim.code, claim.amount_cents) == (ClaimState.PROPOSED, "TVB", 2800)
    assert (claim.day, claim.facts) == (facts.last_day, facts)
    assert claim.basis[-1].name == "telemonitoring/operator/level_2/tariff"
    assert await count_rows(database) == 1


async def test_a_corrected_month_supersedes_the_former(claims: ClaimService, database: Database) -> None:
    facts = make_month()
    await claims.receive(told(facts))
    await claims.receive(told(replace(facts, revision=2, increase=Increase(1, ("III-1",), 0, False))))
    await claims.receive(told(facts))
    claim = await claims.find_of_act(DOCTOR, facts.act_id)
    assert claim is not None
    assert (claim.code, claim.amount_cents, claim.facts.revision) == ("TVB", 5600, 2)
    assert claim.supersedes_id is not None
    assert await count_rows(database) == 2


async def test_months_are_neither_teleconsultations_nor_teleexpertises(
    claims: ClaimService, database: Database
) -> None:
    for month in (1, 2, 3):
        await claims.receive(told(make_month(month=month)))
    async with database.read() as session:
        assert await CountStore(session).of_year(make_month().operator.rpps, 2026) == Counts()


async def test_a_month_that_cannot_be_read_waits_with_its_error(claims: ClaimService, database: Database) -> None:
    event = told(make_month())
    with pytest.raises(FactsError, match="version"):
        await claims.receive(replace(event, payload=dict(event.payload) | {"version": 2}))
    assert await count_rows(database) == 0
