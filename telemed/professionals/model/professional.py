"""A person who works in a practice: health professional with an RPPS, or secretary, auditor, administrator."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from telemed.kernel.caller import Role
from telemed.professionals.model.specialties import Specialty, find_specialty


class Profession(StrEnum):
    """Professions by their national code (TRE-G15)."""

    MEDECIN = "10"
    PHARMACIEN = "21"
    CHIRURGIEN_DENTISTE = "40"
    SAGE_FEMME = "50"
    INFIRMIER = "60"
    MASSEUR_KINESITHERAPEUTE = "70"
    PEDICURE_PODOLOGUE = "80"
    ORTHOPHONISTE = "91"

    @property
    def label(self) -> str:
        return _PROFESSIONS[self]


_PROFESSIONS = {
    Profession.MEDECIN: "Médecin",
    Profession.PHARMACIEN: "Pharmacien",
    Profession.CHIRURGIEN_DENTISTE: "Chirurgien-dentiste",
    Profession.SAGE_FEMME: "Sage-femme",
    Profession.INFIRMIER: "Infirmier",
    Profession.MASSEUR_KINESITHERAPEUTE: "Masseur-kinésithérapeute",
    Profession.PEDICURE_PODOLOGUE: "Pédicure-podologue",
    Profession.ORTHOPHONISTE: "Orthophoniste",
}


def medical_professions() -> frozenset[Profession]:
    """The three professions médicales: doctors, dentists, midwives (regulation §1.3)."""
    return frozenset({Profession.MEDECIN, Profession.CHIRURGIEN_DENTISTE, Profession.SAGE_FEMME})


class ConventionSector(StrEnum):
    """The relation to the Assurance Maladie's convention, which decides between TCG and TC."""

    SECTOR_1 = "sector_1"
    SECTOR_2 = "sector_2"
    SECTOR_2_OPTAM = "sector_2_optam"
    NOT_CONVENTIONED = "not_conventioned"


class Title(StrEnum):
    """How a person is addressed, coded as in JDV_J245 and JDV_J246."""

    DOCTOR = "DR"
    PROFESSOR = "PR"
    MADAM = "MME"
    SIR = "M"

    @property
    def label(self) -> str:
        return {"DR": "Dr", "PR": "Pr", "MME": "Mme", "M": "M."}[self.value]


def parse_person_name(text: str) -> str:
    """A name as its bearer writes it: spaces trimmed. Raises ValueError on digits, signs and control characters."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name or not all(char.isalpha() or unicodedata.combining(char) or char in " '’-." for char in name):
        raise ValueError("un nom ne compte que des lettres, des traits d'union et des apostrophes")
    return name


@dataclass(frozen=True)
class Professional:
    """Someone of a practice. `rpps`, `profession`, `specialty_code` and `sector` are for health professionals."""

    id: UUID
    practice_id: UUID
    family_name: str
    given_name: str
    roles: frozenset[Role]
    title: Title | None = None
    rpps: str | None = None
    profession: Profession | None = None
    specialty_code: str | None = None
    sector: ConventionSector | None = None
    suspended_at: datetime | None = None

    @property
    def is_suspended(self) -> bool:
        return self.suspended_at is not None

    @property
    def specialty(self) -> Specialty | None:
        return find_specialty(self.specialty_code) if self.specialty_code else None

    @property
    def full_name(self) -> str:
        """`Dr Claire MOREAU`, as a screen or a letter names a professional."""
        name = f"{self.given_name} {self.family_name.upper()}"
        return f"{self.title.label} {name}" if self.title else name
