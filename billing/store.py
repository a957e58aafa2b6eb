"""The only SQL of billing."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Uuid, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql import Select
from sqlmodel import col

from billing.facts import Part, read_facts
from billing.formats import basis_from_json, basis_to_json, reasons_from_json, reasons_to_json
from billing.model import Claim, Declaration, Practice, Supplied
from billing.rules.cap import Counts
from billing.rules.projection import AnnualVolume, Outside
from billing.rules.tariff import ClaimState
from billing.tables import ClaimRow, DeclarationRow, YearCountRow


class BillingStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock_counts(self, rpps: str, year: int) -> Counts:
        """A doctor's count of a year, whose row stays locked until the transaction ends; made if absent."""
        dialect = self._session.get_bind().dialect.name
        insert = insert_on_postgresql if dialect == "postgresql" else insert_on_sqlite
        row = {"rpps": rpps, "year": year, **dict.fromkeys(_COUNTED, 0)}
        await self._session.execute(insert(YearCountRow).values(row).on_conflict_do_nothing())
        query = _count_columns().where(_is_year(rpps, year)).with_for_update()
        return Counts(*(await self._session.execute(query)).one())

    async def shift_counts(self, rpps: str, year: int, counts: Counts, *, sign: int) -> None:
        """Add (`sign` 1) or take away (-1) in one statement; the row exists, lock it first when deciding on it."""
        shifted = {name: getattr(YearCountRow, name) + sign * getattr(counts, name) for name in _COUNTED}
        await self._session.execute(update(YearCountRow).where(_is_year(rpps, year)).values(shifted))

    async def counts(self, rpps: str, year: int) -> Counts:
        """The maintained count of a year: nothing counted is zero here, which says nothing of elsewhere."""
        found = (await self._session.execute(_count_columns().where(_is_year(rpps, year)))).one_or_none()
        return Counts() if found is None else Counts(*found)

    async def recount(self, rpps: str, year: int) -> Counts:
        """The same, from the claims themselves: it must always equal `counts`."""
        query = _present().where(col(ClaimRow.rpps) == rpps, col(ClaimRow.civil_year) == year)
        return sum((_to_claim(row).counts for row in await self._session.scalars(query)), Counts())

    def add(self, claim: Claim) -> None:
        self._session.add(_to_row(claim))

    async def find_current(self, act_id: UUID, part: Part = Part.ACT) -> Claim | None:
        """The present claim of a part of an act."""
        query = _present().where(col(ClaimRow.act_id) == act_id, col(ClaimRow.part) == part.value)
        row = await self._session.scalar(query)
        return None if row is None else _to_claim(row)

    async def current_of_act(self, act_id: UUID) -> list[Claim]:
        """The present claims of an act, one a part."""
        rows = await self._session.scalars(
            _present().where(col(ClaimRow.act_id) == act_id).order_by(col(ClaimRow.part))
        )
        return [_to_claim(row) for row in rows]

    async def find(self, claim_id: UUID) -> Claim | None:
        """Any entry of the ledger, also one that was superseded."""
        row = await self._session.get(ClaimRow, claim_id)
        return None if row is None else _to_claim(row)

    async def page(
        self,
        *,
        limit: int,
        professional_id: UUID | None = None,
        practice_id: UUID | None = None,
        rpps: str | None = None,
        act_id: UUID | None = None,
        year: int | None = None,
        state: ClaimState | None = None,
        is_counted: bool = False,
        after: tuple[date, UUID] | None = None,
    ) -> list[Claim]:
        """Present claims, the latest act first. `is_counted` keeps those that enter the cap of their year."""
        query = _present().order_by(col(ClaimRow.civil_day).desc(), col(ClaimRow.id).desc()).limit(limit)
        if professional_id is not None:
            query = query.where(col(ClaimRow.professional_id) == professional_id)
        if practice_id is not None:
            query = query.where(col(ClaimRow.practice_id) == practice_id)
        if rpps is not None:
            query = query.where(col(ClaimRow.rpps) == rpps)
        if act_id is not None:
            query = query.where(col(ClaimRow.act_id) == act_id)
        if year is not None:
            query = query.where(col(ClaimRow.civil_day).between(date(year, 1, 1), date(year, 12, 31)))
        if state is not None:
            query = query.where(col(ClaimRow.state) == state.value)
        if is_counted:
            query = query.where(col(ClaimRow.state) != ClaimState.NOT_BILLABLE.value)
        if after is not None:
            last = tuple_(literal(after[0], Date), literal(after[1], Uuid))
            query = query.where(tuple_(col(ClaimRow.civil_day), col(ClaimRow.id)) < last)
        return [_to_claim(row) for row in await self._session.scalars(query)]

    async def find_rpps(self, professional_id: UUID, practice_id: UUID) -> str | None:
        """The RPPS of a professional who has billed an act in this practice."""
        query = select(col(ClaimRow.rpps)).where(
            col(ClaimRow.professional_id) == professional_id, col(ClaimRow.practice_id) == practice_id
        )
        return await self._session.scalar(query.limit(1))

    async def find_practice(self, rpps: str, *, until: date) -> Practice | None:
        """The specialty and territory of a doctor's last act up to `until` (trap 8)."""
        query = select(ClaimRow).where(col(ClaimRow.rpps) == rpps, col(ClaimRow.civil_day) <= until)
        row = await self._session.scalar(
            query.order_by(col(ClaimRow.civil_day).desc(), col(ClaimRow.id).desc()).limit(1)
        )
        if row is None:
            return None
        biller = _to_claim(row).biller
        return Practice(biller.specialty, biller.territory.value)

    def declare(self, declaration: Declaration, *, by: UUID | None, at: datetime) -> None:
        volume, outside = declaration.annual_volume, declaration.outside
        self._session.add(
            DeclarationRow(
                rpps=declaration.rpps,
                year=declaration.year,
                source=declaration.source,
                declared_on=declaration.declared_on,
                annual_acts=None if volume is None else volume.acts,
                annual_own_acts=None if volume is None else volume.own_acts,
                outside_as_of=None if outside is None else outside.as_of,
                outside_counts=None if outside is None else asdict(outside.counts),
                recorded_by=by,
                recorded_at=at,
            )
        )

    async def find_declaration(self, rpps: str, year: int) -> Declaration | None:
        """The latest declaration of a year."""
        query = (
            select(DeclarationRow)
            .where(col(DeclarationRow.rpps) == rpps, col(DeclarationRow.year) == year)
            .order_by(col(DeclarationRow.recorded_at).desc(), col(DeclarationRow.id).desc())
        )
        row = await self._session.scalar(query.limit(1))
        return None if row is None else _to_declaration(row)


