"""Searches start from an index that gives them in order: their cost does not grow with the practice."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from telemed.kernel.ids import new_id
from telemed.patients.model import parse_birth_date
from telemed.patients.store import PatientStore
from telemed.security.keyring import Keyring
from telemed.storage.engine import Database

pytestmark = pytest.mark.asyncio
BORN = parse_birth_date("1955-03-12")


@pytest.mark.parametrize(
    ("search", "index"),
    [
        ({}, "ix_patients_page"),
        ({"name": "leroy"}, "ix_patient_names_word"),
        ({"name": "leroy jeanne"}, "ix_patient_names_word"),
        ({"birth_date": BORN}, "ix_patients_birth_date"),
    ],
    ids=["all", "a word", "two words", "a birth date"],
)
async def test_no_search_reads_the_whole_practice(
    sqlite_url: str, keyring: Keyring, search: dict[str, Any], index: str
) -> None:
    database = Database(sqlite_url, keyring)
    sent: list[tuple[str, tuple[object, ...]]] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *args: sent.append(args[2:4]))
    async with database.read() as session:
        await PatientStore(session).page(new_id(), **search, after=new_id(), limit=10)
        statement, values = sent[-1]
        connection = await session.connection()
        plan = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)).all()
    await database.close()
    steps = [str(row.detail) for row in plan]
    assert index in steps[0]
    assert not [step for step in steps if step.startswith("SCAN") or "TEMP B-TREE" in step]
