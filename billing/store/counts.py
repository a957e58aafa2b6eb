"""The maintained counts of acts, by year and by day: one function moves both, so that they never disagree."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from billing.model import Claim
from billing.rules.cap import NONE, Counts
from billing.store.claims import enters_counts, present_claims, to_claim
from billing.store.dialects import insert_into
from billing.tables import ClaimRow, DayCountRow, UncountedRow, YearCountRow

_NUMBERS = ("teleconsultations", "own_teleconsultations", "teleexpertises", "other_acts", "own_acts")
_FRESH = {"populate_existing": True}
_EMPTY = dict.fromkeys(_NUMBERS, 0)


class CountStore:
    """What a doctor (by RPPS) has done that counts under the cap. Whoever changes it holds the row of the year."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self, rpps: str, year: int) -> Counts:
        """The count of a year, whose row stays locked until the transaction ends; made if absent."""
        row = {"rpps": rpps, "year": year, **_EMPTY}
        await self._session.execute(insert_into(self._session, YearCountRow).values(row).on_conflict_do_nothing())
        query = select(YearCountRow).where(col(YearCountRow.rpps) == rpps, col(YearCountRow.year) == year)
        found = (await self._session.scalars(query.with_for_update(), execution_options=_FRESH)).one()
        return _to_counts(found)

    async def replace(self, former: Claim | None, claim: Claim) -> None:
        """A new claim comes in, and the one that it supersedes goes out, unless it was out already."""
        for rpps, year in sorted({_owner(one) for one in (former, claim) if one is not None}):
            await self.lock(rpps, year)
        if former is not None and not await self._is_out(former):
            await self._shift(former, sign=-1)
        await self._shift(claim, sign=1)

    async def take_out(self, claim: Claim, *, why: str, at: datetime) -> bool:
        """Count a claim no more: rejected for good, reversed, abandoned. False if it was out already."""
        await self.lock(*_owner(claim))
        if await self._is_superseded(claim):
            return False
        row = {"claim_id": claim.id, "why": why, "since": at}
        inserted = insert_into(self._session, UncountedRow).values(row).on_conflict_do_nothing()
        return await self._once(inserted, claim, sign=-1)

    async def put_back(self, claim: Claim) -> bool:
        """Count a claim again. False if it is in already, or was superseded meanwhile."""
        await self.lock(*_owner(claim))
        if await self._is_superseded(claim):
            return False
        return await self._once(delete(UncountedRow).where(col(UncountedRow.claim_id) == claim.id), claim, sign=1)

    async def of_year(self, rpps: str, year: int) -> Counts:
        """The maintained count of a year: nothing counted is zero here, which says nothing of elsewhere."""
        found = await self._session.get(YearCountRow, (rpps, year), populate_existing=True)
        return NONE if found is None else _to_counts(found)

    async def by_day(self, rpps: str, year: int) -> dict[date, Counts]:
        """The days of a year on which something counts, in order: a range of the primary key, 366 rows at most."""
        query = (
            select(DayCountRow)
            .where(col(DayCountRow.rpps) == rpps)
            .where(col(DayCountRow.day).between(date(year, 1, 1), date(year, 12, 31)))
            .order_by(col(DayCountRow.day))
        )
        rows = await self._session.scalars(query, execution_options=_FRESH)
        return {row.day: counts for row in rows if (counts := _to_counts(row)) != NONE}

    async def recount(self, rpps: str, year: int) -> dict[date, Counts]:
        """The same as `by_day`, from the claims themselves: the two must always be equal."""
        query = (
            present_claims()
            .where(col(ClaimRow.rpps) == rpps)
            .where(col(ClaimRow.civil_day).between(date(year, 1, 1), date(year, 12, 31)))
            .where(enters_counts())
        )
        days: dict[date, Counts] = {}
        for row in await self._session.scalars(query):
            claim = to_claim(row)
            days[row.civil_day] = days.get(row.civil_day, NONE) + claim.counts
        return {day: counts for day, counts in sorted(days.items()) if counts != NONE}

    async def _shift(self, claim: Claim, *, sign: int) -> None:
        """Add to (`sign` 1) or take from (-1) the year and the day of a claim."""
        counts, (rpps, year) = claim.counts, _owner(claim)
        if counts == NONE:
            return
        empty = {"rpps": rpps, "day": claim.day, **_EMPTY}
        await self._session.execute(insert_into(self._session, DayCountRow).values(empty).on_conflict_do_nothing())
        of_day = (col(DayCountRow.rpps) == rpps) & (col(DayCountRow.day) == claim.day)
        await self._session.execute(update(DayCountRow).where(of_day).values(_moved(DayCountRow, counts, sign)))
        of_year = (col(YearCountRow.rpps) == rpps) & (col(YearCountRow.year) == year)
        await self._session.execute(update(YearCountRow).where(of_year).values(_moved(YearCountRow, counts, sign)))

    async def _once(self, statement: Any, claim: Claim, *, sign: int) -> bool:
        """Shift only if the statement changed the row that says whether this claim is out."""
        result = await self._session.execute(statement)
        changed = isinstance(result, CursorResult) and result.rowcount == 1
        if changed:
            await self._shift(claim, sign=sign)
        return changed

    async def _is_out(self, claim: Claim) -> bool:
        query = select(func.count()).where(col(UncountedRow.claim_id) == claim.id)
        return bool(await self._session.scalar(query))

    async def _is_superseded(self, claim: Claim) -> bool:
        later = aliased(ClaimRow)
        return bool(await self._session.scalar(select(func.count()).where(col(later.supersedes_id) == claim.id)))


def _owner(claim: Claim) -> tuple[str, int]:
    return claim.biller.rpps, claim.day.year


def _moved(table: type[DayCountRow] | type[YearCountRow], counts: Counts, sign: int) -> Mapping[str, Any]:
    return {name: getattr(table, name) + sign * (getattr(counts, name) or 0) for name in _NUMBERS}


def _to_counts(row: DayCountRow | YearCountRow) -> Counts:
    return Counts(*(getattr(row, name) for name in _NUMBERS))
