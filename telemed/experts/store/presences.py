"""Who is there now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.experts.model import Presence
from telemed.experts.tables import PresenceRow


class PresenceStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, professional_id: UUID) -> Presence | None:
        row = await self._session.get(PresenceRow, professional_id)
        return Presence(row.professional_id, row.since, row.until, row.expires_at) if row else None

    async def save(self, presence: Presence) -> None:
        row = PresenceRow(
            professional_id=presence.professional_id,
            since=presence.since,
            until=presence.until,
            expires_at=presence.expires_at,
        )
        await self._session.merge(row)
        await self._session.flush()

    async def remove(self, professional_id: UUID) -> None:
        await self._session.execute(delete(PresenceRow).where(col(PresenceRow.professional_id) == professional_id))

    async def prolong(self, professional_id: UUID, now: datetime, to: datetime) -> None:
        """The page of somebody who said that he is there gave a sign of life."""
        person = col(PresenceRow.professional_id) == professional_id
        living = update(PresenceRow).where(person, col(PresenceRow.until) > now, col(PresenceRow.expires_at) < to)
        await self._session.execute(living.values(expires_at=to))

    async def shorten(self, professional_id: UUID, to: datetime) -> None:
        """His last page went away: unless it comes back, he is there until `to` at most."""
        person = col(PresenceRow.professional_id) == professional_id
        await self._session.execute(
            update(PresenceRow).where(person, col(PresenceRow.expires_at) > to).values(expires_at=to)
        )

    async def there(self, ids: Collection[UUID], now: datetime) -> set[UUID]:
        """Those of `ids` who are there now."""
        query = select(col(PresenceRow.professional_id)).where(
            col(PresenceRow.professional_id).in_(ids), col(PresenceRow.expires_at) > now, col(PresenceRow.until) > now
        )
        return set(await self._session.scalars(query))

    async def forget(self, before: datetime) -> None:
        await self._session.execute(delete(PresenceRow).where(col(PresenceRow.expires_at) < before))
