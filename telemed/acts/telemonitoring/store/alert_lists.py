"""The board: one index range a page, whatever the number of alerts, and counts that stop."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, Uuid, bindparam, case, exists, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.telemonitoring.model.alert import Severity
from telemed.acts.telemonitoring.model.board import COUNTED, AlertCounts, AlertFilter, AlertPlace, AlertStop, View
from telemed.acts.telemonitoring.model.triage import RANKS, Alert
from telemed.acts.telemonitoring.store.alert_rows import to_alert
from telemed.acts.telemonitoring.tables.alerts import AlertRow
from telemed.storage.types import UtcDateTime

_IS_OPEN = col(AlertRow.due_at).is_not(None)
_RANKED = (col(AlertRow.rank), col(AlertRow.due_at), col(AlertRow.id))
_DUE = (col(AlertRow.due_at), col(AlertRow.id))
_CLOSED = (col(AlertRow.closed_at), col(AlertRow.id))
_Id = UUID | BindParameter[UUID]
_Instant = datetime | BindParameter[datetime]


class AlertLists:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def page(
        self,
        practice_id: UUID,
        me: UUID,
        wanted: AlertFilter,
        *,
        now: datetime,
        after: AlertPlace | None = None,
        limit: int = 50,
    ) -> list[Alert]:
        """One statement."""
        query = select(AlertRow).where(*_view(practice_id, me, wanted.view, now), *_narrowed(wanted))
        rows = await self._session.scalars(_in_order(query, wanted.view, after).limit(limit))
        return [to_alert(row) for row in rows]

    async def find_many(self, ids: Collection[UUID]) -> dict[UUID, Alert]:
        """Those that exist, none of them locked: to be read beside something else."""
        rows = await self._session.scalars(select(AlertRow).where(col(AlertRow.id).in_(sorted(set(ids)))))
        return {row.id: to_alert(row) for row in rows}

    async def open_of(self, follow_ups: Collection[UUID]) -> dict[UUID, tuple[int, Severity]]:
        """How many alerts are open on each of these, and how grave the worst is; those without any are left out."""
        follow_up, worst = col(AlertRow.follow_up_id), func.min(col(AlertRow.rank))
        query = select(follow_up, func.count(), worst).where(follow_up.in_(sorted(follow_ups)), _IS_OPEN)
        grades = {rank: severity for severity, rank in RANKS.items()}
        found = await self._session.execute(query.group_by(follow_up))
        return {row[0]: (row[1], grades[row[2]]) for row in found.all()}

    async def around(
        self,
        practice_id: UUID,
        me: UUID,
        wanted: AlertFilter,
        place: AlertPlace,
        *,
        now: datetime,
        passing: UUID | None = None,
    ) -> tuple[AlertStop | None, AlertStop | None]:
        """The alerts just before and just after a place of a view, `passing` over a follow-up: two index ranges."""
        query: Any = select(col(AlertRow.id), col(AlertRow.follow_up_id))
        query = query.where(*_view(practice_id, me, wanted.view, now), *_narrowed(wanted))
        if passing is not None:
            query = query.where(col(AlertRow.follow_up_id) != passing)
        before, after = [
            (await self._session.execute(_in_order(query, wanted.view, place, is_backwards=one).limit(1))).first()
            for one in (True, False)
        ]
        return AlertStop(*before) if before else None, AlertStop(*after) if after else None

    async def counts(self, practice_id: UUID, me: UUID, now: datetime) -> AlertCounts:
        """How many alerts each view holds, one hundred at most: one statement of short index ranges."""
        asked = {"practice_id": practice_id, "me": me, "now": now}
        return AlertCounts(*(await self._session.execute(_COUNTS, asked)).one())

    async def count_waiting(self, practice_id: UUID, me: UUID, now: datetime) -> int:
        """How many are in nobody's hands or in one's own, one hundred at most of each."""
        asked = {"practice_id": practice_id, "me": me, "now": now}
        return sum((await self._session.execute(_WAITING, asked)).one())

    async def find_pathways(self, practice_id: UUID, among: Sequence[str]) -> list[str]:
        """Those of these pathways on which an alert is open: one statement, a look in an index for each."""
        if not among:
            return []
        open_ones = (_IS_OPEN, col(AlertRow.practice_id) == practice_id)
        asked = [exists().where(*open_ones, col(AlertRow.pathway) == one) for one in among]
        row = (await self._session.execute(select(*asked))).one()
        return [one for one, is_there in zip(among, row, strict=True) if is_there]


def _view(practice_id: _Id, me: _Id, view: View, now: _Instant) -> list[ColumnElement[bool]]:
    terms: list[ColumnElement[bool]] = [col(AlertRow.practice_id) == practice_id]
    is_mine = col(AlertRow.holder_id) == me
    match view:
        case View.OPEN:
            return [*terms, _IS_OPEN]
        case View.MINE:
            # Said so that no index of the practice fits: SQLite would read all that is open there for the few of mine.
            return [is_mine, _IS_OPEN, case((is_mine, col(AlertRow.practice_id))) == practice_id]
        case View.UNOWNED:
            return [*terms, _IS_OPEN, col(AlertRow.holder_id).is_(None)]
        case View.OVERDUE:
            return [*terms, _IS_OPEN, col(AlertRow.due_at) <= now]
        case View.CLOSED:
            return [*terms, col(AlertRow.closed_at).is_not(None)]


def _narrowed(wanted: AlertFilter) -> list[ColumnElement[bool]]:
    terms: list[ColumnElement[bool]] = []
    if wanted.severity is not None:
        terms.append(col(AlertRow.rank) == RANKS[wanted.severity])
    if wanted.pathway is not None:
        terms.append(col(AlertRow.pathway) == wanted.pathway)
    if wanted.state is not None:
        terms.append(col(AlertRow.state) == wanted.state.value)
    if wanted.follow_up_id is not None:
        terms.append(col(AlertRow.follow_up_id) == wanted.follow_up_id)
    return terms


def _in_order(query: Select[Any], view: View, after: AlertPlace | None, *, is_backwards: bool = False) -> Select[Any]:
    """In the order of a view from a place on; backwards, from there to its beginning."""
    keys: tuple[Any, ...]
    place: tuple[Any, ...] | None
    match view:
        case View.OVERDUE:
            keys, place = _DUE, (after.at, after.alert_id) if after else None
        case View.CLOSED:
            keys, place = _CLOSED, (after.at, after.alert_id) if after else None
        case _:
            keys, place = _RANKED, (after.rank, after.at, after.alert_id) if after else None
    is_falling = (view is View.CLOSED) != is_backwards
    if place is not None:
        query = query.where(tuple_(*keys) < place if is_falling else tuple_(*keys) > place)
    return query.order_by(*(one.desc() if is_falling else one for one in keys))


def _count(terms: Sequence[ColumnElement[bool]], order: Sequence[Any] = _RANKED) -> Any:
    # In the order of an index that fits, which costs nothing and leads SQLite to it.
    some = select(col(AlertRow.id)).where(*terms).order_by(*order).limit(COUNTED).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def _named_view(view: View) -> list[ColumnElement[bool]]:
    """The same with names for whose, whom and when: a statement that is made once."""
    return _view(
        bindparam("practice_id", type_=Uuid()),
        bindparam("me", type_=Uuid()),
        view,
        bindparam("now", type_=UtcDateTime()),
    )


_COUNTS: Select[Any] = select(
    *(_count(_named_view(view)) for view in (View.OPEN, View.MINE, View.UNOWNED)),
    _count(_named_view(View.OVERDUE), _DUE),
    _count([*_named_view(View.OPEN), col(AlertRow.rank) == RANKS[Severity.NOW]]),
)
_WAITING = select(*(_count(_named_view(view)) for view in (View.MINE, View.UNOWNED)))
