"""A file of acts done elsewhere: each line accepted, or rejected with its number, its column and why; never a crash."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from billing.formats.activity import MAX_BYTES, MAX_LINES, ActivityFileError, Delimiter, Encoding, decode_activity
from billing.rules.activity import MAX_NUMBER, Column, JudgedFile, Period, judge_rows
from billing.rules.cap import Counts
from billing.rules.outside import ActivityKind

PERIOD = Period(2026, date(2026, 11, 25))
HEADER = "jour;nature;nombre;patients_mt;lieu"


def judge(*lines: str, period: Period = PERIOD, header: str = HEADER) -> JudgedFile:
    return judge_rows(decode_activity("\n".join((header, *lines)).encode()).rows, period)


def code_of(content: bytes) -> str:
    with pytest.raises(ActivityFileError) as caught:
        decode_activity(content)
    assert str(caught.value) == caught.value.reason.text
    return caught.value.reason.code


@pytest.mark.parametrize("delimiter", list(Delimiter))
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_the_delimiter_is_found_by_itself(delimiter: Delimiter, bom: bytes) -> None:
    text = (
        HEADER.replace(";", delimiter.value)
        + "\r\n"
        + delimiter.value.join(("2026-03-15", "téléconsultation", "4", "1", '"Clinique A"'))
    )
    read = decode_activity(bom + text.encode())
    assert (read.encoding, read.delimiter) == (Encoding.UTF_8, delimiter)
    (accepted,) = judge_rows(read.rows, PERIOD).accepted
    assert accepted.line == 2
    assert accepted.activity.counts == Counts(4, 1, own_acts=1)
    assert (accepted.activity.day, accepted.activity.place) == (date(2026, 3, 15), "Clinique A")


def test_windows_1252_is_read_and_told() -> None:
    read = decode_activity(f"{HEADER}\n15/03/2026;Téléexpertise;2;;Hôpital – site Élysée".encode("windows-1252"))
    (accepted,) = judge_rows(read.rows, PERIOD).accepted
    assert read.encoding is Encoding.WINDOWS_1252
    assert (accepted.activity.kind, accepted.activity.place) == (
        ActivityKind.TELEEXPERTISE,
        "Hôpital – site Élysée",
    )
    assert accepted.activity.counts == Counts(teleexpertises=2, own_acts=None)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "activity.empty"),
        (b"  \r\n \n", "activity.empty"),
        (HEADER.encode(), "activity.empty"),
        (f"{HEADER}\n;;;;\n\n".encode(), "activity.empty"),
        (HEADER.encode("utf-16"), "activity.utf16"),
        (b"\xfe\xff" + HEADER.encode("utf-16-be"), "activity.utf16"),
        (HEADER.encode("utf-16-le"), "activity.nul"),
        (HEADER.encode() + b"\n2026-01-02;autre;\x00;;", "activity.nul"),
        (HEADER.encode() + b"\n\x81\x8d", "activity.encoding"),
        (b"a;b;c\n1;2;3", "activity.columns"),
        (b"jour;nature\n2026-01-02;autre", "activity.columns"),
        (b"jour;date;nature;nombre\n2026-01-02;2026-01-02;autre;1", "activity.columns"),
        (b"jour|nature|nombre\n2026-01-02|autre|1", "activity.columns"),
        (b"jour;nature;nombre;lieu;source\n2026-01-02;autre;1;a;b", "activity.columns"),
        (HEADER.encode() + b'\n2026-01-02;autre;1;;"ouvert', "activity.unreadable"),
        (HEADER.encode() + b"\n" + b"x" * MAX_BYTES, "activity.too_large"),
        (HEADER.encode() + b"\n;;1;;" * (MAX_LINES + 2), "activity.too_large"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_whole(content: bytes, code: str) -> None:
    assert code_of(content) == code


def test_the_largest_file_passes() -> None:
    assert len(decode_activity((HEADER + "\n;;1;;" * MAX_LINES).encode()).rows) == MAX_LINES
    line = "\n2026-01-02;autre;1;;" + "x" * 480
    padded = (HEADER + line * 990).encode()
    assert len(decode_activity(padded + b" " * (MAX_BYTES - len(padded))).rows) == 990
    assert code_of(padded + b" " * (MAX_BYTES - len(padded) + 1)) == "activity.too_large"


def test_the_header_may_have_other_names_and_another_order() -> None:
    judged = judge("Salle 2,3,01/02/2026,TCG,rien", header="Source,Quantité,Date,Acte,remarque")
    assert judged.rejected == ()
    assert judged.accepted[0].activity.counts == Counts(3, 0, own_acts=None)
    assert judged.accepted[0].activity.place == "Salle 2"


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("2026-03-15;autre;1", None, "activity.cells"),
        ("2026-03-15;autre;1;;;", None, "activity.cells"),
        (";autre;1;;", Column.DAY, "activity.day"),
        ("hier;autre;1;;", Column.DAY, "activity.day"),
        ("2026-02-29;autre;1;;", Column.DAY, "activity.day"),
        ("2026-3-15;autre;1;;", Column.DAY, "activity.day"),
        ("15/3/26;autre;1;;", Column.DAY, "activity.day"),
        ("٢٠٢٦-٠٣-١٥;autre;1;;", Column.DAY, "activity.day"),
        ("2026-11-26;autre;1;;", Column.DAY, "activity.day_future"),
        ("2025-12-31;autre;1;;", Column.DAY, "activity.day_other_year"),
        ("2027-01-01;autre;1;;", Column.DAY, "activity.day_other_year"),
        ("2026-03-15;;1;;", Column.KIND, "activity.kind"),
        ("2026-03-15;massage;1;;", Column.KIND, "activity.kind"),
        ("2026-03-15;autre;;;", Column.NUMBER, "activity.number"),
        ("2026-03-15;autre;-1;;", Column.NUMBER, "activity.number"),
        ("2026-03-15;autre;1,5;;", Column.NUMBER, "activity.number"),
        ("2026-03-15;autre;1.0;;", Column.NUMBER, "activity.number"),
        ("2026-03-15;autre;1 000;;", Column.NUMBER, "activity.number"),
        ("2026-03-15;autre;٣;;", Column.NUMBER, "activity.number"),
        ("2026-03-15;autre;9999999999;;", Column.NUMBER, "activity.number"),
        (f"2026-03-15;autre;{MAX_NUMBER + 1};;", Column.NUMBER, "activity.number_too_large"),
        ("2026-03-15;autre;2;x;", Column.OWN, "activity.number"),
        ("2026-03-15;autre;2;3;", Column.OWN, "activity.own_too_many"),
        ("2026-03-15;autre;2;1;" + "x" * 101, Column.PLACE, "activity.place"),
        ('2026-03-15;autre;2;1;"a\nb"', Column.PLACE, "activity.place"),
    ],
)
def test_a_wrong_line_is_rejected_with_its_number_its_column_and_why(
    line: str, column: Column | None, code: str
) -> None:
    judged = judge("2026-03-14;autre;1;;", line)
    (rejected,) = judged.rejected
    assert (rejected.line, rejected.column, rejected.reason.code) == (3, column, code)
    assert rejected.reason.text.endswith((".", "».", "?"))
    assert [one.line for one in judged.accepted] == [2]


@pytest.mark.parametrize(
    "line",
    [
        "2026-03-15;autre;0;0;",
        "01/01/2026;AUTRES ;1;1;",
        "25/11/2026;Télé-consultation;1;0;",
        f"2026-03-15;visite;{MAX_NUMBER};;" + "x" * 100,
    ],
)
def test_what_is_just_within_the_bounds_is_accepted(line: str) -> None:
    assert judge(line).rejected == ()


def test_a_leap_day_is_a_day_in_a_leap_year_only() -> None:
    leap = Period(2028, date(2028, 12, 31))
    assert len(judge("2028-02-29;autre;1;;", period=leap).accepted) == 1


def test_the_same_acts_are_kept_once_within_a_file_and_against_former_ones() -> None:
    lines = (
        "2026-03-15;autre;1;;Clinique A",
        "2026-03-15;consultation;2;;CLINIQUE a",
        "2026-03-15;autre;1;;Clinique B",
    )
    judged = judge(*lines)
    assert [one.line for one in judged.accepted] == [2, 4]
    assert [(one.line, one.reason.code, one.reason.compared) for one in judged.rejected] == [
        (3, "activity.duplicate", {"line": 2})
    ]
    known = {judged.accepted[0].activity.key}
    again = judge_rows(decode_activity("\n".join((HEADER, *lines)).encode()).rows, PERIOD, known)
    assert [(one.line, one.reason.code) for one in again.rejected] == [(2, "activity.known"), (3, "activity.known")]


def test_a_line_outside_the_period_of_the_file_is_rejected() -> None:
    period = Period(2026, date(2026, 11, 25), date(2026, 2, 1), date(2026, 2, 28))
    days = ("2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01")
    judged = judge(*(f"{day};autre;1;;" for day in days), period=period)
    assert [one.line for one in judged.accepted] == [3, 4]
    assert {one.reason.code for one in judged.rejected} == {"activity.day_outside"}


def test_line_numbers_are_those_of_the_file() -> None:
    judged = judge("", '2026-03-15;autre;1;;"a\nb"', "", "2026-03-16;autre;x;;", "2026-03-17;autre;1;;")
    assert [one.line for one in judged.rejected] == [3, 6]
    assert [one.line for one in judged.accepted] == [7]


@given(content=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for whole in (content, HEADER.encode() + b"\n" + content):
        try:
            rows = decode_activity(whole).rows
        except ActivityFileError:
            continue
        judged = judge_rows(rows, PERIOD)
        assert len(judged.accepted) + len(judged.rejected) == len(rows)


CELLS = st.one_of(
    st.sampled_from(("2026-03-15", "15/03/2026", "autre", "tc", "1", "2001", "", "-1", '"', "\r", "\n", "é", "\u2028")),
    st.text(max_size=8),
)


@given(lines=st.lists(st.lists(CELLS, max_size=7), max_size=12), delimiter=st.sampled_from(";,\t"))
@example(lines=[["\x85", "\x1c"]], delimiter=";")
def test_every_line_is_accepted_or_rejected_never_both_nor_lost(lines: list[list[str]], delimiter: str) -> None:
    text = "\n".join([HEADER.replace(";", delimiter), *(delimiter.join(cells) for cells in lines)])
    try:
        rows = decode_activity(text.encode("utf-8", "replace")).rows
    except ActivityFileError:
        return
    judged = judge_rows(rows, PERIOD)
    told = sorted([one.line for one in judged.accepted] + [one.line for one in judged.rejected])
    assert told == [row.line for row in rows]
    keys = [one.activity.key for one in judged.accepted]
    assert len(set(keys)) == len(keys)
