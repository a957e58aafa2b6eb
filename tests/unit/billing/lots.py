"""Lots, FSEs and returns for tests, one argument away from another."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from billing.model.exchange import (
    DreRecord,
    FseRecord,
    Lot,
    LotContent,
    LotReference,
    Payer,
    ReturnReason,
    Rsp,
    SealedLot,
    TransmissionMode,
)
from telemed.kernel.identifiers import nir_key

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ISSUER = "10101010101"
ORGANISM = "017510000"
INSURED = "2840675112345" + nir_key("2840675112345")

_FSE = FseRecord(
    number=1,
    code="TCG",
    quantity=1,
    amount_cents=2500,
    amo_cents=1750,
    amc_cents=0,
    is_tiers_payant=True,
    mode=TransmissionMode.SESAM_SANS_VITALE,
    executed_on=date(2026, 11, 20),
    made_at=AT,
    insured_nss=INSURED,
)


def make_fse(**changes: Any) -> FseRecord:
    return replace(_FSE, **changes)


def make_dre(**changes: Any) -> DreRecord:
    return replace(DreRecord(fse_number=1, insurer="75432198", contract="CTR 0042/7", amount_cents=750), **changes)


def make_lot(*fses: FseRecord, dres: tuple[DreRecord, ...] = (), **changes: Any) -> Lot:
    return replace(Lot(1, ISSUER, ORGANISM, AT, LotContent(fses or (_FSE,), dres)), **changes)


def seal(lot: Lot) -> SealedLot:
    """Sealed by nobody, for what only needs the shape."""
    fields = asdict(lot) | {"content": lot.content}
    return SealedLot(**fields, sha256=sha256(repr(lot).encode()).hexdigest(), signature="e30..c2ln")


def make_rsp(*, amount_cents: int = 1750, reason: ReturnReason | None = None, lot: LotReference | None = None) -> Rsp:
    return Rsp(lot or seal(make_lot()).reference, AT, 1, Payer.AMO, amount_cents, reason)
