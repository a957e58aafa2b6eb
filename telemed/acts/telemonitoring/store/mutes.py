"""Mutes, and the findings that woke nobody."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.telemonitoring.model.told import Told
from telemed.acts.telemonitoring.model.triage import KeptMute
from telemed.acts.telemonitoring.store.alert_rows import to_evidence, to_mute, to_mute_values
from telemed.acts.telemonitoring.tables.alerts import MutedFindingRow, MuteRow
from telemed.kernel.ids import new_id


class MuteStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, mute: KeptMute) -> None:
        await self._session.execute(insert(MuteRow), [to_mute_values(mute)])

    async def find(self, mute_id: UUID) -> KeptMute | None:
        """One mute, which is not locked: its follow-up is to be, first."""
        query = select(MuteRow).where(col(MuteRow.id) == mute_id)
        row = await self._session.scalar(query.execution_options(populate_existing=True))
        return to_mute(row) if row else None

    async def in_force(self, follow_up_ids: Collection[UUID], now: datetime, *, lock: bool = True) -> list[KeptMute]:
        """Those that hold for these follow-ups, the last made first, locked in one order."""
        if not follow_up_ids:
            return []
        query = (
            select(MuteRow)
            .where(col(MuteRow.follow_up_id).in_(sorted(set(follow_up_ids))))
            .where(col(MuteRow.lifted_at).is_(None), col(MuteRow.until) > now)
            .order_by(col(MuteRow.follow_up_id), col(MuteRow.id).desc())
        )
        rows = await self._session.scalars(query.with_for_update() if lock else query)
        return [to_mute(row) for row in rows]

    async def page(self, follow_up_id: UUID, *, before: UUID | None, limit: int) -> list[KeptMute]:
        """All mutes of a follow-up, the last made first."""
        query = select(MuteRow).where(col(MuteRow.follow_up_id) == follow_up_id)
        if before is not None:
            query = query.where(col(MuteRow.id) < before)
        return [
            to_mute(row) for row in await self._session.scalars(query.order_by(col(MuteRow.id).desc()).limit(limit))
        ]

    async def over(self, follow_up_id: UUID, now: datetime, *, limit: int) -> list[KeptMute]:
        """Those that hold no more, lifted or come to their end, the last made first."""
        query = select(MuteRow).where(col(MuteRow.follow_up_id) == follow_up_id)
        query = query.where(or_(col(MuteRow.lifted_at).is_not(None), col(MuteRow.until) <= now))
        return [
            to_mute(row) for row in await self._session.scalars(query.order_by(col(MuteRow.id).desc()).limit(limit))
        ]

    async def lift(self, mute_ids: Collection[UUID], at: datetime, by: UUID | None) -> None:
        """`by` None: the values grew worse."""
        if mute_ids:
            living = update(MuteRow).where(col(MuteRow.id).in_(sorted(mute_ids)), col(MuteRow.lifted_at).is_(None))
            await self._session.execute(living.values(lifted_at=at, lifted_by=by))

    async def keep_muted(self, found: Sequence[tuple[Told, KeptMute]], now: datetime) -> None:
        """What woke nobody, and under which mute."""
        if found:
            await self._session.execute(insert(MutedFindingRow), [_muted_values(*one, now) for one in found])


def _muted_values(told: Told, mute: KeptMute, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "mute_id": mute.id,
        "practice_id": told.practice_id,
        "patient_id": told.patient_id,
        "follow_up_id": told.follow_up_id,
        "cause": told.cause,
        "label": told.label,
        "rule_version_id": told.rule_version_id,
        "since": told.since,
        "at": told.at,
        "noted_at": now,
        "evidence": to_evidence(told.evidence),
    }
