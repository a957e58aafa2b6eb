"""Who is on the team of a practice: those who may handle its alerts, and those who run it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.kernel.caller import Role
from telemed.professionals.tables import ProfessionalRow


async def find_carers(session: AsyncSession, practice_ids: Collection[UUID]) -> dict[UUID, list[tuple[UUID, Role]]]:
    """Those of each practice who work, once for each of their roles: one statement."""
    query = (
        select(col(ProfessionalRow.practice_id), col(ProfessionalRow.id), col(ProfessionalRow.roles))
        .where(col(ProfessionalRow.practice_id).in_(sorted(set(practice_ids))))
        .where(col(ProfessionalRow.suspended_at).is_(None))
    )
    found: dict[UUID, list[tuple[UUID, Role]]] = {practice_id: [] for practice_id in practice_ids}
    for practice_id, person_id, roles in await session.execute(query):
        found[practice_id] += [(person_id, Role(role)) for role in roles.strip(",").split(",")]
    return found
