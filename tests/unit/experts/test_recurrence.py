"""Rules of repetition: what python-dateutil would give, at the cost of the days looked at; the rest refused."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from telemed.experts.rules.recurrence import parse_rule, starts_of
from telemed.kernel.ids import new_id
from tests.hours import make_shift

PARIS = ZoneInfo("Europe/Paris")
BEGINS = datetime(2026, 11, 5, 9)  # noqa: DTZ001 - a wall, a Thursday
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def starts(rule: str, begins: datetime = BEGINS, days: int = 800) -> list[datetime]:
    minute = begins.hour * 60 + begins.minute
    shift = make_shift(new_id(), begins.date(), start=minute, rule=parse_rule(rule, begins, PARIS))
    return list(starts_of(shift, begins, begins + timedelta(days=days)))


def some(draw: st.DrawFn, values: list[str]) -> str:
    return ",".join(draw(st.lists(st.sampled_from(values), min_size=1, max_size=4, unique=True)))


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Rules that fall; one that never does costs python-dateutil seconds."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    is_long = frequency in ("MONTHLY", "YEARLY")
    parts = {"FREQ": frequency, "INTERVAL": str(draw(st.integers(1, 3 if frequency == "YEARLY" else 9)))}
    if draw(st.booleans()):
        parts["WKST"] = draw(st.sampled_from(DAYS))
    if draw(st.booleans()):
        parts["BYMONTH"] = some(draw, [str(month) for month in range(1, 13)])
    by = draw(st.sampled_from(["", "BYDAY", "ranked", "BYMONTHDAY"] if is_long else ["", "BYDAY"]))
    if by == "BYDAY":
        parts["BYDAY"] = some(draw, list(DAYS))
    elif by == "ranked":
        parts["BYDAY"] = some(draw, [f"{rank}{day}" for rank in (1, 2, 3, 4, -1, -2) for day in DAYS])
    elif by == "BYMONTHDAY":
        parts["BYMONTHDAY"] = some(draw, ["1", "5", "15", "28", "-1", "-28"])
    if is_long and by and draw(st.booleans()):
        parts["BYSETPOS"] = some(draw, ["1", "-1"])
    end = draw(st.sampled_from(["", "COUNT", "UNTIL"]))
    if end == "COUNT":
        parts["COUNT"] = str(draw(st.integers(1, 8)))
    elif end == "UNTIL":
        parts["UNTIL"] = "20270801T090000"
    return ";".join(f"{name}={value}" for name, value in parts.items())


@given(rules())
def test_days_are_those_of_python_dateutil(rule: str) -> None:
    last = BEGINS + timedelta(days=500)
    expected = []
    for wall in rrulestr(rule, dtstart=BEGINS):
        if wall > last:
            break
        expected.append(wall)
    try:
        assert starts(rule, days=500) == expected
    except ValueError:  # a count that fifteen years do not reach
        assert "COUNT" in rule


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=20",
        "FREQ=DAILY;BYDAY=MO;BYSETPOS=2",
        "FREQ=YEARLY;INTERVAL=99",
    ],
)
def test_a_rule_that_never_falls_costs_the_days_looked_at(rule: str) -> None:
    began = perf_counter()
    assert starts(rule, days=800)[1:] == []
    with pytest.raises(ValueError, match="jamais"):
        parse_rule(f"{rule};COUNT=2000", BEGINS, PARIS)
    assert perf_counter() - began < 1


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=5",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=9",
        "FREQ=YEARLY;BYWEEKNO=20",
        "FREQ=YEARLY;BYYEARDAY=100",
        "FREQ=DAILY;COUNT=999999999",
        "FREQ=DAILY;COUNT=2001",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=3;UNTIL=20270101",
        "FREQ=DAILY;UNTIL=20271399",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;FREQ=WEEKLY",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYMONTHDAY=3",
        "FREQ=MONTHLY;BYSETPOS=1",
        "FREQ=MONTHLY;BYDAY=XX",
        "FREQ=MONTHLY;BYMONTHDAY=٣",
        "INTERVAL=2",
        "MO,TU",
        "FREQ=WEEKLY;BYDAY=" + ",".join(["MO"] * 200),
    ],
)
def test_other_rules_are_refused(rule: str) -> None:
    with pytest.raises(ValueError, match=r"^[a-zUB]"):
        parse_rule(rule, BEGINS, PARIS)


def test_a_rule_is_kept_on_the_wall_and_without_its_count() -> None:
    assert parse_rule("rrule:freq=weekly;until=20261126T230000Z;byday=TH", BEGINS, PARIS) == (
        "FREQ=WEEKLY;UNTIL=20261127T000000;BYDAY=TH"
    )
    assert parse_rule("FREQ=DAILY;COUNT=3", BEGINS, PARIS) == "FREQ=DAILY;UNTIL=20261107T090000"
    assert [wall.date() for wall in starts("FREQ=DAILY;UNTIL=20261106")] == [date(2026, 11, 5), date(2026, 11, 6)]


def test_a_day_taken_out_is_no_start() -> None:
    shift = make_shift(new_id(), BEGINS.date(), rule="FREQ=DAILY", except_on=frozenset({date(2026, 11, 6)}))
    last = BEGINS + timedelta(days=2)
    assert [wall.day for wall in starts_of(shift, BEGINS, last)] == [5, 7]
