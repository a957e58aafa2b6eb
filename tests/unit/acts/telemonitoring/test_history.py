"""Past measures from a file, line by line."""

from __future__ import annotations

import pytest

from telemed.acts.telemonitoring.formats.history import decode_history
from telemed.acts.telemonitoring.model.receipt import Receipt, Unreadable
from tests.unit.acts.telemonitoring.making import make_reading

HEADER = "measured_at;signal;value;unit;device"


def decode(*lines: str, header: str = HEADER) -> list[Receipt]:
    return list(decode_history("\n".join((header, *lines)).encode("utf-8-sig"), "Patient/1", make_reading()))


def test_good_lines_are_kept_and_bad_ones_told() -> None:
    receipts = decode(
        "2026-11-20T08:15:00+01:00;weight;70,4;kg;scale",
        "2026-11-21;weight;155;[lb_av];scale",
        "",
        "2026-11-21;tender_joints;4;;",
        "2026-11-21;device_state;off;;hub",
        "yesterday;weight;70;kg;scale",
        "2026-11-21;mood;70;kg;scale",
        "2026-11-21;weight;;kg;scale",
        "2026-11-21;weight;nan;kg;scale",
        "2026-11-21;tender_joints;4.5;;",
        "2026-11-21;weight",
        "2026-11-21;weight;9000;kg;scale",
    )
    taken = [(one.signal, str(one.number)) for receipt in receipts for one in receipt.observations if one.counts]
    assert taken == [("weight", "70.4"), ("weight", "70.306817"), ("tender_joints", "4"), ("device_state", "None")]
    assert [issue.code for receipt in receipts for issue in receipt.issues] == [
        "time.unreadable",
        "code.missing",
        "value.missing",
        "value.not_a_quantity",
        "value.not_a_count",
        "csv.columns",
        "value.implausible",
    ]
    assert receipts[4].issues[0].place == "ligne 7"


def test_commas_may_separate() -> None:
    (receipt,) = decode("2026-11-21,weight,70.4,kg,scale", header=HEADER.replace(";", ","))
    assert not receipt.is_refused


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xfe\xff", "csv.encoding"),
        (b"", "csv.header"),
        (HEADER.encode() + b"\n\x00", "csv.encoding"),
        (b"date;weight\n", "csv.header"),
        (HEADER.encode() + b"\nx" * 200_001, "csv.too_long"),
    ],
)
def test_a_file_that_is_no_history_is_refused_whole(content: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        decode_history(content, "Patient/1", make_reading())
    assert refused.value.issue.code == code
