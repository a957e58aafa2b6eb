"""The payload of a month of télésurveillance, and how its months are counted from its start."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.facts import ActKind, FactsError, Part, TelemonitoringFacts, read_facts
from billing.facts.telemonitoring import EVENT, VERSION, DataReturn, Increase, find_month, find_month_id
from telemed.kernel.clock import Territory
from telemed.kernel.period import DayRange
from tests.shared import ROOT
from tests.unit.billing.making_months import FOLLOW_UP, make_month, make_operator

PAGE = ROOT / "docs" / "reference" / "telemonitoring-facts.md"
DAYS = st.dates(date(2023, 1, 1), date(2040, 12, 31))
RANGES = st.builds(
    lambda day, length: DayRange(day, None if length is None else day + timedelta(days=length)),
    DAYS,
    st.none() | st.integers(0, 900),
)
RETURNS = st.lists(
    st.builds(DataReturn, st.integers(1, 3), st.integers(1, 90), st.integers(0, 90)),
    unique_by=lambda one: one.month,
    max_size=3,
).map(tuple)
INCREASES = st.builds(
    Increase,
    st.sampled_from([1, 2]),
    st.lists(st.sampled_from(["III-1", "III-2"]), max_size=2).map(tuple),
    st.integers(0, 20),
    st.booleans(),
)
FULL = make_month(
    prescription=DayRange(date(2026, 1, 15), date(2027, 1, 14)),
    suspensions=(DayRange(date(2026, 2, 1), date(2026, 2, 3)),),
    increase=Increase(2, ("III-1",), 3, True),
)


@given(
    started_on=DAYS,
    month=st.integers(1, 40),
    prescription=st.none() | RANGES,
    consent=st.none() | RANGES,
    returns=RETURNS,
    suspensions=st.lists(RANGES, max_size=2).map(tuple),
    increase=st.none() | INCREASES,
    flag=st.booleans(),
)
def test_facts_survive_the_outbox(
    started_on: date,
    month: int,
    prescription: DayRange | None,
    consent: DayRange | None,
    returns: tuple[DataReturn, ...],
    suspensions: tuple[DayRange, ...],
    increase: Increase | None,
    flag: bool,
) -> None:
    facts = make_month(
        month=month,
        started_on=started_on,
        prescription=prescription,
        consent=consent,
        usage_data_consent=consent,
        data_returns=returns,
        suspensions=suspensions,
        increase=increase,
        is_only_follow_up=flag,
        is_prescriber_qualified=not flag,
        is_tiers_payant=flag,
    )
    assert read_facts(json.loads(json.dumps(facts.to_payload()))) == facts


def test_the_page_names_every_field_of_the_payload_and_the_event() -> None:
    text = PAGE.read_text("utf-8")
    first_cells = re.findall(r"^\| (`[^|]*`) \|", text, re.MULTILINE)
    assert {name for cell in first_cells for name in re.findall(r"`([^`]+)`", cell)} == FULL.to_payload().keys()
    assert f"version {VERSION}," in text
    assert EVENT == "telemonitoring.month_ended"
    assert f"`{EVENT}`" in text


def test_the_month_is_one_part_billed_by_the_operator_on_its_last_day() -> None:
    facts = make_month()
    assert facts.kind is ActKind.TELEMONITORING
    assert facts.parts == (Part.ACT,)
    assert facts.biller_of(Part.ACT) is facts.operator
    assert (facts.first_day, facts.last_day) == (date(2026, 1, 15), date(2026, 2, 14))
    assert facts.day_of(Part.ACT) == date(2026, 2, 14)


def test_the_month_is_closed_on_the_day_of_its_operator() -> None:
    at = datetime.fromisoformat("2027-01-01T03:30:00+00:00")
    assert make_month(closed_at=at).closed_on == date(2027, 1, 1)
    overseas = make_operator(territory=Territory.MARTINIQUE)
    assert make_month(closed_at=at, operator=overseas).closed_on == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("started_on", "month", "first_day", "last_day"),
    [
        (date(2026, 1, 15), 1, date(2026, 1, 15), date(2026, 2, 14)),
        (date(2026, 1, 15), 12, date(2026, 12, 15), date(2027, 1, 14)),
        (date(2026, 1, 1), 1, date(2026, 1, 1), date(2026, 1, 31)),
        (date(2026, 1, 29), 1, date(2026, 1, 29), date(2026, 2, 28)),
        (date(2026, 1, 30), 2, date(2026, 3, 1), date(2026, 3, 29)),
        (date(2026, 1, 31), 1, date(2026, 1, 31), date(2026, 2, 28)),
        (date(2026, 1, 31), 2, date(2026, 3, 1), date(2026, 3, 30)),
        (date(2026, 1, 31), 3, date(2026, 3, 31), date(2026, 4, 30)),
        (date(2026, 1, 31), 4, date(2026, 5, 1), date(2026, 5, 30)),
        (date(2028, 2, 29), 12, date(2029, 1, 29), date(2029, 2, 28)),
        (date(2028, 2, 29), 13, date(2029, 3, 1), date(2029, 3, 28)),
    ],
)
def test_a_month_counts_from_the_start_and_not_by_the_calendar(
    started_on: date, month: int, first_day: date, last_day: date
) -> None:
    assert find_month(started_on, month) == (first_day, last_day)


@given(started_on=DAYS, month=st.integers(1, 60))
def test_months_follow_one_another_without_gap_or_overlap(started_on: date, month: int) -> None:
    first_day, last_day = find_month(started_on, month)
    assert find_month(started_on, month + 1)[0] == last_day + timedelta(days=1)
    assert 27 <= (last_day - first_day).days <= 30


@given(started_on=DAYS)
def test_twelve_months_make_a_year(started_on: date) -> None:
    end = find_month(started_on, 12)[1] + timedelta(days=1)
    assert end.year == started_on.year + 1
    assert (end.month, end.day) == ((3, 1) if (started_on.month, started_on.day) == (2, 29) else _of(started_on))


def _of(day: date) -> tuple[int, int]:
    return day.month, day.day


def test_there_is_no_month_before_the_first() -> None:
    with pytest.raises(ValueError, match="first month is 1"):
        find_month(date(2026, 1, 15), 0)


def test_a_month_of_a_follow_up_is_always_the_same_act() -> None:
    assert find_month_id(FOLLOW_UP, 1) == find_month_id(FOLLOW_UP, 1) == make_month().act_id
    assert len({find_month_id(FOLLOW_UP, month) for month in range(1, 50)}) == 49
    assert find_month_id(UUID(int=1), 1) != find_month_id(FOLLOW_UP, 1)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: make_month(revision=0), "revision"),
        (lambda: make_month(act_id=find_month_id(FOLLOW_UP, 2)), "act_id"),
        (lambda: make_month(data_returns=(DataReturn(1, 30, 2), DataReturn(1, 30, 3))), "data_returns"),
        (lambda: DataReturn(0, 30, 30), "data_returns"),
        (lambda: DataReturn(1, 0, 0), "data_returns"),
        (lambda: DataReturn(1, 30, -1), "data_returns"),
        (lambda: Increase(0, (), 0, False), "increase"),
        (lambda: Increase(3, (), 0, False), "increase"),
        (lambda: Increase(1, (), -1, False), "increase"),
    ],
)
def test_facts_that_cannot_be_are_refused(make: Callable[[], object], field: str) -> None:
    with pytest.raises(FactsError, match=field):
        make()


def test_the_least_that_can_be_is_accepted() -> None:
    assert DataReturn(1, 1, 0).expected == 1
    assert Increase(1, (), 0, False).months_before == 0


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        (("version",), 2, "version: 1 is read here, not 2"),
        (("kind",), "teleconsultation", "kind"),
        (("month",), 0, "the first one is 1"),
        (("month",), "1", "whole number"),
        (("month",), True, "whole number"),
        (("started_on",), "15/01/2026", "unreadable"),
        (("closed_at",), "2026-02-15T12:00:00", "offset"),
        (("prescription", "last_day"), "2026-01-14", "ends on its first day or after"),
        (("prescription", "until"), "2027-01-14", "days.until"),
        (("consent",), "2026-01-14", "is not an object"),
        (("is_only_follow_up",), None, "true or false"),
        (("data_returns",), {}, "data_returns is a list"),
        (("suspensions",), None, "suspensions is a list"),
        (("increase", "grounds"), "III-1", "a list is expected"),
        (("increase", "level"), 3, "level 1 or 2"),
        (("dmn",), "", "a text is expected"),
        (("note",), "x", "unknown or missing fields: \\['note'\\]"),
    ],
)
def test_the_payload_is_read_strictly(path: tuple[str, ...], value: Any, fault: str) -> None:
    payload: dict[str, Any] = json.loads(json.dumps(FULL.to_payload()))
    place: dict[str, Any] = payload
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with pytest.raises(FactsError, match=fault):
        TelemonitoringFacts.from_payload(payload)


@pytest.mark.parametrize("field", sorted(FULL.to_payload().keys() - {"version"}))
def test_no_field_may_be_left_out(field: str) -> None:
    payload = FULL.to_payload()
    del payload[field]
    with pytest.raises(FactsError, match=field):
        TelemonitoringFacts.from_payload(payload)
