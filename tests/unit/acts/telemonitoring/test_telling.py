"""When people are told: not at night unless it must be, not of what they muted unless it grew worse."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from telemed.acts.telemonitoring.model.alert import Severity
from telemed.acts.telemonitoring.model.rule import QuietHours, Side, Threshold
from telemed.acts.telemonitoring.rules.telling import Mute, find_told_at, is_muted
from telemed.kernel.clock import Territory
from tests.unit.acts.telemonitoring.arriving import make_rule

NIGHT = QuietHours(start="22:00", end="07:00")
RULE = make_rule(Threshold(signal="weight", unit="kg", side=Side.ABOVE, limit=Decimal(80)), quiet_hours=NIGHT)
PARIS = Territory.METROPOLE
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ("2026-11-20T21:59:59+01:00", "2026-11-20T21:59:59+01:00"),
        ("2026-11-20T22:00:00+01:00", "2026-11-21T07:00:00+01:00"),
        ("2026-11-21T06:59:59+01:00", "2026-11-21T07:00:00+01:00"),
        ("2026-11-21T07:00:00+01:00", "2026-11-21T07:00:00+01:00"),
        ("2026-03-28T23:00:00+01:00", "2026-03-29T07:00:00+02:00"),
        ("2026-10-24T23:00:00+02:00", "2026-10-25T07:00:00+01:00"),
    ],
)
def test_quiet_hours_hold_until_their_end_on_the_patient_s_wall(found: str, told: str) -> None:
    assert find_told_at(RULE, at(found), PARIS) == at(told)


def test_quiet_hours_within_a_day_end_that_day() -> None:
    nap = msgspec.structs.replace(RULE, quiet_hours=QuietHours(start="13:00", end="15:00"))
    assert find_told_at(nap, at("2026-11-20T14:00:00+01:00"), PARIS) == at("2026-11-20T15:00:00+01:00")
    assert find_told_at(nap, at("2026-11-20T15:00:00+01:00"), PARIS) == at("2026-11-20T15:00:00+01:00")


def test_an_end_that_the_clock_skips_is_an_hour_later() -> None:
    odd = msgspec.structs.replace(RULE, quiet_hours=QuietHours(start="22:00", end="02:30"))
    assert find_told_at(odd, at("2026-03-29T01:00:00+01:00"), PARIS) == at("2026-03-29T03:30:00+02:00")


def test_an_end_that_the_clock_shows_twice_is_never_before_what_was_found() -> None:
    """From one in the morning to half past two, in the night that is an hour longer."""
    odd = msgspec.structs.replace(RULE, quiet_hours=QuietHours(start="01:00", end="02:30"))
    assert find_told_at(odd, at("2026-10-25T02:15:00+02:00"), PARIS) == at("2026-10-25T02:30:00+02:00")
    assert find_told_at(odd, at("2026-10-25T02:15:00+01:00"), PARIS) == at("2026-10-25T02:30:00+01:00")


def test_what_must_be_seen_now_knows_no_quiet_hours() -> None:
    urgent = msgspec.structs.replace(RULE, severity=Severity.NOW)
    found = at("2026-11-20T23:00:00+01:00")
    assert find_told_at(urgent, found, PARIS) == found
    assert find_told_at(msgspec.structs.replace(RULE, quiet_hours=None), found, PARIS) == found


MUTE = Mute("weight_gain", Side.ABOVE, NOW + timedelta(days=1), level=82_000_000, tolerance=500_000)


@pytest.mark.parametrize(
    ("cause", "direction", "level", "hours", "muted"),
    [
        ("weight_gain", Side.ABOVE, 82_000_000, 0, True),
        ("weight_gain", Side.ABOVE, 82_500_000, 0, True),
        ("weight_gain", Side.ABOVE, 82_500_001, 0, False),
        ("weight_gain", Side.ABOVE, 70_000_000, 23, True),
        ("weight_gain", Side.ABOVE, 82_000_000, 24, False),
        ("weight_gain", Side.BELOW, 82_000_000, 0, False),
        ("breath", Side.ABOVE, 82_000_000, 0, False),
        ("weight_gain", Side.ABOVE, None, 0, True),
    ],
)
def test_a_mute_holds_for_its_cause_and_side_until_its_end_or_worse(
    cause: str, direction: Side, level: int | None, hours: int, *, muted: bool
) -> None:
    assert is_muted(MUTE, cause, direction, level, now=NOW + timedelta(hours=hours)) is muted


def test_below_is_worse_downwards() -> None:
    low = Mute("hypoglycaemia", Side.BELOW, NOW + timedelta(days=1), level=60_000_000)
    assert is_muted(low, "hypoglycaemia", Side.BELOW, 61_000_000, now=NOW)
    assert not is_muted(low, "hypoglycaemia", Side.BELOW, 59_000_000, now=NOW)
