"""What stands of many patients' measures since an instant of each, as their rules read it: one statement for all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, column, select, values
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.telemonitoring.model.evidence import Sample, find_civil_day, to_milliseconds
from telemed.acts.telemonitoring.model.observation import ObservationStatus, Quarantine
from telemed.acts.telemonitoring.tables import ObservationRow
from telemed.kernel.clock import Territory
from telemed.storage.types import UtcDateTime

_GONE = ObservationStatus.ENTERED_IN_ERROR.value
_CONFLICT = Quarantine.CONFLICT.value
_AT_ONCE = 400


async def read_histories(
    session: AsyncSession,
    since: Mapping[UUID, datetime],
    signals: Iterable[str],
    territories: Mapping[UUID, Territory],
) -> dict[UUID, list[Sample]]:
    """By follow-up, the samples of these signals from its instant on (included), corrected and in order."""
    names, found = sorted(set(signals)), dict[UUID, list[Sample]]()
    wanted = sorted(since.items())
    for start in range(0, len(wanted), _AT_ONCE):
        rows = await _read(session, wanted[start : start + _AT_ONCE], names)
        for follow_up_id, standing in _stand(rows).items():
            found[follow_up_id] = _samples(standing, territories[follow_up_id])
    return found


async def _read(session: AsyncSession, wanted: list[tuple[UUID, datetime]], signals: list[str]) -> Iterable[Any]:
    row = ObservationRow
    asked = values(column("follow_up_id", Uuid), column("since", UtcDateTime), name="asked").data(wanted).cte("asked")
    query = (
        select(
            col(row.follow_up_id),
            col(row.signal),
            col(row.device_id),
            col(row.measured_at),
            col(row.status),
            col(row.value),
            col(row.answer),
            col(row.quarantine),
        )
        .join(asked, (asked.c.follow_up_id == row.follow_up_id) & (row.measured_at >= asked.c.since))
        .where(col(row.signal).in_(signals), col(row.is_known))
        .where(col(row.measured_at) >= min(instant for _, instant in wanted))  # the months to look at
        .order_by(col(row.version))
    )
    return await session.execute(query)


def _stand(rows: Iterable[Any]) -> dict[UUID, dict[tuple[datetime, str, UUID], Any]]:
    """Of the versions of each measure, which come in order, the one that stands."""
    found: dict[UUID, dict[tuple[datetime, str, UUID], Any]] = {}
    for row in rows:
        standing = found.setdefault(row[0], {})
        key = row[3], row[1], row[2]
        if row[7] != _CONFLICT or key not in standing:
            standing[key] = row
    return found


def _samples(standing: Mapping[tuple[datetime, str, UUID], Any], territory: Territory) -> list[Sample]:
    """In order; of two within a millisecond the later one."""
    found: dict[tuple[int, str, str], Sample] = {}
    for measured_at, signal, device_id in sorted(standing):
        _, _, _, _, status, value, answer, quarantine = standing[measured_at, signal, device_id]
        if status != _GONE and quarantine is None and (value is not None or answer is not None):
            at = to_milliseconds(measured_at)
            sample = Sample(at, signal, device_id.hex, find_civil_day(at, territory), value, answer)
            found[sample[:3]] = sample
    return sorted(found.values())
