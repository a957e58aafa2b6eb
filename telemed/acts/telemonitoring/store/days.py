"""Signals of many follow-ups, summed by day in the database: one statement, and one more where data were corrected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, and_, case, cast, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.telemonitoring.model.days import DaySum
from telemed.acts.telemonitoring.model.observation import ObservationStatus, Quarantine
from telemed.acts.telemonitoring.tables import ObservationRow

Pair = tuple[UUID, str]
"""A follow-up and a signal."""

_WRONG = ObservationStatus.ENTERED_IN_ERROR.value
_ASIDE = Quarantine.CONFLICT.value


class DayStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def days(self, pairs: Iterable[Pair], *, since: datetime, until: datetime) -> dict[Pair, list[DaySum]]:
        """Each pair's days in order, from `since` (included) to `until` (excluded); a day without data is left out."""
        wanted = sorted(set(pairs))
        if not wanted:
            return {}
        found: dict[Pair, list[DaySum]] = {}
        corrected: set[tuple[Pair, date]] = set()
        for row in await self._session.execute(self._sums(wanted, since, until)):
            pair, day = (row.follow_up_id, row.signal), _as_date(row.day)
            if row.version:
                corrected.add((pair, day))
            elif row.number:
                found.setdefault(pair, []).append(
                    DaySum(day, int(row.low), int(row.high), int(row.total) // row.number, row.number)
                )
        if corrected:
            for pair, summed in (await self._again(corrected, since, until)).items():
                found[pair] = sorted((*found.get(pair, ()), *summed), key=lambda one: one.day)
        return found

    def _sums(self, pairs: Sequence[Pair], since: datetime, until: datetime) -> Any:
        row, day = ObservationRow, self._day()
        value = case((_counts(), col(row.value)))
        return (
            select(
                col(row.follow_up_id),
                col(row.signal),
                day.label("day"),
                func.min(value).label("low"),
                func.max(value).label("high"),
                func.sum(value).label("total"),
                func.count(value).label("number"),
                func.max(col(row.version)).label("version"),
            )
            .where(*_within(pairs, since, until))
            .group_by(col(row.follow_up_id), col(row.signal), day)
            .order_by(col(row.follow_up_id), col(row.signal), day)
        )

    async def _again(
        self, corrected: set[tuple[Pair, date]], since: datetime, until: datetime
    ) -> dict[Pair, list[DaySum]]:
        """The days that hold corrections, from the version of each measure that stands."""
        row = ObservationRow
        columns = (row.follow_up_id, row.signal, row.device_id, row.component, row.measured_at)
        query = select(*(col(one) for one in columns), col(row.value), col(row.status), col(row.quarantine))
        query = query.where(*_within(sorted({pair for pair, _ in corrected}), since, until))
        standing: dict[tuple[Any, ...], Any] = {}
        for one in await self._session.execute(query.order_by(col(row.version))):
            key = tuple(one)[:5]
            if one.quarantine != _ASIDE or key not in standing:
                standing[key] = one
        values: dict[tuple[Pair, date], list[int]] = {}
        for one in standing.values():
            place = ((one.follow_up_id, one.signal), one.measured_at.date())
            if place in corrected and one.value is not None and one.quarantine is None and one.status != _WRONG:
                values.setdefault(place, []).append(one.value)
        found: dict[Pair, list[DaySum]] = {}
        for (pair, day), some in values.items():
            found.setdefault(pair, []).append(DaySum(day, min(some), max(some), sum(some) // len(some), len(some)))
        return found

    def _day(self) -> ColumnElement[Any]:
        measured_at = col(ObservationRow.measured_at)
        if self._session.get_bind().dialect.name == "postgresql":
            return cast(func.timezone("UTC", measured_at), Date)
        return func.date(measured_at)


def _within(pairs: Sequence[Pair], since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    row = ObservationRow
    return (
        # Both columns alone first: SQLite looks each pair up in the index for these, and reads the table for the third.
        col(row.follow_up_id).in_(sorted({follow_up_id for follow_up_id, _ in pairs})),
        col(row.signal).in_(sorted({signal for _, signal in pairs})),
        tuple_(col(row.follow_up_id), col(row.signal)).in_(pairs),
        col(row.measured_at) >= since,
        col(row.measured_at) < until,
    )


def _counts() -> ColumnElement[bool]:
    row = ObservationRow
    return and_(col(row.value).is_not(None), col(row.quarantine).is_(None), col(row.status) != _WRONG)


def _as_date(day: date | str) -> date:
    return date.fromisoformat(day) if isinstance(day, str) else day
