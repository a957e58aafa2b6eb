"""The ledger of claims."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Uuid, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql import Select
from sqlmodel import col

from billing.facts import ActKind, Part, read_facts
from billing.formats import basis_from_json, basis_to_json, reasons_from_json, reasons_to_json
from billing.model import Claim, Practice, Supplied
from billing.rules.rates import Regime
from billing.rules.tariff import ClaimState
from billing.tables import ClaimRow, UncountedRow


class BillingStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, claim: Claim) -> None:
        self._session.add(_to_row(claim))

    async def find_current(self, act_id: UUID, part: Part = Part.ACT) -> Claim | None:
        """The present claim of a part of an act."""
        query = present_claims().where(col(ClaimRow.act_id) == act_id, col(ClaimRow.part) == part.value)
        row = await self._session.scalar(query)
        return None if row is None else to_claim(row)

    async def current_of_act(self, act_id: UUID) -> list[Claim]:
        """The present claims of an act, one a part."""
        rows = await self._session.scalars(
            present_claims().where(col(ClaimRow.act_id) == act_id).order_by(col(ClaimRow.part))
        )
        return [to_claim(row) for row in rows]

    async def find(self, claim_id: UUID) -> Claim | None:
        """Any entry of the ledger, also one that was superseded."""
        row = await self._session.get(ClaimRow, claim_id)
        return None if row is None else to_claim(row)

    async def find_many(self, claim_ids: Collection[UUID]) -> list[Claim]:
        """Some entries of the ledger, in one statement."""
        rows = await self._session.scalars(select(ClaimRow).where(col(ClaimRow.id).in_(claim_ids)))
        return [to_claim(row) for row in rows]

    async def codes_beside(self, *, rpps: str, patient_id: UUID, day: date, act_id: UUID) -> tuple[str, ...]:
        """Codes of the other acts that a biller bills for a patient on a civil day, in order of code."""
        query = (
            present_claims()
            .with_only_columns(col(ClaimRow.code))
            .where(col(ClaimRow.patient_id) == patient_id, col(ClaimRow.rpps) == rpps, col(ClaimRow.civil_day) == day)
            .where(col(ClaimRow.act_id) != act_id, col(ClaimRow.state) != ClaimState.NOT_BILLABLE.value)
            .where(~is_out())
        )
        return tuple(sorted({code for code in await self._session.scalars(query) if code}))

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
        counted_as: Regime | None = None,
        after: tuple[date, UUID] | None = None,
    ) -> list[Claim]:
        """Present claims, the latest act first. `is_counted` keeps those that enter the count of their year.

        `counted_as` keeps the remote acts that a regime limits.
        """
        query = present_claims().order_by(col(ClaimRow.civil_day).desc(), col(ClaimRow.id).desc()).limit(limit)
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
            query = query.where(enters_counts())
        if counted_as is not None:
            query = query.where(is_remote(counted_as))
        if after is not None:
            last = tuple_(literal(after[0], Date), literal(after[1], Uuid))
            query = query.where(tuple_(col(ClaimRow.civil_day), col(ClaimRow.id)) < last)
        return [to_claim(row) for row in await self._session.scalars(query)]

    async def find_rpps(self, professional_id: UUID, practice_id: UUID) -> str | None:
        """The RPPS of a professional who has billed an act in this practice."""
        query = select(col(ClaimRow.rpps)).where(
            col(ClaimRow.professional_id) == professional_id, col(ClaimRow.practice_id) == practice_id
        )
        return await self._session.scalar(query.limit(1))

    async def has_billed(self, practice_id: UUID, patient_id: UUID) -> bool:
        """Does this practice claim anything for this patient?"""
        query = select(col(ClaimRow.id)).where(
            col(ClaimRow.patient_id) == patient_id, col(ClaimRow.practice_id) == practice_id
        )
        return await self._session.scalar(query.limit(1)) is not None

    async def find_practice(self, rpps: str, *, until: date) -> Practice | None:
        """The specialty and territory of a doctor's last act up to `until` (trap 8)."""
        query = select(ClaimRow).where(col(ClaimRow.rpps) == rpps, col(ClaimRow.civil_day) <= until)
        row = await self._session.scalar(
            query.order_by(col(ClaimRow.civil_day).desc(), col(ClaimRow.id).desc()).limit(1)
        )
        if row is None:
            return None
        biller = to_claim(row).biller
        return Practice(biller.specialty, biller.territory.value)


def present_claims() -> Select[ClaimRow]:
    """Claims that nothing supersedes."""
    later = aliased(ClaimRow)
    superseded = select(col(later.id)).where(col(later.supersedes_id) == col(ClaimRow.id))
    return select(ClaimRow).where(~superseded.exists())


def is_out() -> ColumnElement[bool]:
    """The condition on a claim that will not be paid: reversed, abandoned or rejected for good."""
    return select(col(UncountedRow.claim_id)).where(col(UncountedRow.claim_id) == col(ClaimRow.id)).exists()


def is_remote(regime: Regime) -> ColumnElement[bool]:
    """The condition on a claim that a regime limits: the numerator of its cap."""
    is_teleconsultation = col(ClaimRow.kind) == ActKind.TELECONSULTATION.value
    if regime is Regime.A:
        return is_teleconsultation | (col(ClaimRow.part) == Part.OPINION.value)
    return is_teleconsultation & ~col(ClaimRow.is_own_patient)


def enters_counts() -> ColumnElement[bool]:
    """The condition on a present claim that enters the counts of its year and day."""
    is_act = col(ClaimRow.kind).in_([ActKind.TELECONSULTATION.value, ActKind.TELEEXPERTISE.value])
    return is_act & (col(ClaimRow.state) != ClaimState.NOT_BILLABLE.value) & ~is_out()


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


def to_claim(row: ClaimRow) -> Claim:
    """The claim as it was kept."""
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
