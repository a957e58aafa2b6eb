"""Files of acts done elsewhere, and the statements of a year that are maintained from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, exists, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql import Select
from sqlmodel import col

from billing.model.activity import ActivityImport
from billing.rules.activity import AcceptedLine
from billing.rules.cap import NONE, Counts
from billing.rules.outside import ActivityKind, ActivityLine, ImportedOutside
from billing.rules.projection import AnnualVolume, Outside
from billing.store.dialects import insert_into
from billing.tables import ActivityImportRow, ActivityLineRow, YearStatementRow
from telemed.storage.types import UtcDateTime


class ActivityStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, entry: ActivityImport, lines: Sequence[AcceptedLine] = ()) -> None:
        """Keep a file with its accepted lines, or a withdrawal, which has none."""
        values = asdict(entry)
        values.pop("is_withdrawn")
        self._session.add(ActivityImportRow(**values))
        await self._session.flush()
        self._session.add_all(
            ActivityLineRow(
                import_id=entry.id,
                line=one.line,
                day=one.activity.day,
                kind=one.activity.kind.value,
                number=one.activity.number,
                own=one.activity.own,
                place=one.activity.place,
            )
            for one in lines
        )
        await self._session.flush()

    async def find(self, rpps: str, import_id: UUID) -> ActivityImport | None:
        """A file of this doctor that is not withdrawn."""
        query = _present().where(col(ActivityImportRow.rpps) == rpps, col(ActivityImportRow.id) == import_id)
        row = await self._session.scalar(query)
        return None if row is None else _to_import(row)

    async def find_same(self, rpps: str, year: int, sha256: str) -> ActivityImport | None:
        """The same bytes, kept before for this year and not withdrawn."""
        query = _present().where(_is_year(rpps, year), col(ActivityImportRow.sha256) == sha256)
        row = await self._session.scalar(query)
        return None if row is None else _to_import(row)

    async def page(
        self, rpps: str, *, limit: int, year: int | None = None, after: tuple[datetime, UUID] | None = None
    ) -> list[ActivityImport]:
        """Files of a doctor, the latest first, withdrawn ones too and told so."""
        later = aliased(ActivityImportRow)
        is_withdrawn = exists().where(col(later.withdraws_id) == col(ActivityImportRow.id))
        query = select(ActivityImportRow, is_withdrawn).where(
            col(ActivityImportRow.rpps) == rpps, col(ActivityImportRow.withdraws_id).is_(None)
        )
        if year is not None:
            query = query.where(col(ActivityImportRow.year) == year)
        if after is not None:
            last = tuple_(literal(after[0], UtcDateTime), literal(after[1], Uuid))
            query = query.where(tuple_(col(ActivityImportRow.recorded_at), col(ActivityImportRow.id)) < last)
        query = query.order_by(col(ActivityImportRow.recorded_at).desc(), col(ActivityImportRow.id).desc())
        rows = await self._session.execute(query.limit(limit))
        return [_to_import(row, is_withdrawn=bool(gone)) for row, gone in rows]

    async def imported(self, rpps: str, year: int) -> list[ImportedOutside]:
        """The files of a year that are not withdrawn, each with its counts by day."""
        rows = list(await self._session.scalars(_present().where(_is_year(rpps, year))))
        days: dict[UUID, dict[date, Counts]] = {row.id: {} for row in rows}
        for import_id, line in await self._lines(list(days)):
            days[import_id][line.day] = days[import_id].get(line.day, NONE) + line.counts
        return [ImportedOutside(row.first_day, row.last_day, row.source, row.recorded_at, days[row.id]) for row in rows]

    async def known_keys(self, rpps: str, year: int) -> set[tuple[date, ActivityKind, str]]:
        """What the lines of the year's files that are not withdrawn speak of."""
        rows = list(await self._session.scalars(_present().where(_is_year(rpps, year))))
        return {line.key for _, line in await self._lines([row.id for row in rows])}

    async def keep_statement(
        self, rpps: str, year: int, *, volume: AnnualVolume | None, outside: Outside | None
    ) -> None:
        """Write what the statements of a year come to; the row of the year's count is held by the caller."""
        counts = asdict(NONE if outside is None else outside.counts)
        values: dict[str, Any] = {
            "annual_acts": None if volume is None else volume.acts,
            "annual_own_acts": None if volume is None else volume.own_acts,
            "annual_source": None if volume is None else volume.source,
            "annual_declared_on": None if volume is None else volume.declared_on,
            "outside_as_of": None if outside is None else outside.as_of,
            "outside_source": "" if outside is None else outside.source,
            **counts,
        }
        insert = insert_into(self._session, YearStatementRow).values(rpps=rpps, year=year, **values)
        await self._session.execute(insert.on_conflict_do_update(index_elements=["rpps", "year"], set_=values))

    async def statement(self, rpps: str, year: int) -> tuple[AnnualVolume | None, Outside | None]:
        """The volume declared for a year, and what is known of elsewhere: one row of a primary key."""
        row = await self._session.get(YearStatementRow, (rpps, year), populate_existing=True)
        if row is None:
            return None, None
        volume = outside = None
        if row.annual_acts is not None and row.annual_declared_on is not None:
            volume = AnnualVolume(row.annual_acts, row.annual_source or "", row.annual_declared_on, row.annual_own_acts)
        if row.outside_as_of is not None:
            counts = Counts(
                row.teleconsultations, row.own_teleconsultations, row.teleexpertises, row.other_acts, row.own_acts
            )
            outside = Outside(counts, row.outside_as_of, row.outside_source)
        return volume, outside

    async def _lines(self, import_ids: Sequence[UUID]) -> list[tuple[UUID, ActivityLine]]:
        query = select(ActivityLineRow).where(col(ActivityLineRow.import_id).in_(import_ids))
        rows = await self._session.scalars(query.order_by(col(ActivityLineRow.import_id), col(ActivityLineRow.line)))
        return [
            (row.import_id, ActivityLine(row.day, ActivityKind(row.kind), row.number, row.own, row.place))
            for row in rows
        ]


def _present() -> Select[ActivityImportRow]:
    """Files that were not withdrawn, in the order in which they were kept."""
    later = aliased(ActivityImportRow)
    withdrawn = select(col(later.id)).where(col(later.withdraws_id) == col(ActivityImportRow.id))
    query = select(ActivityImportRow).where(col(ActivityImportRow.withdraws_id).is_(None), ~withdrawn.exists())
    return query.order_by(col(ActivityImportRow.recorded_at), col(ActivityImportRow.id))


def _is_year(rpps: str, year: int) -> Any:
    return (col(ActivityImportRow.rpps) == rpps) & (col(ActivityImportRow.year) == year)


def _to_import(row: ActivityImportRow, *, is_withdrawn: bool = False) -> ActivityImport:
    return ActivityImport(
        id=row.id,
        rpps=row.rpps,
        year=row.year,
        first_day=row.first_day,
        last_day=row.last_day,
        source=row.source,
        sha256=row.sha256,
        accepted=row.accepted,
        rejected=row.rejected,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
        withdraws_id=row.withdraws_id,
        is_withdrawn=is_withdrawn,
    )
