"""In which stretches of time something was measured: one statement, a look into an index for each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Exists, exists, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from telemed.acts.telemonitoring.model.observation import ObservationStatus
from telemed.acts.telemonitoring.tables.observations import ObservationRow

_TAKEN_BACK = ObservationStatus.ENTERED_IN_ERROR.value


class TransmissionStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def count(
        self, follow_up_id: UUID, signals: Collection[str], slots: Sequence[tuple[datetime, datetime]]
    ) -> int:
        """In how many of the slots (start included, end excluded) one of the signals has a measure that counts."""
        if not slots or not signals:
            return 0
        names = sorted(signals)
        probes = [
            select(literal(number)).where(_measured(follow_up_id, names, start, end))
            for number, (start, end) in enumerate(slots)
        ]
        query = probes[0] if len(probes) == 1 else union_all(*probes)
        return len((await self._session.execute(query)).all())


def _measured(follow_up_id: UUID, names: list[str], start: datetime, end: datetime) -> Exists:
    row, later = aliased(ObservationRow), aliased(ObservationRow)
    taken_back = select(literal(1)).where(
        col(later.device_id) == col(row.device_id),
        col(later.signal) == col(row.signal),
        col(later.component) == col(row.component),
        col(later.measured_at) == col(row.measured_at),
        col(later.status) == _TAKEN_BACK,
    )
    return exists().where(
        col(row.follow_up_id) == follow_up_id,
        col(row.signal).in_(names),
        col(row.measured_at) >= start,
        col(row.measured_at) < end,
        col(row.quarantine).is_(None),
        or_(col(row.value).is_not(None), col(row.answer).is_not(None)),
        ~taken_back.exists(),
    )
