"""Rules of repetition: the days that they give, bounded; the rest refused. tests/deep compares with python-dateutil."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from telemed.experts.rules.recurrence import parse_rule, starts_of
from telemed.kernel.ids import new_id
from tests.hours import make_shift

PARIS = ZoneInfo("Europe/Paris")
BEGINS = datetime(2026, 11, 5, 9)  # noqa: DTZ001 - a wall, a Thursday


def starts(rule: str, begins: datetime = BEGINS, days: int = 800) -> list[datetime]:
    minute = begins.hour * 60 + begins.minute
    shift = make_shift(new_id(), begins.date(), start=minute, rule=parse_rule(rule, begins, PARIS))
    return list(starts_of(shift, begins, begins + timedelta(days=days)))


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=20",
        "FREQ=DAILY;BYDAY=MO;BYSETPOS=2",
        "FREQ=YEARLY;INTERVAL=99",
    ],
)
def test_a_rule_that_never_falls_ends_with_the_days_looked_at(rule: str) -> None:
    assert starts(rule, days=800)[1:] == []
    with pytest.raises(ValueError, match="jamais"):
        parse_rule(f"{rule};COUNT=2000", BEGINS, PARIS)


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
