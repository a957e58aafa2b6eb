"""FHIR R4 out: Schedule, Slot and Practitioner in the SAS profiles, bundles and outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from telemed.experts.formats.fhir_in import PS_SYSTEM
from telemed.experts.model import Opening, Person, Profile
from telemed.experts.model.profile import AnswerChannel
from telemed.experts.model.slots import Fate, Issue

MEDIA_TYPE = "application/fhir+json"
_PROFILES = "http://sas.fr/fhir/StructureDefinition"
_SLOT_KINDS = "https://mos.esante.gouv.fr/NOS/TRE_R314-TypeCreneau/FHIR/TRE-R314-TypeCreneau"
_SPECIALTIES = "https://mos.esante.gouv.fr/NOS/TRE_R38-SpecialiteOrdinale/FHIR/TRE-R38-SpecialiteOrdinale"
_ENCOUNTERS = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_APPOINTMENTS = "http://terminology.hl7.org/CodeSystem/v2-0276"
_IDENTIFIERS = "http://interopsante.org/fhir/CodeSystem/fr-v2-0203"
_DOCTOR = "G15_10/"
Resource = dict[str, Any]
_ANSWERS: Mapping[Fate, str] = {
    Fate.ADDED: "201 Created",
    Fate.UNKNOWN_PERSON: "404 Not Found",
    Fate.TOO_MANY: "409 Conflict",
}
_NOTES: Mapping[Fate, tuple[str, str, str]] = {
    Fate.PAST: ("information", "informational", "Ce créneau est passé : il n'ouvre rien."),
    Fate.UNKNOWN_PERSON: ("error", "not-found", "Ce professionnel n'est pas un expert que vous gérez."),
    Fate.TOO_MANY: ("error", "business-rule", "Ce professionnel a trop de plages."),
}


def slot_resource(opening_id: UUID, opening: Opening, channels: frozenset[AnswerChannel]) -> Resource:
    """An opening as FrSlotAgregateur: for professionals, without an appointment."""
    code = opening.specialty_code
    specialty = code.removeprefix(_DOCTOR) if code.startswith(_DOCTOR) else ""
    resource: Resource = {
        "resourceType": "Slot",
        "id": str(opening_id),
        "meta": {
            "profile": [f"{_PROFILES}/FrSlotAgregateur"],
            "security": [{"system": _SLOT_KINDS, "code": "PRO"}],
        },
        "serviceType": _service_types(channels),
        "appointmentType": {"coding": [{"system": _APPOINTMENTS, "code": "WALKIN"}]},
        "schedule": {"reference": f"Schedule/{opening.professional_id}"},
        "status": "free",
        "start": _instant(opening.interval.start),
        "end": _instant(opening.interval.end),
    }
    if specialty:
        resource["specialty"] = [{"coding": [{"system": _SPECIALTIES, "code": specialty}]}]
    return resource


def _service_types(channels: frozenset[AnswerChannel]) -> list[Resource]:
    live = [{"coding": [{"system": _ENCOUNTERS, "code": "VR"}]}] if AnswerChannel.LIVE in channels else []
    return [*live, {"text": "Téléexpertise"}]


def schedule_resource(profile: Profile) -> Resource:
    """An expert's roster as FrScheduleAgregateur."""
    actor = {"reference": f"Practitioner/{profile.professional_id}", "identifier": _national(profile.rpps)}
    return {
        "resourceType": "Schedule",
        "id": str(profile.professional_id),
        "meta": {"profile": [f"{_PROFILES}/FrScheduleAgregateur"]},
        "active": profile.may_be_found,
        "actor": [actor],
    }


def practitioner_resource(person: Person, rpps: str) -> Resource:
    """An expert as FrPractitionerAgregateur."""
    name = {"family": person.family_name, "given": [person.given_name]}
    return {
        "resourceType": "Practitioner",
        "id": str(person.id),
        "meta": {"profile": [f"{_PROFILES}/FrPractitionerAgregateur"]},
        "identifier": [_national(rpps)],
        "name": [name],
    }


def _national(rpps: str) -> Resource:
    kind = {"coding": [{"system": _IDENTIFIERS, "code": "IDNPS"}]}
    return {"type": kind, "system": PS_SYSTEM, "value": f"8{rpps}"}


def search_bundle(
    matches: Sequence[Resource], included: Sequence[Resource], *, base: str, link: str, following: str = ""
) -> Resource:
    """What a search found; `following` is where it goes on. The total is told when all of it is here."""
    links = [{"relation": "self", "url": link}] + ([{"relation": "next", "url": following}] if following else [])
    entries = [_entry(base, one, "match") for one in matches] + [_entry(base, one, "include") for one in included]
    bundle: Resource = {
        "resourceType": "Bundle",
        "meta": {"profile": [f"{_PROFILES}/BundleAgregateur"]},
        "type": "searchset",
        "link": links,
    }
    if not following:
        bundle["total"] = len(matches)
    if entries:  # FHIR has no empty list
        bundle["entry"] = entries
    return bundle


def _entry(base: str, resource: Resource, mode: str) -> Resource:
    url = f"{base}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": url, "resource": resource, "search": {"mode": mode}}


def answer_bundle(fates: Sequence[Fate]) -> Resource:
    """What became of each entry that was sent, in order."""
    bundle: Resource = {"resourceType": "Bundle", "type": "batch-response"}
    if fates:
        bundle["entry"] = [{"response": _answer(fate)} for fate in fates]
    return bundle


def _answer(fate: Fate) -> Resource:
    response: Resource = {"status": _ANSWERS.get(fate, "200 OK")}
    if fate in _NOTES:
        severity, kind, text = _NOTES[fate]
        issue = {"severity": severity, "code": kind, "diagnostics": text}
        response["outcome"] = {"resourceType": "OperationOutcome", "issue": [issue]}
    return response


def outcome(issues: Sequence[Issue]) -> Resource:
    """Why something was refused."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [
            {"severity": "error", "code": one.kind, "diagnostics": one.text}
            | ({"expression": [one.where]} if one.where else {})
            for one in issues
        ],
    }


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds")
