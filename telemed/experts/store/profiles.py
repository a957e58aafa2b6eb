"""Profiles of experts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.experts.model import Abilities, AnswerChannel, Place, Profile
from telemed.experts.tables import LineRow, ProfileRow
from telemed.kernel.clock import Territory


class ProfileStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, professional_id: UUID, *, lock: bool = False) -> Profile | None:
        """A profile; `lock` it before its hours or openings change."""
        query = select(ProfileRow).where(col(ProfileRow.professional_id) == professional_id)
        row = await self._session.scalar(query.with_for_update() if lock else query)
        return to_profile(row) if row else None

    async def find_many(self, ids: Sequence[UUID], *, lock: bool = False) -> dict[UUID, Profile]:
        """Those of `ids` that exist, in one statement; locked in the same order by everybody."""
        if not ids:
            return {}
        query = select(ProfileRow).where(col(ProfileRow.professional_id).in_(set(ids)))
        query = query.order_by(col(ProfileRow.professional_id))
        rows = await self._session.scalars(query.with_for_update() if lock else query)
        return {row.professional_id: to_profile(row) for row in rows}

    async def of_rpps(self, numbers: Sequence[str]) -> list[Profile]:
        """The experts behind these RPPS, in every practice."""
        query = select(ProfileRow).where(col(ProfileRow.rpps).in_(set(numbers)))
        rows = await self._session.scalars(query.order_by(col(ProfileRow.professional_id)))
        return [to_profile(row) for row in rows]

    async def save(self, profile: Profile, at: datetime) -> None:
        """Keep a profile, new or changed."""
        values = profile_values(profile) | {"changed_at": at}
        query = update(ProfileRow).where(col(ProfileRow.professional_id) == profile.professional_id).values(**values)
        changed = await self._session.execute(query.returning(col(ProfileRow.professional_id)))
        if changed.first() is None:
            await self._session.execute(insert(ProfileRow).values(professional_id=profile.professional_id, **values))

    async def set_kept_until(self, ids: Sequence[UUID], at: datetime | None) -> None:
        """How far the openings of these people reach; None while there is nothing to keep."""
        if ids:
            query = update(ProfileRow).where(col(ProfileRow.professional_id).in_(ids))
            await self._session.execute(query.values(kept_until=at))

    async def take_kept_below(self, at: datetime, *, limit: int) -> list[UUID]:
        """People whose openings reach less far than `at`, locked, that nobody else is at; the soonest to end first."""
        query = (
            select(col(ProfileRow.professional_id))
            .where(col(ProfileRow.kept_until) < at)
            .order_by(col(ProfileRow.kept_until))
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return list(await self._session.scalars(query))


def profile_values(profile: Profile) -> dict[str, Any]:
    """The columns of a profile but its key, its dates and how far it is kept."""
    return {
        "practice_id": profile.practice_id,
        "rpps": profile.rpps,
        **ability_values(profile.abilities, profile.place),
        "channels": sorted(profile.channels),
        "is_open": profile.is_open,
        "auto_accept": profile.auto_accept,
        "capacity_per_day": profile.capacity_per_day,
        "suspended_at": profile.suspended_at,
    }


def ability_values(abilities: Abilities, place: Place) -> dict[str, Any]:
    """The columns that a profile and a line share."""
    return {
        "specialty_code": abilities.specialty_code,
        "territory": place.territory.value,
        "department": place.department,
        "skills": list(abilities.skills),
        "words": list(abilities.words),
        "languages": list(abilities.languages),
    }


def to_profile(row: ProfileRow) -> Profile:
    return Profile(
        professional_id=row.professional_id,
        practice_id=row.practice_id,
        rpps=row.rpps,
        abilities=to_abilities(row),
        place=to_place(row),
        is_open=row.is_open,
        capacity_per_day=row.capacity_per_day,
        auto_accept=row.auto_accept,
        channels=frozenset(AnswerChannel(one) for one in row.channels),
        suspended_at=row.suspended_at,
    )


def to_abilities(row: ProfileRow | LineRow) -> Abilities:
    return Abilities(row.specialty_code, tuple(row.skills), tuple(row.words), tuple(row.languages))


def to_place(row: ProfileRow | LineRow) -> Place:
    return Place(Territory(row.territory), row.department)
