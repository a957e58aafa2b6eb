"""FHIR observations and bundles: read as published, kept exactly, and told precisely what is wrong."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.acts.telemonitoring.formats.fhir.bundle import decode_bundle
from telemed.acts.telemonitoring.formats.fhir.observation import Reading, decode_observation
from telemed.acts.telemonitoring.formats.fhir.outcome import write_outcome
from telemed.acts.telemonitoring.model.observation import (
    Comparator,
    Observation,
    ObservationStatus,
    Precision,
    Quarantine,
)
from telemed.acts.telemonitoring.model.receipt import Unreadable
from telemed.kernel.clock import Territory
from tests.unit.acts.telemonitoring.making import as_json, make_code, make_quantity, make_reading, make_weight

MORNING = datetime(2026, 11, 20, 7, 15, tzinfo=UTC)


def read(resource: object) -> Observation:
    receipt = decode_observation(as_json(resource), make_reading())
    assert not receipt.is_refused, receipt.issues
    (observation,) = receipt.observations
    return observation


def refusal(resource: object) -> str:
    receipt = decode_observation(as_json(resource), make_reading())
    assert receipt.is_refused
    assert receipt.observations == ()
    return receipt.issues[0].code


def test_a_weight_is_kept_in_kilograms_at_its_instant() -> None:
    observation = read(make_weight(70.4))
    assert observation.key == ("Device/scale", "weight", MORNING, "")
    assert observation.number == Decimal("70.4")
    assert observation.counts


@pytest.mark.parametrize(
    ("value", "unit", "kilograms"), [(70400, "g", "70.4"), (154, "[lb_av]", "69.853225"), (70, "kg", "70")]
)
def test_a_weight_in_another_unit_is_the_same_weight(value: float, unit: str, kilograms: str) -> None:
    assert read(make_weight(value, unit)).number == Decimal(kilograms)


def test_a_blood_pressure_gives_one_measure_a_component() -> None:
    components = [
        {"code": make_code("8480-6"), "valueQuantity": make_quantity(131, "mm[Hg]")},
        {"code": make_code("8462-4"), "valueQuantity": make_quantity(84, "mm[Hg]")},
    ]
    pressure = make_weight(code=make_code("85354-9"), valueQuantity=None, component=components)
    receipt = decode_observation(as_json(pressure), make_reading())
    assert [(one.signal, one.number) for one in receipt.observations] == [
        ("systolic_pressure", Decimal(131)),
        ("diastolic_pressure", Decimal(84)),
    ]
    assert len({one.key for one in receipt.observations}) == 2


def test_a_period_counts_from_its_end() -> None:
    night = {"start": "2026-11-19T22:00:00+01:00", "end": "2026-11-20T08:15:00+01:00"}
    observation = read(make_weight(effectiveDateTime=None, effectivePeriod=night))
    assert observation.measured_at == MORNING
    assert observation.started_at == datetime(2026, 11, 19, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("territory", "hour"), [(Territory.METROPOLE, 22), (Territory.LA_REUNION, 20), (Territory.MARTINIQUE, 4)]
)
def test_a_day_alone_begins_where_the_patient_lives(territory: Territory, hour: int) -> None:
    content = as_json(make_weight(effectiveDateTime="2026-07-09"))
    (observation,) = decode_observation(content, make_reading(territory)).observations
    assert observation.precision is Precision.DAY
    assert observation.measured_at.hour == hour


@pytest.mark.parametrize("value", [0.2, 9000, 1e308, 10**30, -3])
def test_an_impossible_value_is_set_aside_and_said(value: float) -> None:
    receipt = decode_observation(as_json(make_weight(value)), make_reading())
    (observation,) = receipt.observations
    assert observation.quarantine is Quarantine.IMPLAUSIBLE
    assert not observation.counts
    assert observation.raw.endswith("kg")
    assert [issue.code for issue in receipt.issues] == ["value.implausible"]


def test_a_meter_beyond_its_range_says_so() -> None:
    quantity = make_quantity(20, "mg/dL") | {"comparator": "<"}
    observation = read(make_weight(code=make_code("41653-7"), valueQuantity=quantity))
    assert (observation.signal, observation.number, observation.comparator) == (
        "capillary_glucose",
        Decimal(20),
        Comparator.BELOW,
    )


def test_an_absent_value_is_a_transmission_without_measure() -> None:
    observation = read(make_weight(valueQuantity=None, dataAbsentReason={"coding": [{"code": "error"}]}))
    assert (observation.value, observation.absent) == (None, "|error")
    assert not observation.counts


@pytest.mark.parametrize("status", ["amended", "corrected", "entered-in-error", "preliminary"])
def test_a_correction_bears_the_name_of_what_it_corrects(status: str) -> None:
    corrected = read(make_weight(71, status=status))
    assert corrected.key == read(make_weight()).key
    assert corrected.counts == (status != "entered-in-error")


def test_what_takes_a_measure_back_needs_no_value() -> None:
    observation = read(make_weight(status="entered-in-error", valueQuantity=None))
    assert observation.status is ObservationStatus.ENTERED_IN_ERROR


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": "cancelled"}, "observation.status"),
        ({"status": None}, "message.structure"),
        ({"code": {"text": "poids"}}, "code.missing"),
        ({"subject": None}, "subject.missing"),
        ({"effectiveDateTime": None}, "time.missing"),
        ({"effectiveDateTime": "2026-11"}, "time.unreadable"),
        ({"effectiveDateTime": "2026-02-30"}, "time.unreadable"),
        ({"effectiveDateTime": "2026-W47-1"}, "time.unreadable"),
        ({"effectiveDateTime": "2026-11-20T08:15:00"}, "time.no_offset"),
        ({"effectiveDateTime": "1900-01-01"}, "time.impossible"),
        ({"effectiveDateTime": "0001-01-01T00:00:00+14:00"}, "time.impossible"),
        ({"effectiveDateTime": "9999-12-31T23:59:59-12:00"}, "time.impossible"),
        (
            {"effectiveDateTime": None, "effectivePeriod": {"start": "2026-11-20", "end": "2026-11-19"}},
            "time.reversed",
        ),
        ({"valueQuantity": None}, "value.missing"),
        ({"valueQuantity": {"unit": "kg", "code": "kg"}}, "value.missing"),
        ({"valueQuantity": make_quantity(70, "[kg]")}, "unit.unknown"),
        ({"valueQuantity": make_quantity(70, "cm")}, "unit.unknown"),
        ({"valueQuantity": {"value": 70}}, "unit.unknown"),
        ({"valueQuantity": {"value": 70, "system": "urn:mine", "code": "kg"}}, "unit.system"),
        ({"valueQuantity": {"value": "70", "code": "kg"}}, "message.structure"),
        ({"valueQuantity": {"value": True, "code": "kg"}}, "message.structure"),
        ({"valueQuantity": make_quantity(70, "kg") | {"comparator": "~"}}, "value.comparator"),
        ({"valueQuantity": None, "valueInteger": 70}, "value.not_a_quantity"),
        ({"valueQuantity": None, "valueSampledData": {"data": "1 2 3"}}, "value.type"),
        ({"modifierExtension": [{"url": "urn:x"}]}, "observation.modifier"),
        ({"code": make_code("85354-9"), "valueQuantity": None}, "component.missing"),
        ({"code": make_code("65502-7"), "valueQuantity": None, "valueString": "x" * 2001}, "value.too_long"),
        ({"code": make_code("442736000", "http://snomed.info/sct"), "valueQuantity": None, "valueInteger": None,
          "valueString": "cinq"}, "value.not_a_quantity"),
        ({"code": make_code("442736000", "http://snomed.info/sct"), "valueQuantity": make_quantity(2.5, "1")},
         "value.not_a_count"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_says_why(change: dict[str, Any], code: str) -> None:
    assert refusal(make_weight(**change)) == code


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe",
        b'{"resourceType":"Patient"}',
        as_json(make_weight(id="\x00")),
        b'{"resourceType":"Observation","status":"final","code":{"coding":[]},"x":' + b"[" * 100_000,
        b'{"resourceType":"Observation","status":"final","code":{},"valueQuantity":{"value":NaN}}',
        b'{"resourceType":"Observation","status":"final","code":{},"valueQuantity":{"value":1e999}}',
    ],
    ids=range(10),
)
def test_what_is_no_observation_is_refused_without_a_fall(content: bytes) -> None:
    receipt = decode_observation(content, make_reading())
    assert [issue.code for issue in receipt.issues] == ["message.structure"]


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_fall(content: bytes) -> None:
    assert decode_observation(content, make_reading()).is_refused


def test_a_code_that_nobody_knows_is_kept_as_it_came() -> None:
    receipt = decode_observation(as_json(make_weight(code=make_code("99999-9"))), make_reading())
    (observation,) = receipt.observations
    assert (observation.signal, observation.answer, observation.counts) == (None, "70.4 kg", False)
    assert observation.key == ("Device/scale", "http://loinc.org|99999-9", MORNING, "")
    assert [issue.severity.value for issue in receipt.issues] == ["information"]


def test_a_flood_of_digits_is_no_number() -> None:
    content = as_json(make_weight(70)).replace(b'"value": 70', b'"value": ' + b"9" * 5_000)
    assert decode_observation(content, make_reading()).is_refused


def test_no_text_about_a_refusal_repeats_the_measure() -> None:
    receipt = decode_observation(as_json(make_weight(712345, "[kg]")), make_reading())
    assert "712345" not in str(write_outcome(receipt.issues))


def test_an_outcome_says_what_and_where() -> None:
    receipt = decode_observation(as_json(make_weight(70, "[kg]")), make_reading())
    (issue,) = write_outcome(receipt.issues)["issue"]
    assert (issue["severity"], issue["code"]) == ("error", "code-invalid")
    assert issue["expression"] == ["Observation.valueQuantity.code"]
    assert len(write_outcome([])["issue"]) == 1


def bundle(*resources: object, kind: str = "batch") -> bytes:
    entries = [{"resource": one, "request": {"method": "POST", "url": one["resourceType"]}} for one in resources]  # type: ignore[index]
    return as_json({"resourceType": "Bundle", "type": kind, "entry": entries})


def test_a_bad_entry_spoils_no_other() -> None:
    answer = decode_bundle(bundle(make_weight(), make_weight(70, "[kg]"), make_weight(status=7)), make_reading())
    assert [entry.receipt.is_refused for entry in answer.entries] == [False, True, True]
    assert not answer.is_refused
    assert answer.entries[1].receipt.issues[0].place == "Bundle.entry[1].resource.valueQuantity.code"
    assert answer.entries[2].receipt.issues[0].place == "Bundle.entry[2].resource.status"


def test_a_transaction_is_taken_whole_or_not_at_all() -> None:
    assert decode_bundle(bundle(make_weight(), make_weight(70, "[kg]"), kind="transaction"), make_reading()).is_refused
    assert not decode_bundle(bundle(make_weight(), kind="transaction"), make_reading()).is_refused


def test_a_device_of_the_bundle_is_known_by_its_own_identifier() -> None:
    device = {"resourceType": "Device", "id": "scale", "identifier": [{"system": "urn:oid:1.2", "value": "AA-01"}]}
    answer = decode_bundle(bundle(device, make_weight()), make_reading())
    assert (answer.entries[0].kind, answer.entries[0].receipt.issues) == ("Device", ())
    assert answer.entries[1].receipt.observations[0].device == "urn:oid:1.2|AA-01"


NAMED: dict[str, tuple[dict[str, Any], str]] = {
    "relative": ({"reference": "Patient/7"}, "Patient/7"),
    "ours, in full": ({"reference": "https://ours.example/fhir/Patient/7"}, "Patient/7"),
    "somebody's": ({"reference": "https://theirs.example/fhir/Patient/7"}, "https://theirs.example/fhir/Patient/7"),
    "of a version": ({"reference": "Patient/7/_history/2"}, "Patient/7"),
    "by a search": ({"reference": "Patient?identifier=urn:x%7C42"}, "urn:x|42"),
    "by a name": ({"identifier": {"system": "urn:x", "value": "42"}}, "urn:x|42"),
    "contained": ({"reference": "#him"}, "urn:x|42"),
    "contained nowhere": ({"reference": "#her"}, "#her"),
    "along in the bundle": ({"reference": "urn:uuid:1"}, "urn:x|42"),
}


@pytest.mark.parametrize("how", NAMED)
def test_a_patient_is_named_in_every_way_that_fhir_has(how: str) -> None:
    reference, expected = NAMED[how]
    him = {"resourceType": "Patient", "id": "him", "identifier": [{"value": ""}, {"system": "urn:x", "value": "42"}]}
    known = {"urn:uuid:1": "urn:x|42"}
    reading = Reading(make_reading().catalogue, base="https://ours.example/fhir", named=known)
    receipt = decode_observation(as_json(make_weight(subject=reference, contained=[him])), reading)
    assert [one.subject for one in receipt.observations] == [expected]


def test_a_contained_device_without_a_name_is_not_taken_for_the_sender() -> None:
    nameless = make_weight(device={"reference": "#d"}, contained=[{"resourceType": "Device", "id": "d"}])
    assert [one.device for one in decode_observation(as_json(nameless), make_reading()).observations] == ["#d"]


def test_an_entry_that_has_no_shape_spoils_no_other_of_a_batch() -> None:
    entries = [None, {"resource": make_weight()}, {"resource": None, "request": 5}, 7]
    content: dict[str, Any] = {"resourceType": "Bundle", "type": "batch", "entry": entries}
    answer = decode_bundle(as_json(content), make_reading())
    assert [entry.receipt.is_refused for entry in answer.entries] == [True, False, True, True]
    for broken in (content | {"type": "transaction"}, content | {"entry": {}}, {**content, "type": 7}):
        with pytest.raises(Unreadable):
            decode_bundle(as_json(broken), make_reading())


@pytest.mark.parametrize("filling", [b"{}", b"1", b"null"])
def test_a_flood_of_empty_entries_is_turned_away_before_it_fills_the_memory(filling: bytes) -> None:
    for many in (5_001, 1_000_002):
        content = b'{"resourceType":"Bundle","type":"batch","entry":[' + b",".join([filling] * many) + b"]}"
        tracemalloc.start()
        with pytest.raises(Unreadable) as refused:
            decode_bundle(content, make_reading())
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert refused.value.issue.code == "bundle.too_long"
        assert peak < 4_000_000, many


@pytest.mark.parametrize("where", ["implicitRules", "modifierExtension"])
def test_what_changes_the_meaning_is_not_passed_over(where: str) -> None:
    said = {"implicitRules": "urn:x"} if where == "implicitRules" else {"modifierExtension": [{"url": "urn:x"}]}
    receipt = decode_observation(as_json(make_weight(**said)), make_reading())
    assert [issue.code for issue in receipt.issues] == ["observation.modifier"]
    if where == "modifierExtension":
        part = {"code": make_code("8480-6"), "valueQuantity": make_quantity(120, "mm[Hg]"), **said}
        pressure = make_weight(code=make_code("85354-9"), valueQuantity=None, component=[part])
        receipt = decode_observation(as_json(pressure), make_reading())
        assert [issue.place for issue in receipt.issues] == ["Observation.component[0].modifierExtension"]


def test_a_second_of_sixty_is_the_first_of_the_next_minute() -> None:
    (seen,) = decode_observation(
        as_json(make_weight(effectiveDateTime="2016-12-31T23:59:60Z")), make_reading()
    ).observations
    assert seen.measured_at.isoformat() == "2017-01-01T00:00:00+00:00"
    for odd in ("2016-12-31T23:59:61Z", "2026-W47-5T08:00:00Z", "2016-12-31T23:60:60Z"):
        receipt = decode_observation(as_json(make_weight(effectiveDateTime=odd)), make_reading())
        assert [issue.code for issue in receipt.issues] == ["time.unreadable"], odd


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"resource": make_weight(), "request": {"method": "PUT", "url": "Observation/1"}}, "bundle.request"),
        ({"resource": make_weight(), "request": {"method": "POST", "url": "Patient"}}, "bundle.request"),
        ({"resource": {"resourceType": "Practitioner"}}, "bundle.resource"),
        ({"resource": 7}, "bundle.resource"),
        ({}, "bundle.resource"),
    ],
)
def test_an_entry_that_asks_for_something_else_is_told(entry: object, code: str) -> None:
    answer = decode_bundle(as_json({"resourceType": "Bundle", "type": "batch", "entry": [entry]}), make_reading())
    assert answer.entries[0].receipt.issues[0].code == code


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b'{"resourceType":"Bundle"}', b'{"resourceType":"Bundle","type":"searchset"}', b'{"entry":5}'],
)
def test_what_is_no_bundle_to_take_is_refused_whole(content: bytes) -> None:
    with pytest.raises(Unreadable):
        decode_bundle(content, make_reading())


def test_a_bundle_beyond_its_bound_is_refused_whole() -> None:
    entries = b",".join([b"{}"] * 5001)
    with pytest.raises(Unreadable, match=r"bundle\.too_long"):
        decode_bundle(b'{"resourceType":"Bundle","type":"batch","entry":[' + entries + b"]}", make_reading())
