"""The counts beside the board start from an index that holds only what they count, however much is open."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from telemed.acts.telemonitoring.store.alert_lists import AlertLists
from telemed.acts.telemonitoring.store.late_findings import LateFindings
from telemed.kernel.ids import new_id
from telemed.security.keyring import Keyring
from telemed.storage.engine import Database

pytestmark = pytest.mark.asyncio


async def test_no_count_reads_all_that_is_open(sqlite_url: str, keyring: Keyring) -> None:
    database = Database(sqlite_url, keyring)
    sent: list[tuple[str, tuple[object, ...]]] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *args: sent.append(args[2:4]))
    async with database.read() as session:
        await AlertLists(session).counts(new_id(), new_id(), datetime(2026, 11, 22, tzinfo=UTC))
        statement, values = sent[-1]
        connection = await session.connection()
        plan = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)).all()
        await LateFindings(session).count(new_id(), datetime(2026, 11, 22, tzinfo=UTC))
        statement, values = sent[-1]
        late = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)).all()
    await database.close()
    assert "ix_telemonitoring_findings_late (received_at>?)" in str(late)
    steps = [str(row.detail) for row in plan if "telemonitoring_alerts" in str(row.detail)]
    wanted = ("ranked", "held (holder_id=?)", "unowned", "due (practice_id=? AND due_at>? AND due_at<?)", "ranked")
    assert [name in step for name, step in zip(wanted, steps, strict=True)] == [True] * 5
