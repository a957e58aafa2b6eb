"""What a caisse answers, ARL or RSP, as bytes and back: our record format, version 1 (docs/reference/fse-format.md)."""

from __future__ import annotations

from datetime import datetime

from billing.formats.records import (
    FormatError,
    Record,
    read_instant,
    read_records,
    read_whole,
    require_version,
    write_instant,
    write_records,
)
from billing.model.exchange import MAX_REASONS, Arl, LotReference, Payer, ReturnReason, Rsp

VERSION = "1"
MAX_RETURN_BYTES = 1024 * (MAX_REASONS + 2)
_PAYERS = {Payer.AMO: "AMO", Payer.AMC: "AMC"}
_PAYER_OF = {short: payer for payer, short in _PAYERS.items()}


def encode_return(content: Arl | Rsp) -> bytes:
    """The bytes of one message."""
    return _encode_arl(content) if isinstance(content, Arl) else _encode_rsp(content)


def decode_return(text: bytes) -> Arl | Rsp:
    """The message of these bytes. Raises FormatError on anything else than what `encode_return` writes."""
    records = read_records(text, most_bytes=MAX_RETURN_BYTES)
    first = records[0]
    if first.kind not in ("ARL", "RSP"):
        raise FormatError(1, "a record ARL or RSP is expected")
    require_version(first, VERSION)
    return _read_arl(records) if first.kind == "ARL" else _read_rsp(records)


def _encode_arl(arl: Arl) -> bytes:
    return write_records(
        ("ARL", *_header(arl.lot, arl.issued_at), "+" if arl.is_positive else "-"),
        *(("REASON", one.code, one.text) for one in arl.reasons),
        ("END", len(arl.reasons)),
    )


def _encode_rsp(rsp: Rsp) -> bytes:
    reason = () if rsp.reason is None else (("REASON", rsp.reason.code, rsp.reason.text),)
    return write_records(
        ("RSP", *_header(rsp.lot, rsp.issued_at), rsp.fse_number, _PAYERS[rsp.payer], rsp.amount_cents),
        *reason,
        ("END", len(reason)),
    )


def _header(lot: LotReference, issued_at: datetime) -> tuple[object, ...]:
    return VERSION, lot.issuer_rpps, lot.organism, lot.number, lot.sha256, write_instant(issued_at)


def _read_arl(records: list[Record]) -> Arl:
    first, reasons = records[0], _read_reasons(records)
    *header, sign = first.require("ARL", 7)
    if sign not in ("+", "-") or (sign == "+") == bool(reasons):
        raise FormatError(first.line, "+ without reason, or - with at least one, is expected")
    return first.build(lambda: Arl(*_read_header(header), reasons))


def _read_rsp(records: list[Record]) -> Rsp:
    first, reasons = records[0], _read_reasons(records)
    *header, number, payer, amount = first.require("RSP", 9)
    if payer not in _PAYER_OF:
        raise FormatError(first.line, "payer: AMO or AMC")
    if len(reasons) > 1:
        raise FormatError(first.line, "an RSP has one reason at most")
    reason = reasons[0] if reasons else None
    return first.build(
        lambda: Rsp(*_read_header(header), read_whole(number), _PAYER_OF[payer], read_whole(amount), reason)
    )


def _read_header(fields: list[str]) -> tuple[LotReference, datetime]:
    _, issuer, organism, number, digest, issued_at = fields
    return LotReference(issuer, organism, read_whole(number), digest), read_instant(issued_at)


def _read_reasons(records: list[Record]) -> tuple[ReturnReason, ...]:
    """The reasons between the first line and END, which states their number."""
    if len(records) < 2:
        raise FormatError(2, "cut short: END is expected")
    end = records[-1]
    (count,) = end.require("END", 1)
    reasons = tuple(_read_reason(record) for record in records[1:-1])
    if end.build(lambda: read_whole(count)) != len(reasons):
        raise FormatError(end.line, "another number of reasons than said")
    return reasons


def _read_reason(record: Record) -> ReturnReason:
    code, text = record.require("REASON", 2)
    return record.build(lambda: ReturnReason(code, text))
