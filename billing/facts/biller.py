"""Who bills an act: the professional as he practised that day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from billing.facts import reading
from telemed.kernel.clock import Territory, civil_date

DOCTOR = "10"
"""Profession code of a doctor (TRE_G15)."""


class Sector(StrEnum):
    """Conventional sector of the professional at the date of the act."""

    SECTOR_1 = "sector_1"
    SECTOR_2_OPTAM = "sector_2_optam"
    SECTOR_2 = "sector_2"
    NOT_CONVENTIONED = "not_conventioned"


class MedecinTraitant(StrEnum):
    """Who was the patient's médecin traitant on the day of the act (R-17); unknown is not none."""

    SELF = "self"
    OTHER = "other"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Biller:
    """A professional who bills, as he stood on the day of the act.

    `profession` is a TRE_G15 code, `specialty` a CI-SIS code (`G15_10/SM54`) or empty; `territory` that of the place
    of practice: it gives the civil day (trap 31) and the tariff (trap 33). `sector` of a profession without
    sectors is `sector_1`: he bills at the tariff.
    """

    professional_id: UUID
    rpps: str
    profession: str
    specialty: str
    sector: Sector
    practice_id: UUID
    territory: Territory
    medecin_traitant: MedecinTraitant = MedecinTraitant.UNKNOWN

    @property
    def is_for_own_patient(self) -> bool:
        """Is he known to be the patient's médecin traitant that day? Unknown is not yes."""
        return self.medecin_traitant is MedecinTraitant.SELF

    def civil_day(self, at: datetime) -> date:
        """The civil day of an instant where he practises."""
        return civil_date(at, self.territory)

    def to_payload(self) -> dict[str, Any]:
        return {
            "professional_id": str(self.professional_id),
            "rpps": self.rpps,
            "profession": self.profession,
            "specialty": self.specialty,
            "sector": self.sector.value,
            "practice_id": str(self.practice_id),
            "territory": self.territory.value,
            "medecin_traitant": self.medecin_traitant.value,
        }

    @classmethod
    def from_payload(cls, raw: Mapping[str, Any]) -> Self:
        return cls(**reading.read_part(raw, BILLER_READERS, "biller"))


BILLER_READERS: reading.Readers = {
    "professional_id": reading.identifier,
    "rpps": reading.text,
    "profession": reading.text,
    "specialty": reading.optional_text,
    "sector": Sector,
    "practice_id": reading.identifier,
    "territory": Territory,
    "medecin_traitant": MedecinTraitant,
}
