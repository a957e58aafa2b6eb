"""A calendar of another program: what each event becomes, and what no file may do to us."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.experts.formats.calendars import read_events
from telemed.experts.formats.calendars_out import write_calendar
from telemed.experts.model import HoursException, Kind, Shift
from telemed.experts.model.imports import ImportLine, Meaning
from telemed.experts.rules.imports import Reader, judge
from telemed.experts.rules.recurrence import parse_rule
from telemed.experts.rules.walls import parse_zone
from telemed.kernel.clock import Territory
from telemed.kernel.errors import Invalid
from telemed.kernel.ids import new_id
from telemed.kernel.period import Interval
from tests.hours import make_shift

ME, NOW = new_id(), datetime(2026, 11, 25, 11, tzinfo=UTC)
TIMED = "DTSTART;TZID=Europe/Paris:20261203T090000\nDTEND;TZID=Europe/Paris:20261203T120000"


def file_of(*events: str) -> bytes:
    wrapped = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{wrapped}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def read(
    *events: str, meaning: Meaning = Meaning.HOURS, shifts: tuple[Shift, ...] = (), leave: tuple[Interval, ...] = ()
) -> tuple[ImportLine, ...]:
    known = tuple(HoursException(new_id(), ME, Kind.LEAVE, one) for one in leave)
    return judge(read_events(file_of(*events)), Reader(ME, Territory.METROPOLE, NOW, new_id(), meaning, shifts, known))


def codes(*events: str, meaning: Meaning = Meaning.HOURS) -> list[str]:
    return [line.refusal.code if line.refusal else "" for line in read(*events, meaning=meaning)]


def stretches(line: ImportLine) -> list[tuple[str, str, str]]:
    return [
        (one.kind.value, f"{one.interval.start:%d %H:%M}", f"{one.interval.end:%d %H:%M}") for one in line.exceptions
    ]


def test_events_become_hours_or_leave() -> None:
    weekly, once, away, days = read(
        f"{TIMED}\nRRULE:FREQ=WEEKLY;UNTIL=20270101T080000Z;BYDAY=TH\nEXDATE;TZID=Europe/Paris:20261210T090000",
        "DTSTART:20261204T080000Z\nDURATION:PT2H30M",
        "DTSTART;VALUE=DATE:20261207\nDTEND;VALUE=DATE:20261209",
        "DTSTART;TZID=Romance Standard Time:20261214T000000\nDTEND;TZID=Romance Standard Time:20261215T000000\n"
        "CATEGORIES:leave",
    )
    assert weekly.shift is not None
    assert (weekly.shift.rule, weekly.shift.minutes) == ("FREQ=WEEKLY;UNTIL=20270101T090000;BYDAY=TH", 180)
    assert weekly.shift.except_on == {date(2026, 12, 10)}
    assert stretches(once) == [("extra", "04 08:00", "04 10:30")]
    assert stretches(away) == [("leave", "06 23:00", "08 23:00")]
    assert stretches(days) == [("leave", "13 23:00", "14 23:00")]


def test_a_whole_agenda_may_be_leave_and_what_comes_back_is_written_out() -> None:
    (line,) = read(f"{TIMED}\nRRULE:FREQ=WEEKLY;COUNT=3", meaning=Meaning.LEAVE)
    assert stretches(line) == [("leave", f"{day} 08:00", f"{day} 11:00") for day in ("03", "10", "17")]


def test_one_time_moved_is_taken_out_and_put_elsewhere() -> None:
    series = f"UID:a\n{TIMED}\nRRULE:FREQ=WEEKLY"
    moved = (
        "UID:a\nRECURRENCE-ID:20261210T080000Z\nDTSTART;TZID=Europe/Paris:20261211T140000\n"
        "DTEND;TZID=Europe/Paris:20261211T170000"
    )
    gone = "UID:a\nRECURRENCE-ID;TZID=Europe/Paris:20261217T090000\nSTATUS:CANCELLED\n" + TIMED
    first, second, third = read(series, moved, gone)
    assert first.shift is not None
    assert first.shift.except_on == {date(2026, 12, 10), date(2026, 12, 17)}
    assert stretches(second) == [("extra", "11 13:00", "11 16:00")]
    assert third.refusal is not None
    assert third.refusal.code == "calendar.cancelled"


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ("SUMMARY:x", "calendar.no_start"),
        ("DTSTART:2026pp\nDTEND:20261204T080000Z", "calendar.broken"),
        ("DTSTART:20261204T080000Z\nDTSTART:20261205T080000Z", "calendar.broken"),
        (f"{TIMED}\nRRULE:FREQ=WEEKLY;BYDAY=", "calendar.broken"),
        ("DTSTART;TZID=Mars/Base:20261204T080000\nDURATION:PT1H", "calendar.zone"),
        (f"{TIMED}\nRRULE:FREQ=SECONDLY", "calendar.rule"),
        (f"{TIMED}\nRRULE:FREQ=MINUTELY;INTERVAL=1", "calendar.rule"),
        (f"{TIMED}\nRRULE:FREQ=DAILY;COUNT=99999999", "calendar.rule"),
        (f"{TIMED}\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "calendar.past"),
        (f"{TIMED}\nRRULE:FREQ=DAILY;UNTIL=20261203T000000Z", "calendar.past"),
        (f"{TIMED}\nRRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY", "calendar.rdate"),
        (f"{TIMED}\nRDATE;TZID=Europe/Paris:20261205T090000", "calendar.rdate"),
        (f"{TIMED}\nSTATUS:CANCELLED", "calendar.cancelled"),
        ("DTSTART:20261124T080000Z\nDTEND:20261124T090000Z", "calendar.past"),
        ("DTSTART:19700101T080000Z\nDTEND:19700101T090000Z", "calendar.date"),
        ("DTSTART:21260101T080000Z\nDTEND:21260101T090000Z", "calendar.date"),
        ("DTSTART:19700105T080000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY", "calendar.date"),
        ("DTSTART:20261204T080000Z\nDTEND:20261204T070000Z", "calendar.length"),
        ("DTSTART:20261204T080000Z\nDURATION:-PT1H", "calendar.length"),
        ("DTSTART:20261204T080000Z\nDURATION:P99999999D", "calendar.length"),
        ("DTSTART:20261204T080000Z\nDURATION:P9000D", "calendar.length"),
        ("DTSTART:20261204T080000Z", "calendar.length"),
        ("DTSTART:20261204T080000Z\nDURATION:P20D\nRRULE:FREQ=MONTHLY", "calendar.length"),
        ("DTSTART:20261204T080000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY\nCATEGORIES:LEAVE", "calendar.too_often"),
    ],
)
def test_an_event_that_cannot_be_is_rejected_and_the_others_are_not(event: str, code: str) -> None:
    assert codes(event, "DTSTART:20261208T080000Z\nDURATION:PT1H") == [code, ""]


def test_nothing_is_kept_twice_and_leave_never_overlaps_in_silence() -> None:
    timed, away = f"{TIMED}\nRRULE:FREQ=WEEKLY", "DTSTART;VALUE=DATE:20261207\nDTEND;VALUE=DATE:20261209"
    assert codes(timed, timed, away, away) == ["", "calendar.known", "", "calendar.known"]
    assert codes(away, "DTSTART;VALUE=DATE:20261208") == ["", "calendar.overlap"]
    monday = Interval(datetime(2026, 12, 7, tzinfo=UTC), datetime(2026, 12, 8, tzinfo=UTC))
    (line,) = read(away, leave=(monday,))
    assert line.refusal is not None
    assert line.refusal.code == "calendar.overlap"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "calendar.empty"),
        (b"bonjour", "calendar.unreadable"),
        (b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", "calendar.unreadable"),
        (b"BEGIN:VCALENDAR\r\n" * 2_000, "calendar.empty"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "calendar.empty"),
        (file_of(TIMED)[:-40], "calendar.empty"),
        (file_of("SUMMARY:été").decode().encode("latin-1"), "calendar.encoding"),
        (file_of(TIMED).decode().encode("utf-16"), "calendar.encoding"),
        (file_of(TIMED) + b"\x00", "calendar.encoding"),
        (file_of("X-A:" + "A" * 600_000), "calendar.too_large"),
        (file_of(*["UID:1"] * 2_001), "calendar.too_many"),
    ],
)
def test_a_file_that_is_no_calendar_says_why(raw: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_events(raw)
    assert refused.value.code == code


def test_a_bomb_of_recurrence_is_refused() -> None:
    bomb = "DTSTART:20170101T080000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2000;BYMONTH=2;BYMONTHDAY=30"
    assert set(codes(*[bomb] * 40)) == {"calendar.rule"}


def test_a_title_is_not_kept() -> None:
    events = read_events(file_of(f"{TIMED}\nSUMMARY:Consultation M. Dupont\nDESCRIPTION:Dupont\nLOCATION:Dupont"))
    assert "Dupont" not in repr(events)


@given(st.binary(max_size=300), st.integers(0, 200))
def test_no_bytes_break_the_reading(noise: bytes, place: int) -> None:
    whole = file_of(f"{TIMED}\nRRULE:FREQ=WEEKLY;BYDAY=TH")
    outcome = ""
    try:
        outcome = str(len(read_events(whole[:place] + noise + whole[place:])))
    except Invalid as refused:
        outcome = refused.code
    assert outcome == "1" or outcome.startswith("calendar.")


def test_what_is_taken_away_comes_back_the_same() -> None:
    zone, begins = "Europe/Paris", datetime(2026, 11, 30, 22)  # noqa: DTZ001 - a wall
    rule = parse_rule("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;UNTIL=20270330T220000", begins, parse_zone(zone))
    night = make_shift(
        ME, begins.date(), start=22 * 60, minutes=480, rule=rule, except_on=frozenset({date(2026, 12, 2)})
    )
    away = Interval(datetime(2026, 12, 24, 23, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC))
    leave = HoursException(new_id(), ME, Kind.LEAVE, away)
    raw = write_calendar([night], [leave], {}, NOW)
    lines = judge(read_events(raw), Reader(ME, Territory.METROPOLE, NOW, UUID(int=0)))
    shift = lines[0].shift
    assert shift is not None
    same = ("first_on", "start_minute", "minutes", "zone", "rule", "except_on")
    assert [getattr(shift, name) for name in same] == [getattr(night, name) for name in same]
    assert [(one.kind, one.interval) for one in lines[1].exceptions] == [(Kind.LEAVE, away)]
    assert b"BEGIN:VTIMEZONE" in raw
    assert timedelta(minutes=shift.minutes) == timedelta(hours=8)
