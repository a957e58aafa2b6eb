"""When somebody is told: quiet hours and digests on his own walls, whatever the clock does."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.acts.teleexpertise.model import Contact, Notice, NoticeKind, QuietHours, Urgency
from telemed.acts.teleexpertise.rules.telling import end_of_quiet, held_until, instant_of, next_at
from telemed.kernel.clock import Territory
from telemed.kernel.ids import new_id

PARIS, REUNION = Territory.METROPOLE, Territory.LA_REUNION
NIGHT = QuietHours(time(20), time(7, 30))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def notice(due_at: datetime | None = None) -> Notice:
    return Notice(new_id(), new_id(), NoticeKind.OFFERED, due_at)


def test_the_night_is_that_of_the_person() -> None:
    evening = at("2026-11-25 18:00")  # 19 h in Paris, 22 h in La Réunion
    assert end_of_quiet(NIGHT, evening, PARIS) is None
    assert end_of_quiet(NIGHT, evening, REUNION) == at("2026-11-26 03:30")


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-11-25 18:59:59", None),
        ("2026-11-25 19:00", "2026-11-26 06:30"),
        ("2026-11-26 06:29:59", "2026-11-26 06:30"),
        ("2026-11-26 06:30", None),
        ("2027-03-27 23:00", "2027-03-28 05:30"),  # an hour shorter
        ("2026-10-24 22:00", "2026-10-25 06:30"),  # an hour longer
    ],
)
def test_quiet_hours_end_at_the_wall_through_clock_changes(now: str, end: str | None) -> None:
    assert end_of_quiet(NIGHT, at(now), PARIS) == (at(end) if end else None)


def test_an_end_that_the_clock_skips_or_shows_twice() -> None:
    short = QuietHours(time(1), time(2, 30))
    assert end_of_quiet(short, at("2027-03-28 00:30"), PARIS) == at("2027-03-28 01:30")  # 3 h 30 on the wall
    assert end_of_quiet(short, at("2026-10-25 00:10"), PARIS) == at("2026-10-25 00:30")  # the first 2 h 30
    assert end_of_quiet(short, at("2026-10-25 01:10"), PARIS) is None  # 2 h 10, shown again


def test_what_is_needed_within_hours_is_never_held_unless_he_said_so() -> None:
    night = at("2026-11-25 23:00")
    asked = (notice(), Urgency.HOURS)
    assert held_until(*asked, Contact(quiet=NIGHT, digest_at=time(8)), night, PARIS) is None
    assert held_until(*asked, Contact(quiet=NIGHT, holds_urgent=True), night, PARIS) == at("2026-11-26 06:30")


def test_one_digest_a_day_but_for_what_cannot_wait_for_it() -> None:
    morning, contact = at("2026-11-25 08:00"), Contact(quiet=NIGHT, digest_at=time(8))
    digest = at("2026-11-26 07:00")
    assert held_until(notice(), Urgency.WEEK, contact, morning, PARIS) == digest
    assert held_until(notice(digest + timedelta(seconds=1)), Urgency.WEEK, contact, morning, PARIS) == digest
    assert held_until(notice(digest), Urgency.TWO_DAYS, contact, morning, PARIS) is None
    late = at("2026-11-25 20:00")
    assert held_until(notice(digest), Urgency.TWO_DAYS, contact, late, PARIS) == at("2026-11-26 06:30")
    at_night = Contact(quiet=NIGHT, digest_at=time(6))
    assert held_until(notice(), Urgency.WEEK, at_night, morning, PARIS) == at("2026-11-26 06:30")
    assert held_until(notice(), Urgency.WEEK, Contact(), morning, PARIS) is None


@given(
    now=st.timedeltas(timedelta(), timedelta(days=730)).map(lambda later: datetime(2026, 1, 1, tzinfo=UTC) + later),
    quiet=st.tuples(st.times(), st.times()).filter(lambda pair: pair[0] != pair[1]),
    territory=st.sampled_from(list(Territory)),
)
def test_nobody_waits_more_than_a_day_and_an_hour(
    now: datetime, quiet: tuple[time, time], territory: Territory
) -> None:
    hours = QuietHours(*(one.replace(second=0, microsecond=0) for one in quiet)) if _differ(quiet) else NIGHT
    end = end_of_quiet(hours, now, territory)
    assert end is None or now < end <= now + timedelta(hours=25)
    assert now < next_at(hours.end, now, territory) <= now + timedelta(hours=25)


def _differ(quiet: tuple[time, time]) -> bool:
    start, end = quiet
    return (start.hour, start.minute) != (end.hour, end.minute)


def test_a_time_of_the_wall_is_an_instant() -> None:
    assert instant_of(date(2026, 7, 14), time(8), PARIS) == at("2026-07-14 06:00")
    with pytest.raises(ValueError, match="different"):
        QuietHours(time(8), time(8))
