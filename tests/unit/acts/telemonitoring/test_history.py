"""Past measures from a file, line by line."""

from __future__ import annotations

import pytest

from telemed.acts.telemonitoring.formats.history import decode_history
from telemed.acts.telemonitoring.model.observation import Precision
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
    assert receipts[5].issues[0].place == "ligne 7", "a blank line is a line"


def test_commas_may_separate() -> None:
    (receipt,) = decode("2026-11-21,weight,70.4,kg,scale", header=HEADER.replace(";", ","))
    assert not receipt.is_refused


def test_units_are_read_as_people_write_them() -> None:
    receipts = decode(
        "2026-11-21;weight;157;lb;", "2026-11-21;body_temperature;98,6;°F;", "2026-11-21;heart_rate;70;bpm;",
        "2026-11-21;diastolic_pressure;80;mmHg;", "2026-11-21;creatinine;1,2;mg/dl;", "2026-11-21;weight;70;livres;",
    )  # fmt: skip
    values = [str(one.number) for receipt in receipts for one in receipt.observations]
    assert values == ["71.214002", "37", "70", "80", "106.082037"]
    assert [issue.code for issue in receipts[5].issues] == ["unit.unknown"]


def test_what_a_french_spreadsheet_writes_is_read() -> None:
    """Its own words, order, clock and letters; an hour that the clock shows twice, or never, is told."""
    lines = (
        "unité;date;mesure;valeur;appareil",
        "kg;25/10/2026 08:30;Poids;71,5;Pèse-personne",
        "mmHg;24/10/2026 8h05;pression artérielle systolique;132;",
        "kg;24/10/2026;poids;71;",
        "kg;25/10/2026 02:30;Poids;71;",
        "kg;29/03/2026 02:30;Poids;71;",
        "kg;31/02/2026 08:30;Poids;71;",
    )
    for content in ("\r\n".join(lines).encode("windows-1252"), "\n".join(lines).replace(";", "\t").encode()):
        receipts = list(decode_history(content, "Patient/1", make_reading()))
        taken = [one for receipt in receipts for one in receipt.observations]
        assert [(one.signal, str(one.number), one.measured_at.isoformat()) for one in taken] == [
            ("weight", "71.5", "2026-10-25T07:30:00+00:00"),
            ("systolic_pressure", "132", "2026-10-24T06:05:00+00:00"),
            ("weight", "71", "2026-10-23T22:00:00+00:00"),
        ]
        assert [one.precision for one in taken] == [Precision.INSTANT, Precision.INSTANT, Precision.DAY]
        assert taken[0].device == "Pèse-personne"
        assert [receipt.issues[0].code for receipt in receipts[3:]] == [
            "time.ambiguous",
            "time.unreadable",
            "time.unreadable",
        ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xfe\xff", "csv.encoding"),
        (b"", "csv.header"),
        (HEADER.encode() + b"\n\x00", "csv.encoding"),
        (b"date;weight\n", "csv.header"),
        (b"date;mesure;valeur;unite;mesure\n", "csv.header"),
        (b"PK\x03\x04xl/workbook.xml", "csv.encoding"),
        (HEADER.encode() + b"\n\x81\x8d", "csv.encoding"),
        (HEADER.encode() + b"\nx" * 200_001, "csv.too_long"),
    ],
)
def test_a_file_that_is_no_history_is_refused_whole(content: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        decode_history(content, "Patient/1", make_reading())
    assert refused.value.issue.code == code
