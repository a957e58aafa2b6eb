"""Measures as FHIR R4 Observations, for those who read them: one a measure, a panel's parts each on its own."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from telemed.acts.telemonitoring.formats.fhir.addresses import write_id
from telemed.acts.telemonitoring.formats.fhir.values import UCUM
from telemed.acts.telemonitoring.model.arrival import Kept
from telemed.acts.telemonitoring.model.observation import Catalogue, Observation, Precision, Quarantine
from telemed.kernel.clock import Territory, civil_date

_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_DOUBTS = {
    Quarantine.IMPLAUSIBLE: "Set aside: no living body shows this value.",
    Quarantine.CONFLICT: "Set aside: another value stands for this instant.",
}


def write_observation(kept: Kept, patient_id: UUID, catalogue: Catalogue, territory: Territory) -> dict[str, Any]:
    """One measure as it stands. A civil day is that of the place where the patient lives."""
    observation = kept.observation
    resource: dict[str, Any] = {
        "resourceType": "Observation",
        "id": write_id(kept.device_id, observation),
        "meta": {"versionId": str(kept.version), "lastUpdated": kept.received_at.isoformat()},
        "status": observation.status.value,
        "code": {"coding": [_coding(observation.component or observation.code)]},
        "subject": {"reference": f"Patient/{patient_id}"},
        "device": {"reference": f"Device/{kept.device_id}"},
        **_when(observation, territory),
        **_value(observation, catalogue),
    }
    if observation.quarantine is not None:
        resource["note"] = [{"text": _DOUBTS[observation.quarantine]}]
    return resource


def write_searchset(resources: Sequence[dict[str, Any]], *, address: str, own: str, following: str) -> dict[str, Any]:
    """A page of a search; `address` is that of `/fhir`, `own` and `following` those of this page and the next."""
    links = [{"relation": "self", "url": own}]
    links += [{"relation": "next", "url": following}] if following else []
    entries = [
        {"fullUrl": f"{address}/Observation/{one['id']}", "resource": one, "search": {"mode": "match"}}
        for one in resources
    ]
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "link": links}
    return bundle | ({"entry": entries} if entries else {})


def _coding(code: str) -> dict[str, str]:
    system, _, value = code.rpartition("|")
    return {"system": system, "code": value} if system else {"code": value}


def _when(observation: Observation, territory: Territory) -> dict[str, Any]:
    at = observation.measured_at
    if observation.started_at is not None:
        return {"effectivePeriod": {"start": observation.started_at.isoformat(), "end": at.isoformat()}}
    is_day = observation.precision is Precision.DAY
    return {"effectiveDateTime": civil_date(at, territory).isoformat() if is_day else at.isoformat()}


def _value(observation: Observation, catalogue: Catalogue) -> dict[str, Any]:
    signal = catalogue.find(observation.signal) if observation.signal else None
    if observation.number is not None:
        quantity: dict[str, Any] = {"value": _number(observation.number)}
        if signal is not None and signal.unit:
            quantity |= {"unit": signal.unit, "system": UCUM, "code": signal.unit}
        if observation.comparator is not None:
            quantity["comparator"] = observation.comparator.value
        return {"valueQuantity": quantity}
    if observation.answer is None:
        return {"dataAbsentReason": _reason(observation.absent or f"{_ABSENT}|unknown")}
    if "|" in observation.answer:
        return {"valueCodeableConcept": {"coding": [_coding(observation.answer)]}}
    return {"valueString": observation.answer}


def _reason(absent: str) -> dict[str, Any]:
    """Why there is no value, as its sender said it: a code in its system, or words."""
    return {"coding": [_coding(absent)]} if "|" in absent else {"text": absent}


def _number(number: Decimal) -> float | int:
    return int(number) if number == int(number) else float(number)
