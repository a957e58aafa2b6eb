"""Individual decisions that raise a doctor's rate."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import Date, Uuid, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql import Select
from sqlmodel import col

from billing.model import DerogationEntry
from billing.rules.derogation import DecidedBy, Derogation
from billing.tables import DerogationRow


class DerogationStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, entry: DerogationEntry) -> None:
        derogation = entry.derogation
        self._session.add(
            DerogationRow(
                id=entry.id,
                rpps=entry.rpps,
                reference=derogation.reference,
                decided_by=derogation.decided_by.value,
                rate_percent=derogation.rate_percent,
                first_day=derogation.first_day,
                last_day=derogation.last_day,
                source=entry.source,
                replaces_id=entry.replaces_id,
                is_withdrawn=entry.is_withdrawn,
                recorded_by=entry.recorded_by,
                recorded_at=entry.recorded_at,
            )
        )

    async def of_year(self, rpps: str, year: int) -> tuple[Derogation, ...]:
        """The decisions that hold on at least one day of a civil year."""
        query = (
            _present()
            .where(col(DerogationRow.rpps) == rpps, ~col(DerogationRow.is_withdrawn))
            .where(col(DerogationRow.first_day) <= date(year, 12, 31), col(DerogationRow.last_day) >= date(year, 1, 1))
            .order_by(col(DerogationRow.first_day), col(DerogationRow.id))
        )
        return tuple(_to_entry(row).derogation for row in await self._session.scalars(query))

    async def find(self, rpps: str, entry_id: UUID) -> DerogationEntry | None:
        """A present entry of this doctor, unless it was withdrawn."""
        query = _present().where(col(DerogationRow.id) == entry_id, col(DerogationRow.rpps) == rpps)
        row = await self._session.scalar(query.where(~col(DerogationRow.is_withdrawn)))
        return None if row is None else _to_entry(row)

    async def page(self, rpps: str, *, limit: int, after: tuple[date, UUID] | None = None) -> list[DerogationEntry]:
        """Present entries, the latest period first; those withdrawn stay to be seen."""
        query = _present().where(col(DerogationRow.rpps) == rpps)
        if after is not None:
            last = tuple_(literal(after[0], Date), literal(after[1], Uuid))
            query = query.where(tuple_(col(DerogationRow.first_day), col(DerogationRow.id)) < last)
        query = query.order_by(col(DerogationRow.first_day).desc(), col(DerogationRow.id).desc()).limit(limit)
        return [_to_entry(row) for row in await self._session.scalars(query)]


def _present() -> Select[DerogationRow]:
    later = aliased(DerogationRow)
    replaced = select(col(later.id)).where(col(later.replaces_id) == col(DerogationRow.id))
    return select(DerogationRow).where(~replaced.exists())


def _to_entry(row: DerogationRow) -> DerogationEntry:
    decided_by = DecidedBy(row.decided_by)
    return DerogationEntry(
        id=row.id,
        rpps=row.rpps,
        derogation=Derogation(row.reference, row.rate_percent, row.first_day, row.last_day, decided_by),
        source=row.source,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
        replaces_id=row.replaces_id,
        is_withdrawn=row.is_withdrawn,
    )
