"""The trace: chained, append-only, verifiable, for the auditor."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from telemed.app import Services
from telemed.kernel.caller import SYSTEM
from telemed.kernel.errors import Conflict, Forbidden
from tests.fixtures.people import People

pytestmark = pytest.mark.asyncio


async def write(services: Services, number: int) -> None:
    for turn in range(number):
        async with services.database.begin() as uow:
            services.journal.note(uow, SYSTEM, "test.write", resource=f"thing:{turn}")


async def tamper(services: Services, statement: str) -> None:
    """What somebody with the database's keys could do, triggers aside."""
    async with services.database.begin() as uow:
        for verb in ("update", "delete"):
            suffix = "" if services.database.is_sqlite else " ON trace_entries"
            await uow.session.execute(text(f"DROP TRIGGER trace_entries_no_{verb}{suffix}"))
        await uow.session.execute(text(statement))


async def test_a_crowd_of_writers_makes_one_chain_without_a_gap(services: Services) -> None:
    async def one(turn: int) -> None:
        async with services.database.begin() as uow:
            services.journal.note(uow, SYSTEM, "test.write")
            services.journal.note(uow, SYSTEM, "test.again")
            if turn % 3 == 0:
                raise Conflict

    await asyncio.gather(*(one(turn) for turn in range(20)), return_exceptions=True)
    verdict = await services.trace.verify()
    assert (verdict.entries, verdict.is_intact) == (40, True)


@pytest.mark.parametrize("statement", ["UPDATE trace_entries SET action = 'x'", "DELETE FROM trace_entries"])
async def test_an_entry_is_neither_changed_nor_deleted(services: Services, statement: str) -> None:
    await write(services, 2)
    with pytest.raises(IntegrityError, match="append-only"):
        async with services.database.begin() as uow:
            await uow.session.execute(text(statement))
    assert (await services.trace.verify()).is_intact


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("UPDATE trace_entries SET resource = 'other' WHERE number = 3", 3),
        ("UPDATE trace_entries SET details = '{\"a\": 1}' WHERE number = 1", 1),
        ("DELETE FROM trace_entries WHERE number = 2", 2),
        ("DELETE FROM trace_entries WHERE number = 5", 5),
        ("DELETE FROM trace_entries", 1),
    ],
)
async def test_tampering_is_found_where_it_happened(services: Services, statement: str, broken_at: int) -> None:
    await write(services, 5)
    await tamper(services, statement)
    verdict = await services.trace.verify()
    assert verdict.broken_at == broken_at


async def test_only_the_auditor_reads_it_and_that_is_traced_too(services: Services, people: People) -> None:
    with pytest.raises(Forbidden):
        await services.trace.page(people.doctor)
    entries = await services.trace.page(people.auditor, limit=2)
    assert (entries[0].note.action, entries[0].outcome.value) == ("trace.read", "refused")
