"""Civil days, the nights of clock change, frozen time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.kernel.clock import (
    FrozenClock,
    Territory,
    civil_date,
    civil_year,
    day_bounds,
    is_ambiguous,
    resolve_local,
)

INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def wall(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, fold=fold)  # type: ignore[arg-type]  # noqa: DTZ001


def test_the_last_evening_of_the_year_in_fort_de_france_is_already_next_year_in_paris() -> None:
    instant = datetime(2027, 1, 1, 3, 30, tzinfo=UTC)
    assert civil_year(instant, Territory.MARTINIQUE) == 2026
    assert civil_year(instant, Territory.METROPOLE) == 2027
    assert civil_date(instant, Territory.LA_REUNION) == date(2027, 1, 1)


def test_a_naive_instant_has_no_day() -> None:
    with pytest.raises(ValueError, match="offset"):
        civil_date(wall(2026, 1, 1), Territory.METROPOLE)


def test_the_skipped_hour_of_march_does_not_exist() -> None:
    with pytest.raises(ValueError, match="does not exist"):
        resolve_local(wall(2026, 3, 29, 2, 30), Territory.METROPOLE)


def test_the_doubled_hour_of_october_is_two_instants() -> None:
    first = resolve_local(wall(2026, 10, 25, 2, 30), Territory.METROPOLE)
    second = resolve_local(wall(2026, 10, 25, 2, 30, fold=1), Territory.METROPOLE)
    assert second - first == timedelta(hours=1)
    assert is_ambiguous(wall(2026, 10, 25, 2, 30), Territory.METROPOLE)


@pytest.mark.parametrize(
    ("moment", "territory"),
    [
        (wall(2026, 10, 25, 1, 59), Territory.METROPOLE),
        (wall(2026, 10, 25, 3, 0), Territory.METROPOLE),
        (wall(2026, 3, 29, 2, 30), Territory.METROPOLE),
        (wall(2026, 10, 25, 2, 30), Territory.LA_REUNION),
    ],
)
def test_other_times_are_not_doubtful(moment: datetime, territory: Territory) -> None:
    assert not is_ambiguous(moment, territory)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 7, 1), 24)])
def test_a_day_lasts_23_24_or_25_hours(day: date, hours: int) -> None:
    start, end = day_bounds(day, Territory.METROPOLE)
    assert end - start == timedelta(hours=hours)


@given(INSTANTS, st.sampled_from(Territory))
def test_an_instant_lies_within_the_bounds_of_its_civil_day(instant: datetime, territory: Territory) -> None:
    start, end = day_bounds(civil_date(instant, territory), territory)
    assert start <= instant < end


@given(INSTANTS, st.sampled_from(Territory))
def test_a_wall_time_that_was_shown_leads_back_to_its_instant(instant: datetime, territory: Territory) -> None:
    shown = instant.astimezone(territory.zone)
    assert resolve_local(shown.replace(tzinfo=None), territory) == instant


def test_a_frozen_clock_moves_only_forward() -> None:
    clock = FrozenClock(datetime(2026, 1, 1, tzinfo=UTC))
    clock.advance(timedelta(seconds=90))
    assert (clock.now().minute, clock.monotonic()) == (1, 90)
    with pytest.raises(ValueError, match="back"):
        clock.advance(timedelta(seconds=-1))
