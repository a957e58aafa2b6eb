"""Follow-ups locked by the group, in one order, so that two processes never wait for each other in a circle."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from telemed.storage.driver import Driver, open_driver

_LOCK = "SELECT id, version FROM telemonitoring_follow_ups WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE"
_READ = (
    "SELECT f.id, f.version FROM json_each(?) AS wanted "
    "CROSS JOIN telemonitoring_follow_ups AS f ON f.id = wanted.value"
)


async def lock_follow_ups(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, int]:
    """The versions of those of `ids` that exist, locked until the end of the transaction; SQLite has one writer."""
    driver = await open_driver(session)
    if driver is not None:
        return await lock_on_postgresql(driver, ids)
    connection = await session.connection()
    names = {one.hex: one for one in ids}
    rows: Iterable[Any] = await connection.exec_driver_sql(_READ, (orjson.dumps(list(names)).decode(),))
    return {names[row[0]]: row[1] for row in rows}


async def lock_on_postgresql(driver: Driver, ids: Collection[UUID]) -> dict[UUID, int]:
    """The same."""
    return dict(await driver.fetch(_LOCK, list(ids)))
