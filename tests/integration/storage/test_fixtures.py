"""The databases that tests get: migrated, empty, their own, and true to the tables."""

from __future__ import annotations

from importlib import import_module

import pytest
from sqlalchemy import text

from telemed.storage import migrate
from telemed.storage.engine import Database

pytestmark = pytest.mark.asyncio


async def test_a_test_gets_a_database_at_the_last_migration(database: Database) -> None:
    assert await migrate.is_current(database)


async def test_migrations_build_what_the_tables_say(database: Database) -> None:
    import_module("telemed.app")  # every table is known once the whole is composed
    assert await migrate.difference(database) == ""


@pytest.mark.parametrize("round_number", [1, 2])
async def test_what_one_test_writes_the_next_does_not_see(database: Database, round_number: int) -> None:
    async with database.begin() as uow:
        await uow.session.execute(text("CREATE TABLE only_here (id INTEGER)"))
    async with database.read() as session:
        assert (await session.execute(text("SELECT count(*) FROM only_here"))).scalar_one() == 0, round_number
