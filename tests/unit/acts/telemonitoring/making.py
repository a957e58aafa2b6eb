"""Messages and readings for the tests of télésurveillance, with only what a test wants to say."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from telemed.acts.telemonitoring.formats.catalogue import LOINC
from telemed.acts.telemonitoring.formats.fhir.observation import Reading
from telemed.acts.telemonitoring.formats.packaged import load_catalogue
from telemed.acts.telemonitoring.model.arrival import Arrival
from telemed.acts.telemonitoring.model.observation import Observation, ObservationStatus
from telemed.kernel.clock import Territory
from telemed.kernel.ids import new_id

UCUM = "http://unitsofmeasure.org"


@cache
def make_reading(territory: Territory = Territory.METROPOLE) -> Reading:
    return Reading(load_catalogue(), territory)


def make_code(code: str, system: str = LOINC) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def make_quantity(value: float, code: str) -> dict[str, Any]:
    return {"value": value, "system": UCUM, "code": code}


def make_weight(value: float = 70.4, unit: str = "kg", **fields: Any) -> dict[str, Any]:
    """A weight as a connected scale sends it; a field given as None is left out."""
    observation = {
        "resourceType": "Observation",
        "status": "final",
        "code": make_code("29463-7"),
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2026-11-20T08:15:00+01:00",
        "valueQuantity": make_quantity(value, unit),
        "device": {"reference": "Device/scale"},
    }
    return {name: value for name, value in (observation | fields).items() if value is not None}


def as_json(resource: object) -> bytes:
    return json.dumps(resource).encode()


def make_arrival(
    kilograms: float,
    status: ObservationStatus = ObservationStatus.FINAL,
    *,
    device: int = 1,
    minutes: int = 0,
    signal: str = "weight",
) -> Arrival:
    """A weight from a device, some minutes after eight in the morning; each call is another message."""
    at = datetime(2026, 11, 20, 8, tzinfo=UTC) + timedelta(minutes=minutes)
    coding = f"{LOINC}|29463-7"
    millionths = round(kilograms * 1_000_000)
    observation = Observation("", "", coding, "", at, status, signal, millionths, raw=f"{kilograms} kg")
    return Arrival(UUID(int=7), UUID(int=device), new_id(), at + timedelta(seconds=5), observation)
