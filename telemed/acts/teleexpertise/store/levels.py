"""Cases as their lines see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.teleexpertise.model.levels import LineCase, LineOutcome
from telemed.acts.teleexpertise.tables.levels import LineCaseRow

_CHANGES = ("outcome", "refusals", "lapses", "minutes", "is_late")


class LevelStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def save(self, cases: Sequence[LineCase]) -> None:
        """Keep what a case is to its lines now; when it was first asked and what was avoided stay, in one statement."""
        if not cases:
            return
        is_sqlite = self._session.get_bind().dialect.name == "sqlite"
        query = (insert_sqlite if is_sqlite else insert_postgresql)(LineCaseRow).values([_values(one) for one in cases])
        changed = {name: query.excluded[name] for name in _CHANGES}
        await self._session.execute(query.on_conflict_do_update(index_elements=["line_id", "case_id"], set_=changed))

    async def set_avoided(self, case_id: UUID, avoided: bool | None) -> None:
        """What the signed opinion says, for the line in whose name it was given."""
        query = update(LineCaseRow).where(
            col(LineCaseRow.case_id) == case_id, col(LineCaseRow.outcome) == LineOutcome.ANSWERED.value
        )
        await self._session.execute(query.values(avoided=avoided))

    async def of_line(self, line_id: UUID, since: datetime) -> list[LineCase]:
        """The cases asked of a line since an instant: a range of an index."""
        query = select(LineCaseRow).where(col(LineCaseRow.line_id) == line_id, col(LineCaseRow.asked_at) >= since)
        return [_to_case(row) for row in await self._session.scalars(query)]


def _values(one: LineCase) -> dict[str, object]:
    return {
        "line_id": one.line_id,
        "case_id": one.case_id,
        "asked_at": one.asked_at,
        "deadline": one.deadline,
        "outcome": one.outcome.value,
        "refusals": one.refusals,
        "lapses": one.lapses,
        "minutes": one.minutes,
        "is_late": one.is_late,
    }


def _to_case(row: LineCaseRow) -> LineCase:
    return LineCase(
        line_id=row.line_id,
        case_id=row.case_id,
        asked_at=row.asked_at,
        deadline=row.deadline,
        outcome=LineOutcome(row.outcome),
        refusals=row.refusals,
        lapses=row.lapses,
        minutes=row.minutes,
        is_late=row.is_late,
        avoided=row.avoided,
    )
