"""Openings are kept as the hours say, one person at a time, further each day; and found through their index."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col
from structlog.contextvars import bound_contextvars

from telemed.experts.model import HoursException, Kind, Opening, window_at
from telemed.experts.rules.openings import next_midnight, openings_of
from telemed.experts.service.keeping import KeepingService, keep_openings, rosters_of
from telemed.experts.store import HoursStore, OpeningStore
from telemed.experts.store.openings import opening_values
from telemed.experts.tables import OpeningRow, ProfileRow
from telemed.kernel.clock import FrozenClock
from telemed.kernel.ids import new_id
from telemed.kernel.period import Interval
from telemed.storage.engine import Database, sync_engine_of
from tests.fixtures.clocks import NOON
from tests.integration.api.test_lists import counted
from tests.rosters import SPECIALTIES, fill_experts

pytestmark = pytest.mark.asyncio


async def kept(database: Database) -> set[Opening]:
    async with database.read() as session:
        ids = list(await session.scalars(select(col(ProfileRow.professional_id))))
        store, window = OpeningStore(session), window_at(NOON + timedelta(days=60))
        far = type(window)(window.start - timedelta(days=120), window.end)
        return {one for person in ids for one in await store.of_person(person, far)}


async def test_what_is_kept_is_what_the_hours_say(database: Database) -> None:
    crowd = await fill_experts(database, 40, now=NOON, lines=3)
    clock, window = FrozenClock(NOON), window_at(NOON)
    async with database.read() as session:
        rosters = await rosters_of(session, crowd.professional_ids, window)
    assert await kept(database) == {one for roster in rosters.values() for one in openings_of(roster, window)}
    assert {one.line_id for one in await kept(database)} == {None, *crowd.line_ids}
    clock.advance(timedelta(days=9))
    await KeepingService(database=database, clock=clock).run()
    later = window_at(clock.now())
    async with database.read() as session:
        rosters = await rosters_of(session, crowd.professional_ids, later)
        ends = set(await session.scalars(select(col(ProfileRow.kept_until))))
    assert await kept(database) == {one for roster in rosters.values() for one in openings_of(roster, later)}
    assert ends == {later.end}


@pytest.mark.parametrize("others", [2, 200])
async def test_a_change_costs_its_person_alone(database: Database, others: int) -> None:
    person, *rest = (await fill_experts(database, others + 1, now=NOON)).professional_ids
    before = await kept(database)
    async with database.begin() as uow:
        shifts = await HoursStore(uow.session).shifts_of([person])
        await HoursStore(uow.session).remove_shift(shifts[person][0].id)
        with bound_contextvars(request_id="keeping"), counted(database) as statements:
            await keep_openings(uow.session, [person], NOON)
    assert 4 <= len(statements) <= 8
    gone = before - await kept(database)
    assert gone
    assert {one.professional_id for one in gone} == {person}
    assert rest


async def test_who_is_free_is_a_range_of_an_index(database: Database) -> None:
    await fill_experts(database, 300, now=NOON)
    async with database.begin() as uow:
        await uow.session.execute(text("ANALYZE"))
    deadline = NOON + timedelta(hours=4)
    query = select(col(OpeningRow.professional_id)).where(
        col(OpeningRow.specialty_code) == SPECIALTIES[0],
        col(OpeningRow.territory) == "metropole",
        col(OpeningRow.ends_at) > NOON,
        col(OpeningRow.ends_at) <= next_midnight(deadline),
        col(OpeningRow.starts_at) < deadline,
    )
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    async with database.read() as session:
        compiled = query.compile(sync_engine_of(database), compile_kwargs={"literal_binds": True})
        plan = " ".join(str(row) for row in await session.execute(text(f"{explain} {compiled}")))
        found = list(await session.scalars(query))
    assert "ix_expert_openings_free" in plan
    assert found


async def test_one_person_is_not_open_twice_from_the_same_instant(database: Database) -> None:
    await fill_experts(database, 1, now=NOON)
    first = next(iter(await kept(database)))
    with pytest.raises(IntegrityError):
        async with database.begin() as uow:
            await uow.session.execute(insert(OpeningRow), [opening_values(first)])


async def test_leave_that_overlaps_leave_is_refused_by_the_database_too(database: Database) -> None:
    person, other = (await fill_experts(database, 2, now=NOON)).professional_ids

    def away(who: UUID, first_hour: int, hours: int, kind: Kind = Kind.LEAVE) -> HoursException:
        start = NOON + timedelta(hours=first_hour)
        return HoursException(new_id(), who, kind, Interval(start, start + timedelta(hours=hours)))

    apart = [away(person, 0, 5), away(person, 5, 5), away(other, 2, 5), away(person, 2, 5, Kind.EXTRA)]
    async with database.begin() as uow:
        await HoursStore(uow.session).add_exceptions(apart)
    for wrong in ([away(person, 4, 2)], [away(person, 20, 5), away(person, 24, 1)]):
        with pytest.raises(IntegrityError, match="leave_apart"):
            async with database.begin() as uow:
                await HoursStore(uow.session).add_exceptions(wrong)
