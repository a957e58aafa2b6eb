"""The law in the words of the screens: subjects, territories, units, and how sure a value is."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from telemed.kernel.clock import Territory
from telemed.law.parameter import Certainty
from telemed.law.units import Unit
from telemed.web.views.frame import Badge, Tone

SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "accompaniment": "Accompagnement d’une téléconsultation",
        "calendar": "Jours fériés et jours ouvrés",
        "claims": "Feuilles de soins",
        "persons": "Personnes",
        "records": "Conservation des dossiers",
        "sick_leave": "Arrêt de travail",
        "specialties": "Spécialités",
        "teleconsultation": "Téléconsultation",
        "teleexpertise": "Téléexpertise",
        "telemonitoring": "Télésurveillance",
    }
)
"""The first part of a legal quantity's name."""
TERRITORIES: Mapping[Territory, str] = MappingProxyType(
    {
        Territory.METROPOLE: "Métropole",
        Territory.GUADELOUPE: "Guadeloupe",
        Territory.MARTINIQUE: "Martinique",
        Territory.GUYANE: "Guyane",
        Territory.LA_REUNION: "La Réunion",
        Territory.MAYOTTE: "Mayotte",
    }
)
CERTAINTIES: Mapping[Certainty, Badge] = MappingProxyType(
    {
        Certainty.CONFIRMED: Badge("Confirmée", Tone.FINE),
        Certainty.SINGLE_SOURCE: Badge("Une seule source", Tone.SOON),
        Certainty.DISPUTED: Badge("Discutée", Tone.SOON),
    }
)
UNITS: Mapping[Unit, str] = MappingProxyType(
    {
        Unit.EURO_CENTS: "en euros",
        Unit.PERCENT: "en pourcentage",
        Unit.DAYS: "en jours",
        Unit.WORKING_DAYS: "en jours ouvrés",
        Unit.MONTHS: "en mois",
        Unit.YEARS: "en années",
        Unit.ACTS: "en nombre d’actes",
        Unit.TIMES: "en nombre de fois",
        Unit.PATIENTS: "en nombre de patients",
        Unit.ML_PER_MIN: "un débit de filtration",
        Unit.FLAG: "oui ou non",
        Unit.CODE: "un code",
        Unit.LABELS: "une liste",
        Unit.HOLIDAYS: "une liste de jours",
    }
)
"""What a value is."""
