"""What the database refuses by itself, each by its name: nothing here goes through our services but the setting."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import col

from billing.facts import Reimbursement
from billing.tables import (
    AttemptRow,
    CalendarRow,
    EntryRow,
    InsuranceRow,
    InvoiceRow,
    LotItemRow,
    LotRow,
    ReturnRow,
    StandingRow,
    StepRow,
)
from telemed.kernel.ids import new_id
from telemed.storage.engine import violated_constraint
from telemed.storage.tables import Table
from tests.integration.billing.conftest import ADMINISTRATOR
from tests.integration.billing.life.conftest import Office
from tests.shared import ROOT

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@dataclass
class Kept:
    """Rows of a claim that was paid by the caisse, a second one that is invoiced, a third that is not."""

    rows: dict[type[Table], Any]
    other_invoice: InvoiceRow
    other_standing: StandingRow
    free_claim_id: UUID

    def copy(self, table: type[Table], **changes: Any) -> Table:
        """The same row under another key, but for what changes."""
        row = self.rows[table]
        values = {name: getattr(row, name) for name in table.model_fields}
        fresh = {"id": new_id()} if "id" in values else {}
        return table(**(values | fresh | changes))


@pytest_asyncio.fixture
async def kept(office: Office) -> Kept:
    from telemed.law.calendar import CalendarZone

    await office.sent(is_tiers_payant=True, reimbursement=Reimbursement(is_met=True))
    await office.lots.collect_returns()
    await office.insurances.set_calendar(ADMINISTRATOR, CalendarZone.METROPOLE)
    other = await office.invoiced()
    tables = (StepRow, EntryRow, InsuranceRow, CalendarRow, LotItemRow, LotRow, AttemptRow, ReturnRow, InvoiceRow)
    async with office.database.read() as session:
        rows: dict[type[Table], Any] = {
            table: (await session.scalars(select(table).limit(1))).one() for table in tables
        }
        item = rows[LotItemRow]
        rows[InvoiceRow] = await session.get(InvoiceRow, item.invoice_id)
        rows[StandingRow] = await session.get(StandingRow, item.claim_id)
        other_invoice = await session.get(InvoiceRow, other.standing.invoice_id)
        other_standing = await session.get(StandingRow, other.standing.claim_id)
    assert other_invoice is not None
    assert other_standing is not None
    free = await office.propose()
    return Kept(rows, other_invoice, other_standing, free.id)


ADDED: dict[str, Callable[[Kept], Table]] = {
    "uq_billing_invoices_claim_id": lambda kept: kept.copy(InvoiceRow, number=99),
    "uq_billing_invoices_issuer_rpps_number": lambda kept: kept.copy(InvoiceRow, claim_id=kept.free_claim_id),
    "ck_billing_invoices_never_unchanged": lambda kept: kept.copy(
        InvoiceRow,
        claim_id=kept.free_claim_id,
        number=99,
        corrections=1,
        corrects_id=kept.rows[InvoiceRow].id,
        corrects_fingerprint=kept.rows[InvoiceRow].fingerprint,
    ),
    "ck_billing_invoices_corrected_once": lambda kept: kept.copy(
        InvoiceRow,
        claim_id=kept.free_claim_id,
        number=99,
        fingerprint="other",
        corrections=2,
        corrects_id=kept.rows[InvoiceRow].id,
        corrects_fingerprint=kept.rows[InvoiceRow].fingerprint,
    ),
    "uq_billing_lots_issuer_rpps_number": lambda kept: kept.copy(LotRow),
    "uq_billing_lot_items_invoice_id": lambda kept: kept.copy(
        LotItemRow, fse_number=99, claim_id=kept.other_standing.claim_id
    ),
    "uq_billing_lot_items_claim_id": lambda kept: kept.copy(
        LotItemRow, fse_number=99, invoice_id=kept.other_invoice.id
    ),
    "ck_billing_lot_attempts_new_once": lambda kept: kept.copy(AttemptRow, number=2, is_retransmission=False),
    "uq_billing_lot_attempts_lot_id_number": lambda kept: kept.copy(AttemptRow),
    "uq_billing_returns_return_id": lambda kept: kept.copy(ReturnRow, content_sha256="0" * 64),
    "uq_billing_returns_content_sha256": lambda kept: kept.copy(ReturnRow, return_id="another"),
    "uq_billing_entries_claim_id_key": lambda kept: kept.copy(EntryRow),
    "ck_billing_entries_something": lambda kept: kept.copy(EntryRow, key="other", kind="payment", cents=0),
    "ck_billing_entries_charge": lambda kept: kept.copy(EntryRow, key="other", kind="charge", cents=-1),
    "ck_billing_entries_reversal": lambda kept: kept.copy(EntryRow, key="other", kind="reversal", cents=1),
    "ck_billing_steps_opened_first": lambda kept: kept.copy(StepRow, position=99, happening="opened"),
    "ck_billing_insurances_rank": lambda kept: kept.copy(InsuranceRow, patient_rank=2),
}


@pytest.mark.parametrize("name", ADDED)
@pytest.mark.asyncio
async def test_the_database_refuses(office: Office, kept: Kept, name: str) -> None:
    with pytest.raises(IntegrityError) as refusal:
        async with office.database.begin() as uow:
            uow.session.add(ADDED[name](kept))
    assert violated_constraint(refusal.value) == name


CHANGED: dict[str, dict[str, Any]] = {
    "ck_billing_standings_balance": {"balance_cents": 1},
    "ck_billing_standings_invoiced": {"invoice_id": None},
    "ck_billing_standings_covered": {"stage": "covered"},
    "ck_billing_standings_in_a_lot": {"stage": "transmitted", "lot_id": None},
    "ck_billing_standings_stage": {"stage": "elsewhere"},
}


@pytest.mark.parametrize("name", CHANGED)
@pytest.mark.asyncio
async def test_a_standing_cannot_say_what_is_not(office: Office, kept: Kept, name: str) -> None:
    with pytest.raises(IntegrityError) as refusal:
        async with office.database.begin() as uow:
            where = col(StandingRow.claim_id) == kept.rows[StandingRow].claim_id
            await uow.session.execute(update(StandingRow).where(where).values(**CHANGED[name]))
    assert violated_constraint(refusal.value) == name


@pytest.mark.asyncio
async def test_two_entries_of_one_part_are_never_invoiced_at_once(office: Office, kept: Kept) -> None:
    paid = kept.rows[StandingRow]
    with pytest.raises(IntegrityError) as refusal:
        async with office.database.begin() as uow:
            where = col(StandingRow.claim_id) == kept.other_standing.claim_id
            await uow.session.execute(update(StandingRow).where(where).values(act_id=paid.act_id))
    assert violated_constraint(refusal.value) == "uq_billing_standings_one_invoiced"


@pytest.mark.asyncio
async def test_a_rejected_invoice_is_corrected_by_one_other(office: Office, kept: Kept) -> None:
    rejected, claims = kept.rows[InvoiceRow], (kept.free_claim_id, (await office.propose()).id)
    said = {"corrections": 1, "corrects_id": rejected.id, "corrects_fingerprint": rejected.fingerprint}
    with pytest.raises(IntegrityError) as refusal:
        async with office.database.begin() as uow:
            for number, claim_id in enumerate(claims, start=98):
                changes = said | {"claim_id": claim_id, "number": number, "fingerprint": f"other {number}"}
                uow.session.add(kept.copy(InvoiceRow, **changes))
                await uow.session.flush()
    assert violated_constraint(refusal.value) == "uq_billing_invoices_corrects_id"


@pytest.mark.parametrize(
    "table", [StepRow, EntryRow, InsuranceRow, CalendarRow, LotItemRow, LotRow, AttemptRow, ReturnRow, InvoiceRow]
)
@pytest.mark.asyncio
async def test_what_was_added_is_neither_changed_nor_deleted(office: Office, kept: Kept, table: type[Table]) -> None:
    assert kept.rows[table] is not None
    first = next(name for name in table.model_fields if name not in ("id", "claim_id", "lot_id"))
    with pytest.raises((IntegrityError, OperationalError)):
        async with office.database.begin() as uow:
            await uow.session.execute(update(table).values({first: getattr(table, first)}))
    with pytest.raises((IntegrityError, OperationalError)):
        async with office.database.begin() as uow:
            await uow.session.execute(delete(table))


@pytest.mark.asyncio
async def test_a_purge_takes_the_content_and_nothing_else(office: Office, kept: Kept) -> None:
    assert kept.rows[InvoiceRow].content
    for wrong in ({"content": None, "purged_at": NOW, "number": 7}, {"content": None, "keep_until": date(2030, 1, 1)}):
        with pytest.raises((IntegrityError, OperationalError)):
            async with office.database.begin() as uow:
                await uow.session.execute(update(InvoiceRow).values(**wrong))
    async with office.database.begin() as uow:
        where = col(InvoiceRow.id) == kept.rows[InvoiceRow].id
        await uow.session.execute(update(InvoiceRow).where(where).values(content=None, purged_at=NOW))
    with pytest.raises((IntegrityError, OperationalError)):
        async with office.database.begin() as uow:
            await uow.session.execute(update(InvoiceRow).where(where).values(content=None, purged_at=NOW))


def test_the_page_of_claims_names_constraints_that_are_tested_here() -> None:
    page = (ROOT / "docs" / "explanation" / "claim-life.md").read_text("utf-8")
    named = set(re.findall(r"`((?:uq|ck)_\w+)`", page))
    assert named
    assert named <= {*ADDED, *CHANGED, "uq_billing_standings_one_invoiced", "uq_billing_invoices_corrects_id"}
