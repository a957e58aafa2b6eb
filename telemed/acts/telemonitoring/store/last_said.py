"""What came last of a signal: one statement for any number of patients and signals, a look into an index for each."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    ScalarSelect,
    String,
    Uuid,
    column,
    exists,
    literal,
    or_,
    select,
    values,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlmodel import col

from telemed.acts.telemonitoring.model.curve import Reading
from telemed.acts.telemonitoring.model.observation import ObservationStatus, Quarantine
from telemed.acts.telemonitoring.tables import ObservationRow
from telemed.storage.types import UtcDateTime

Pair = tuple[UUID, str]
_GONE = ObservationStatus.ENTERED_IN_ERROR.value
_CONFLICT = Quarantine.CONFLICT.value


async def find_readings(session: AsyncSession, pairs: Collection[Pair], *, since: datetime) -> dict[Pair, Reading]:
    """The last value of each follow-up and signal since an instant; those without any are left out."""
    if not pairs:
        return {}
    asked = (
        values(column("follow_up_id", Uuid), column("signal", String), name="asked").data(sorted(pairs)).cte("asked")
    )
    since_then = literal(since, UtcDateTime)
    value, at = (last_said(asked, asked.c.signal, what, since=since_then) for what in ("value", "measured_at"))
    found = await session.execute(select(asked.c.follow_up_id, asked.c.signal, value, at))
    return {(row[0], row[1]): Reading(row[2], row[3]) for row in found if row[2] is not None}


def last_said(
    asked: CTE, signal: str | ColumnElement[str], what: str, *, since: ColumnElement[datetime]
) -> ScalarSelect[Any]:
    """Of the last measure of a signal that stands, a column; `asked` names the follow-ups."""
    row, later = aliased(ObservationRow), aliased(ObservationRow)
    same: list[ColumnElement[bool]] = [
        _of(later, name) == _of(row, name) for name in ("device_id", "signal", "component", "measured_at")
    ]
    is_replaced = exists().where(
        *same,
        col(later.version) > col(row.version),
        or_(col(later.quarantine).is_(None), col(later.quarantine) != _CONFLICT),
    )
    return (
        select(_of(row, what))
        .where(col(row.follow_up_id) == asked.c.follow_up_id, col(row.signal) == signal, col(row.is_known))
        .where(col(row.measured_at) >= since, col(row.status) != _GONE, col(row.quarantine).is_(None))
        .where(or_(col(row.value).is_not(None), col(row.answer).is_not(None)), ~is_replaced)
        .order_by(col(row.measured_at).desc())
        .limit(1)
        .correlate(asked)
        .scalar_subquery()
    )


def _of(row: Any, name: str) -> InstrumentedAttribute[Any]:
    found: InstrumentedAttribute[Any] = getattr(row, name)
    return found
