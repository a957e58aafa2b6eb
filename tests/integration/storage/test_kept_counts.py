"""A database that holds claims and declarations already: the counts by day and the statements are made of them."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, text

from billing.rules.cap import Counts
from billing.store import ActivityStore, CountStore
from telemed.kernel.ids import new_id
from telemed.storage.engine import Database
from telemed.storage.migrate import _config, upgrade
from tests.integration.billing.conftest import RPPS

pytestmark = pytest.mark.asyncio
CLAIM = """
INSERT INTO billing_claims (id, act_id, part, revision, supersedes_id, professional_id, rpps, practice_id, patient_id,
kind, civil_day, civil_year, is_own_patient, state, facts, refusals, missing, warnings, basis, recorded_at)
VALUES (:id, :act, 'act', :revision, :former, :id, :rpps, :id, :id, 'teleconsultation', :day, 2026, :own, :state, '{}',
'[]', '[]', '[]', '[]', '2026-01-01 00:00:00')
"""
DECLARATION = """
INSERT INTO billing_declarations (id, rpps, year, source, declared_on, annual_acts, outside_as_of, outside_counts,
recorded_at) VALUES (:id, :rpps, 2026, :source, '2026-03-01', :volume, '2026-02-28', :counts, :at)
"""


def fill(connection: Connection) -> None:
    """Two acts of one day, one of them corrected, one not billable; and two declarations."""
    is_sqlite = connection.dialect.name == "sqlite"
    day = "2026-03-02" if is_sqlite else date(2026, 3, 2)

    def add(act: str, **values: Any) -> str:
        made = {"id": new_id().hex, "act": act, "revision": 1, "former": None, "rpps": RPPS, "day": day, "own": False}
        connection.execute(text(CLAIM), made | {"state": "to_complete"} | values)
        return str(made["id"])

    first = add(act := new_id().hex)
    add(act, revision=2, former=first, own=True)
    add(new_id().hex)
    add(new_id().hex, state="not_billable")
    counts = json.dumps(dict.fromkeys(("teleconsultations", "own_teleconsultations", "teleexpertises"), 0))
    for number, volume in ((1, 900), (2, 1000)):
        whole = json.loads(counts) | {"other_acts": 100 * number, "own_acts": None}
        connection.execute(
            text(DECLARATION.replace(":at", f"'2026-03-0{number} 00:00:00'")),
            {"id": new_id().hex, "rpps": RPPS, "source": "x", "volume": volume, "counts": json.dumps(whole)},
        )


async def test_what_is_kept_is_counted_by_day_and_stated_by_year(database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.run_sync(lambda one: command.downgrade(_config(one), "0003"))
        await connection.run_sync(fill)
    await upgrade(database)
    async with database.read() as session:
        days = await CountStore(session).by_day(RPPS, 2026)
        volume, outside = await ActivityStore(session).statement(RPPS, 2026)
    one, own = Counts.of_teleconsultations(1), Counts.of_teleconsultations(1, own=1)
    assert days == {date(2026, 3, 2): one + own}
    assert volume is not None
    assert (volume.acts, volume.source, volume.declared_on) == (1000, "x", date(2026, 3, 1))
    assert outside is not None
    assert (outside.counts, outside.as_of) == (Counts(other_acts=200, own_acts=None), date(2026, 2, 28))
