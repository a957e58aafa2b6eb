"""Lots and returns as bytes: one spelling each, back to the same, and every fault told with its line."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.formats.fse import MAX_LOT_BYTES, decode_lot, encode_lot, sha256_of
from billing.formats.records import FormatError
from billing.formats.returns import MAX_RETURN_BYTES, decode_return, encode_return
from billing.model.exchange import (
    MAX_CENTS,
    MAX_FSES_PER_LOT,
    MAX_NUMBER,
    MAX_REASON_LENGTH,
    MAX_REASONS,
    Arl,
    DreRecord,
    FseRecord,
    Lot,
    LotContent,
    LotReference,
    Payer,
    ReturnReason,
    Rsp,
    TransmissionMode,
)
from tests.shared import ROOT
from tests.unit.billing.lots import AT, INSURED, ISSUER, ORGANISM, make_dre, make_fse, make_lot, make_rsp, seal

PAGE = ROOT / "docs" / "reference" / "fse-format.md"
LOT = make_lot(
    make_fse(number=1, amc_cents=750),
    make_fse(number=2, code="TE2", amount_cents=2300, amo_cents=2300, patient_rank=2, prescripteur="10101010102"),
    dres=(make_dre(),),
    number=42,
)
ARL = Arl(seal(LOT).reference, AT, (ReturnReason("SIGNATURE", "La signature du lot est inconnue"),))

instants = st.datetimes(timezones=st.just(UTC))
numbers = st.integers(1, MAX_NUMBER)
cents = st.integers(0, MAX_CENTS)
digests = st.from_regex(r"[0-9a-f]{64}", fullmatch=True)
reasons = st.builds(
    ReturnReason,
    st.from_regex(r"[A-Z0-9_]{1,30}", fullmatch=True),
    st.text("aeé ,.:+-œ0Z", min_size=1, max_size=MAX_REASON_LENGTH).map(str.strip).filter(bool),
)
references = st.builds(
    LotReference,
    st.from_regex(r"[0-9]{11}", fullmatch=True).filter(str.isascii),
    st.from_regex(r"[0-9]{9}", fullmatch=True).filter(str.isascii),
    numbers,
    digests,
)
arls = st.builds(Arl, references, instants, st.lists(reasons, max_size=MAX_REASONS).map(tuple))
payments = st.builds(Rsp, references, instants, numbers, st.sampled_from(Payer), st.integers(1, MAX_CENTS))
rejections = st.builds(Rsp, references, instants, numbers, st.sampled_from(Payer), st.just(0), reasons)


@st.composite
def fse_records(draw: st.DrawFn, number: int) -> FseRecord:
    amount = draw(cents)
    amo = draw(st.integers(0, amount))
    return FseRecord(
        number=number,
        code=draw(st.sampled_from(["TCG", "TC", "TE2", "RQD", "TLS", "1659468"])),
        quantity=draw(st.integers(1, 99)),
        amount_cents=amount,
        amo_cents=amo,
        amc_cents=draw(st.integers(0, amount - amo)),
        is_tiers_payant=draw(st.booleans()),
        mode=draw(st.sampled_from([one for one in TransmissionMode if one is not TransmissionMode.PAPER_SHEET])),
        executed_on=draw(st.dates()),
        made_at=draw(instants),
        insured_nss=INSURED,
        patient_rank=draw(st.integers(1, 9)),
        prescripteur=draw(st.none() | st.sampled_from(["10101010102", "751234567"])),
    )


@st.composite
def lots(draw: st.DrawFn) -> Lot:
    chosen = sorted(draw(st.sets(numbers, min_size=1, max_size=8)))
    fses = tuple(draw(fse_records(number)) for number in chosen)
    dres = tuple(
        DreRecord(one.number, draw(st.sampled_from(["75432198", "AMC1"])), "CTR 1/2", one.amc_cents)
        for one in fses
        if one.amc_cents and draw(st.booleans())
    )
    return Lot(draw(numbers), ISSUER, ORGANISM, draw(instants), LotContent(fses, dres))


@given(lots())
def test_a_lot_comes_back_as_it_left(lot: Lot) -> None:
    text = encode_lot(lot)
    assert decode_lot(text) == lot
    assert encode_lot(decode_lot(text)) == text


@given(arls | payments | rejections)
def test_a_return_comes_back_as_it_left(content: Arl | Rsp) -> None:
    text = encode_return(content)
    assert decode_return(text) == content
    assert len(text) <= MAX_RETURN_BYTES


@given(st.data())
def test_damaged_bytes_are_refused_or_are_another_whole_lot(data: st.DataObject) -> None:
    """Cut, doubled, changed, with its digest made right again: what still decodes is its own only spelling."""
    text = bytearray(encode_lot(data.draw(lots())))
    place = data.draw(st.integers(0, len(text) - 1))
    length = data.draw(st.integers(0, 6))
    text[place : place + length] = data.draw(
        st.binary(max_size=6) | st.sampled_from([b"|", b"\n", b"0", b"FSE|", b" "])
    )
    for candidate in (bytes(text), _with_right_digest(bytes(text))):
        try:
            lot = decode_lot(candidate)
        except FormatError:
            continue
        assert encode_lot(lot) == candidate


@given(st.binary(max_size=300))
def test_no_bytes_do_anything_but_decode_or_be_refused(text: bytes) -> None:
    for decode in (decode_lot, decode_return):
        with pytest.raises(FormatError, match=r"^line [0-9]+: "):
            decode(text)


@given(st.data())
def test_a_damaged_return_is_refused_or_is_another(data: st.DataObject) -> None:
    text = bytearray(encode_return(data.draw(arls | payments | rejections)))
    place = data.draw(st.integers(0, len(text) - 1))
    text[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    try:
        content = decode_return(bytes(text))
    except FormatError:
        return
    assert encode_return(content) == bytes(text)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("LOT|1|", "LOT|2|", "line 1: version 1 is read here"),
        ("LOT|1|", "LOTS|1|", "line 1: a record LOT is expected"),
        ("|42|", "|042|", "line 1: a whole number"),
        ("|42|", "|0|", "line 1: number: 1 to"),
        ("2026-11-20T09:30:00.000000Z", "2026-11-20 09:30", "line 1: an instant is expected"),
        ("2026-11-20T09:30:00.000000Z", "2026-02-30T09:30:00.000000Z", "line 1: day is out of range"),
        ("017510000", "O17510000", "line 1: organism: not of"),
        ("FSE|1|", "FSE|-1|", "line 2: a whole number"),
        ("FSE|1|", "FSE|2|", "line 5: fses: each number once"),
        ("FSE|1|", "XXX|1|", "line 2: a record FSE is expected"),
        ("|TCG|", "|TCG|x|", "line 2: a record FSE has 13 fields, not 14"),
        ("|TCG|", "|T€G|", "line 2: code: not of"),
        ("|TCG|1|2500|", "|TCG|1|25.00|", "line 2: a whole number"),
        ("|TP|SSV|2026-11-20|", "|OUI|SSV|2026-11-20|", "line 2: payment: TP or HTP"),
        ("|TP|SSV|2026-11-20|", "|TP|PAP|2026-11-20|", "line 2: mode: SV, SSV or DEG"),
        ("|TP|SSV|2026-11-20|", "|TP|SSV|20261120|", "line 2: a day is expected"),
        (INSURED, INSURED[:-1], "line 2: insured_nss: not of"),
        (f"{INSURED}|2|10101010102", f"{INSURED}|2|1010", "line 3: prescripteur: not of"),
        ("DRE|1|", "DRE|7|", "line 5: dres: no FSE 7 in the lot"),
        ("DRE|1|", "RED|1|", "line 4: a record DRE is expected"),
        ("|750\nEND", "|751\nEND", "line 5: dres: another share"),
        ("END|2|1|4800", "END|1|1|4800", "line 5: counts or total differ"),
        ("END|2|1|4800", "END|2|1|4801", "line 5: counts or total differ"),
        ("END|2|1|4800", "END|2|1|", "line 5: a whole number"),
        ("END|2|1|4800", "", "line 5: a record END is expected"),
        ("\nEND", "\r\nEND", "line 4: a character that does not print"),
    ],
)
def test_a_fault_is_told_with_its_line_and_nothing_of_what_was_there(old: str, new: str, fault: str) -> None:
    text = encode_lot(LOT).decode()
    assert old in text
    with pytest.raises(FormatError) as refusal:
        decode_lot(_with_right_digest(text.replace(old, new, 1).encode()))
    assert str(refusal.value).startswith(fault)
    assert INSURED[:10] not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"", "line 1: nothing at all"),
        (b"LOT|1|", "line 1: cut short"),
        (encode_lot(LOT)[:-1], "line 6: cut short"),
        (encode_lot(LOT)[:-66], "line 6: cut short"),
        (encode_lot(LOT) + b"\n", "line 7: a record SHA256 is expected"),
        (encode_lot(LOT) * 2, "line 12: the SHA-256"),
        (encode_lot(LOT).replace(b"TE2", b"TE1"), "line 6: the SHA-256"),
        (encode_lot(LOT).replace(b"TCG", b"\xff\xfe"), "line 2: not UTF-8"),
        (b"LOT|1|x\n" * 3, "line 1: a record LOT has 5 fields, not 2"),
        (b"LOT|1|1|1|1|1\n" * 3, "line 4: cut short"),
        (b"x" * (MAX_LOT_BYTES + 1), "line 1: more than"),
    ],
)
def test_what_is_cut_changed_or_too_long_is_refused(text: bytes, fault: str) -> None:
    with pytest.raises(FormatError) as refusal:
        decode_lot(text)
    assert str(refusal.value).startswith(fault)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("ARL|1|", "ARL|9|", "line 1: version 1"),
        ("ARL|1|", "RSP|1|", "line 1: a record RSP has 9 fields"),
        ("ARL|1|", "BRL|1|", "line 1: a record ARL or RSP"),
        ("|-\n", "|+\n", "line 1: \\+ without reason"),
        ("|-\n", "|?\n", "line 1: \\+ without reason"),
        ("REASON|SIGNATURE|La", "REASON|SIGNATURE||La", "line 2: a record REASON has 2 fields"),
        ("REASON|SIGNATURE|La", "REASON|SIGNATURE| La", "line 2: reason text"),
        ("REASON|SIGNATURE|La", "REASON|signature|La", "line 2: reason code"),
        ("END|1", "END|2", "line 3: another number of reasons"),
        ("END|1\n", "", "line 2: a record END"),
    ],
)
def test_a_fault_of_an_arl_is_told_with_its_line(old: str, new: str, fault: str) -> None:
    text = encode_return(ARL).decode()
    assert old in text
    with pytest.raises(FormatError, match=f"^{fault}"):
        decode_return(text.replace(old, new, 1).encode())


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("|AMO|", "|XXX|", "line 1: payer"),
        ("|1750\n", "|0\n", "line 1: amount_cents"),
        ("END|0\n", "REASON|A|b\nREASON|A|b\nEND|2\n", "line 1: an RSP has one reason"),
        ("END|0\n", "REASON|A|b\nEND|1\n", "line 1: amount_cents"),
        ("END|0\n", "", "line 2: cut short"),
    ],
)
def test_a_fault_of_an_rsp_is_told_with_its_line(old: str, new: str, fault: str) -> None:
    text = encode_return(make_rsp()).decode()
    assert old in text
    with pytest.raises(FormatError, match=f"^{fault}"):
        decode_return(text.replace(old, new, 1).encode())


def test_the_longest_lot_fits() -> None:
    fses = tuple(
        make_fse(
            number=MAX_NUMBER - MAX_FSES_PER_LOT + one,
            amount_cents=MAX_CENTS,
            amo_cents=0,
            amc_cents=MAX_CENTS,
            quantity=99,
            code="1659468",
            prescripteur="10101010102",
        )
        for one in range(MAX_FSES_PER_LOT)
    )
    dres = tuple(DreRecord(one.number, "1234567890", "C" * 30, one.amc_cents) for one in fses)
    text = encode_lot(make_lot(*fses, dres=dres, number=MAX_NUMBER))
    assert len(text) <= MAX_LOT_BYTES
    assert decode_lot(text).content.fses == fses


def test_the_digest_is_of_all_that_precedes_it() -> None:
    text = encode_lot(LOT)
    *before, last = text.decode().splitlines(keepends=True)
    assert last == f"SHA256|{sha256_of(text)}\n"
    assert sha256_of(text) == sha256("".join(before).encode()).hexdigest()
    assert sha256_of(encode_lot(replace(LOT, number=43))) != sha256_of(text)


def test_the_page_shows_what_the_code_writes() -> None:
    """The examples of the reference are the lot and the returns of this test, byte for byte."""
    blocks = re.findall(r"^```text\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    reference = LotReference(ISSUER, ORGANISM, 42, sha256_of(encode_lot(LOT)))
    at = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    rejected = ReturnReason("DROITS_FERMES", "Les droits de l'assuré sont fermés à la date de l'acte")
    shown = [
        encode_lot(LOT),
        encode_return(Arl(reference, at)),
        encode_return(Arl(reference, at, ARL.reasons)),
        encode_return(Rsp(reference, at, 1, Payer.AMO, 1750)),
        encode_return(Rsp(reference, at, 2, Payer.AMO, 0, rejected)),
    ]
    assert [block.encode() for block in blocks] == shown


def _with_right_digest(text: bytes) -> bytes:
    body, bar, _ = text.rstrip(b"\n").rpartition(b"\nSHA256|")
    return body + b"\n" + b"SHA256|" + sha256(body + b"\n").hexdigest().encode() + b"\n" if bar else text
