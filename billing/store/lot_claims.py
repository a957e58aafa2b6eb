"""What became of lots beyond their own standing: their last ARL, and their claims."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing.model.life import Stage
from billing.model.lot import LotClaim, LotProgress, ReturnKind, ReturnState
from billing.store.life import to_standing
from billing.tables import LotItemRow, ReturnRow, StandingRow

_HEARD = (ReturnState.APPLIED, ReturnState.UNCHANGED)


class LotClaimStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def progress(self, lot_ids: Collection[UUID]) -> dict[UUID, LotProgress]:
        """Of each of these lots, in two statements. An ARL that was set aside is none."""
        arl = (
            select(col(ReturnRow.lot_id), func.max(col(ReturnRow.received_at)))
            .where(col(ReturnRow.lot_id).in_(lot_ids), col(ReturnRow.kind) == ReturnKind.ARL.value)
            .where(col(ReturnRow.state).in_([state.value for state in _HEARD]))
            .group_by(col(ReturnRow.lot_id))
        )
        paper = (
            select(col(LotItemRow.lot_id), func.count())
            .join(StandingRow, col(StandingRow.claim_id) == col(LotItemRow.claim_id))
            .where(col(LotItemRow.lot_id).in_(lot_ids), col(StandingRow.stage) == Stage.PAPER_REQUESTED.value)
            .group_by(col(LotItemRow.lot_id))
        )
        heard = {row[0]: row[1] for row in await self._session.execute(arl)}
        left = {row[0]: row[1] for row in await self._session.execute(paper)}
        return {lot_id: LotProgress(heard.get(lot_id), left.get(lot_id, 0)) for lot_id in lot_ids}

    async def page(self, lot_id: UUID, *, limit: int, after: int | None) -> list[LotClaim]:
        """The claims of a lot by the number of their FSE."""
        query = (
            select(LotItemRow, StandingRow)
            .join(StandingRow, col(StandingRow.claim_id) == col(LotItemRow.claim_id))
            .where(col(LotItemRow.lot_id) == lot_id)
        )
        if after is not None:
            query = query.where(col(LotItemRow.fse_number) > after)
        rows = await self._session.execute(query.order_by(col(LotItemRow.fse_number)).limit(limit))
        return [LotClaim(item.fse_number, to_standing(standing)) for item, standing in rows]
