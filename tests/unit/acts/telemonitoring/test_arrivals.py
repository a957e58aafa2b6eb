"""What becomes of a measure that is sent again, corrected, contradicted, or dated from the future."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from telemed.acts.telemonitoring.model.arrival import Arrival, Kept, Taken
from telemed.acts.telemonitoring.model.observation import ObservationStatus, Quarantine
from telemed.acts.telemonitoring.rules.arrivals import TOLERANCE, check_clock, find_current, settle
from tests.unit.acts.telemonitoring.making import make_arrival

FINAL, AMENDED, PRELIMINARY = ObservationStatus.FINAL, ObservationStatus.AMENDED, ObservationStatus.PRELIMINARY
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


def receive(*arrivals: Arrival) -> tuple[list[Taken], list[Kept]]:
    taken, versions = [], list[Kept]()
    for arrival in arrivals:
        what, kept = settle(arrival, versions)
        taken.append(what)
        versions += [kept] if kept else []
    return taken, versions


def test_the_same_measure_is_kept_once() -> None:
    taken, versions = receive(make_arrival(70), make_arrival(70))
    assert taken == [Taken.NEW, Taken.DUPLICATE]
    assert len(versions) == 1


def test_a_correction_is_a_version_and_the_first_one_sent_again_is_no_news() -> None:
    taken, versions = receive(make_arrival(70), make_arrival(71, AMENDED), make_arrival(70), make_arrival(71, AMENDED))
    assert taken == [Taken.NEW, Taken.CORRECTED, Taken.DUPLICATE, Taken.DUPLICATE]
    assert find_current(versions).observation.number == 71
    assert [one.version for one in versions] == [0, 1]


def test_another_value_that_is_no_correction_is_set_aside_and_the_first_stands() -> None:
    taken, versions = receive(make_arrival(70), make_arrival(90), make_arrival(90))
    assert taken == [Taken.NEW, Taken.CONFLICT, Taken.DUPLICATE]
    assert find_current(versions).observation.number == 70
    assert versions[1].observation.quarantine is Quarantine.CONFLICT
    assert not versions[1].observation.counts


def test_a_preliminary_value_becomes_final_without_a_conflict() -> None:
    taken, versions = receive(make_arrival(70, PRELIMINARY), make_arrival(71))
    assert taken == [Taken.NEW, Taken.CORRECTED]
    assert find_current(versions).observation.number == 71


def test_a_correction_that_comes_before_what_it_corrects_stands() -> None:
    taken, versions = receive(make_arrival(71, AMENDED), make_arrival(70))
    assert taken == [Taken.NEW, Taken.CONFLICT]
    assert find_current(versions).observation.number == 71


@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from([FINAL, AMENDED, PRELIMINARY])), max_size=8))
def test_versions_follow_one_another_and_none_says_the_same_twice(sent: list[tuple[int, ObservationStatus]]) -> None:
    taken, versions = receive(*(make_arrival(value, status) for value, status in sent))
    assert [one.version for one in versions] == list(range(len(versions)))
    assert len(versions) == len(set(sent)) == len(taken) - taken.count(Taken.DUPLICATE)


@pytest.mark.parametrize(
    ("ahead", "code"), [(timedelta(0), None), (TOLERANCE, None), (TOLERANCE * 1.001, "time.future")]
)
def test_the_future_is_refused_beyond_the_tolerance(ahead: timedelta, code: str | None) -> None:
    observation = replace(make_arrival(70).observation, measured_at=NOW + ahead)
    issue = check_clock(observation, NOW)
    assert (issue.code if issue else None) == code
