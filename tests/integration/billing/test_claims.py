"""The ledger: one claim an act however often the event comes, corrections by supersession, counts that follow."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, event, func, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import col

from billing.facts import ActFacts, FactsError, MedecinTraitant, Sector
from billing.rules.cap import Counts
from billing.rules.tariff import ClaimState
from billing.service import ClaimService
from billing.store import CountStore
from billing.tables import ClaimRow, DeclarationRow
from telemed.kernel.clock import Territory
from telemed.kernel.errors import Forbidden, NotFound
from telemed.kernel.events import Event
from telemed.kernel.ids import new_id
from telemed.storage.engine import Database
from telemed.trace.tables import TraceEntryRow
from tests.integration.billing.conftest import (
    ADMINISTRATOR,
    AUDITOR,
    DOCTOR,
    FOREIGN_ADMINISTRATOR,
    FOREIGN_SECRETARY,
    OTHER_DOCTOR,
    OTHER_DOCTOR_ID,
    OTHER_PRACTICE_ID,
    RPPS,
    SECRETARY,
)
from tests.unit.billing.making import DOCTOR_ID, make_facts

pytestmark = pytest.mark.asyncio


def another_act(**changes: Any) -> ActFacts:
    return make_facts(act_id=new_id(), **changes)


async def count_rows(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(ClaimRow)) or 0


async def counts_of(database: Database, year: int) -> Counts:
    """The maintained count, once it is seen to equal the recount."""
    async with database.read() as session:
        store = CountStore(session)
        kept, days = await store.of_year(RPPS, year), await store.by_day(RPPS, year)
        assert days == await store.recount(RPPS, year)
    assert sum(days.values(), Counts()) == kept
    return kept


async def test_a_closed_act_becomes_a_claim_with_its_texts(claims: ClaimService, database: Database) -> None:
    claim = await claims.propose(make_facts())
    read = await claims.get(DOCTOR, claim.id)
    assert read == claim
    assert (read.state, read.code, read.amount_cents) == (ClaimState.PROPOSED, "TCG", 2500)
    tariff = read.basis[-1]
    assert (tariff.name, tariff.text, tariff.territory) == ("teleconsultation/tariffs/tcg", "25,00\u00a0€", "metropole")
    assert all(line.references for line in read.basis)
    assert await counts_of(database, 2026) == Counts.of_teleconsultations(1)


async def test_the_event_may_come_twice_and_counts_once(claims: ClaimService, database: Database) -> None:
    facts = make_facts()
    closed = Event("teleconsultation.closed", f"closed:{facts.act_id}", facts.ended_at, facts.to_payload())
    await claims.receive(closed)
    await claims.receive(closed)
    assert await count_rows(database) == 1
    assert await counts_of(database, 2026) == Counts.of_teleconsultations(1)


async def test_twenty_deliveries_at_once_make_one_claim(claims: ClaimService, database: Database) -> None:
    facts = make_facts()
    made = await asyncio.gather(*(claims.propose(facts) for _ in range(20)))
    assert len({claim.id for claim in made}) == 1
    assert await count_rows(database) == 1
    assert await counts_of(database, 2026) == Counts.of_teleconsultations(1)


async def test_twenty_acts_at_once_are_all_counted(claims: ClaimService, database: Database) -> None:
    await asyncio.gather(*(claims.propose(another_act()) for _ in range(20)))
    assert await counts_of(database, 2026) == Counts.of_teleconsultations(20)


async def test_unreadable_facts_change_nothing(claims: ClaimService, database: Database) -> None:
    with pytest.raises(FactsError):
        await claims.receive(Event("teleconsultation.closed", "x", datetime(2026, 1, 1, tzinfo=UTC), {"version": 9}))
    assert await count_rows(database) == 0


async def test_a_correction_supersedes_and_the_former_stays(claims: ClaimService, database: Database) -> None:
    first = await claims.propose(make_facts(is_video_established=False))
    second = await claims.propose(make_facts(revision=2))
    assert (first.state, second.state, second.supersedes_id) == (
        ClaimState.NOT_BILLABLE,
        ClaimState.PROPOSED,
        first.id,
    )
    assert [claim.id for claim in await claims.page(DOCTOR, limit=10)] == [second.id]
    assert await claims.get(DOCTOR, first.id) == first
    assert await counts_of(database, 2026) == Counts.of_teleconsultations(1)


async def test_older_facts_that_come_late_change_nothing(claims: ClaimService, database: Database) -> None:
    newest = await claims.propose(make_facts(revision=3))
    assert await claims.propose(make_facts(revision=2, is_video_established=False)) == newest
    assert await count_rows(database) == 1


async def test_counts_follow_each_correction(claims: ClaimService, database: Database) -> None:
    await claims.propose(make_facts())
    await claims.propose(make_facts(revision=2, medecin_traitant=MedecinTraitant.SELF))
    assert await counts_of(database, 2026) == Counts.of_teleconsultations(1, own=1)
    await claims.propose(make_facts(revision=3, is_video_established=False))
    assert await counts_of(database, 2026) == Counts()


async def test_an_act_moved_to_another_year_moves_its_count(claims: ClaimService, database: Database) -> None:
    """31 December, 23:30 in Fort-de-France: the practice's territory was first recorded wrong."""
    late = datetime(2027, 1, 1, 3, 30, tzinfo=UTC)
    times = {"started_at": late, "ended_at": late + timedelta(minutes=10)}
    await claims.propose(make_facts(**times))
    assert await counts_of(database, 2027) == Counts.of_teleconsultations(1)
    moved = await claims.propose(make_facts(revision=2, territory=Territory.MARTINIQUE, **times))
    assert moved.day == date(2026, 12, 31)
    assert (moved.state, moved.missing[0].code) == (ClaimState.TO_COMPLETE, "billing.tariff_not_established")
    assert await counts_of(database, 2027) == Counts()
    assert await counts_of(database, 2026) == Counts.of_teleconsultations(1)


