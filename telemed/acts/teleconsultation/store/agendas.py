"""Opening hours, and the row that owns a professional's times."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.teleconsultation.model import OpeningHours
from telemed.acts.teleconsultation.tables import AgendaRow, OpeningHoursRow


class AgendaStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self, professional_id: UUID) -> None:
        """Own the professional's times until the transaction ends, so that two bookings never both look free."""
        dialect = self._session.get_bind().dialect.name
        insert = sqlite_insert if dialect == "sqlite" else postgresql_insert
        await self._session.execute(
            insert(AgendaRow).values(professional_id=professional_id, bookings=0).on_conflict_do_nothing()
        )
        row = await self._session.get(AgendaRow, professional_id, with_for_update=True, populate_existing=True)
        if row is not None:
            row.bookings += 1

    async def hours(self, professional_id: UUID) -> list[OpeningHours]:
        query = select(OpeningHoursRow).where(col(OpeningHoursRow.professional_id) == professional_id)
        rows = await self._session.scalars(query.order_by(col(OpeningHoursRow.weekday), col(OpeningHoursRow.opens_at)))
        return [
            OpeningHours(
                weekday=row.weekday, opens_at=row.opens_at, closes_at=row.closes_at, slot_minutes=row.slot_minutes
            )
            for row in rows
        ]

    async def replace_hours(self, professional_id: UUID, hours: Sequence[OpeningHours]) -> None:
        await self._session.execute(
            delete(OpeningHoursRow).where(col(OpeningHoursRow.professional_id) == professional_id)
        )
        self._session.add_all(
            OpeningHoursRow(
                professional_id=professional_id,
                weekday=opening.weekday,
                opens_at=opening.opens_at,
                closes_at=opening.closes_at,
                slot_minutes=opening.slot_minutes,
            )
            for opening in hours
        )
