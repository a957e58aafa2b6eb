"""Measures for a picture: single ones where they are few, sums by civil day or by stretch where they are many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Integer, and_, case, cast, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.telemonitoring.model.curve import Answered, Aside, DayFigures, Point, Window
from telemed.acts.telemonitoring.model.observation import Comparator, ObservationStatus, Quarantine
from telemed.acts.telemonitoring.tables import ObservationRow
from telemed.kernel.clock import day_bounds

Pair = tuple[UUID, str]
DAY_SECONDS = 86_400
_HOUR = timedelta(hours=1)
_EPOCH = date(1970, 1, 1).toordinal()
_COLUMNS = ("follow_up_id", "device_id", "signal", "component", "measured_at", "version")
_TAKEN_BACK = ObservationStatus.ENTERED_IN_ERROR.value
_CONFLICT = Quarantine.CONFLICT.value


@dataclass(frozen=True)
class Measures:
    """Everything single that a window holds. `is_cut`: there was more than was asked for."""

    points: Mapping[str, tuple[Point, ...]]
    answers: tuple[Answered, ...]
    asides: tuple[Aside, ...]
    is_cut: bool = False


class CurveStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def measures(self, follow_up_id: UUID, signals: Iterable[str], window: Window, *, most: int) -> Measures:
        """What stands of these signals, in order; of more than `most` rows, only that there were more."""
        row = ObservationRow
        query = (
            select(row)
            .where(col(row.follow_up_id) == follow_up_id, col(row.signal).in_(sorted(set(signals))))
            .where(col(row.measured_at) >= window.start, col(row.measured_at) < window.end)
            .order_by(col(row.measured_at), col(row.version))
            .limit(most + 1)
        )
        rows = list(await self._session.scalars(query))
        if len(rows) > most:
            return Measures({}, (), (), is_cut=True)
        return _read(rows)

    async def days(self, pairs: Sequence[Pair], window: Window) -> dict[Pair, list[DayFigures]]:
        """The figures of each civil day that has any, for each follow-up and signal: one statement for them all."""
        found: dict[Pair, list[DayFigures]] = {}
        for follow_up_id, signal, number, *figures in await self._sums(pairs, window, DAY_SECONDS):
            day = date.fromordinal(_EPOCH + int(number))
            found.setdefault((follow_up_id, signal), []).append(DayFigures(day, *map(int, figures)))
        return found

    async def stretches(self, follow_up_id: UUID, signals: Iterable[str], window: Window, *, seconds: int) -> Measures:
        """The means of stretches of `seconds`, each at its middle, with their lowest and highest."""
        points: dict[str, list[Point]] = {}
        pairs = [(follow_up_id, signal) for signal in sorted(set(signals))]
        for _, signal, number, count, low, high, total in await self._sums(pairs, window, seconds):
            at = day_bounds(window.first_day, window.territory)[0] + timedelta(seconds=(int(number) + 0.5) * seconds)
            mean = (2 * int(total) + count) // (2 * count)
            points.setdefault(signal, []).append(Point(at, mean, int(low), int(high), count))
        return Measures({signal: tuple(found) for signal, found in points.items()}, (), ())

    async def _sums(self, pairs: Sequence[Pair], window: Window, seconds: int) -> Sequence[Any]:
        """Follow-up, signal, number of the day or stretch, count, lowest, highest, sum; in order."""
        if not pairs:
            return []
        here = _window(pairs, window)
        latest = _latest(here)
        same = and_(*(here.c[name] == latest.c[name] for name in _COLUMNS[:-1]))
        number = self._number(here.c.measured_at, window, seconds).label("number")
        value = here.c.value
        query = (
            select(here.c.follow_up_id, here.c.signal, number, func.count(), func.min(value), func.max(value))
            .add_columns(func.sum(value))
            .select_from(here.outerjoin(latest, same))
            .where(here.c.version == func.coalesce(latest.c.version, 0))
            .where(value.is_not(None), here.c.quarantine.is_(None), here.c.status != _TAKEN_BACK)
            .group_by(here.c.follow_up_id, here.c.signal, number)
            .order_by(here.c.follow_up_id, here.c.signal, number)
        )
        return (await self._session.execute(query)).all()

    def _number(self, instant: ColumnElement[datetime], window: Window, seconds: int) -> ColumnElement[int]:
        """Which civil day since 1970 where the patient lives, or which stretch since the window began."""
        if self._session.get_bind().dialect.name == "sqlite":
            epoch = cast(func.strftime("%s", instant), Integer)
        else:
            epoch = cast(func.floor(func.extract("epoch", instant)), Integer)
        shift = _offset(instant, window) if seconds == DAY_SECONDS else literal(-int(window.start.timestamp()))
        return (epoch + shift) // seconds


def _window(pairs: Sequence[Pair], window: Window) -> CTE:
    row = ObservationRow
    columns = [col(getattr(row, name)) for name in (*_COLUMNS, "value", "quarantine", "status")]
    whose, signals = zip(*pairs, strict=True)
    both = and_(
        col(row.follow_up_id).in_(sorted(set(whose))),
        col(row.signal).in_(sorted(set(signals))),
        tuple_(col(row.follow_up_id), col(row.signal)).in_(sorted(set(pairs))),
    )  # the first two alone find their way in the index on SQLite
    return (
        select(*columns)
        .where(both, col(row.measured_at) >= window.start, col(row.measured_at) < window.end)
        .cte("here")
    )


def _latest(here: CTE) -> CTE:
    """Of the few measures that were corrected, the version that stands."""
    keys = [here.c[name] for name in _COLUMNS[:-1]]
    stands = or_(here.c.quarantine.is_(None), here.c.quarantine != _CONFLICT)
    return (
        select(*keys, func.max(here.c.version).label("version"))
        .where(here.c.version > 0, stands)
        .group_by(*keys)
        .cte("latest")
    )


def _offset(instant: ColumnElement[datetime], window: Window) -> ColumnElement[int]:
    """Seconds between UTC and the wall clock of the window, which changes twice a year."""
    changes = list(_changes(window))
    last = literal(_seconds_ahead(window.end, window))
    return case(*((instant < until, offset) for until, offset in changes), else_=last) if changes else last


def _changes(window: Window) -> Iterator[tuple[datetime, int]]:
    """Each instant at which the clock changes, with the offset until then."""
    for day in window.civil_days:
        start, end = day_bounds(day, window.territory)
        before = _seconds_ahead(start, window)
        if before != _seconds_ahead(end, window):
            hours = int((end - start) / _HOUR)
            yield next(
                (at, before)
                for at in (start + n * _HOUR for n in range(hours + 1))
                if _seconds_ahead(at, window) != before
            )


def _seconds_ahead(instant: datetime, window: Window) -> int:
    return int((instant.astimezone(window.territory.zone).utcoffset() or timedelta()).total_seconds())


def _read(rows: Sequence[ObservationRow]) -> Measures:
    versions: dict[tuple[Any, ...], list[ObservationRow]] = {}
    for row in rows:
        versions.setdefault((row.device_id, row.signal, row.component, row.measured_at), []).append(row)
    points: dict[str, list[Point]] = {}
    answers: list[Answered] = []
    asides: list[Aside] = []
    for same in versions.values():
        asides += (_aside(row) for row in same if row.quarantine == _CONFLICT)
        row = next((one for one in reversed(same) if one.quarantine != _CONFLICT), same[-1])
        if row.status == _TAKEN_BACK or row.quarantine == _CONFLICT:
            continue
        if row.quarantine is not None:
            asides.append(_aside(row))
        elif row.value is not None:
            points.setdefault(row.signal, []).append(_point(row))
        elif row.answer is not None:
            answers.append(Answered(row.measured_at, row.signal, row.answer))
    return Measures({name: tuple(found) for name, found in points.items()}, tuple(answers), tuple(asides))


def _point(row: ObservationRow) -> Point:
    value = row.value or 0
    comparator = Comparator(row.comparator) if row.comparator else None
    return Point(row.measured_at, value, value, value, 1, row.received_at, comparator, row.version > 0)


def _aside(row: ObservationRow) -> Aside:
    said = row.raw or ("" if row.value is None else str(row.value))
    return Aside(row.measured_at, row.signal, Quarantine(row.quarantine or _CONFLICT), said)
