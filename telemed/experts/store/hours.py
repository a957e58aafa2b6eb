"""Shifts, leave and extra hours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.experts.model import HoursException, Kind, Shift, Source
from telemed.experts.tables import ExceptionRow, ShiftRow
from telemed.kernel.period import Interval


class HoursStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add_shifts(self, shifts: Iterable[Shift]) -> None:
        if rows := [_shift_values(one) for one in shifts]:
            await self._session.execute(insert(ShiftRow), rows)

    async def add_exceptions(self, exceptions: Iterable[HoursException]) -> None:
        if rows := [_exception_values(one) for one in exceptions]:
            await self._session.execute(insert(ExceptionRow), rows)

    async def remove_shift(self, shift_id: UUID) -> None:
        await self._session.execute(delete(ShiftRow).where(col(ShiftRow.id) == shift_id))

    async def remove_exception(self, exception_id: UUID) -> None:
        await self._session.execute(delete(ExceptionRow).where(col(ExceptionRow.id) == exception_id))

    async def remove_import(self, import_id: UUID) -> None:
        """All that an imported calendar brought."""
        await self._session.execute(delete(ShiftRow).where(col(ShiftRow.import_id) == import_id))
        await self._session.execute(delete(ExceptionRow).where(col(ExceptionRow.import_id) == import_id))

    async def remove_of_line(self, line_id: UUID, professional_id: UUID) -> None:
        """What a person does in a line, once out of it."""
        for table in (ShiftRow, ExceptionRow):
            await self._session.execute(
                delete(table).where(col(table.line_id) == line_id, col(table.professional_id) == professional_id)
            )

    async def remove_identified(self, professional_id: UUID, identifiers: Sequence[str]) -> None:
        """What another system named so."""
        if identifiers:
            await self._session.execute(
                delete(ExceptionRow).where(
                    col(ExceptionRow.professional_id) == professional_id,
                    col(ExceptionRow.identifier).in_(identifiers),
                )
            )

    async def identified(self, professional_id: UUID, identifiers: Sequence[str]) -> dict[str, HoursException]:
        """What another system named so."""
        query = select(ExceptionRow).where(
            col(ExceptionRow.professional_id) == professional_id, col(ExceptionRow.identifier).in_(identifiers)
        )
        return {row.identifier: to_exception(row) for row in await self._session.scalars(query) if row.identifier}

    async def find_shift(self, shift_id: UUID) -> Shift | None:
        row = await self._session.scalar(select(ShiftRow).where(col(ShiftRow.id) == shift_id))
        return to_shift(row) if row else None

    async def find_exception(self, exception_id: UUID) -> HoursException | None:
        row = await self._session.scalar(select(ExceptionRow).where(col(ExceptionRow.id) == exception_id))
        return to_exception(row) if row else None

    async def shifts_of(self, ids: Sequence[UUID]) -> dict[UUID, tuple[Shift, ...]]:
        """The shifts of each of these people, in one statement."""
        query = select(ShiftRow).where(col(ShiftRow.professional_id).in_(set(ids))).order_by(col(ShiftRow.id))
        found: dict[UUID, list[Shift]] = {person: [] for person in ids}
        for row in await self._session.scalars(query):
            found[row.professional_id].append(to_shift(row))
        return {person: tuple(shifts) for person, shifts in found.items()}

    async def exceptions_within(self, ids: Sequence[UUID], window: Interval) -> dict[UUID, tuple[HoursException, ...]]:
        """Leave and extra hours of each of these people that touch `window`, in one statement."""
        query = (
            select(ExceptionRow)
            .where(
                col(ExceptionRow.professional_id).in_(set(ids)),
                col(ExceptionRow.ends_at) > window.start,
                col(ExceptionRow.starts_at) < window.end,
            )
            .order_by(col(ExceptionRow.starts_at), col(ExceptionRow.id))
        )
        found: dict[UUID, list[HoursException]] = {person: [] for person in ids}
        for row in await self._session.scalars(query):
            found[row.professional_id].append(to_exception(row))
        return {person: tuple(rows) for person, rows in found.items()}

    async def overlapping(self, professional_id: UUID, kind: Kind, interval: Interval) -> list[HoursException]:
        """What a person said, of one kind, that shares an instant with `interval`; not what another system did."""
        query = (
            select(ExceptionRow)
            .where(
                col(ExceptionRow.professional_id) == professional_id,
                col(ExceptionRow.kind) == kind.value,
                col(ExceptionRow.source) != Source.FHIR.value,
                col(ExceptionRow.ends_at) > interval.start,
                col(ExceptionRow.starts_at) < interval.end,
            )
            .order_by(col(ExceptionRow.starts_at))
        )
        return [to_exception(row) for row in await self._session.scalars(query)]

    async def page_shifts(
        self, *, professional_id: UUID | None = None, line_id: UUID | None = None, after: UUID | None, limit: int
    ) -> list[Shift]:
        """The shifts of a person, or of everybody in a line, by order of creation."""
        query = select(ShiftRow)
        if professional_id is not None:
            query = query.where(col(ShiftRow.professional_id) == professional_id)
        if line_id is not None:
            query = query.where(col(ShiftRow.line_id) == line_id)
        if after is not None:
            query = query.where(col(ShiftRow.id) > after)
        return [to_shift(row) for row in await self._session.scalars(query.order_by(col(ShiftRow.id)).limit(limit))]

    async def page_exceptions(
        self, professional_id: UUID, kind: Kind, *, after: UUID | None, limit: int
    ) -> list[HoursException]:
        """Leave or extra hours of a person, by order of creation."""
        query = select(ExceptionRow).where(
            col(ExceptionRow.professional_id) == professional_id, col(ExceptionRow.kind) == kind.value
        )
        if after is not None:
            query = query.where(col(ExceptionRow.id) > after)
        rows = await self._session.scalars(query.order_by(col(ExceptionRow.id)).limit(limit))
        return [to_exception(row) for row in rows]

    async def counts(self, professional_id: UUID) -> tuple[int, int]:
        """How many shifts, and how many exceptions, a person has."""
        shifts = select(func.count()).select_from(ShiftRow).where(col(ShiftRow.professional_id) == professional_id)
        exceptions = (
            select(func.count()).select_from(ExceptionRow).where(col(ExceptionRow.professional_id) == professional_id)
        )
        found = (await self._session.execute(select(shifts.scalar_subquery(), exceptions.scalar_subquery()))).one()
        return int(found[0]), int(found[1])


def _shift_values(shift: Shift) -> dict[str, Any]:
    return {
        "id": shift.id,
        "professional_id": shift.professional_id,
        "line_id": shift.line_id,
        "first_on": shift.first_on,
        "start_minute": shift.start_minute,
        "minutes": shift.minutes,
        "zone": shift.zone,
        "rule": shift.rule,
        "except_on": sorted(day.isoformat() for day in shift.except_on),
        "import_id": shift.import_id,
    }


def to_shift(row: ShiftRow) -> Shift:
    return Shift(
        id=row.id,
        professional_id=row.professional_id,
        first_on=row.first_on,
        start_minute=row.start_minute,
        minutes=row.minutes,
        zone=row.zone,
        rule=row.rule,
        line_id=row.line_id,
        except_on=frozenset(date.fromisoformat(day) for day in row.except_on),
        import_id=row.import_id,
    )


def _exception_values(one: HoursException) -> dict[str, Any]:
    return {
        "id": one.id,
        "professional_id": one.professional_id,
        "kind": one.kind.value,
        "line_id": one.line_id,
        "starts_at": one.interval.start,
        "ends_at": one.interval.end,
        "source": one.source.value,
        "identifier": one.identifier,
        "import_id": one.import_id,
    }


def to_exception(row: ExceptionRow) -> HoursException:
    return HoursException(
        id=row.id,
        professional_id=row.professional_id,
        kind=Kind(row.kind),
        interval=Interval(row.starts_at, row.ends_at),
        line_id=row.line_id,
        source=Source(row.source),
        identifier=row.identifier,
        import_id=row.import_id,
    )
