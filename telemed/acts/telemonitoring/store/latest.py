"""The last measure of each signal, wherever it came from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.telemonitoring.model.arrival import Kept
from telemed.acts.telemonitoring.rules.arrivals import find_current
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.acts.telemonitoring.tables import ObservationRow

_LOOKED_AT = 20
"""Versions and measures set aside that one may have to look past."""


async def find_latest(
    session: AsyncSession, writer: RowWriter, follow_up_id: UUID, signals: Iterable[str], *, since: datetime
) -> list[Kept]:
    """Of each signal the last measure that counts, from `since` on: a statement for each, at the end of its index."""
    found = []
    row = ObservationRow
    for signal in signals:
        query = (
            select(row)
            .where(col(row.follow_up_id) == follow_up_id, col(row.signal) == signal, col(row.measured_at) >= since)
            .order_by(col(row.measured_at).desc(), col(row.version))
            .limit(_LOOKED_AT)
        )
        versions: dict[object, list[Kept]] = {}
        for one in await session.scalars(query):
            versions.setdefault((one.device_id, one.measured_at), []).append(writer.read(one))
        standing = (find_current(kept) for kept in versions.values())
        last = next((kept for kept in standing if kept.observation.counts), None)
        if last is not None:
            found.append(last)
    return found
