"""The examples that others published: the télésurveillance guide, mesures de santé, Continua."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from telemed.acts.telemonitoring.formats.fhir.bundle import decode_bundle
from telemed.acts.telemonitoring.formats.fhir.observation import decode_observation
from telemed.acts.telemonitoring.formats.fhir.outcome import write_outcome
from telemed.acts.telemonitoring.formats.pcd01 import decode_pcd01
from tests.shared import shared_path
from tests.unit.acts.telemonitoring.making import make_reading

GUIDE = "data/fhir/IG-fhir-telesurveillance/package/example"
FAULTY = {"Observation-TLSVObservationExample04.json": ("code-invalid", "unit.unknown")}
"""Its publisher's own validator says: unknown code '[kg]' in UCUM."""


def test_every_observation_of_the_guide_is_taken_or_told_what_is_wrong() -> None:
    seen = {}
    for path in sorted(shared_path(GUIDE).glob("Observation-*.json")):
        receipt = decode_observation(path.read_bytes(), make_reading())
        issue = write_outcome(receipt.issues)["issue"][0]
        code = issue["details"]["coding"][0]["code"]
        seen[path.name] = (issue["code"], code) if receipt.is_refused else len(receipt.observations)
    assert len(seen) >= 5
    assert {name: what for name, what in seen.items() if what != 1} == FAULTY


def test_answers_and_counts_of_the_guide_keep_their_codes() -> None:
    folder = shared_path(GUIDE)
    asleep = decode_observation((folder / "Observation-TLSVObservationExample01.json").read_bytes(), make_reading())
    joints = decode_observation(
        (folder / "Observation-TLSVObservationExampleDAS28-01.json").read_bytes(), make_reading()
    )
    assert asleep.observations[0].answer == "http://loinc.org|LA14809-0"
    assert (joints.observations[0].signal, joints.observations[0].number) == ("tender_joints", Decimal(5))


def test_the_transaction_of_mesures_de_sante_gives_its_weight() -> None:
    content = shared_path("data/fhir/mesures-de-sante/Bundle-bundle-example.json").read_bytes()
    answer = decode_bundle(content, make_reading())
    assert [entry.kind for entry in answer.entries] == ["Device", "Observation"]
    (weight,) = answer.entries[1].receipt.observations
    assert (weight.signal, weight.number) == ("weight", Decimal(71))
    assert weight.device == "urn:oid:1.2.840.10004.1.1.1.0.0.1.0.0.1.2680|FE-ED-AB-AA-DE-AD-77-C5"


@pytest.mark.parametrize(
    ("device", "expected"),
    [
        ("bp", {"systolic_pressure": "120", "diastolic_pressure": "80", "mean_pressure": "100"}),
        ("scale", {"weight": "80", "height": "180", "body_mass_index": "24.7"}),
        ("oximeter", {"oxygen_saturation": "80.5"}),
    ],
)
def test_continua_messages_are_taken(device: str, expected: dict[str, str]) -> None:
    content = shared_path(f"data/devices/continua-pcd01/valid-{device}-continua-wan.hl7v2").read_bytes()
    receipt = decode_pcd01(content, make_reading())
    known = {one.signal: str(one.number) for one in receipt.observations if one.signal}
    assert known == expected
    assert {one.device for one in receipt.observations} == {"EUI-64|0123456789ABCDEF"}
    assert {one.subject for one in receipt.observations} == {"Imaginary Hospital|789567"}
    assert not receipt.is_refused


def test_a_measure_without_its_own_time_has_that_of_what_holds_it() -> None:
    content = shared_path("data/devices/continua-pcd01/valid-bp-continua-wan.hl7v2").read_bytes()
    times = {one.measured_at for one in decode_pcd01(content, make_reading()).observations}
    assert times == {datetime(2009, 8, 13, 9, 57, 15, tzinfo=UTC)}
