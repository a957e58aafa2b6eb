"""Deadlines of claims: the day before, the day of, the day after, and what holds on any day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.deadlines import keep_until, retransmit_by, transmit_by
from telemed.kernel.period import add_months
from telemed.law.calendar import CalendarZone, is_working_day
from telemed.law.parameter import NotInForce
from tests.the_law import LAW as THE_LAW

LAW = THE_LAW.on(date(2026, 11, 22))
METROPOLE = CalendarZone.METROPOLE
DAYS = st.dates(date(2018, 1, 1), date(2040, 12, 31))
ZONES = st.sampled_from(CalendarZone)


def working_days_between(start: date, end: date, zone: CalendarZone) -> int:
    return sum(is_working_day(start + timedelta(days=n), zone, LAW) for n in range(1, (end - start).days + 1))


@given(day=DAYS, zone=ZONES, is_tiers_payant=st.booleans())
def test_an_invoice_has_three_working_days_or_eight_in_tiers_payant(
    day: date, zone: CalendarZone, is_tiers_payant: bool
) -> None:
    found = transmit_by(day, is_tiers_payant=is_tiers_payant, zone=zone, law=LAW)
    assert working_days_between(day, found.due_on, zone) == (8 if is_tiers_payant else 3)
    assert is_working_day(found.due_on, zone, LAW)
    assert found.counted_from == day


@given(day=DAYS, zone=ZONES)
def test_a_lot_refused_or_unanswered_has_two_working_days(day: date, zone: CalendarZone) -> None:
    found = retransmit_by(day, zone=zone, law=LAW)
    assert working_days_between(day, found.due_on, zone) == 2
    assert timedelta(days=2) <= found.due_on - day <= timedelta(days=6)


@given(day=DAYS)
def test_a_copy_is_kept_for_both_texts_and_no_longer(day: date) -> None:
    found = keep_until(day, LAW).due_on
    assert found >= day + timedelta(days=90)
    assert found >= add_months(day, 3)
    assert found in (day + timedelta(days=90), add_months(day, 3))


@pytest.mark.parametrize(("days", "late"), [(-1, False), (0, False), (1, True)])
def test_a_deadline_is_missed_on_the_day_after_it(days: int, late: bool) -> None:
    deadline = retransmit_by(date(2026, 11, 20), zone=METROPOLE, law=LAW)
    assert deadline.is_late(date(2026, 11, 24) + timedelta(days=days)) is late


def test_a_deadline_cites_what_made_it() -> None:
    direct = transmit_by(date(2026, 11, 20), is_tiers_payant=False, zone=METROPOLE, law=LAW)
    assert [(value.name, value.text) for value in direct.basis] == [
        ("claims/deadlines/direct", "3\u00a0jours ouvrés"),
        ("calendar/saturday_is_working_day", "non"),
    ]
    shared = transmit_by(date(2026, 11, 20), is_tiers_payant=True, zone=METROPOLE, law=LAW)
    assert shared.basis[0].name == "claims/deadlines/tiers_payant"
    again = retransmit_by(date(2026, 11, 20), zone=METROPOLE, law=LAW)
    assert again.basis[0].name == "claims/deadlines/retransmission"
    kept = keep_until(date(2026, 11, 20), LAW)
    assert [value.name for value in kept.basis] == ["claims/copies/months", "claims/copies/days"]
    assert kept.counted_from == date(2026, 11, 20)


def test_the_law_is_that_of_the_first_day_whatever_day_the_law_was_asked_for() -> None:
    old = THE_LAW.on(date(1990, 1, 1))
    assert retransmit_by(date(2026, 11, 20), zone=METROPOLE, law=old).due_on == date(2026, 11, 24)
    assert keep_until(date(2026, 2, 1), old).due_on == date(2026, 5, 2)


def test_no_deadline_is_guessed_before_the_text() -> None:
    with pytest.raises(NotInForce):
        keep_until(date(1998, 4, 14), LAW)
    assert keep_until(date(1998, 4, 15), LAW).due_on == date(1998, 7, 15)
    with pytest.raises(NotInForce):
        transmit_by(date(1998, 4, 14), is_tiers_payant=False, zone=METROPOLE, law=LAW)
