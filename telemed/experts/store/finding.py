"""Who can answer, in time: one statement over openings, profiles, standings and those who know the patient.

The index on openings gives them in order and the statement stops at a bound, so that what it reads does not grow with
the number of experts. Its text depends on what is asked only by four yes-or-no questions, and is made once for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Integer, Row, Select, Subquery, bindparam, cast, exists, false, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.experts.model.search import Candidate, Need
from telemed.experts.rules.openings import next_midnight
from telemed.experts.tables import (
    AcquaintanceRow,
    ExceptionRow,
    LineTurnRow,
    OpeningRow,
    ProfileRow,
    StandingRow,
)
from telemed.kernel.clock import Territory, civil_date
from telemed.storage.types import UtcDateTime

LINE_POOL = 1_000
"""All that the members of one line can have open in one stage: fairness asks for everybody."""
_AT, _DAY = UtcDateTime(), timedelta(days=1)


_Hours = Select[UUID, datetime, datetime]


class Shape(NamedTuple):
    """What the text of the statement depends on."""

    of_line: bool
    of_patient: bool
    has_named: bool
    is_present: bool


class FindingStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, need: Need, *, pool: int) -> list[Candidate]:
        """At most `pool` openings of those asked for, with those who know the patient and those named."""
        rows = (await self._session.execute(statement(shape_of(need)), _values(need, pool))).all()
        return _to_candidates(rows, need.now)


def shape_of(need: Need) -> Shape:
    return Shape(need.line_id is not None, bool(need.patient_ids), bool(need.named), need.present is not None)


@cache
def statement(shape: Shape) -> Select[Any]:
    """The one statement of a search."""
    free, known, turn = _free(shape), _known(), LineTurnRow
    person = col(ProfileRow.professional_id)
    query = select(
        *_PROFILE,
        free.c.free_from,
        free.c.free_until,
        _on_leave() if shape.has_named else false().label("on_leave"),
        *_STANDING,
        cast(func.coalesce(known.c.cases, 0), Integer).label("cases")
        if shape.of_patient
        else literal(0).label("cases"),
        func.coalesce(col(turn.turn), 0).label("turn") if shape.of_line else literal(0).label("turn"),
    ).select_from(free)
    query = query.join(ProfileRow, person == free.c.professional_id)
    query = query.outerjoin(StandingRow, col(StandingRow.professional_id) == person)
    if shape.of_patient:
        query = query.outerjoin(known, known.c.professional_id == person)
    if shape.of_line:
        query = query.outerjoin(turn, (col(turn.line_id) == bindparam("line")) & (col(turn.professional_id) == person))
    return query


_PROFILE = tuple(
    getattr(ProfileRow, name)
    for name in (
        *("professional_id", "practice_id", "rpps", "specialty_code", "territory", "department", "skills", "words"),
        *("languages", "is_open", "suspended_at", "auto_accept", "capacity_per_day"),
    )
)
_STANDING = (
    col(StandingRow.pending),
    col(StandingRow.open_cases),
    col(StandingRow.accepted_on),
    col(StandingRow.accepted),
    col(StandingRow.median_minutes),
    func.coalesce(col(StandingRow.taken), 0).label("taken"),
    func.coalesce(col(StandingRow.left), 0).label("left"),
)
_OPENING = (col(OpeningRow.professional_id), col(OpeningRow.starts_at), col(OpeningRow.ends_at))


def _free(shape: Shape) -> Subquery:
    """Each expert looked at, with the first time that he is there; none for one who was only named."""
    parts = [] if shape.is_present else [_in_order(shape)]
    if shape.is_present:
        parts.append(_present())
    elif shape.of_patient and not shape.of_line:
        parts.append(_acquainted())
    if shape.has_named:
        parts.append(_named())
    all_of_them = union_all(*parts).subquery("hours") if len(parts) > 1 else parts[0].subquery("hours")
    first = func.min(all_of_them.c.starts_at).label("free_from")
    last = func.min(all_of_them.c.ends_at).label("free_until")
    person = all_of_them.c.professional_id
    return select(person, first, last).group_by(person).subquery("free")


def _in_order(shape: Shape) -> _Hours:
    """Openings as the index has them, the soonest to end first; of a line, the first to begin."""
    query = select(*_OPENING)
    if shape.of_line:
        query = query.where(
            col(OpeningRow.line_id) == bindparam("line"), col(OpeningRow.starts_at) >= bindparam("midnight", type_=_AT)
        ).order_by(col(OpeningRow.starts_at), col(OpeningRow.professional_id))
    else:
        query = query.where(
            col(OpeningRow.specialty_code) == bindparam("specialty"),
            col(OpeningRow.territory) == bindparam("territory"),
        ).order_by(col(OpeningRow.ends_at), col(OpeningRow.starts_at), col(OpeningRow.professional_id))
    found = query.where(*_in_time()).limit(bindparam("pool")).subquery("found")
    return select(found.c.professional_id, found.c.starts_at, found.c.ends_at)


def _acquainted() -> _Hours:
    """Openings of those who answered about the patient before, whatever their place in the index."""
    return (
        select(*_OPENING)
        .join(AcquaintanceRow, col(AcquaintanceRow.professional_id) == col(OpeningRow.professional_id))
        .where(
            col(AcquaintanceRow.patient_id).in_(bindparam("patients", expanding=True)),
            col(OpeningRow.specialty_code) == bindparam("specialty"),
            *_in_time(),
        )
    )


def _named() -> _Hours:
    """Those named, on duty or not."""
    person = col(ProfileRow.professional_id)
    hours = (col(OpeningRow.professional_id) == person) & _in_time()[0] & _in_time()[1] & _in_time()[2]
    return (
        select(person, col(OpeningRow.starts_at), col(OpeningRow.ends_at))
        .select_from(ProfileRow)
        .outerjoin(OpeningRow, hours)
        .where(person.in_(bindparam("named", expanding=True)))
    )


def _present() -> _Hours:
    """Those who say that they are there now, whatever their hours."""
    person = col(ProfileRow.professional_id)
    now, before = bindparam("now", type_=_AT), bindparam("before", type_=_AT)
    return select(person, now.label("starts_at"), before.label("ends_at")).where(
        person.in_(bindparam("present", expanding=True)), col(ProfileRow.specialty_code) == bindparam("specialty")
    )


def _known() -> Subquery:
    """How often each expert answered about this patient, under any of his records."""
    table = AcquaintanceRow
    return (
        select(col(table.professional_id), func.sum(col(table.cases)).label("cases"))
        .where(col(table.patient_id).in_(bindparam("patients", expanding=True)))
        .group_by(col(table.professional_id))
        .subquery("known")
    )


def _on_leave() -> Any:
    """Away from now to the end of the search."""
    return exists(
        select(col(ExceptionRow.id)).where(
            col(ExceptionRow.professional_id) == col(ProfileRow.professional_id),
            col(ExceptionRow.kind) == "leave",
            col(ExceptionRow.starts_at) <= bindparam("now", type_=_AT),
            col(ExceptionRow.ends_at) >= bindparam("before", type_=_AT),
        )
    ).label("on_leave")


def _in_time() -> tuple[Any, Any, Any]:
    """Open after `now` and before `before`: no opening goes past a UTC midnight, so that both ends bound the index."""
    return (
        col(OpeningRow.ends_at) > bindparam("now", type_=_AT),
        col(OpeningRow.ends_at) <= bindparam("end_of_day", type_=_AT),
        col(OpeningRow.starts_at) < bindparam("before", type_=_AT),
    )


def _values(need: Need, pool: int) -> dict[str, Any]:
    """Every value that some shape asks for; those that the text does not name are left out by the driver's compiler."""
    shape = shape_of(need)
    values: dict[str, Any] = {"now": need.now, "before": need.before}
    if not shape.is_present or shape.has_named:
        values["end_of_day"] = next_midnight(need.before)
    if shape.of_line:
        values |= {"line": need.line_id, "midnight": next_midnight(need.now) - _DAY, "pool": LINE_POOL}
    elif not shape.is_present:
        values |= {"specialty": need.specialty_code, "territory": need.territory.value, "pool": pool}
    if shape.is_present:
        values |= {"present": list(need.present or ()), "specialty": need.specialty_code}
    if shape.of_patient:
        values["patients"] = list(need.patient_ids)
    if shape.has_named:
        values["named"] = list(need.named)
    return values


def _to_candidates(rows: Sequence[Row[Any]], now: datetime) -> list[Candidate]:
    """The columns of a row are those of a candidate, in order, but for what a territory and its day say."""
    days = {territory.value: (territory, civil_date(now, territory)) for territory in Territory}
    return [_to_candidate(row, *days[row.territory]) for row in rows]


def _to_candidate(row: Row[Any], territory: Territory, today: date) -> Candidate:
    columns: list[Any] = list(row)
    columns[4] = territory
    columns[10] = columns[10] is not None  # suspended_at
    columns[15] = bool(columns[15])
    columns[16], columns[17] = columns[16] or 0, columns[17] or 0
    accepted_on, accepted = columns[18:20]
    columns[18:20] = [accepted if accepted_on == today else 0]
    return Candidate(*columns)
