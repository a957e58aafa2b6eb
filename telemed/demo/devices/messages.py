"""What a simulated device says: measures as FHIR resources, and the message that they go in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from telemed.acts.telemonitoring.formats.catalogue import LOINC, OWN
from telemed.acts.telemonitoring.formats.fhir.values import OWN_ANSWERS, UCUM

Resource = dict[str, Any]


@dataclass(frozen=True)
class Measured:
    """What a device measured at an instant of its patient; `resources` have neither instant nor patient yet."""

    at: datetime
    resources: tuple[Resource, ...]


@dataclass(frozen=True)
class Message:
    """What a device sends, and when by our clock; `fault` is what is wrong with it, if anything is."""

    sent_at: datetime
    resources: tuple[Resource, ...]
    fault: str = ""

    def body(self) -> bytes:
        """An Observation alone, or a batch of them."""
        if len(self.resources) == 1:
            return orjson.dumps(self.resources[0])
        entries = [{"resource": one, "request": {"method": "POST", "url": "Observation"}} for one in self.resources]
        return orjson.dumps({"resourceType": "Bundle", "type": "batch", "entry": entries})


def quantity(code: str, value: float, unit: str, *, system: str = LOINC) -> Resource:
    return _observation(code, system) | {"valueQuantity": _amount(value, unit)}


def own_quantity(code: str, value: float, unit: str) -> Resource:
    """For a signal that no code of a terminology is certain for."""
    return quantity(code, value, unit, system=OWN)


def own_answer(code: str, answer: str) -> Resource:
    return _observation(code, OWN) | {"valueCodeableConcept": {"coding": [{"system": OWN_ANSWERS, "code": answer}]}}


def blood_pressure(systolic: float, diastolic: float) -> Resource:
    parts = (("8480-6", systolic), ("8462-4", diastolic))
    components = [{"code": _code(code, LOINC), "valueQuantity": _amount(value, "mm[Hg]")} for code, value in parts]
    return _observation("85354-9", LOINC) | {"component": components}


def signed(resource: Mapping[str, Any], at: datetime, subject: str) -> Resource:
    """With the instant and the patient that a device puts on it."""
    return {**resource, "effectiveDateTime": at.isoformat(), "subject": {"reference": subject}}


def as_messages(course: Sequence[Measured], subject: str) -> list[Message]:
    """Sent as soon as they are measured, the instant on each."""
    return [Message(one.at, tuple(signed(part, one.at, subject) for part in one.resources)) for one in course]


def _observation(code: str, system: str) -> Resource:
    return {"resourceType": "Observation", "status": "final", "code": _code(code, system)}


def _code(code: str, system: str) -> Resource:
    return {"coding": [{"system": system, "code": code}]}


def _amount(value: float, unit: str) -> Resource:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}
