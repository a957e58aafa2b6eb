"""Openings are the shifts, without leave, with extra hours; the clock changes are those of each territory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.experts.model import HoursException, Kind, Line, Roster, Shift, window_at
from telemed.experts.rules.openings import next_midnight, occurrences, open_hours, openings_of
from telemed.kernel.ids import new_id
from telemed.kernel.period import Interval
from tests.hours import make_profile, make_shift

PROFILE = make_profile(1, practice_id=new_id(), specialty_code="G15_10/SM15")
ME = PROFILE.professional_id
LINE = Line(
    new_id(), PROFILE.practice_id, "Dermatologie", PROFILE.abilities, PROFILE.place, datetime(2026, 1, 1, tzinfo=UTC)
)
STEP = timedelta(minutes=15)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def interval(start: str, end: str) -> Interval:
    return Interval(datetime.fromisoformat(start), datetime.fromisoformat(end))


def held(shift: Shift, start: str, days: int = 2) -> list[Interval]:
    first = datetime.fromisoformat(start)
    return list(occurrences(shift, Interval(first, first + timedelta(days=days))))


def test_a_night_runs_over_the_change_of_march_and_loses_an_hour() -> None:
    night = make_shift(ME, date(2027, 3, 1), start=22 * 60, minutes=8 * 60, rule="FREQ=DAILY")
    found = held(night, "2027-03-27T12:00Z")
    assert found == [
        interval("2027-03-27T21:00Z", "2027-03-28T04:00Z"),
        interval("2027-03-28T20:00Z", "2027-03-29T04:00Z"),
    ]
    assert found[0].duration == timedelta(hours=7)


def test_a_night_runs_over_the_change_of_october_and_gains_an_hour() -> None:
    night = make_shift(ME, date(2026, 10, 1), start=22 * 60, minutes=8 * 60, rule="FREQ=WEEKLY;BYDAY=SA")
    assert held(night, "2026-10-24T12:00Z") == [interval("2026-10-24T20:00Z", "2026-10-25T05:00Z")]


@pytest.mark.parametrize("zone", ["America/Guadeloupe", "Indian/Reunion", "America/Cayenne", "Indian/Mayotte"])
def test_overseas_no_night_is_longer_or_shorter(zone: str) -> None:
    night = make_shift(ME, date(2026, 10, 1), start=22 * 60, minutes=8 * 60, rule="FREQ=DAILY", zone=zone)
    for day in ("2026-10-24T00:00Z", "2027-03-27T00:00Z"):
        assert {one.duration for one in held(night, day, 3)} == {timedelta(hours=8)}


def test_the_hour_that_the_clock_skips_is_nobody_s() -> None:
    skipped = make_shift(ME, date(2027, 3, 28), start=2 * 60, minutes=60)
    longer = make_shift(ME, date(2027, 3, 28), start=2 * 60 + 30, minutes=120)
    assert held(skipped, "2027-03-27T00:00Z", 3) == []
    assert held(longer, "2027-03-27T00:00Z", 3) == [interval("2027-03-28T01:00Z", "2027-03-28T02:30Z")]


def test_the_hour_that_the_clock_shows_twice_begins_the_first_time() -> None:
    early = make_shift(ME, date(2026, 10, 25), start=2 * 60, minutes=30)
    until_three = make_shift(ME, date(2026, 10, 25), start=2 * 60, minutes=60)
    assert held(early, "2026-10-24T12:00Z") == [interval("2026-10-25T00:00Z", "2026-10-25T00:30Z")]
    assert held(until_three, "2026-10-24T12:00Z") == [interval("2026-10-25T00:00Z", "2026-10-25T02:00Z")]


def test_a_line_s_hours_carry_its_specialty_and_leave_closes_both() -> None:
    window = window_at(datetime(2026, 11, 23, 9, tzinfo=UTC))
    day = date(2026, 11, 23)
    shifts = (make_shift(ME, day), make_shift(ME, day, start=14 * 60, line_id=LINE.id))
    roster = Roster(PROFILE, {LINE.id: LINE}, shifts)
    assert [(one.line_id, one.interval.start.hour) for one in openings_of(roster, window)] == [(None, 8), (LINE.id, 13)]
    leave = HoursException(new_id(), ME, Kind.LEAVE, interval("2026-11-23T00:00Z", "2026-11-24T00:00Z"))
    assert openings_of(Roster(PROFILE, {LINE.id: LINE}, shifts, (leave,)), window) == ()
    assert openings_of(Roster(PROFILE, {}, shifts[1:]), window) == ()


@st.composite
def rosters(draw: st.DrawFn) -> tuple[Roster, Interval]:
    """Weekly and single shifts, leave and extra hours around a change of the clock or not, on quarters of an hour."""
    day = draw(st.sampled_from([date(2026, 10, 23), date(2027, 3, 26), date(2026, 12, 28)]))
    zone = draw(st.sampled_from(["Europe/Paris", "Indian/Reunion", "America/Guadeloupe"]))
    shifts = []
    for _ in range(draw(st.integers(0, 4))):
        days = draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=7, unique=True))
        rule = draw(st.sampled_from(["", "FREQ=WEEKLY;BYDAY=" + ",".join(days)]))
        first = day + timedelta(days=draw(st.integers(-10, 4)))
        start, minutes = draw(st.integers(0, 95)) * 15, draw(st.integers(1, 200)) * 15
        shifts.append(make_shift(ME, first, start=start, minutes=minutes, rule=rule, zone=zone))
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
    exceptions = []
    for kind in draw(st.lists(st.sampled_from(Kind), max_size=5)):
        start_at = begin + STEP * draw(st.integers(-100, 450))
        exceptions.append(
            HoursException(new_id(), ME, kind, Interval(start_at, start_at + STEP * draw(st.integers(1, 300))))
        )
    return Roster(PROFILE, {}, tuple(shifts), tuple(exceptions)), Interval(begin, begin + timedelta(days=5))


@given(rosters())
def test_openings_are_shifts_without_leave_with_extra_hours(made: tuple[Roster, Interval]) -> None:
    roster, window = made
    found = list(open_hours(roster, None, window))
    assert all(one.end <= two.start for one, two in pairwise(found))
    assert all(one.end <= next_midnight(one.start) for one in found)
    instants = [window.start + STEP * number for number in range(int(window.duration / STEP))]
    naive = naively(roster, instants)
    assert {at for at in instants if any(one.contains(at) for one in found)} == naive
    assert sum((one.duration for one in found), timedelta()) == STEP * len(naive)


def naively(roster: Roster, instants: list[datetime]) -> set[datetime]:
    """The quarters of an hour at which the person is open, looked at one by one."""
    named = {kind: [one.interval for one in roster.exceptions if one.kind is kind] for kind in Kind}
    shifts = [one for shift in roster.shifts for one in _times(shift, instants[0], instants[-1])]
    return {
        at
        for at in instants
        if any(one.contains(at) for one in named[Kind.EXTRA])
        or (any(one.contains(at) for one in shifts) and not any(one.contains(at) for one in named[Kind.LEAVE]))
    }


def _times(shift: Shift, first: datetime, last: datetime) -> Iterator[Interval]:
    """Each day of the shift near, from the first instant that shows its start to the first that shows its end."""
    zone = ZoneInfo(shift.zone)
    for day in _days_of(shift, first.date() - timedelta(days=5), last.date() + timedelta(days=2)):
        wall = datetime(day.year, day.month, day.day) + timedelta(minutes=shift.start_minute)  # noqa: DTZ001
        start, end = _first_at(wall, zone), _first_at(wall + timedelta(minutes=shift.minutes), zone)
        if start < end:
            yield Interval(start, end)


def _days_of(shift: Shift, first: date, last: date) -> Iterator[date]:
    if not shift.rule:
        yield shift.first_on
        return
    weekdays = [DAYS.index(name) for name in shift.rule.partition("BYDAY=")[2].split(",")]
    near = (first + timedelta(days=number) for number in range((last - first).days))
    yield from (day for day in near if day >= shift.first_on and day.weekday() in weekdays)


@cache
def _first_at(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant whose wall is `wall` or later, by walking quarter by quarter."""
    at = wall.replace(tzinfo=zone).astimezone(UTC) - timedelta(hours=2)
    while at.astimezone(zone).replace(tzinfo=None) < wall:
        at += STEP
    return at
