"""A practice: where professionals work, and what its address and territory decide."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from telemed.kernel.clock import Territory

# JDV_J02 (XDS healthcareFacilityTypeCode), the codes under which a teleconsultation may be given.
FACILITY_TYPES = {
    "SA01": "Etablissement public de santé",
    "SA04": "Etablissement privé non PSPH",
    "SA05": "Centre de santé",
    "SA07": "Cabinet individuel",
    "SA08": "Cabinet de groupe",
    "SA09": "Exercice en société",
    "SA15": "PMI et Planification familiale",
    "SA17": "Etablissement pour personnes âgées",
    "SA50": "Permanence des soins ambulatoires hors cabinet",
    "SA52": "Maison de santé ou Pôle de santé",
    "SA63": "Communauté professionnelle territoriale de santé et équipe de soins spécialisés",
    "SA64": "Société de téléconsultation",
    "SA67": "Maisons médicales de garde (MMG)",
}
FACILITY_CODE_SYSTEM = "1.2.250.1.71.4.2.4"


@dataclass(frozen=True)
class PracticeAddress:
    """Where the practice stands."""

    lines: tuple[str, ...] = ()
    postal_code: str = ""
    city: str = ""


@dataclass(frozen=True)
class Practice:
    """A place of practice. Its territory fixes the civil day and the tariff of its acts (traps 31 and 33)."""

    id: UUID
    name: str
    territory: Territory
    facility_type: str = "SA07"
    finess: str | None = None
    phone: str | None = None
    address: PracticeAddress = field(default_factory=PracticeAddress)
