"""Who is there now and may be rung for a case: one statement."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.teleexpertise.model.live import CallState, RingOutcome
from telemed.acts.teleexpertise.tables.calls import CallRow, RingRow
from telemed.experts.tables import PresenceRow
from telemed.professionals.tables import ProfessionalRow

_ASKED = 50


class PresentStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of_specialty(self, specialty_code: str, now: datetime, *, but_rpps: Collection[str]) -> list[UUID]:
        """Those of a specialty who are there and in no other call, the longest there first."""
        query = (
            _there(now)
            .where(
                col(ProfessionalRow.specialty_code) == specialty_code,
                col(ProfessionalRow.rpps).is_not(None),
                col(ProfessionalRow.rpps).not_in(but_rpps),
                col(ProfessionalRow.suspended_at).is_(None),
            )
            .order_by(col(PresenceRow.since), col(PresenceRow.professional_id))
            .limit(_ASKED)
        )
        return list(await self._session.scalars(query))

    async def among(self, ids: Collection[UUID], now: datetime) -> set[UUID]:
        """Those of `ids` who are there and in no other call."""
        query = _there(now).where(col(PresenceRow.professional_id).in_(ids))
        return set(await self._session.scalars(query))


def _there(now: datetime) -> Select[UUID]:
    person = col(PresenceRow.professional_id)
    is_rung = exists().where(col(RingRow.professional_id) == person, col(RingRow.outcome) == RingOutcome.RINGING.value)
    is_talking = exists().where(col(CallRow.requis_id) == person, col(CallRow.state) == CallState.OPEN.value)
    return (
        select(person)
        .join(ProfessionalRow, col(ProfessionalRow.id) == person)
        .where(col(PresenceRow.expires_at) > now, col(PresenceRow.until) > now, ~is_rung, ~is_talking)
    )
