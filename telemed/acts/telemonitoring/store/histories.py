"""What stands of many patients' measures since an instant of each, as their rules read it: one statement for all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, column, select, values
from sqlalchemy.ext.asyncio import AsyncResult, AsyncSession
from sqlmodel import col

from telemed.acts.telemonitoring.model.evidence import Sample, find_civil_day, to_milliseconds
from telemed.acts.telemonitoring.model.observation import ObservationStatus, Quarantine
from telemed.acts.telemonitoring.tables import ObservationRow
from telemed.kernel.clock import Territory
from telemed.storage.types import UtcDateTime

_GONE = ObservationStatus.ENTERED_IN_ERROR.value
_CONFLICT = Quarantine.CONFLICT.value
_AT_ONCE = 400
_ROWS_AT_ONCE = 2_000
_Standing = dict[tuple[datetime, str, UUID], Any]
_Query = Select[UUID, str, UUID, datetime, str, int | None, str | None, str | None]
_Result = AsyncResult[UUID, str, UUID, datetime, str, int | None, str | None, str | None]


async def read_histories(
    session: AsyncSession,
    since: Mapping[UUID, datetime],
    signals: Iterable[str],
    territories: Mapping[UUID, Territory],
) -> dict[UUID, list[Sample]]:
    """By follow-up, the samples of these signals from its instant on (included), corrected and in order."""
    return dict([one async for one in stream_histories(session, since, signals, territories)])


async def stream_histories(
    session: AsyncSession,
    since: Mapping[UUID, datetime],
    signals: Iterable[str],
    territories: Mapping[UUID, Territory],
) -> AsyncIterator[tuple[UUID, list[Sample]]]:
    """The same, a patient at a time: no more than one history is held, however many patients there are.

    Nothing else may be asked of the session meanwhile; a patient without any sample does not come.
    """
    names, wanted = sorted(set(signals)), sorted(since.items())
    for start in range(0, len(wanted), _AT_ONCE):
        query = _select(wanted[start : start + _AT_ONCE], names)
        result = await session.stream(query, execution_options={"yield_per": _ROWS_AT_ONCE})
        async for follow_up_id, standing in _stand(result):
            yield follow_up_id, _samples(standing, territories[follow_up_id])


def _select(wanted: list[tuple[UUID, datetime]], signals: list[str]) -> _Query:
    row = ObservationRow
    asked = values(column("follow_up_id", Uuid), column("since", UtcDateTime), name="asked").data(wanted).cte("asked")
    return (
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
        .order_by(col(row.follow_up_id), col(row.version))
    )


async def _stand(result: _Result) -> AsyncIterator[tuple[UUID, _Standing]]:
    """By follow-up, of the versions of each measure, which come in order, the one that stands."""
    current: UUID | None = None
    standing: _Standing = {}
    async for rows in result.partitions():
        for row in rows:
            if row[0] != current:
                if current is not None:
                    yield current, standing
                current, standing = row[0], {}
            key = row[3], row[1], row[2]
            if row[7] != _CONFLICT or key not in standing:
                standing[key] = row
    if current is not None:
        yield current, standing


def _samples(standing: _Standing, territory: Territory) -> list[Sample]:
    """In order; of two within a millisecond the later one."""
    found: dict[tuple[int, str, str], Sample] = {}
    for measured_at, signal, device_id in sorted(standing):
        _, _, _, _, status, value, answer, quarantine = standing[measured_at, signal, device_id]
        if status != _GONE and quarantine is None and (value is not None or answer is not None):
            at = to_milliseconds(measured_at)
            sample = Sample(at, signal, device_id.hex, find_civil_day(at, territory), value, answer)
            found[sample[:3]] = sample
    return sorted(found.values())
