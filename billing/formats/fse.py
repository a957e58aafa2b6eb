"""A lot of FSEs as bytes and back: our record format, version 1 (docs/reference/fse-format.md).

Pure, strict and canonical: a lot has one encoding, and what decodes encodes to the same bytes.
"""

from __future__ import annotations

from hashlib import sha256

from billing.formats.records import (
    FormatError,
    Record,
    read_day,
    read_instant,
    read_records,
    read_whole,
    require_version,
    write_instant,
    write_records,
)
from billing.model.exchange import MAX_FSES_PER_LOT, DreRecord, FseRecord, Lot, LotContent, TransmissionMode

VERSION = "1"
MAX_LOT_BYTES = 256 * (2 * MAX_FSES_PER_LOT + 3)
"""More than the longest lot: no line is longer than 256 bytes."""
_MODES = {
    TransmissionMode.SESAM_VITALE: "SV",
    TransmissionMode.SESAM_SANS_VITALE: "SSV",
    TransmissionMode.DEGRADED: "DEG",
}
_MODE_OF = {short: mode for mode, short in _MODES.items()}
_PAYMENT = {True: "TP", False: "HTP"}
_IS_TIERS_PAYANT = {short: value for value, short in _PAYMENT.items()}


def encode_lot(lot: Lot) -> bytes:
    """The bytes of a lot: its header, FSEs, DREs, counts and total, and the SHA-256 of all that precedes it."""
    content = lot.content
    body = write_records(
        ("LOT", VERSION, lot.issuer_rpps, lot.organism, lot.number, write_instant(lot.made_at)),
        *map(_fse_fields, content.fses),
        *(("DRE", one.fse_number, one.insurer, one.contract, one.amount_cents) for one in content.dres),
        ("END", len(content.fses), len(content.dres), content.total_cents),
    )
    return body + write_records(("SHA256", sha256(body).hexdigest()))


def decode_lot(text: bytes) -> Lot:
    """The lot of these bytes. Raises FormatError on anything else than what `encode_lot` writes."""
    records = read_records(text, most_bytes=MAX_LOT_BYTES)
    require_version(records[0], VERSION)
    header = records[0].require("LOT", 5)
    if len(records) < 4:
        raise FormatError(len(records) + 1, "cut short: FSE, END and SHA256 are expected")
    middle, end, digest = records[1:-2], records[-2], records[-1]
    _check_digest(digest, text)
    content = end.build(lambda: _read_content(middle))
    _check_counts(end, content)
    _, issuer, organism, number, made_at = header
    return records[0].build(lambda: Lot(read_whole(number), issuer, organism, read_instant(made_at), content))


def sha256_of(text: bytes) -> str:
    """What identifies an encoded lot: the hash that its last line states, computed again."""
    body, _, _ = text.rstrip(b"\n").rpartition(b"\n")
    return sha256(body + b"\n").hexdigest()


def _fse_fields(fse: FseRecord) -> tuple[object, ...]:
    return (
        "FSE",
        fse.number,
        fse.code,
        fse.quantity,
        fse.amount_cents,
        fse.amo_cents,
        fse.amc_cents,
        _PAYMENT[fse.is_tiers_payant],
        _MODES[fse.mode],
        fse.executed_on.isoformat(),
        write_instant(fse.made_at),
        fse.insured_nss,
        fse.patient_rank,
        fse.prescripteur or "",
    )


def _read_content(records: list[Record]) -> LotContent:
    fses = [record for record in records if record.kind == "FSE"]
    if records[: len(fses)] != fses:
        stray = next(record for record in records if record.kind != "FSE")
        raise FormatError(stray.line, "a record FSE is expected: they come first")
    return LotContent(tuple(map(_read_fse, fses)), tuple(map(_read_dre, records[len(fses) :])))


def _read_fse(record: Record) -> FseRecord:
    fields = record.require("FSE", 13)
    return record.build(lambda: _build_fse(*fields))


def _build_fse(
    number: str,
    code: str,
    quantity: str,
    amount: str,
    amo: str,
    amc: str,
    payment: str,
    mode: str,
    executed_on: str,
    made_at: str,
    insured_nss: str,
    patient_rank: str,
    prescripteur: str,
) -> FseRecord:
    if payment not in _IS_TIERS_PAYANT:
        raise ValueError("payment: TP or HTP")
    if mode not in _MODE_OF:
        raise ValueError("mode: SV, SSV or DEG")
    return FseRecord(
        number=read_whole(number),
        code=code,
        quantity=read_whole(quantity),
        amount_cents=read_whole(amount),
        amo_cents=read_whole(amo),
        amc_cents=read_whole(amc),
        is_tiers_payant=_IS_TIERS_PAYANT[payment],
        mode=_MODE_OF[mode],
        executed_on=read_day(executed_on),
        made_at=read_instant(made_at),
        insured_nss=insured_nss,
        patient_rank=read_whole(patient_rank),
        prescripteur=prescripteur or None,
    )


def _read_dre(record: Record) -> DreRecord:
    number, insurer, contract, amount = record.require("DRE", 4)
    return record.build(lambda: DreRecord(read_whole(number), insurer, contract, read_whole(amount)))


def _check_digest(record: Record, text: bytes) -> None:
    if record.require("SHA256", 1)[0] != sha256_of(text):
        raise FormatError(record.line, "the SHA-256 is not that of the lines before")


def _check_counts(record: Record, content: LotContent) -> None:
    fields = record.require("END", 3)
    told = record.build(lambda: [read_whole(field) for field in fields])
    if told != [len(content.fses), len(content.dres), content.total_cents]:
        raise FormatError(record.line, "counts or total differ from the records")