@pytest.mark.parametrize("seed", range(3))
async def test_the_kept_count_always_equals_the_recount(claims: ClaimService, database: Database, seed: int) -> None:
    """Closings, corrections and late repeats in a shuffled order."""
    acts = [another_act() for _ in range(4)]
    for step in range(24):
        act = acts[(step * 7 + seed) % 4]
        kinds = list(MedecinTraitant)
        start = act.started_at.replace(year=2026 + (step + seed) % 2)
        changes = {
            "act_id": act.act_id,
            "revision": 1 + (step * 5 + seed) % 9,
            "is_video_established": (step + seed) % 3 != 0,
            "medecin_traitant": kinds[(step * 3 + seed) % 4],
            "sector": list(Sector)[(step + seed) % 4],
            "started_at": start,
            "ended_at": start,
        }
        await claims.propose(make_facts(**changes))
        assert (await counts_of(database, 2026)).total + (await counts_of(database, 2027)).total <= len(acts)


async def test_the_list_pages_without_loss_or_repeat(claims: ClaimService) -> None:
    days = [datetime(2026, 3, 1 + number % 5, 9, tzinfo=UTC) for number in range(12)]
    made = [await claims.propose(another_act(started_at=day, ended_at=day)) for day in days]
    seen, after = [], None
    while page := await claims.page(DOCTOR, limit=5, after=after):
        seen += page
        after = page[-1].day, page[-1].id
    assert {claim.id for claim in seen} == {claim.id for claim in made}
    assert len(seen) == 12
    assert [claim.day for claim in seen] == sorted((day.date() for day in days), reverse=True)


async def test_the_list_is_narrowed_by_year_and_state(claims: ClaimService) -> None:
    last = datetime(2025, 12, 31, 12, tzinfo=UTC)
    old = await claims.propose(another_act(started_at=last, ended_at=last))
    refused = await claims.propose(another_act(is_video_established=False))
    assert [claim.id for claim in await claims.page(DOCTOR, limit=9, year=2025)] == [old.id]
    assert [claim.id for claim in await claims.page(DOCTOR, limit=9, state=ClaimState.NOT_BILLABLE)] == [refused.id]


async def test_each_sees_what_is_his(claims: ClaimService) -> None:
    mine = await claims.propose(make_facts())
    elsewhere = await claims.propose(another_act(practice_id=OTHER_PRACTICE_ID))
    colleague = await claims.propose(another_act(professional_id=OTHER_DOCTOR_ID))

    async def seen(caller: Any, **narrow: Any) -> set[UUID]:
        return {claim.id for claim in await claims.page(caller, limit=9, **narrow)}

    assert await seen(DOCTOR) == {mine.id, elsewhere.id}
    assert await seen(DOCTOR, professional_id=DOCTOR_ID) == {mine.id, elsewhere.id}
    assert await seen(OTHER_DOCTOR) == {colleague.id}
    assert await seen(SECRETARY) == await seen(ADMINISTRATOR) == {mine.id, colleague.id}
    assert await seen(SECRETARY, professional_id=DOCTOR_ID) == {mine.id}
    assert await seen(FOREIGN_SECRETARY) == {elsewhere.id}
    with pytest.raises(NotFound):
        await seen(DOCTOR, professional_id=OTHER_DOCTOR_ID)
    with pytest.raises(Forbidden):
        await seen(AUDITOR)


