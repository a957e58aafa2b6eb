"""What rosters take and give in FHIR, as the house's CapabilityStatement says it."""

from __future__ import annotations

from typing import Any

_SAS = "http://sas.fr/fhir/StructureDefinition"
_NUMBER = {"type": "token", "documentation": "urn:oid:1.2.250.1.71.4.2.1|8 and the RPPS"}

CAPABILITIES: tuple[dict[str, Any], ...] = (
    {
        "type": "Schedule",
        "supportedProfile": [f"{_SAS}/FrScheduleAgregateur"],
        "interaction": [{"code": "search-type"}],
        "searchParam": [{"name": "actor:Practitioner.identifier", **_NUMBER}],
    },
    {
        "type": "Slot",
        "supportedProfile": [f"{_SAS}/FrSlotAgregateur"],
        "interaction": [{"code": "search-type"}],
        "searchInclude": ["Slot:schedule", "Schedule:actor"],
        "searchParam": [
            {"name": "schedule.actor:Practitioner.identifier", **_NUMBER},
            {"name": "start", "type": "date"},
            {"name": "status", "type": "token", "documentation": "free; nothing else is told."},
        ],
    },
)
