"""Invoices, the rights that they rest on, numbers without a gap, and the calendar of each practice."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Uuid, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing.model.exchange import TransmissionMode
from billing.model.invoice import Complementary, Insurance, Invoice, RightsSource, Shares
from billing.model.life import LIVE, Stage
from billing.store.dialects import insert_into
from billing.tables import CalendarRow, InsuranceRow, InvoiceRow, QuotaPersonRow, SequenceRow, StandingRow
from telemed.law.calendar import CalendarZone

_UNSETTLED = (*LIVE, Stage.REJECTED)


class InvoiceStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def next_number(self, series: str, issuer_rpps: str) -> int:
        """The next number of a series of this issuer; nobody else gets one until the transaction ends."""
        row = {"series": series, "issuer_rpps": issuer_rpps, "last": 0}
        await self._session.execute(insert_into(self._session, SequenceRow).values(row).on_conflict_do_nothing())
        taken = (
            update(SequenceRow)
            .where(col(SequenceRow.series) == series, col(SequenceRow.issuer_rpps) == issuer_rpps)
            .values(last=col(SequenceRow.last) + 1)
            .returning(col(SequenceRow.last))
        )
        return int((await self._session.execute(taken)).scalar_one())

    async def add(self, invoice: Invoice, content: str) -> None:
        """Keep an invoice and its copy; `invoice.corrects_id` is that of a rejected one."""
        corrected = None if invoice.corrects_id is None else await self._session.get(InvoiceRow, invoice.corrects_id)
        self._session.add(
            InvoiceRow(
                id=invoice.id,
                claim_id=invoice.claim_id,
                issuer_rpps=invoice.issuer_rpps,
                number=invoice.number,
                mode=invoice.mode.value,
                organism=invoice.organism,
                is_tiers_payant=invoice.is_tiers_payant,
                amo_cents=invoice.shares.amo_cents,
                amc_cents=invoice.shares.amc_cents,
                patient_cents=invoice.shares.patient_cents,
                made_at=invoice.made_at,
                keep_until=invoice.keep_until,
                fingerprint=invoice.fingerprint,
                corrections=0 if corrected is None else corrected.corrections + 1,
                corrects_id=invoice.corrects_id,
                corrects_fingerprint=None if corrected is None else corrected.fingerprint,
                content=content,
            )
        )
        await self._session.flush()

    async def of_claim(self, claim_id: UUID) -> Invoice | None:
        row = await self._session.scalar(select(InvoiceRow).where(col(InvoiceRow.claim_id) == claim_id))
        return None if row is None else _to_invoice(row)

    async def contents(self, invoice_ids: Collection[UUID]) -> dict[UUID, str]:
        """The copies of these invoices that are still kept."""
        rows = await self._session.scalars(select(InvoiceRow).where(col(InvoiceRow.id).in_(invoice_ids)))
        return {row.id: row.content for row in rows if row.content is not None}

    async def purge(self, before: date, *, at: datetime, limit: int) -> int:
        """Forget the copies whose last day is before that one and whose claim is settled; returns how many."""
        settled = (
            select(col(InvoiceRow.id))
            .join(StandingRow, col(StandingRow.claim_id) == col(InvoiceRow.claim_id))
            .where(col(InvoiceRow.keep_until) < before, col(InvoiceRow.purged_at).is_(None))
            .where(col(StandingRow.stage).not_in([stage.value for stage in _UNSETTLED]))
            .order_by(col(InvoiceRow.keep_until), col(InvoiceRow.id))
            .limit(limit)
        )
        found = (await self._session.scalars(settled)).all()
        await self._session.execute(
            update(InvoiceRow).where(col(InvoiceRow.id).in_(found)).values(content=None, purged_at=at)
        )
        return len(found)

    async def find_insurance(self, practice_id: UUID, patient_id: UUID) -> Insurance | None:
        """The rights that the practice read last of this person, also under a record that was merged with this one."""
        behind = select(col(QuotaPersonRow.person_id)).where(col(QuotaPersonRow.patient_id) == patient_id)
        person = func.coalesce(behind.scalar_subquery(), literal(patient_id, Uuid))
        records = select(col(QuotaPersonRow.patient_id)).where(col(QuotaPersonRow.person_id) == person)
        query = (
            select(InsuranceRow)
            .where(col(InsuranceRow.practice_id) == practice_id)
            .where((col(InsuranceRow.patient_id) == person) | col(InsuranceRow.patient_id).in_(records))
            .order_by(col(InsuranceRow.id).desc())
        )
        row = await self._session.scalar(query.limit(1))
        return None if row is None else replace(_to_insurance(row), patient_id=patient_id)

    def add_insurance(self, insurance: Insurance, *, by: UUID | None, at: datetime) -> None:
        complementary = insurance.complementary
        self._session.add(
            InsuranceRow(
                practice_id=insurance.practice_id,
                patient_id=insurance.patient_id,
                nss=insurance.nss,
                organism=insurance.organism,
                source=insurance.source.value,
                seen_on=insurance.seen_on,
                is_on_parents_number=insurance.is_on_parents_number,
                patient_rank=insurance.patient_rank,
                insurer=None if complementary is None else complementary.insurer,
                contract=None if complementary is None else complementary.contract,
                takes_dre=complementary is not None and complementary.takes_dre,
                recorded_by=by,
                recorded_at=at,
            )
        )

    async def find_calendar(self, practice_id: UUID) -> CalendarZone | None:
        """The zone that the practice has said, None if it has said nothing."""
        query = select(col(CalendarRow.zone)).where(col(CalendarRow.practice_id) == practice_id)
        zone = await self._session.scalar(query.order_by(col(CalendarRow.id).desc()).limit(1))
        return None if zone is None else CalendarZone(zone)

    def set_calendar(self, practice_id: UUID, zone: CalendarZone, *, by: UUID | None, at: datetime) -> None:
        row = CalendarRow(practice_id=practice_id, zone=zone.value, recorded_by=by, recorded_at=at)
        self._session.add(row)


def _to_invoice(row: InvoiceRow) -> Invoice:
    return Invoice(
        id=row.id,
        claim_id=row.claim_id,
        issuer_rpps=row.issuer_rpps,
        number=row.number,
        mode=TransmissionMode(row.mode),
        organism=row.organism,
        is_tiers_payant=row.is_tiers_payant,
        shares=Shares(row.amo_cents, row.amc_cents, row.patient_cents),
        made_at=row.made_at,
        keep_until=row.keep_until,
        fingerprint=row.fingerprint,
        corrects_id=row.corrects_id,
    )


def _to_insurance(row: InsuranceRow) -> Insurance:
    complementary = None
    if row.insurer is not None and row.contract is not None:
        complementary = Complementary(row.insurer, row.contract, row.takes_dre)
    return Insurance(
        patient_id=row.patient_id,
        practice_id=row.practice_id,
        nss=row.nss,
        organism=row.organism,
        source=RightsSource(row.source),
        seen_on=row.seen_on,
        is_on_parents_number=row.is_on_parents_number,
        patient_rank=row.patient_rank,
        complementary=complementary,
    )
