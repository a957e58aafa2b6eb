"""Lines, their members and managers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.experts.model import Line, Membership
from telemed.experts.store.profiles import ability_values, to_abilities, to_place
from telemed.experts.tables import LineManagerRow, LineMemberRow, LineRow


class LineStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, line: Line) -> None:
        values = {"id": line.id, "practice_id": line.practice_id, "created_at": line.created_at}
        await self._session.execute(insert(LineRow).values(**values, **_changing(line)))

    async def save(self, line: Line) -> None:
        """Keep what may change of a line."""
        await self._session.execute(update(LineRow).where(col(LineRow.id) == line.id).values(**_changing(line)))

    async def find(self, line_id: UUID, *, lock: bool = False) -> Line | None:
        query = select(LineRow).where(col(LineRow.id) == line_id)
        row = await self._session.scalar(query.with_for_update() if lock else query)
        return to_line(row) if row else None

    async def page(
        self, *, practice_id: UUID | None, professional_id: UUID, after: UUID | None, limit: int
    ) -> list[Line]:
        """Lines of a practice, and those that a person answers in or looks after, by order of creation."""
        answers = select(col(LineMemberRow.line_id)).where(col(LineMemberRow.professional_id) == professional_id)
        manages = select(col(LineManagerRow.line_id)).where(col(LineManagerRow.professional_id) == professional_id)
        own = [col(LineRow.id).in_(answers), col(LineRow.id).in_(manages)]
        query = select(LineRow).where(or_(*own, col(LineRow.practice_id) == practice_id))
        if after is not None:
            query = query.where(col(LineRow.id) > after)
        rows = await self._session.scalars(query.order_by(col(LineRow.id)).limit(limit))
        return [to_line(row) for row in rows]

    async def open_for(self, specialty_code: str, *, after: UUID | None, limit: int) -> list[Line]:
        """Lines of any practice that answer for a specialty, by order of creation."""
        query = select(LineRow).where(col(LineRow.specialty_code) == specialty_code, col(LineRow.closed_at).is_(None))
        if after is not None:
            query = query.where(col(LineRow.id) > after)
        rows = await self._session.scalars(query.order_by(col(LineRow.id)).limit(limit))
        return [to_line(row) for row in rows]

    async def joined_by(self, professional_id: UUID) -> dict[UUID, Line]:
        """The lines that a person answers in and that are not closed."""
        query = (
            select(LineRow)
            .join(LineMemberRow, col(LineMemberRow.line_id) == col(LineRow.id))
            .where(
                col(LineMemberRow.professional_id) == professional_id,
                col(LineMemberRow.joined_at).is_not(None),
                col(LineRow.closed_at).is_(None),
            )
            .order_by(col(LineRow.id))
        )
        return {row.id: to_line(row) for row in await self._session.scalars(query)}

    async def joined_by_many(self, ids: Sequence[UUID]) -> dict[UUID, dict[UUID, Line]]:
        """`joined_by` of several people, in one statement."""
        query = (
            select(col(LineMemberRow.professional_id), LineRow)
            .join(LineRow, col(LineMemberRow.line_id) == col(LineRow.id))
            .where(
                col(LineMemberRow.professional_id).in_(set(ids)),
                col(LineMemberRow.joined_at).is_not(None),
                col(LineRow.closed_at).is_(None),
            )
            .order_by(col(LineRow.id))
        )
        found: dict[UUID, dict[UUID, Line]] = {}
        for person, row in await self._session.execute(query):
            found.setdefault(person, {})[row.id] = to_line(row)
        return found

    async def add_member(self, membership: Membership) -> None:
        row = {
            "line_id": membership.line_id,
            "professional_id": membership.professional_id,
            "invited_at": membership.invited_at,
            "joined_at": membership.joined_at,
        }
        await self._session.execute(insert(LineMemberRow).values(**row))

    async def set_joined(self, line_id: UUID, professional_id: UUID, at: datetime) -> None:
        query = update(LineMemberRow).where(_member(line_id, professional_id))
        await self._session.execute(query.values(joined_at=at))

    async def remove_member(self, line_id: UUID, professional_id: UUID) -> None:
        await self._session.execute(delete(LineMemberRow).where(_member(line_id, professional_id)))

    async def find_member(self, line_id: UUID, professional_id: UUID) -> Membership | None:
        row = await self._session.scalar(select(LineMemberRow).where(_member(line_id, professional_id)))
        return _to_membership(row) if row else None

    async def memberships_of(self, professional_id: UUID, line_ids: Sequence[UUID]) -> dict[UUID, Membership]:
        """Which of these lines a person was taken into."""
        query = select(LineMemberRow).where(
            col(LineMemberRow.professional_id) == professional_id, col(LineMemberRow.line_id).in_(set(line_ids))
        )
        return {row.line_id: _to_membership(row) for row in await self._session.scalars(query)}

    async def members(self, line_id: UUID, *, after: UUID | None, limit: int) -> list[Membership]:
        """Who is in a line, by person."""
        query = select(LineMemberRow).where(col(LineMemberRow.line_id) == line_id)
        if after is not None:
            query = query.where(col(LineMemberRow.professional_id) > after)
        rows = await self._session.scalars(query.order_by(col(LineMemberRow.professional_id)).limit(limit))
        return [_to_membership(row) for row in rows]

    async def count_members(self, line_id: UUID) -> int:
        query = select(func.count()).select_from(LineMemberRow).where(col(LineMemberRow.line_id) == line_id)
        return int(await self._session.scalar(query) or 0)

    async def managers(self, line_id: UUID) -> list[UUID]:
        """Who looks after a line."""
        query = select(col(LineManagerRow.professional_id)).where(col(LineManagerRow.line_id) == line_id)
        return list(await self._session.scalars(query.order_by(col(LineManagerRow.professional_id))))

    async def managers_of(self, line_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
        """`managers` of several lines, in one statement."""
        query = select(LineManagerRow).where(col(LineManagerRow.line_id).in_(set(line_ids)))
        found: dict[UUID, list[UUID]] = {line_id: [] for line_id in line_ids}
        for row in await self._session.scalars(query.order_by(col(LineManagerRow.professional_id))):
            found[row.line_id].append(row.professional_id)
        return found

    async def add_manager(self, line_id: UUID, professional_id: UUID) -> None:
        await self._session.execute(insert(LineManagerRow).values(line_id=line_id, professional_id=professional_id))

    async def remove_manager(self, line_id: UUID, professional_id: UUID) -> None:
        await self._session.execute(
            delete(LineManagerRow).where(
                col(LineManagerRow.line_id) == line_id, col(LineManagerRow.professional_id) == professional_id
            )
        )


def _member(line_id: UUID, professional_id: UUID) -> ColumnElement[bool]:
    return and_(col(LineMemberRow.line_id) == line_id, col(LineMemberRow.professional_id) == professional_id)


def _changing(line: Line) -> dict[str, object]:
    return {
        "name": line.name,
        **ability_values(line.abilities, line.place),
        "widening_minutes": dict(line.widening_minutes),
        "closed_at": line.closed_at,
    }


def to_line(row: LineRow) -> Line:
    return Line(
        id=row.id,
        practice_id=row.practice_id,
        name=row.name,
        abilities=to_abilities(row),
        place=to_place(row),
        created_at=row.created_at,
        widening_minutes=row.widening_minutes,
        closed_at=row.closed_at,
    )


def _to_membership(row: LineMemberRow) -> Membership:
    return Membership(row.line_id, row.professional_id, row.invited_at, row.joined_at)
