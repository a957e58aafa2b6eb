"""Processes that receive observations are killed under load, connections cut: what was acknowledged is there once."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from telemed.acts.telemonitoring.tables import ObservationRow
from telemed.storage.engine import Database
from tests.shared import ROOT

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]
_DEATHS = 3
_CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def test_what_was_acknowledged_outlives_every_death_and_is_there_once(
    database: Database, database_url: str
) -> None:
    acknowledged: set[str] = set()
    for seed in range(_DEATHS):
        acknowledged |= await receive_until_killed(database, database_url, seed)
    kept = await keys_kept(database)
    assert len(acknowledged) > 100 * _DEATHS
    assert acknowledged - kept.keys() == set()
    assert set(kept.values()) == {1}


async def receive_until_killed(database: Database, url: str, seed: int) -> set[str]:
    """What one process said that it had kept, before it was killed at a moment of no account."""
    chance = random.Random(seed)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.acceptance.killed.observations", url, str(seed),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, limit=2**24,
    )  # fmt: skip
    assert process.stdout is not None
    said: set[str] = set()
    enough, cut_at = chance.randint(150, 600), chance.randint(50, 100)
    while len(said) < enough:
        line = await asyncio.wait_for(process.stdout.readline(), timeout=300)
        assert line, "it ended by itself"
        said.add(line.decode().strip())
        if len(said) == cut_at and not database.is_sqlite:
            await cut_connections(database)
    process.kill()
    rest = await process.stdout.read()
    await process.wait()
    return said | {line.strip() for line in rest.decode().splitlines(keepends=True) if line.endswith("\n")}


async def cut_connections(database: Database) -> None:
    async with database.begin() as uow:
        await uow.session.execute(text(_CUT))


async def keys_kept(database: Database) -> Counter[str]:
    """How many rows each measure has, as its sender names it."""
    async with database.read() as session:
        rows = await session.execute(select(col(ObservationRow.device_id), col(ObservationRow.measured_at)))
        return Counter(f"{device.int} {at.isoformat()}" for device, at in rows)
