"""PCD-01 messages written here, for what the published ones do not show."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.acts.telemonitoring.formats.hl7v2 import read_segments
from telemed.acts.telemonitoring.formats.pcd01 import decode_pcd01
from telemed.acts.telemonitoring.model.observation import ObservationStatus, Quarantine
from telemed.acts.telemonitoring.model.receipt import Receipt, Unreadable
from tests.unit.acts.telemonitoring.making import make_reading

HEAD = (
    r"MSH|^~\&|Gateway^EUI^EUI-64||||20261120090030+0000||ORU^R01^ORU_R01|1|P|2.6",
    "PID|||42^^^Practice^PI",
    "OBR|1|A|B|182777000^monitoring of patient^SNOMED-CT|||20261120080000+0000",
    "OBX|1||528401^MDC_DEV_SPEC_PROFILE_GLUCOSE^MDC|1|||||||X|||||||GLU1^EUI-64",
)


def glucose(value: str = "95", unit: str = "264274^MDC_DIM_MILLI_G_PER_DL^MDC", tail: str = "R") -> str:
    return f"OBX|2|NM|160184^MDC_CONC_GLU_CAPILLARY_WHOLEBLOOD^MDC|1.0.0.1|{value}|{unit}|||||{tail}"


def decode(*lines: str, head: tuple[str, ...] = HEAD) -> Receipt:
    return decode_pcd01("\r".join((*head, *lines)).encode(), make_reading())


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("95", "264274^MDC_DIM_MILLI_G_PER_DL^MDC", "95"),
        ("5.5", "266866^MDC_DIM_MILLI_MOLE_PER_L^MDC", "99.0858"),
        ("5.5", "mmol/L^mmol/L^UCUM", "99.0858"),
    ],
)
def test_glucose_is_read_in_either_unit(value: str, unit: str, expected: str) -> None:
    (observation,) = decode(glucose(value, unit)).observations
    assert observation.number == Decimal(expected)


@pytest.mark.parametrize(
    ("status", "expected"), [("C", ObservationStatus.CORRECTED), ("D", ObservationStatus.ENTERED_IN_ERROR)]
)
def test_a_correction_is_known(status: str, expected: ObservationStatus) -> None:
    (observation,) = decode(glucose(tail=status)).observations
    assert observation.status is expected


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (glucose("high"), "value.not_a_quantity"),
        (glucose("NaN"), "value.not_a_quantity"),
        (glucose("1e999"), "value.not_a_quantity"),
        (glucose(unit="123^MDC_DIM_NOTHING^MDC"), "unit.unknown"),
        (glucose(tail="Z"), "observation.status"),
        (glucose(tail="R|||20261120080000"), "time.no_offset"),
        (glucose(tail="R|||19000101000000+0000"), "time.impossible"),
        (glucose(tail="R|||20261345"), "time.unreadable"),
        (glucose(tail="R|||soon"), "time.unreadable"),
    ],
)
def test_a_bad_segment_is_told_and_spoils_no_other(line: str, code: str) -> None:
    receipt = decode(line, glucose("96").replace("1.0.0.1", "1.0.0.2"))
    assert [issue.code for issue in receipt.issues] == [code]
    assert [one.number for one in receipt.observations] == [96]


def test_an_implausible_value_is_set_aside() -> None:
    (observation,) = decode(glucose("30000")).observations
    assert observation.quarantine is Quarantine.IMPLAUSIBLE


def test_without_a_patient_or_a_time_nothing_is_taken() -> None:
    nobody = decode(glucose(), head=(HEAD[0], *HEAD[2:]))
    undated = decode(glucose(), head=(*HEAD[:2], "OBR|1|A|B|182777000^monitoring^SNOMED-CT", HEAD[3]))
    assert [issue.code for issue in nobody.issues] == ["subject.missing"]
    assert [issue.code for issue in undated.issues] == ["time.missing"]
    assert nobody.observations == undated.observations == ()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "hl7.header"),
        (b"MSH|^~\\&|\x00", "hl7.encoding"),
        (b"MSH#^~\\&#x", "hl7.header"),
        (b"\xff\xfeMSH", "hl7.encoding"),
        (rb"MSH|^~\&|G||||20261120||ADT^A01|1|P|2.6", "hl7.type"),
        (rb"MSH|^~\&|G||||20261120||ORU^R01|1|P|2.6" + b"\rOBX|1" * 20_000, "hl7.too_long"),
    ],
)
def test_what_is_no_such_message_is_refused_whole(content: bytes, code: str) -> None:
    receipt = decode_pcd01(content, make_reading())
    assert [issue.code for issue in receipt.issues] == [code]


@given(st.text(max_size=80))
def test_no_text_makes_the_reader_fall(text: str) -> None:
    receipt = decode("OBX|" + text)
    assert all(one.signal is None for one in receipt.observations)


def test_escapes_are_undone_and_line_ends_are_any() -> None:
    segments = read_segments(b"MSH|^~\\&|A\\T\\B^C||\r\n\nPID|1\nPV1|2")
    assert [segment.name for segment in segments] == ["MSH", "PID", "PV1"]
    assert (segments[0].component(3, 1), segments[0].component(3, 2)) == ("A&B", "C")
    with pytest.raises(Unreadable):
        read_segments(b"PID|1")


def test_what_is_said_twice_of_one_instant_is_handed_on_as_it_was_said() -> None:
    """Which of two values stands is not for the reader of a message to choose; the same one is one."""
    receipt = decode(glucose("95"), glucose("95"), glucose("140"), glucose("141", tail="C"))
    assert [one.number for one in receipt.observations] == [95, 140, 141]
    assert receipt.places == ("OBX[5]", "OBX[7]", "OBX[8]")


def test_a_second_of_sixty_is_the_first_of_the_next_minute() -> None:
    line = glucose().replace("|||||R", "|||||R|||20161231235960+0000")
    assert [one.measured_at.isoformat() for one in decode(line).observations] == ["2017-01-01T00:00:00+00:00"]


def test_the_separators_of_later_versions_are_read() -> None:
    later = (HEAD[0].replace(r"^~\&|", r"^~\&#|"), *HEAD[1:])
    assert [one.number for one in decode(glucose("95"), head=later).observations] == [95]


@pytest.mark.parametrize("flood", ["\r" * 100_000, "\n" * 100_000, "|" * 1_100_000, "OBX|\r" * 25_000])
def test_a_flood_of_nothing_is_turned_away(flood: str) -> None:
    assert [issue.code for issue in decode(flood).issues] == ["hl7.too_long"]
