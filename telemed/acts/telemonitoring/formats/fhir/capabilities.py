"""What télésurveillance takes and gives in FHIR, as the house's CapabilityStatement says it."""

from __future__ import annotations

from typing import Any

_GUIDE = "https://interop.esante.gouv.fr/ig/fhir"
_PROFILES = (
    "telesurveillance/StructureDefinition/tlsv-observation",
    "mesures/StructureDefinition/mesures-fr-observation-bp",
    "mesures/StructureDefinition/mesures-fr-observation-body-weight",
    "mesures/StructureDefinition/mesures-fr-observation-bodyheight",
    "mesures/StructureDefinition/mesures-fr-observation-body-temperature",
    "mesures/StructureDefinition/mesures-fr-observation-heartrate",
    "mesures/StructureDefinition/mesures-fr-observation-oxygen-sat",
    "mesures/StructureDefinition/mesures-fr-observation-resp-rate",
    "mesures/StructureDefinition/mesures-fr-observation-bmi",
    "mesures/StructureDefinition/mesures-observation-glucose",
)

CAPABILITIES: tuple[dict[str, Any], ...] = (
    {
        "type": "Observation",
        "supportedProfile": [f"{_GUIDE}/{one}" for one in _PROFILES],
        "documentation": "Sent by devices. The same device, signal and instant is the same measure, however it comes.",
        "interaction": [{"code": "create"}, {"code": "read"}, {"code": "search-type"}],
        "versioning": "versioned",
        "readHistory": False,
        "updateCreate": False,
        "conditionalCreate": True,
        "searchParam": [
            {"name": "patient", "type": "reference", "documentation": "Mandatory: Patient/{id} or its id."},
            {"name": "code", "type": "token", "documentation": "system|code of one signal, or its code alone."},
            {"name": "date", "type": "date", "documentation": "ge… and lt…: instants, or days in UTC."},
        ],
    },
    {
        "type": "Questionnaire",
        "documentation": "Ours, and those that a practice imports: choice, boolean, quantity, integer, string, text.",
        "interaction": [{"code": "create"}, {"code": "read"}, {"code": "search-type"}],
    },
    {
        "type": "QuestionnaireResponse",
        "documentation": "Keyed in by the team, `basedOn` a follow-up (CarePlan/id); read with those of his page.",
        "interaction": [{"code": "create"}, {"code": "read"}, {"code": "search-type"}],
        "searchParam": [{"name": "based-on", "type": "reference", "documentation": "Mandatory: CarePlan/{id}."}],
    },
    *(
        {
            "type": kind,
            "documentation": "Read in a bundle or contained, for the names that observations give; not kept.",
            "interaction": [{"code": "create", "documentation": "Only within a Bundle."}],
        }
        for kind in ("Device", "Patient")
    ),
)
