"""The life of alerts in any order: one open per patient and cause, always owned and due, nothing lost."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase
from hypothesis import settings as found_by
from hypothesis.stateful import run_state_machine_as_test

from telemed.security.keyring import Keyring
from telemed.settings import Settings
from telemed.storage.engine import Database
from tests.fixtures.databases import TEMPLATE, administrator
from tests.integration.acts.telemonitoring.triage.machine import AlertMachine

_NUMBERS = itertools.count(1)
_PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
_DEEP = found_by.get_current_profile_name() == "deep"


def play(
    settings: Settings,
    opening: Callable[[], Awaitable[Database]],
    closing: Callable[[Database], Awaitable[None]],
    stories: int,
) -> int:
    """How many stories of twenty-five steps were played: ten times as many, and shortened, under the profile `deep`."""
    played = itertools.count()

    class Played(AlertMachine):
        open_database = staticmethod(opening)
        drop_database = staticmethod(closing)

        def teardown(self) -> None:
            super().teardown()
            next(played)

    Played.settings = settings
    run_state_machine_as_test(
        Played,
        settings=found_by(
            max_examples=10 * stories if _DEEP else stories,
            stateful_step_count=25,
            deadline=None,
            phases=[*_PHASES, Phase.shrink] if _DEEP else _PHASES,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return next(played)


def test_alerts_live_on_sqlite(settings: Settings, sqlite_template: Path, tmp_path: Path, keyring: Keyring) -> None:
    async def opening() -> Database:
        path = tmp_path / f"alerts-{next(_NUMBERS)}.db"
        shutil.copyfile(sqlite_template, path)
        return Database(f"sqlite:///{path}", keyring)

    async def closing(database: Database) -> None:
        await database.close()

    assert play(settings, opening, closing, stories=4) >= 4


def test_alerts_live_on_postgresql(settings: Settings, postgres_server: str, keyring: Keyring) -> None:
    async def opening() -> Database:
        name = f"alerts_{os.getpid()}_{next(_NUMBERS)}"
        async with administrator(postgres_server) as connection:
            await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}" STRATEGY FILE_COPY')
        return Database(f"{postgres_server}/{name}", keyring)

    async def closing(database: Database) -> None:
        name = database.engine.url.database
        await database.close()
        async with administrator(postgres_server) as connection:
            await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    assert play(settings, opening, closing, stories=2) >= 2
