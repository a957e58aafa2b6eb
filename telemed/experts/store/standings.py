"""What is in each expert's hands, whom they know, and whose turn it is in a line; rows are locked as they change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.experts.model.standing import Standing
from telemed.experts.tables import AcquaintanceRow, LineTurnRow, StandingRow


class StandingStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self, professional_id: UUID) -> Standing:
        """As it stands, nobody else's to change until the transaction ends; a new one for who never was asked."""
        query = select(StandingRow).where(col(StandingRow.professional_id) == professional_id)
        row = await self._session.scalar(query.with_for_update(), execution_options={"populate_existing": True})
        return _to_standing(row) if row else Standing(professional_id)

    async def save(self, standing: Standing) -> None:
        row = StandingRow(
            professional_id=standing.professional_id,
            pending=standing.pending,
            open_cases=standing.open_cases,
            accepted=standing.accepted,
            accepted_on=standing.accepted_on,
            recent=standing.recent,
            minutes=list(standing.minutes),
            taken=standing.taken,
            left=standing.left,
            median_minutes=standing.median_minutes,
        )
        await self._session.merge(row)
        await self._session.flush()

    async def add_acquaintance(self, patient_id: UUID, professional_id: UUID, on: date) -> None:
        """He answered about this patient once more."""
        row = await self._session.get(AcquaintanceRow, (patient_id, professional_id), populate_existing=True)
        if row is None:
            row = AcquaintanceRow(patient_id=patient_id, professional_id=professional_id, cases=0, last_on=on)
            self._session.add(row)
        row.cases, row.last_on = row.cases + 1, max(row.last_on, on)
        await self._session.flush()

    async def add_turns(self, line_id: UUID, professional_ids: Sequence[UUID]) -> None:
        """These members of a locked line were asked, in this order."""
        last = await self._session.scalar(select(func.max(col(LineTurnRow.turn))).where(_is_of(line_id))) or 0
        for number, person in enumerate(professional_ids, last + 1):
            row = await self._session.get(LineTurnRow, (line_id, person), populate_existing=True)
            if row is None:
                row = LineTurnRow(line_id=line_id, professional_id=person, turn=number, turns=0)
                self._session.add(row)
            row.turn, row.turns = number, row.turns + 1
            await self._session.flush()

    async def find_many(self, ids: Sequence[UUID]) -> dict[UUID, Standing]:
        """What is in the hands of those who were ever asked."""
        rows = await self._session.scalars(select(StandingRow).where(col(StandingRow.professional_id).in_(ids)))
        return {row.professional_id: _to_standing(row) for row in rows}

    async def turns(self, line_id: UUID) -> dict[UUID, int]:
        """How often each member of a line was asked."""
        rows = await self._session.scalars(select(LineTurnRow).where(_is_of(line_id)))
        return {row.professional_id: row.turns for row in rows}


def _is_of(line_id: UUID) -> ColumnElement[bool]:
    return col(LineTurnRow.line_id) == line_id


def _to_standing(row: StandingRow) -> Standing:
    empty = Standing(row.professional_id)
    return replace(
        empty,
        pending=row.pending,
        open_cases=row.open_cases,
        accepted=row.accepted,
        accepted_on=row.accepted_on,
        recent=row.recent,
        minutes=tuple(row.minutes),
    )
