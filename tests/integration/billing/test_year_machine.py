"""A year of acts, corrections, decisions, lots and returns in any order: the ledger equals what is counted again."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from telemed.security.keyring import Keyring
from telemed.storage.engine import Database
from tests.fixtures.databases import TEMPLATE, administrator
from tests.integration.billing.year.opinions import WholeYear

_NUMBERS = itertools.count(1)
_PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
_DEEP = settings.get_current_profile_name() == "deep"


def play(opening: Callable[[], Awaitable[Database]], closing: Callable[[Database], Awaitable[None]], years: int) -> int:
    """How many stories of thirty steps were played: ten times `years`, and shortened, under the profile `deep`."""
    played = itertools.count()

    class Played(WholeYear):
        open_database = staticmethod(opening)
        drop_database = staticmethod(closing)

        def teardown(self) -> None:
            super().teardown()
            next(played)

    run_state_machine_as_test(
        Played,
        settings=settings(
            max_examples=10 * years if _DEEP else years,
            stateful_step_count=30,
            deadline=None,
            phases=[*_PHASES, Phase.shrink] if _DEEP else _PHASES,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return next(played)


def test_a_year_on_sqlite(sqlite_template: Path, tmp_path: Path, keyring: Keyring) -> None:
    async def opening() -> Database:
        path = tmp_path / f"year-{next(_NUMBERS)}.db"
        shutil.copyfile(sqlite_template, path)
        return Database(f"sqlite:///{path}", keyring)

    async def closing(database: Database) -> None:
        await database.close()

    assert play(opening, closing, years=12) >= 12


def test_a_year_on_postgresql(postgres_server: str, keyring: Keyring) -> None:
    async def opening() -> Database:
        name = f"year_{os.getpid()}_{next(_NUMBERS)}"
        async with administrator(postgres_server) as connection:
            await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}" STRATEGY FILE_COPY')
        return Database(f"{postgres_server}/{name}", keyring)

    async def closing(database: Database) -> None:
        name = database.engine.url.database
        await database.close()
        async with administrator(postgres_server) as connection:
            await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    assert play(opening, closing, years=4) >= 4
