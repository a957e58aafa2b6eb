"""Follow-ups locked by the group, in one order, so that two processes never wait for each other in a circle."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from telemed.acts.telemonitoring.store.follow_ups import FollowUpStore

_LOCK = text(
    "SELECT id, version FROM telemonitoring_follow_ups WHERE id = ANY(CAST(:ids AS uuid[])) "
    "ORDER BY id FOR NO KEY UPDATE"
)


async def lock_follow_ups(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, int]:
    """The versions of those of `ids` that exist, locked until the end of the transaction; SQLite has one writer."""
    if session.get_bind().dialect.name != "postgresql":
        return await FollowUpStore(session).find_versions(ids)
    found = await session.execute(_LOCK, {"ids": list(ids)})
    return {row.id: row.version for row in found}
