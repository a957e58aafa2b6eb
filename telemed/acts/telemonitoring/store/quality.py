"""Figures of alerts over a period: one index range, summed up by the database in one statement and not sorted there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ARRAY, ColumnElement, Integer, String, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.telemonitoring.model.alert import AlertOutcome
from telemed.acts.telemonitoring.model.quality import Fired, Grouping
from telemed.acts.telemonitoring.model.told import SILENCE
from telemed.acts.telemonitoring.tables.alerts import AlertRow, MutedFindingRow
from telemed.kernel.period import Interval


class QualityStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def fired(self, practice_id: UUID, period: Interval, by: Grouping) -> list[Fired]:
        """One line a cause or a patient, in no order, as much as the driver's plain aggregate costs.

        The minutes come as they lie: to rank them here would cost the database more than all the rest.
        """
        row, key = AlertRow, _key(AlertRow, by)
        is_postgresql = (await self._session.connection()).dialect.name == "postgresql"
        query = (
            select(
                key.label("key"),
                func.max(col(row.label)).label("label"),
                func.count().label("fired"),
                *(_count(col(row.outcome) == one.value).label(f"was_{one.value}") for one in AlertOutcome),
                func.sum(col(row.repeats)).label("repeats"),
                _count(col(row.cause) == SILENCE).label("silences"),
                (_minutes_array() if is_postgresql else _minutes_text()).label("minutes"),
            )
            .where(*_within(row, col(row.opened_at), practice_id, period))
            .group_by(key)
        )
        return [_to_fired(one) for one in await self._session.execute(query)]

    async def muted(self, practice_id: UUID, period: Interval, by: Grouping) -> dict[str, int]:
        """How many findings woke nobody, by the same keys."""
        row, key = MutedFindingRow, _key(MutedFindingRow, by)
        query = select(key, func.count()).where(*_within(row, col(row.noted_at), practice_id, period)).group_by(key)
        return {str(one[0]): one[1] for one in await self._session.execute(query)}


def _minutes_array() -> Any:
    minutes = col(AlertRow.handled_minutes)
    return func.array_agg(minutes, type_=ARRAY(Integer)).filter(minutes.is_not(None))


def _minutes_text() -> Any:
    """`12,5,7`: what SQLite puts together fastest; it leaves out what is null."""
    return func.group_concat(cast(col(AlertRow.handled_minutes), String))


def _within(row: Any, at: Any, practice_id: UUID, period: Interval) -> list[ColumnElement[bool]]:
    return [col(row.practice_id) == practice_id, at >= period.start, at < period.end]


def _key(row: Any, by: Grouping) -> Any:
    return col(row.cause) if by is Grouping.CAUSE else col(row.patient_id)


def _count(condition: ColumnElement[bool]) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _to_fired(row: Any) -> Fired:
    minutes = row.minutes or ()
    return Fired(
        key=str(row.key),
        label=row.label,
        fired=row.fired,
        actionable=row.was_actionable,
        false=row.was_false,
        technical=row.was_technical,
        repeats=row.repeats,
        silences=row.silences,
        minutes=orjson.loads(f"[{minutes}]") if isinstance(minutes, str) else minutes,
    )
