"""Openings: kept as the rules made them, one person at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.experts.model import Opening
from telemed.experts.tables import OpeningRow
from telemed.kernel.clock import Territory
from telemed.kernel.ids import new_id
from telemed.kernel.period import Interval


class OpeningStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def replace(self, ids: Sequence[UUID], openings: Iterable[Opening]) -> None:
        """Make the kept openings of these people be `openings`: what is the same is left alone."""
        query = select(OpeningRow).where(col(OpeningRow.professional_id).in_(set(ids)))
        kept = {to_opening(row): row.id for row in await self._session.scalars(query)}
        wanted = dict.fromkeys(openings)
        gone = [row_id for opening, row_id in kept.items() if opening not in wanted]
        for start in range(0, len(gone), 500):
            await self._session.execute(delete(OpeningRow).where(col(OpeningRow.id).in_(gone[start : start + 500])))
        if new := [opening_values(one) for one in wanted if one not in kept]:
            await self._session.execute(insert(OpeningRow), new)

    async def of_person(self, professional_id: UUID, window: Interval) -> list[Opening]:
        """The openings of a person that touch `window`, by time."""
        return await self._within(col(OpeningRow.professional_id) == professional_id, window)

    async def of_line(self, line_id: UUID, window: Interval) -> list[Opening]:
        """The openings of a line that touch `window`, by time."""
        return await self._within(col(OpeningRow.line_id) == line_id, window)

    async def page_of(
        self, ids: Sequence[UUID], window: Interval, *, after: tuple[datetime, UUID] | None, limit: int
    ) -> list[tuple[UUID, Opening]]:
        """The openings of several people that touch `window`, with their ids, by beginning."""
        query = select(OpeningRow).where(
            col(OpeningRow.professional_id).in_(set(ids)),
            col(OpeningRow.ends_at) > window.start,
            col(OpeningRow.starts_at) < window.end,
        )
        if after is not None:
            query = query.where(tuple_(col(OpeningRow.starts_at), col(OpeningRow.id)) > after)
        rows = await self._session.scalars(query.order_by(col(OpeningRow.starts_at), col(OpeningRow.id)).limit(limit))
        return [(row.id, to_opening(row)) for row in rows]

    async def _within(self, condition: ColumnElement[bool], window: Interval) -> list[Opening]:
        query = (
            select(OpeningRow)
            .where(condition, col(OpeningRow.ends_at) > window.start, col(OpeningRow.starts_at) < window.end)
            .order_by(col(OpeningRow.starts_at), col(OpeningRow.professional_id), col(OpeningRow.id))
        )
        return [to_opening(row) for row in await self._session.scalars(query)]


def opening_values(opening: Opening) -> dict[str, object]:
    """The columns of a new opening."""
    return {
        "id": new_id(),
        "professional_id": opening.professional_id,
        "line_id": opening.line_id,
        "specialty_code": opening.specialty_code,
        "territory": opening.territory.value,
        "starts_at": opening.interval.start,
        "ends_at": opening.interval.end,
    }


def to_opening(row: OpeningRow) -> Opening:
    interval = Interval(row.starts_at, row.ends_at)
    return Opening(row.professional_id, row.line_id, row.specialty_code, Territory(row.territory), interval)
