"""Figures of alerts over a period: an index range, summed up by the database in two statements."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, case, cast, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.telemonitoring.model.alert import AlertOutcome
from telemed.acts.telemonitoring.model.quality import Grouping, Quality, QualityPlace
from telemed.acts.telemonitoring.model.told import SILENCE
from telemed.acts.telemonitoring.tables.alerts import AlertRow, MutedFindingRow
from telemed.kernel.period import Interval


class QualityStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def page(
        self, practice_id: UUID, period: Interval, by: Grouping, *, after: QualityPlace | None, limit: int
    ) -> list[Quality]:
        """What fired most comes first."""
        lines = _lines(practice_id, period, by).subquery()
        query = select(lines).order_by(lines.c.fired.desc(), lines.c.key).limit(limit)
        if after is not None:
            same = (lines.c.fired == after.fired) & (lines.c.key > after.key)
            query = query.where(or_(lines.c.fired < after.fired, same))
        rows = (await self._session.execute(query)).all()
        muted = await self._muted(practice_id, period, by, {row.key for row in rows})
        return [_to_quality(row, muted.get(row.key, 0)) for row in rows]

    async def total(self, practice_id: UUID, period: Interval) -> Quality:
        """All of the practice as one line."""
        row = (await self._session.execute(_lines(practice_id, period, None))).one_or_none()
        where = _within(MutedFindingRow, col(MutedFindingRow.noted_at), practice_id, period)
        muted = await self._session.scalar(select(func.count()).select_from(MutedFindingRow).where(*where)) or 0
        return Quality("", "", 0, 0, 0, 0, 0, 0, 0, muted, None, None) if row is None else _to_quality(row, muted)

    async def _muted(self, practice_id: UUID, period: Interval, by: Grouping, keys: Collection[str]) -> dict[str, int]:
        row = MutedFindingRow
        key = _key(row, by)
        query = select(key, func.count()).where(*_within(row, col(row.noted_at), practice_id, period))
        found = await self._session.execute(query.where(key.in_(sorted(keys))).group_by(key))
        return {row[0]: row[1] for row in found}


def _lines(practice_id: UUID, period: Interval, by: Grouping | None) -> Any:
    """One row a key. The nearest-rank median and ninth decile come from the rank of each alert in its line."""
    row = AlertRow
    key = literal("") if by is None else _key(row, by)
    ranked = (
        select(
            key.label("key"),
            col(row.label).label("label"),
            col(row.outcome).label("outcome"),
            col(row.repeats).label("repeats"),
            col(row.cause).label("cause"),
            col(row.handled_minutes).label("minutes"),
            func.row_number()
            .over(partition_by=key, order_by=(col(row.handled_minutes).is_(None), col(row.handled_minutes)))
            .label("place"),
            func.count(col(row.handled_minutes)).over(partition_by=key).label("closed"),
        )
        .where(*_within(row, col(row.opened_at), practice_id, period))
        .subquery()
    )
    one = ranked.c
    half, most = (one.closed + 1) // 2, (one.closed * 9 + 9) // 10
    return select(
        one.key,
        func.max(one.label).label("label"),
        func.count().label("fired"),
        *(_count(one.outcome == outcome.value).label(f"was_{outcome.value}") for outcome in AlertOutcome),
        _count(one.outcome.is_(None)).label("still_open"),
        func.sum(one.repeats).label("repeats"),
        _count(one.cause == SILENCE).label("silences"),
        func.max(case((one.place == half, one.minutes))).label("median"),
        func.max(case((one.place == most, one.minutes))).label("p90"),
    ).group_by(one.key)


def _within(row: Any, at: Any, practice_id: UUID, period: Interval) -> list[ColumnElement[bool]]:
    return [col(row.practice_id) == practice_id, at >= period.start, at < period.end]


def _key(row: Any, by: Grouping) -> ColumnElement[str]:
    if by is Grouping.CAUSE:
        return cast(col(row.cause), String)
    return cast(col(row.patient_id), String)


def _count(condition: ColumnElement[bool]) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _to_quality(row: Any, muted: int) -> Quality:
    return Quality(
        key=row.key,
        label=row.label,
        fired=row.fired,
        actionable=row.was_actionable,
        false=row.was_false,
        technical=row.was_technical,
        still_open=row.still_open,
        repeats=row.repeats,
        silences=row.silences,
        muted=muted,
        median_minutes=row.median,
        p90_minutes=row.p90,
    )
