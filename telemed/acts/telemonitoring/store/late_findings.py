"""Late findings: those of a follow-up over a window, and what came lately to a practice; none that was told since."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, exists, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from telemed.acts.telemonitoring.formats.rules import read_rule
from telemed.acts.telemonitoring.model.board import COUNTED
from telemed.acts.telemonitoring.model.evidence import FindingKind
from telemed.acts.telemonitoring.model.late import LateFinding, LatePlace
from telemed.acts.telemonitoring.tables.follow_ups import FollowUpRow
from telemed.acts.telemonitoring.tables.rulebook import FindingRow, RuleVersionRow

_SINCE_TOLD = (FindingKind.FIRED.value, FindingKind.REPEATED.value, FindingKind.WITHDRAWN.value)
_MOST = 99


class LateFindings:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def between(self, follow_up_id: UUID, start: datetime, end: datetime) -> list[LateFinding]:
        """Those whose measures touch `start` (included) to `end` (excluded), in order: the last hundred at most."""
        row = FindingRow
        within = (col(row.follow_up_id) == follow_up_id, col(row.at) >= start, col(row.since) < end)
        query = _asked().where(*within).order_by(col(row.at).desc(), col(row.id).desc()).limit(_MOST)
        found = [_to_late(*one) for one in await self._session.execute(query)]
        return sorted(found, key=lambda one: (one.since, one.id))

    async def page(
        self, practice_id: UUID, since: datetime, *, before: LatePlace | None, limit: int
    ) -> list[LateFinding]:
        """Those that came since an instant, the last first."""
        row = FindingRow
        query = _asked().where(*_came_to(practice_id, since))
        if before is not None:
            query = query.where(tuple_(col(row.received_at), col(row.id)) < (before.received_at, before.finding_id))
        query = query.order_by(col(row.received_at).desc(), col(row.id).desc()).limit(limit)
        return [_to_late(*one) for one in await self._session.execute(query)]

    async def count(self, practice_id: UUID, since: datetime) -> int:
        """How many came since an instant, a hundred at most."""
        row, follow_up = FindingRow, FollowUpRow
        some = select(col(row.id)).join(follow_up, col(follow_up.id) == col(row.follow_up_id))
        some = (
            some.where(_is_late(), *_came_to(practice_id, since)).order_by(col(row.received_at).desc()).limit(COUNTED)
        )
        return await self._session.scalar(select(func.count()).select_from(some.subquery())) or 0


def _came_to(practice_id: UUID, since: datetime) -> tuple[Any, Any]:
    # Said so that no index of the practice fits: SQLite would look at every follow-up there for the few that were late.
    is_same = col(FollowUpRow.id) == col(FindingRow.follow_up_id)
    return col(FindingRow.received_at) >= since, case((is_same, col(FollowUpRow.practice_id))) == practice_id


def _asked() -> Any:
    row, version, follow_up = FindingRow, RuleVersionRow, FollowUpRow
    query = select(row, col(follow_up.patient_id), col(version.body))
    query = query.join(follow_up, col(follow_up.id) == col(row.follow_up_id))
    return query.join(version, col(version.id) == col(row.rule_version_id)).where(_is_late())


def _is_late() -> Any:
    """Found late, and neither told since, when it lasted, nor taken back by a correction."""
    later = aliased(FindingRow)
    same = (col(later.follow_up_id) == col(FindingRow.follow_up_id), col(later.since) == col(FindingRow.since))
    told = exists().where(*same, col(later.rule_version_id) == col(FindingRow.rule_version_id))
    return (col(FindingRow.kind) == FindingKind.LATE.value) & ~told.where(col(later.kind).in_(_SINCE_TOLD))


def _to_late(row: FindingRow, patient_id: UUID, body: str) -> LateFinding:
    label = read_rule(body).label
    return LateFinding(row.id, row.follow_up_id, patient_id, label, row.since, row.at, row.received_at)
