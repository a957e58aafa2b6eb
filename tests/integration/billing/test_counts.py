"""The counts by year and by day: one function moves both, and what leaves them leaves once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from billing.facts import MedecinTraitant
from billing.model import Claim
from billing.rules.cap import NONE, Counts
from billing.service import CapService, ClaimService
from billing.store import CountStore
from billing.tables import DayCountRow, YearCountRow
from telemed.kernel.clock import FrozenClock, Territory
from telemed.kernel.ids import new_id
from telemed.storage.engine import Database
from tests.integration.billing.conftest import DOCTOR, OTHER_RPPS, RPPS
from tests.unit.billing.making import DOCTOR_ID, make_facts

pytestmark = pytest.mark.asyncio
ONE, OWN = Counts.of_teleconsultations(1), Counts.of_teleconsultations(1, own=1)
NOW = datetime(2026, 11, 25, 15, tzinfo=UTC)


async def close(claims: ClaimService, started_at: datetime = NOW, **changes: Any) -> Claim:
    changes = {"act_id": new_id()} | changes
    return await claims.propose(make_facts(started_at=started_at, ended_at=started_at, **changes))


async def days_of(database: Database, year: int = 2026, rpps: str = RPPS) -> dict[date, Counts]:
    """The maintained days, once they are seen to equal the recount and to add up to the year."""
    async with database.read() as session:
        store = CountStore(session)
        days = await store.by_day(rpps, year)
        assert days == await store.recount(rpps, year)
        assert sum(days.values(), NONE) == await store.of_year(rpps, year)
    return days


async def take_out(database: Database, claim: Claim) -> bool:
    async with database.begin() as uow:
        return await CountStore(uow.session).take_out(claim, why="rejected", at=NOW)


async def put_back(database: Database, claim: Claim) -> bool:
    async with database.begin() as uow:
        return await CountStore(uow.session).put_back(claim)


async def test_each_day_has_its_count_in_order(claims: ClaimService, database: Database) -> None:
    await close(claims)
    await close(claims, medecin_traitant=MedecinTraitant.SELF)
    await close(claims, NOW - timedelta(days=3))
    await close(claims, NOW, is_video_established=False)
    days = await days_of(database)
    assert list(days.items()) == [(date(2026, 11, 22), ONE), (date(2026, 11, 25), ONE + OWN)]


async def test_the_day_is_that_of_the_place_of_practice(claims: ClaimService, database: Database) -> None:
    """23:30 on 31 December in Fort-de-France is the next year in Paris, and still this one there."""
    late = datetime(2027, 1, 1, 3, 30, tzinfo=UTC)
    await close(claims, late, territory=Territory.MARTINIQUE)
    await close(claims, late, territory=Territory.METROPOLE)
    assert list(await days_of(database, 2026)) == [date(2026, 12, 31)]
    assert list(await days_of(database, 2027)) == [date(2027, 1, 1)]


async def test_a_leap_day_counts_as_a_day(claims: ClaimService, database: Database) -> None:
    await close(claims, datetime(2028, 2, 29, 9, tzinfo=UTC))
    assert list(await days_of(database, 2028)) == [date(2028, 2, 29)]


async def test_a_claim_taken_out_leaves_once_and_comes_back_once(
    claims: ClaimService, cap: CapService, database: Database
) -> None:
    claim = await close(claims)
    kept = await close(claims)
    assert [await take_out(database, claim), await take_out(database, claim)] == [True, False]
    assert await days_of(database) == {NOW.date(): ONE}
    assert [one.id for one in await cap.acts(DOCTOR, DOCTOR_ID, 2026, limit=9)] == [kept.id]
    assert [await put_back(database, claim), await put_back(database, claim)] == [True, False]
    assert await days_of(database) == {NOW.date(): ONE + ONE}


async def test_the_correction_of_a_claim_taken_out_counts_again(claims: ClaimService, database: Database) -> None:
    claim = await close(claims)
    await take_out(database, claim)
    await close(claims, act_id=claim.facts.act_id, revision=2)
    assert await days_of(database) == {NOW.date(): ONE}
    assert [await take_out(database, claim), await put_back(database, claim)] == [False, False]
    assert await days_of(database) == {NOW.date(): ONE}


async def test_a_claim_that_does_not_count_can_be_taken_out(claims: ClaimService, database: Database) -> None:
    claim = await close(claims, is_video_established=False)
    assert await take_out(database, claim) is True
    assert await days_of(database) == {}


async def test_doctors_are_counted_apart(claims: ClaimService, database: Database) -> None:
    await close(claims)
    await close(claims, rpps=OTHER_RPPS)
    assert await days_of(database) == await days_of(database, rpps=OTHER_RPPS) == {NOW.date(): ONE}
    assert await days_of(database, rpps="10000000000") == {}


async def test_a_correction_moves_the_day(claims: ClaimService, database: Database, clock: FrozenClock) -> None:
    claim = await close(claims)
    await close(claims, NOW - timedelta(days=400), act_id=claim.facts.act_id, revision=2)
    assert await days_of(database) == {}
    assert await days_of(database, 2025) == {date(2025, 10, 21): ONE}


@pytest.mark.parametrize(
    ("numbers", "constraint"),
    [
        ({"own_teleconsultations": 1, "own_acts": 1, "other_acts": 5}, "part_of_whole"),
        ({"teleconsultations": 1, "own_teleconsultations": 1}, "own_acts"),
        ({"teleconsultations": 1, "own_acts": 2}, "own_acts"),
        ({"teleexpertises": -1, "other_acts": 1}, "not_negative"),
        ({"other_acts": -1, "teleexpertises": 1}, "not_negative"),
    ],
)
@pytest.mark.parametrize("table", ["year", "day"])
async def test_the_database_refuses_counts_that_cannot_be(
    database: Database, table: str, numbers: dict[str, int], constraint: str
) -> None:
    row = (
        YearCountRow(rpps=RPPS, year=2026, **numbers)
        if table == "year"
        else DayCountRow(rpps=RPPS, day=NOW.date(), **numbers)
    )
    with pytest.raises(IntegrityError, match=constraint):
        async with database.begin() as uow:
            uow.session.add(row)
