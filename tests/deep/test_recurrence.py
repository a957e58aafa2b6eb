"""Rules of repetition give the days that python-dateutil gives."""

from __future__ import annotations

from datetime import timedelta

from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.experts.test_recurrence import BEGINS, starts

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


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