_COUNTED = tuple(field.name for field in fields(Counts))
"""The columns of a count, which are the fields of `Counts`, in their order."""


def _count_columns() -> Select[Any]:
    return select(*(getattr(YearCountRow, name) for name in _COUNTED))


def _is_year(rpps: str, year: int) -> ColumnElement[bool]:
    return (col(YearCountRow.rpps) == rpps) & (col(YearCountRow.year) == year)


def _present() -> Select[ClaimRow]:
    later = aliased(ClaimRow)
    superseded = select(col(later.id)).where(col(later.supersedes_id) == col(ClaimRow.id))
    return select(ClaimRow).where(~superseded.exists())


def _to_row(claim: Claim) -> ClaimRow:
    facts, biller, supplied = claim.facts, claim.biller, claim.supplied
    return ClaimRow(
        id=claim.id,
        act_id=facts.act_id,
        part=claim.part.value,
        revision=facts.revision,
        supersedes_id=claim.supersedes_id,
        professional_id=biller.professional_id,
        rpps=biller.rpps,
        practice_id=biller.practice_id,
        patient_id=facts.patient_id,
        kind=facts.kind.value,
        civil_day=claim.day,
        civil_year=claim.day.year,
        is_own_patient=biller.is_for_own_patient,
        state=claim.state.value,
        code=claim.code,
        amount_cents=claim.amount_cents,
        facts=facts.to_payload(),
        refusals=reasons_to_json(claim.refusals),
        missing=reasons_to_json(claim.missing),
        warnings=reasons_to_json(claim.warnings),
        basis=basis_to_json(claim.basis),
        supplied_cents=None if supplied is None else supplied.amount_cents,
        supplied_source=None if supplied is None else supplied.source,
        recorded_at=claim.recorded_at,
    )


def _to_claim(row: ClaimRow) -> Claim:
    is_supplied = row.supplied_cents is not None and row.supplied_source is not None
    return Claim(
        id=row.id,
        supersedes_id=row.supersedes_id,
        facts=read_facts(row.facts),
        part=Part(row.part),
        state=ClaimState(row.state),
        code=row.code,
        amount_cents=row.amount_cents,
        refusals=reasons_from_json(row.refusals),
        missing=reasons_from_json(row.missing),
        warnings=reasons_from_json(row.warnings),
        basis=basis_from_json(row.basis),
        recorded_at=row.recorded_at,
        supplied=Supplied(row.supplied_cents or 0, row.supplied_source or "") if is_supplied else None,
    )


def _to_declaration(row: DeclarationRow) -> Declaration:
    volume = outside = None
    if row.annual_acts is not None:
        volume = AnnualVolume(row.annual_acts, row.source, row.declared_on, row.annual_own_acts)
    if row.outside_as_of is not None and row.outside_counts is not None:
        outside = Outside(Counts(**row.outside_counts), row.outside_as_of, row.source)
    return Declaration(row.rpps, row.year, row.source, row.declared_on, volume, outside)
