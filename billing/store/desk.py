"""What waits for a person in the claims of a doctor or of a practice: counted and listed, the gravest first."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing.model.life import Due, Stage
from billing.model.standing import Standing
from billing.rules.reconciliation import Sum
from billing.store.life import to_standing
from billing.tables import StandingRow

WAITING = (
    Stage.REJECTED,
    Stage.REFUSED,
    Stage.PAPER_REQUESTED,
    Stage.SILENT,
    Stage.HELD,
    Stage.TO_COMPLETE,
    Stage.TO_INVOICE,
)
"""Stages at which a person has something to do or to know, the gravest first."""


class DeskStore:
    def __init__(self, session: AsyncSession, *, practice_id: UUID | None, professional_id: UUID | None) -> None:
        self._session = session
        self._whose = _whose(practice_id, professional_id)

    async def waiting(self) -> dict[Stage, Sum]:
        """How many claims wait at each stage, and for how much; in one statement."""
        query = (
            select(col(StandingRow.stage), func.count(), func.coalesce(func.sum(col(StandingRow.amount_cents)), 0))
            .where(self._waits())
            .group_by(col(StandingRow.stage))
        )
        return {
            Stage(stage): Sum(number, int(cents or 0)) for stage, number, cents in await self._session.execute(query)
        }

    async def first(self, limit: int) -> list[Standing]:
        """Those that wait, the gravest first, then the most urgent."""
        rank = case({stage.value: place for place, stage in enumerate(WAITING)}, value=col(StandingRow.stage), else_=0)
        query = (
            select(StandingRow)
            .where(self._waits())
            .order_by(rank, col(StandingRow.due_on), col(StandingRow.claim_id))
            .limit(limit)
        )
        return [to_standing(row) for row in await self._session.scalars(query)]

    def _waits(self) -> ColumnElement[bool]:
        """At a stage that waits for somebody, or paid too much: the money is to be given back.

        Each side is a range of its own index, of stages and of days on which something is due: neither database walks
        all the claims.
        """
        claim_id, due = col(StandingRow.claim_id), col(StandingRow.due) == Due.REPAYMENT.value
        at_a_stage = select(claim_id).where(*self._whose, col(StandingRow.stage).in_([one.value for one in WAITING]))
        to_repay = select(claim_id).where(*self._whose, col(StandingRow.due_on) > date.min, due)
        return claim_id.in_(union(at_a_stage, to_repay))


def _whose(practice_id: UUID | None, professional_id: UUID | None) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if practice_id is not None:
        asked.append(col(StandingRow.practice_id) == practice_id)
    if professional_id is not None:
        asked.append(col(StandingRow.professional_id) == professional_id)
    return asked
