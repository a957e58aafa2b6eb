"""Writes an invoice from a claim, its terms and the rights of the patient, in the open transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing.formats.invoice import what_is_said, write_copy, write_paper
from billing.model import Claim
from billing.model.exchange import DreRecord, FseRecord, TransmissionMode
from billing.model.invoice import HOLDER, Insurance, Invoice
from billing.model.life import Happening
from billing.rules.deadlines import keep_until
from billing.rules.transmission import Rights, Terms, corrected_already, resent_unchanged
from billing.store import BillingStore
from billing.store.invoices import InvoiceStore
from billing.store.life import LifeStore
from telemed.kernel.errors import Refused
from telemed.kernel.ids import new_id
from telemed.law.calendar import CalendarZone, find_zone
from telemed.law.law import Law
from telemed.security.keyring import Keyring
from telemed.storage.uow import UnitOfWork

FSE_SERIES = "fse"


@dataclass(frozen=True)
class Rejected:
    """The rejected invoice that a new one corrects."""

    id: UUID
    fingerprint: str
    is_correction: bool


def rights_of(insurance: Insurance | None) -> Rights | None:
    """What the rule of transmission looks at in the rights of a patient."""
    if insurance is None:
        return None
    complementary = insurance.complementary
    has_one = complementary is not None
    return Rights(insurance.source, insurance.seen_on, has_one, complementary is not None and complementary.takes_dre)


async def zone_of(uow: UnitOfWork, claim: Claim) -> CalendarZone:
    """The public holidays of the practice that bills: what it says itself, else those of its territory."""
    said = await InvoiceStore(uow.session).find_calendar(claim.biller.practice_id)
    return said or find_zone(claim.biller.territory)


async def write_invoice(
    uow: UnitOfWork,
    claim: Claim,
    terms: Terms,
    insurance: Insurance | None,
    *,
    law: Law,
    keyring: Keyring,
    now: datetime,
) -> Invoice:
    """Number an invoice and keep it with its sealed copy.

    Raises Refused where it would send again what was rejected, unchanged, or correct a correction (R-45).
    """
    store = InvoiceStore(uow.session)
    rejected = await _find_rejected(uow, claim)
    if rejected is not None and rejected.is_correction:
        raise Refused.because(corrected_already())
    number = await store.next_number(FSE_SERIES, claim.biller.rpps)
    copy, said = _write(claim, terms, insurance, number, now)
    fingerprint = keyring.blind_index(said, "billing_invoices.fingerprint").hex()
    if rejected is not None and rejected.fingerprint == fingerprint:
        raise Refused.because(resent_unchanged())
    made_on = claim.biller.civil_day(now)
    invoice = Invoice(
        id=new_id(),
        claim_id=claim.id,
        issuer_rpps=claim.biller.rpps,
        number=number,
        mode=terms.mode,
        organism=None if insurance is None else insurance.organism,
        is_tiers_payant=terms.is_tiers_payant,
        shares=terms.shares,
        made_at=now,
        keep_until=keep_until(made_on, law.on(made_on)).due_on,
        fingerprint=fingerprint,
        corrects_id=None if rejected is None else rejected.id,
    )
    await store.add(invoice, copy)
    return invoice


def _write(claim: Claim, terms: Terms, insurance: Insurance | None, number: int, now: datetime) -> tuple[str, str]:
    """The copy of the invoice, and what it says apart from its number and its date."""
    if terms.mode is TransmissionMode.PAPER_SHEET or insurance is None:
        said: dict[str, str | int | None] = {
            "code": claim.code,
            "amount_cents": terms.shares.total_cents,
            "executed_on": claim.day.isoformat(),
        }
        said["claim_id"] = str(claim.id)
        return write_paper(said | {"number": number, "made_at": now.isoformat()}), write_paper(said)
    fse, dre = make_records(claim, terms, insurance, number=number, now=now)
    return write_copy(fse, dre), what_is_said(fse, dre, insurance.organism)


def make_records(
    claim: Claim, terms: Terms, insurance: Insurance, *, number: int, now: datetime
) -> tuple[FseRecord, DreRecord | None]:
    """The FSE of a claim, and the DRE that leaves beside it."""
    shares = terms.shares
    fse = FseRecord(
        number=number,
        code=terms.code,
        quantity=1,
        amount_cents=shares.total_cents,
        amo_cents=shares.amo_cents,
        amc_cents=shares.amc_cents,
        is_tiers_payant=terms.is_tiers_payant,
        mode=terms.mode,
        executed_on=claim.day,
        made_at=now,
        insured_nss=insurance.nss,
        patient_rank=insurance.patient_rank or HOLDER,
        prescripteur=terms.prescripteur,
    )
    complementary = insurance.complementary
    if complementary is None or not terms.has_dre:
        return fse, None
    return fse, DreRecord(number, complementary.insurer, complementary.contract, shares.amc_cents)


async def _find_rejected(uow: UnitOfWork, claim: Claim) -> Rejected | None:
    """The last invoice of the same part of the act, if the caisse rejected it."""
    claims, lives, invoices = BillingStore(uow.session), LifeStore(uow.session), InvoiceStore(uow.session)
    former = claim
    while former.supersedes_id is not None:
        found = await claims.find(former.supersedes_id)
        if found is None:
            return None
        former = found
        invoice = await invoices.of_claim(former.id)
        if invoice is not None:
            was_rejected = await lives.has_happened(former.id, Happening.RSP_REJECTED)
            if not was_rejected:
                return None
            return Rejected(invoice.id, invoice.fingerprint, invoice.corrects_id is not None)
    return None
