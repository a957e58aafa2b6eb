"""Who bills the accompaniment of a téléconsultation."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing.store.dialects import insert_into
from billing.tables.accompaniments import AccompanimentRow


class AccompanimentStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def take(self, teleconsultation_id: UUID, family: str, act_id: UUID) -> bool:
        """Take the only place of this family beside a téléconsultation; False if another act holds it."""
        row = {"teleconsultation_id": teleconsultation_id, "family": family, "act_id": act_id}
        await self._session.execute(insert_into(self._session, AccompanimentRow).values(row).on_conflict_do_nothing())
        return await self.find(teleconsultation_id, family) == act_id

    async def find(self, teleconsultation_id: UUID, family: str) -> UUID | None:
        """The act that holds the place."""
        query = select(col(AccompanimentRow.act_id)).where(
            col(AccompanimentRow.teleconsultation_id) == teleconsultation_id, col(AccompanimentRow.family) == family
        )
        return await self._session.scalar(query)

    async def give_back(self, act_id: UUID) -> None:
        """The act no longer bills an accompaniment; nothing happens if it did not."""
        await self._session.execute(delete(AccompanimentRow).where(col(AccompanimentRow.act_id) == act_id))
