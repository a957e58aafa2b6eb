"""Calendars that were sent, with what each event would become."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.experts.model.hours import HoursException, Kind, Shift, Source
from telemed.experts.model.imports import CalendarImport, ImportCount, ImportLine, ImportState
from telemed.experts.tables import ImportRow
from telemed.kernel.decision import Reason
from telemed.kernel.ids import new_id
from telemed.kernel.period import Interval

_COUNTED = (
    col(ImportRow.id),
    col(ImportRow.state),
    col(ImportRow.at),
    col(ImportRow.settled_at),
    col(ImportRow.accepted_count),
    col(ImportRow.rejected_count),
)


class ImportStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, one: CalendarImport) -> None:
        """Keep a calendar to be looked at; one that the same person only looked at before is forgotten."""
        await self._session.execute(
            delete(ImportRow).where(
                col(ImportRow.professional_id) == one.professional_id,
                col(ImportRow.state) == ImportState.PREVIEWED.value,
            )
        )
        await self._session.execute(
            insert(ImportRow).values(
                id=one.id,
                professional_id=one.professional_id,
                state=one.state.value,
                at=one.at,
                accepted_count=one.count.accepted,
                rejected_count=one.count.rejected,
                lines=[_to_json(line) for line in one.lines],
            )
        )

    async def settle(self, import_id: UUID, state: ImportState, at: datetime) -> None:
        await self._session.execute(
            update(ImportRow).where(col(ImportRow.id) == import_id).values(state=state.value, settled_at=at)
        )

    async def find(self, import_id: UUID, *, lock: bool = False) -> CalendarImport | None:
        query = select(ImportRow).where(col(ImportRow.id) == import_id)
        row = await self._session.scalar(query.with_for_update() if lock else query)
        return _to_import(row) if row else None

    async def page(self, professional_id: UUID, *, before: UUID | None, limit: int) -> list[ImportCount]:
        """The calendars of a person, the latest first, without their events."""
        query = select(*_COUNTED).where(col(ImportRow.professional_id) == professional_id)
        if before is not None:
            query = query.where(col(ImportRow.id) < before)
        rows = await self._session.execute(query.order_by(col(ImportRow.id).desc()).limit(limit))
        return [
            ImportCount(row.id, ImportState(row.state), row.at, row.settled_at, row.accepted_count, row.rejected_count)
            for row in rows
        ]


def _to_import(row: ImportRow) -> CalendarImport:
    return CalendarImport(
        id=row.id,
        professional_id=row.professional_id,
        state=ImportState(row.state),
        at=row.at,
        lines=tuple(_to_line(line, row.professional_id, row.id) for line in row.lines),
        settled_at=row.settled_at,
    )


def _to_json(line: ImportLine) -> dict[str, Any]:
    if line.refusal is not None:
        return {"number": line.number, "code": line.refusal.code, "text": line.refusal.text}
    if line.shift is not None:
        shift = line.shift
        said = {"first_on": shift.first_on.isoformat(), "start_minute": shift.start_minute, "minutes": shift.minutes}
        except_on = sorted(day.isoformat() for day in shift.except_on)
        return {"number": line.number, "zone": shift.zone, "rule": shift.rule, "except_on": except_on} | said
    stretches = [[one.interval.start.isoformat(), one.interval.end.isoformat()] for one in line.exceptions]
    return {"number": line.number, "kind": line.exceptions[0].kind.value, "stretches": stretches}


def _to_line(said: dict[str, Any], professional_id: UUID, import_id: UUID) -> ImportLine:
    number = said["number"]
    if "code" in said:
        return ImportLine(number, refusal=Reason(code=said["code"], text=said["text"]))
    if "first_on" in said:
        shift = Shift(
            id=new_id(),
            professional_id=professional_id,
            first_on=date.fromisoformat(said["first_on"]),
            start_minute=said["start_minute"],
            minutes=said["minutes"],
            zone=said["zone"],
            rule=said["rule"],
            except_on=frozenset(date.fromisoformat(day) for day in said["except_on"]),
            import_id=import_id,
        )
        return ImportLine(number, shift=shift)
    return ImportLine(
        number,
        exceptions=tuple(
            HoursException(
                id=new_id(),
                professional_id=professional_id,
                kind=Kind(said["kind"]),
                interval=Interval(datetime.fromisoformat(start), datetime.fromisoformat(end)),
                source=Source.CALENDAR,
                import_id=import_id,
            )
            for start, end in said["stretches"]
        ),
    )
