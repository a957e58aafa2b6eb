"""The alerts that a picture shows: those of a follow-up that lasted into a window."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.telemonitoring.model.triage import Alert
from telemed.acts.telemonitoring.store.alert_rows import to_alert
from telemed.acts.telemonitoring.tables.alerts import AlertRow

MOST = 99
"""More would cover the curves; the latest are shown."""


async def alerts_between(session: AsyncSession, follow_up_id: UUID, start: datetime, end: datetime) -> list[Alert]:
    """Those whose measures touch `start` (included) to `end` (excluded), in order of their first measure."""
    row = AlertRow
    query = (
        select(row)
        .where(col(row.follow_up_id) == follow_up_id, col(row.since) < end, col(row.last_at) >= start)
        .order_by(col(row.id).desc())
        .limit(MOST)
    )
    found = [to_alert(one) for one in await session.scalars(query)]
    return sorted(found, key=lambda alert: (alert.since, alert.id))
