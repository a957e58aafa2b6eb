"""Slot, Schedule and Practitioner against the official SAS profiles; the official samples are read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from telemed.experts.formats.fhir_in import read_bundle
from telemed.experts.formats.fhir_out import practitioner_resource, schedule_resource, search_bundle, slot_resource
from telemed.experts.model import AnswerChannel, Opening, Person
from telemed.kernel.clock import Territory
from telemed.kernel.ids import new_id
from telemed.kernel.period import Interval
from tests.hours import make_profile
from tests.shared import shared_path

PACKAGE = "data/fhir/IG-fhir-service-acces-aux-soins/package"
PROFILE = make_profile(1, practice_id=new_id(), specialty_code="G15_10/SM15")
ME = PROFILE.professional_id
WHEN = Interval(datetime(2026, 11, 26, 8, tzinfo=UTC), datetime(2026, 11, 26, 11, tzinfo=UTC))


def read(name: str) -> Any:
    return json.loads(shared_path(f"{PACKAGE}/{name}.json").read_text("utf-8"))


def departures(resource: Any, profile: str) -> list[str]:
    """Where a resource leaves the snapshot of its profile: elements unknown or missing, values other than fixed."""
    elements = [one for one in read(f"StructureDefinition-{profile}")["snapshot"]["element"] if ":" not in one["id"]]
    known = {one["path"]: one for one in elements}
    return list(_departures(resource, resource["resourceType"], known))


def _departures(value: Any, path: str, known: dict[str, Any]) -> Iterator[str]:
    below = {one: known[one] for one in known if one.startswith(f"{path}.") and "." not in one[len(path) + 1 :]}
    if not below or not isinstance(value, dict):
        return
    for name in value:
        if f"{path}.{name}" not in below and name not in ("resourceType", "extension"):
            yield f"{path}.{name} is unknown"
    for inner, element in below.items():
        found = value.get(inner.rpartition(".")[2])
        many = found if isinstance(found, list) else [] if found is None else [found]
        if len(many) < element["min"] or (element["max"] != "*" and len(many) > int(element["max"])):
            yield f"{inner}: {len(many)} times"
        for one in many:
            yield from _unlike(one, element)
            yield from _departures(one, inner, known)


def _unlike(value: Any, element: dict[str, Any]) -> Iterator[str]:
    for name, wanted in element.items():
        if name.startswith("fixed") and value != wanted:
            yield f"{element['path']} is not {wanted}"
        if name.startswith("pattern") and not _holds(value, wanted):
            yield f"{element['path']} does not hold {wanted}"


def _holds(value: Any, pattern: Any) -> bool:
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(name in value and _holds(value[name], pattern[name]) for name in pattern)
    if isinstance(pattern, list):
        return isinstance(value, list) and all(any(_holds(one, each) for one in value) for each in pattern)
    return bool(value == pattern)


def made() -> dict[str, Any]:
    """One of each resource that we give."""
    channels = frozenset({AnswerChannel.LIVE, AnswerChannel.WRITTEN})
    opening = Opening(ME, None, "G15_10/SM15", Territory.METROPOLE, WHEN)
    person = Person(ME, new_id(), "", "", Territory.METROPOLE, family_name="Nguyen", given_name="Mai")
    return {
        "FrSlotAgregateur": slot_resource(new_id(), opening, channels),
        "FrScheduleAgregateur": schedule_resource(PROFILE),
        "FrPractitionerAgregateur": practitioner_resource(person, PROFILE.rpps),
    }


@pytest.mark.parametrize("profile", ["FrSlotAgregateur", "FrScheduleAgregateur", "FrPractitionerAgregateur"])
def test_what_we_give_follows_its_profile(profile: str) -> None:
    resource = made()[profile]
    assert resource["meta"]["profile"] == [read(f"StructureDefinition-{profile}")["url"]]
    assert departures(resource, profile) == []


@pytest.mark.parametrize(
    ("profile", "name", "value"),
    [
        ("FrSlotAgregateur", "status", "busy"),
        ("FrSlotAgregateur", "end", None),
        ("FrSlotAgregateur", "colour", "red"),
        ("FrScheduleAgregateur", "actor", None),
        ("FrPractitionerAgregateur", "identifier", [{"system": "urn:oid:1", "value": "8"}]),
    ],
)
def test_the_check_itself_finds_departures(profile: str, name: str, value: object) -> None:
    resource = made()[profile]
    resource = {key: one for key, one in resource.items() if key != name} | ({name: value} if value else {})
    assert departures(resource, profile)


@pytest.mark.parametrize(
    "sample", ["Slot-ExampleSlotPSIndiv1", "Schedule-ExampleSchedule1", "Practitioner-ExamplePractitioner2"]
)
def test_the_check_accepts_the_official_samples(sample: str) -> None:
    resource = read(f"example/{sample}")
    profile = resource["meta"]["profile"][0].rpartition("/")[2]
    assert [one for one in departures(resource, profile) if "text" not in one] == []


def test_our_codes_are_those_of_the_official_samples() -> None:
    slot, sample = made()["FrSlotAgregateur"], read("example/Slot-ExampleSlotPSIndiv5")
    assert slot["meta"]["security"] == sample["meta"]["security"]
    assert slot["appointmentType"] == sample["appointmentType"]
    theirs = read("example/Slot-ExampleSlotPSIndiv1")
    assert slot["serviceType"][0] == theirs["serviceType"][1]
    assert slot["specialty"][0]["coding"][0]["system"] == theirs["specialty"][0]["coding"][0]["system"]


@pytest.mark.parametrize(("sample", "people"), [("PSIndiv", 4), ("CPTS1", 0), ("CPTS2", 0), ("AgregateurSOS", 0)])
def test_official_bundles_are_read(sample: str, people: int) -> None:
    bundle = read(f"example/Bundle-ExampleBundle{sample}")
    count, slots = read_bundle(json.dumps(bundle).encode())
    assert count == len(bundle["entry"])
    assert len(slots) == sum(entry["resource"]["resourceType"] == "Slot" for entry in bundle["entry"]) > 0
    assert len([slot for slot in slots if slot.rpps]) >= people
    assert all(slot.is_free for slot in slots)


def test_what_we_give_can_be_taken_back_in() -> None:
    resources = made()
    slot, schedule, practitioner = resources.values()
    bundle = search_bundle([slot], [schedule, practitioner], base="https://x/fhir", link="https://x/fhir/Slot")
    count, slots = read_bundle(json.dumps(bundle).encode())
    assert (count, slots[0].rpps, slots[0].interval) == (3, PROFILE.rpps, WHEN)
    assert slots[0].identifier == f"https://x/fhir/Slot/{slot['id']}"
