"""Plays a stateful machine in many stories, each on a database of its own; on SQLite or on PostgreSQL."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, Phase
from hypothesis import settings as found_by
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from telemed.security.keyring import Keyring
from telemed.settings import Settings
from telemed.storage.engine import Database
from tests.fixtures.databases import TEMPLATE, administrator

_NUMBERS = itertools.count(1)
_PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
_DEEP = found_by.get_current_profile_name() == "deep"


class StoryMachine(RuleBasedStateMachine):
    """A machine that opens a database of its own as it begins, and drops it as it ends."""

    settings: Settings
    open_database: Callable[[], Awaitable[Database]]
    drop_database: Callable[[Database], Awaitable[None]]


@dataclass(frozen=True)
class Shelf:
    """Where the databases of stories come from, and what becomes of them."""

    opening: Callable[[], Awaitable[Database]]
    closing: Callable[[Database], Awaitable[None]]


def sqlite_shelf(template: Path, folder: Path, keyring: Keyring) -> Shelf:
    """Copies of a migrated file."""

    async def opening() -> Database:
        path = folder / f"story-{next(_NUMBERS)}.db"
        shutil.copyfile(template, path)
        return Database(f"sqlite:///{path}", keyring)

    async def closing(database: Database) -> None:
        await database.close()

    return Shelf(opening, closing)


def postgresql_shelf(server: str, keyring: Keyring) -> Shelf:
    """Copies of the migrated database of this run's server."""

    async def opening() -> Database:
        name = f"story_{os.getpid()}_{next(_NUMBERS)}"
        async with administrator(server) as connection:
            await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}" STRATEGY FILE_COPY')
        return Database(f"{server}/{name}", keyring)

    async def closing(database: Database) -> None:
        name = database.engine.url.database
        await database.close()
        async with administrator(server) as connection:
            await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    return Shelf(opening, closing)


def play(machine: type[StoryMachine], settings: Settings, shelf: Shelf, *, stories: int, steps: int) -> int:
    """How many stories were played to their end: ten times as many, and shortened, under the profile `deep`."""
    played = itertools.count()

    def teardown(self: StoryMachine) -> None:
        machine.teardown(self)
        next(played)

    body = {
        "settings": settings,
        "open_database": staticmethod(shelf.opening),
        "drop_database": staticmethod(shelf.closing),
        "teardown": teardown,
    }
    run_state_machine_as_test(
        type(f"Played{machine.__name__}", (machine,), body),
        settings=found_by(
            max_examples=10 * stories if _DEEP else stories,
            stateful_step_count=steps,
            deadline=None,
            phases=[*_PHASES, Phase.shrink] if _DEEP else _PHASES,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return next(played)
