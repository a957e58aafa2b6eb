"""Follow-ups locked by the group, in one order, so that two processes never wait for each other in a circle."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_LOCK = text(
    "SELECT id, version FROM telemonitoring_follow_ups WHERE id = ANY(CAST(:ids AS uuid[])) "
    "ORDER BY id FOR NO KEY UPDATE"
)
_READ = (
    "SELECT f.id, f.version FROM json_each(?) AS wanted "
    "CROSS JOIN telemonitoring_follow_ups AS f ON f.id = wanted.value"
)


async def lock_follow_ups(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, int]:
    """The versions of those of `ids` that exist, locked until the end of the transaction; SQLite has one writer."""
    connection = await session.connection()
    if connection.dialect.name == "postgresql":
        return {row[0]: row[1] for row in await connection.execute(_LOCK, {"ids": list(ids)})}
    names = {one.hex: one for one in ids}
    rows: Iterable[Any] = await connection.exec_driver_sql(_READ, (orjson.dumps(list(names)).decode(),))
    return {names[row[0]]: row[1] for row in rows}