async def test_a_claim_opens_to_those_it_concerns_only(claims: ClaimService, database: Database) -> None:
    claim = await claims.propose(make_facts())
    for caller in (DOCTOR, SECRETARY, ADMINISTRATOR):
        assert (await claims.get(caller, claim.id)).id == claim.id
    for caller in (OTHER_DOCTOR, FOREIGN_SECRETARY, FOREIGN_ADMINISTRATOR):
        with pytest.raises(NotFound):
            await claims.get(caller, claim.id)
    with pytest.raises(Forbidden):
        await claims.get(AUDITOR, claim.id)
    with pytest.raises(NotFound):
        await claims.get(DOCTOR, new_id())
    async with database.read() as session:
        query = select(col(TraceEntryRow.outcome)).where(col(TraceEntryRow.action) == "billing.read_claim")
        outcomes = (await session.scalars(query.order_by(col(TraceEntryRow.number)))).all()
    assert outcomes == ["done"] * 3 + ["refused"] * 5


@pytest.mark.parametrize("number", [1, 40])
async def test_a_list_costs_the_same_statements_whatever_its_length(
    claims: ClaimService, database: Database, number: int
) -> None:
    for _ in range(number):
        await claims.propose(another_act())
    statements: list[str] = []

    def remember(*arguments: Any) -> None:
        statements.append(arguments[2])

    event.listen(database.engine.sync_engine, "before_cursor_execute", remember)
    assert len(await claims.page(DOCTOR, limit=100)) == number
    event.remove(database.engine.sync_engine, "before_cursor_execute", remember)
    assert len([one for one in statements if "billing" in one]) == 1


@pytest.mark.parametrize("change", ["update", "delete"])
async def test_the_ledger_cannot_be_changed(claims: ClaimService, database: Database, change: str) -> None:
    await claims.propose(make_facts())
    statement = update(ClaimRow).values(amount_cents=1) if change == "update" else delete(ClaimRow)
    with pytest.raises((IntegrityError, OperationalError), match="append-only"):
        async with database.begin() as uow:
            await uow.session.execute(statement)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"revision": 2}, r"act_id|first_of_part"),
        ({"act_id": new_id(), "part": "half"}, "part"),
        ({"act_id": new_id(), "kind": "visit"}, "kind"),
        ({"act_id": new_id(), "supplied_cents": 2500}, "supplied"),
        ({"act_id": new_id(), "state": "paid"}, "state"),
        ({"act_id": new_id(), "state": "proposed", "code": None}, "whole"),
        ({"act_id": new_id(), "amount_cents": -1}, "amount"),
    ],
)
async def test_the_database_itself_refuses_what_must_not_be(
    claims: ClaimService, database: Database, changes: dict[str, Any], constraint: str
) -> None:
    claim = await claims.propose(make_facts())
    async with database.read() as session:
        row = await session.get(ClaimRow, claim.id)
    assert row is not None
    values = row.model_dump() | {"id": new_id()} | changes
    with pytest.raises(IntegrityError, match=constraint):
        async with database.begin() as uow:
            uow.session.add(ClaimRow(**values))


async def test_an_entry_is_superseded_once(claims: ClaimService, database: Database) -> None:
    first = await claims.propose(make_facts())
    await claims.propose(make_facts(revision=2))
    async with database.read() as session:
        row = await session.get(ClaimRow, first.id)
    assert row is not None
    values = row.model_dump() | {"id": new_id(), "revision": 3, "supersedes_id": first.id}
    with pytest.raises(IntegrityError):
        async with database.begin() as uow:
            uow.session.add(ClaimRow(**values))


async def test_a_declaration_cannot_be_changed_either(database: Database) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    async with database.begin() as uow:
        row = DeclarationRow(rpps=RPPS, year=2026, source="x", declared_on=now.date(), recorded_at=now)
        uow.session.add(row)
    with pytest.raises((IntegrityError, OperationalError), match="append-only"):
        async with database.begin() as uow:
            await uow.session.execute(delete(DeclarationRow))
