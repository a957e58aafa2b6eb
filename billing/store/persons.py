"""The persons behind merged records: quotas follow a merge at once, and part again when it is undone."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing.tables import QuotaPersonRow

_FRESH = {"populate_existing": True}


class PersonStore:
    """Who is who. Merges are rare: each holds the whole table, so that no decision runs beside it."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def merge(self, *, kept: UUID, absorbed: UUID) -> None:
        """The absorbed record, and those merged into it, are the kept one's person; again changes nothing."""
        await self._hold_all()
        person_id = await self._person_of(kept)
        if person_id == absorbed or await self._person_of(absorbed) != absorbed:
            return
        await self._lead(await self._records_behind(absorbed), person_id)
        self._session.add(QuotaPersonRow(patient_id=absorbed, person_id=person_id, merged_into=kept))
        await self._session.flush()

    async def split(self, *, kept: UUID, absorbed: UUID) -> None:
        """The absorbed record is a person again, with the records merged into it; again changes nothing."""
        await self._hold_all()
        row = col(QuotaPersonRow.patient_id) == absorbed, col(QuotaPersonRow.merged_into) == kept
        gone = await self._session.scalar(delete(QuotaPersonRow).where(*row).returning(col(QuotaPersonRow.patient_id)))
        if gone is not None:
            await self._lead(await self._records_behind(absorbed), absorbed)

    async def _hold_all(self) -> None:
        """Wait for whoever has read who is who, and keep others waiting; SQLite has one writer anyway."""
        if self._session.get_bind().dialect.name == "postgresql":
            await self._session.execute(text(f"LOCK TABLE {QuotaPersonRow.__tablename__} IN ACCESS EXCLUSIVE MODE"))

    async def _person_of(self, patient_id: UUID) -> UUID:
        row = await self._session.get(QuotaPersonRow, patient_id, execution_options=_FRESH)
        return patient_id if row is None else row.person_id

    async def _lead(self, records: Collection[UUID], person_id: UUID) -> None:
        """These records have this person behind them from now on."""
        changed = update(QuotaPersonRow).where(col(QuotaPersonRow.patient_id).in_(records))
        await self._session.execute(changed.values(person_id=person_id))

    async def _records_behind(self, patient_id: UUID) -> set[UUID]:
        """The records merged into one, also through others."""
        found: set[UUID] = set()
        latest = {patient_id}
        while latest:
            query = select(col(QuotaPersonRow.patient_id)).where(col(QuotaPersonRow.merged_into).in_(latest))
            latest = set(await self._session.scalars(query)) - found
            found |= latest
        return found
