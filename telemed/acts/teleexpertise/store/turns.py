"""How many cases wait for one person, on either side; bounded, for the count that every page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.teleexpertise.model import Owner, State, Urgency
from telemed.acts.teleexpertise.tables import CaseRow, OfferRow

MOST_COUNTED = 100


@dataclass(frozen=True)
class Queued:
    """A case that waits for a line; nothing of its patient."""

    id: UUID
    line_id: UUID
    urgency: Urgency
    due_at: datetime
    sent_at: datetime


class TurnStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def count(self, professional_id: UUID) -> int:
        """What this person owes the next step of, drafts left out; `MOST_COUNTED` stands for that many or more."""
        asked = (
            select(literal(1).label("one"))
            .where(
                col(CaseRow.requerant_id) == professional_id,
                col(CaseRow.due_at).is_not(None),
                col(CaseRow.owner) == Owner.REQUERANT.value,
                col(CaseRow.state) != State.DRAFT.value,
            )
            .limit(MOST_COUNTED)
            .subquery()
        )
        held = (
            select(literal(1).label("one"))
            .select_from(OfferRow)
            .join(CaseRow, col(CaseRow.id) == col(OfferRow.case_id))
            .where(
                col(OfferRow.professional_id) == professional_id,
                col(OfferRow.due_at).is_not(None),
                col(CaseRow.owner) != Owner.REQUERANT.value,
            )
            .limit(MOST_COUNTED)
            .subquery()
        )
        both = union_all(select(asked.c.one), select(held.c.one)).subquery()
        counted: int = await self._session.scalar(select(func.count()).select_from(both)) or 0
        return min(counted, MOST_COUNTED)

    async def queued(self, line_ids: Sequence[UUID], *, limit: int) -> list[Queued]:
        """What waits for somebody of these lines, the soonest due first."""
        query = (
            select(CaseRow)
            .where(col(CaseRow.state) == State.QUEUED.value, col(CaseRow.line_id).in_(line_ids))
            .order_by(col(CaseRow.due_at), col(CaseRow.id))
            .limit(limit)
        )
        rows = await self._session.scalars(query)
        return [
            Queued(row.id, row.line_id, Urgency(row.urgency), row.due_at, row.sent_at)
            for row in rows
            if row.line_id and row.due_at and row.sent_at
        ]
