"""What a file of past measures brought and still stands."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from telemed.acts.telemonitoring.model.arrival import Kept
from telemed.acts.telemonitoring.model.history import History
from telemed.acts.telemonitoring.model.observation import ObservationStatus, Quarantine
from telemed.acts.telemonitoring.store.rows import COLUMNS, RowWriter
from telemed.acts.telemonitoring.tables import ObservationRow

Place = tuple[datetime, UUID]
"""Of a measure of one signal among those of its follow-up: its instant, and its device."""

_GONE = ObservationStatus.ENTERED_IN_ERROR.value
_CONFLICT = Quarantine.CONFLICT.value


async def read_standing(
    session: AsyncSession, writer: RowWriter, one: History, signal: str, *, before: Place | None, limit: int
) -> list[Kept]:
    """The measures of a signal that a file brought and that nothing has taken the place of, the latest first."""
    row, later = ObservationRow, aliased(ObservationRow)
    replaced = exists().where(
        col(later.device_id) == col(row.device_id),
        col(later.signal) == col(row.signal),
        col(later.component) == col(row.component),
        col(later.measured_at) == col(row.measured_at),
        col(later.version) > col(row.version),
        or_(col(later.quarantine).is_(None), col(later.quarantine) != _CONFLICT),
    )
    query = select(*(getattr(row, name) for name in COLUMNS)).where(
        col(row.follow_up_id) == one.follow_up_id,
        col(row.signal) == signal,
        col(row.measured_at).between(one.count.first_at, before[0] if before else one.count.last_at),
        col(row.arrival_id) == one.id,
        col(row.status) != _GONE,
        or_(col(row.quarantine).is_(None), col(row.quarantine) != _CONFLICT),
        ~replaced,
    )
    if before is not None:
        query = query.where(tuple_(col(row.measured_at), col(row.device_id)) < before)
    query = query.order_by(col(row.measured_at).desc(), col(row.device_id).desc()).limit(limit)
    return [writer.read_values(values) for values in await session.execute(query)]
