"""Simulated patients: the same for the same seed, readable by every door, and spoilt as asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from telemed.acts.telemonitoring.formats.fhir.bundle import decode_bundle
from telemed.acts.telemonitoring.model.observation import Quarantine
from telemed.demo.devices.answers import KEPT, KNOWN, REFUSED, Tally
from telemed.demo.devices.cohorts import COHORTS, chance_of, play
from telemed.demo.devices.faults import FAULTS, by_hour, spoil
from telemed.demo.devices.messages import Message, as_messages
from tests.unit.acts.telemonitoring.making import make_reading

MIDNIGHT = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = 30


def messages(cohort: str, patient: int = 0, *, seed: int = 1, days: int = DAYS) -> list[Message]:
    return as_messages(play(cohort, seed, patient, midnight=MIDNIGHT, days=days), "Patient/1")


def instants(sent: Sequence[Message]) -> list[str]:
    return [part["effectiveDateTime"] for one in sent for part in one.resources]


@pytest.mark.parametrize("cohort", COHORTS)
def test_a_seed_plays_the_same_patients_and_another_one_others(cohort: str) -> None:
    days = 2 if cohort == "cgm" else DAYS
    played = messages(cohort, 3, days=days)
    assert played == messages(cohort, 3, days=days)
    assert played != messages(cohort, 4, days=days)
    assert played != messages(cohort, 3, seed=2, days=days)


@pytest.mark.parametrize("cohort", COHORTS)
def test_every_measure_is_one_that_we_know_and_a_living_body_may_show(cohort: str) -> None:
    found = [
        part
        for patient in range(3)
        for one in messages(cohort, patient, days=3 if cohort == "cgm" else 14)
        for part in one.resources
    ]
    receipts = decode_bundle(Message(MIDNIGHT, tuple(found)).body(), make_reading()).entries
    observations = [one for entry in receipts for one in entry.receipt.observations]
    assert [entry.receipt.issues for entry in receipts if entry.receipt.issues] == []
    assert len(observations) >= len(found)
    assert {one.quarantine for one in observations} == {None}
    assert None not in {one.signal for one in observations}
    assert not any(one.quarantine is Quarantine.CONFLICT for one in observations)


def test_some_patients_decompensate_in_their_last_week_and_most_do_not() -> None:
    gains = []
    for patient in range(40):
        kilograms = [one.resources[0]["valueQuantity"]["value"] for one in messages("weights", patient)]
        gains.append(kilograms[-1] - kilograms[-8])
    assert 5 <= sum(gain > 1.5 for gain in gains) <= 18


def spoilt(
    fault: str, cohort: str = "weights", *, patients: int = 30, days: int = DAYS
) -> list[tuple[list[Message], list[Message]]]:
    """What some patients would have sent, and what they send with one fault."""
    pairs = []
    for patient in range(patients):
        sent = messages(cohort, patient, days=days)
        sent = by_hour(sent) if cohort == "cgm" else sent
        pairs.append((sent, spoil([fault], chance_of("faults", 1, patient), list(sent))))
    return [(sent, after) for sent, after in pairs if sent != after]


def test_silence_is_a_gap_of_a_fifth() -> None:
    for sent, after in spoilt("silence"):
        assert set(instants(after)) < set(instants(sent))
        assert 0.7 < len(after) / len(sent) < 0.9


def test_a_burst_comes_late_and_lacks_nothing() -> None:
    for sent, after in spoilt("bursts"):
        assert sorted(instants(after)) == sorted(instants(sent))
        burst = next(one for one in after if one.fault == "burst")
        assert len(burst.resources) >= 6
        assert datetime.fromisoformat(burst.resources[0]["effectiveDateTime"]) < burst.sent_at - timedelta(days=1)


def test_a_clock_drifts_by_minutes_a_day() -> None:
    for sent, after in spoilt("drift"):
        shift = datetime.fromisoformat(instants(after)[-1]) - datetime.fromisoformat(instants(sent)[-1])
        assert timedelta(minutes=25) < abs(shift) < timedelta(hours=3)


def test_duplicates_are_the_same_measures_again() -> None:
    found = spoilt("duplicates")
    assert len(found) > 20
    for sent, after in found:
        assert set(instants(after)) == set(instants(sent))
        assert len(after) > len(sent)


def test_units_change_rightly_or_are_refused() -> None:
    pairs = spoilt("units", patients=8) + spoilt("units", "cgm", patients=2, days=2)
    changed = [one for _, after in pairs for one in after if one.fault]
    assert {one.fault for one in changed} == {"other unit", "wrong unit"}
    for one in changed:
        entries = decode_bundle(Message(one.sent_at, (*one.resources, one.resources[0])).body(), make_reading()).entries
        refused = [entry.receipt.is_refused for entry in entries]
        assert any(refused) == (one.fault == "wrong unit")
        assert all(entry.receipt.is_refused or entry.receipt.observations[0].signal for entry in entries)


def test_a_fault_is_played_whatever_the_others_are() -> None:
    sent = spoil(list(FAULTS), chance_of("faults", 1, 0), messages("weights", 0))
    assert [one.sent_at for one in sent] == sorted(one.sent_at for one in sent)


def test_answers_are_counted_by_what_became_of_each_measure() -> None:
    tally = Tally()
    entry = {"response": {"status": "201 Created"}}
    known = {"severity": "information", "details": {"coding": [{"code": "measure.known"}]}}
    fault = {"severity": "error", "details": {"coding": [{"code": "unit.unknown"}]}}
    tally.read({"resourceType": "Bundle", "entry": [entry, entry]})
    tally.read({"resourceType": "OperationOutcome", "issue": [known]})
    tally.read({"resourceType": "OperationOutcome", "issue": [fault, fault]})
    tally.read({"code": "too_large", "status": 413})
    assert tally.outcomes == {KEPT: 2, KNOWN: 1, REFUSED: 2}
    assert tally.codes == {"unit.unknown": 2, "too_large": 1}
    assert len(tally.lines()) == 6
