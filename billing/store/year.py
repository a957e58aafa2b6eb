"""What doctors declare of a civil year."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import Select
from sqlmodel import col

from billing.model import Declaration
from billing.rules.cap import Counts
from billing.rules.outside import DeclaredOutside
from billing.rules.projection import AnnualVolume, Outside
from billing.tables import DeclarationRow


class YearStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def declare(self, declaration: Declaration, *, by: UUID | None, at: datetime) -> None:
        volume, outside = declaration.annual_volume, declaration.outside
        self._session.add(
            DeclarationRow(
                rpps=declaration.rpps,
                year=declaration.year,
                source=declaration.source,
                declared_on=declaration.declared_on,
                annual_acts=None if volume is None else volume.acts,
                annual_own_acts=None if volume is None else volume.own_acts,
                outside_as_of=None if outside is None else outside.as_of,
                outside_counts=None if outside is None else asdict(outside.counts),
                recorded_by=by,
                recorded_at=at,
            )
        )

    async def find_declaration(self, rpps: str, year: int) -> Declaration | None:
        """The latest declaration of a year."""
        query = _of_year(rpps, year)
        row = await self._session.scalar(query.limit(1))
        return None if row is None else _to_declaration(row)

    async def find_declared_outside(self, rpps: str, year: int) -> DeclaredOutside | None:
        """What the latest declaration says of elsewhere, and when it was recorded."""
        query = _of_year(rpps, year)
        row = await self._session.scalar(query.limit(1))
        outside = None if row is None else _to_declaration(row).outside
        return None if row is None or outside is None else DeclaredOutside(outside, row.recorded_at)


def _of_year(rpps: str, year: int) -> Select[DeclarationRow]:
    query = select(DeclarationRow).where(col(DeclarationRow.rpps) == rpps, col(DeclarationRow.year) == year)
    return query.order_by(col(DeclarationRow.recorded_at).desc(), col(DeclarationRow.id).desc())


def _to_declaration(row: DeclarationRow) -> Declaration:
    volume = outside = None
    if row.annual_acts is not None:
        volume = AnnualVolume(row.annual_acts, row.source, row.declared_on, row.annual_own_acts)
    if row.outside_as_of is not None and row.outside_counts is not None:
        outside = Outside(Counts(**row.outside_counts), row.outside_as_of, row.source)
    return Declaration(row.rpps, row.year, row.source, row.declared_on, volume, outside)
