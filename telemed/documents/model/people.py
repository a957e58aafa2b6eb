"""Who a report names: the patient, the professionals and their places of practice, as they were that day.

These are copies taken when the report is written: a later change of address or name does not reach a signed report.
Classes that hold identity traits have no repr, so that none slips into a log or a traceback.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from telemed.kernel.identifiers import Matricule, parse_cog, parse_finess, parse_rpps


class IdentityStatus(StrEnum):
    """The four statuses of the RNIV (R-4): only QUAL lets the matricule INS out (R-5)."""

    PROV = "PROV"
    RECUP = "RECUP"
    VALI = "VALI"
    QUAL = "QUAL"


class Sex(StrEnum):
    """The sex of civil status, as INSi gives it."""

    FEMALE = "F"
    MALE = "M"
    UNKNOWN = "I"


class Civility(StrEnum):
    """JDV_J245."""

    MR = "M"
    MRS = "MME"


class Title(StrEnum):
    """JDV_J246, the two in common use."""

    DOCTOR = "DR"
    PROFESSOR = "PR"


@dataclass(frozen=True)
class BirthDate:
    """A date of birth of which the day, or the month and the day, may be unknown (trap 17)."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.month is None and self.day is not None:
            raise ValueError("un jour de naissance sans mois n'a pas de sens")
        date(self.year, self.month or 1, self.day or 1)

    @classmethod
    def parse(cls, text: str) -> BirthDate:
        """Read `1950`, `1950-03` or `1950-03-28`. Raises ValueError."""
        if not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", text, re.ASCII):
            raise ValueError("une date de naissance s'écrit AAAA-MM-JJ, AAAA-MM ou AAAA")
        return cls(*(int(part) for part in text.split("-")))

    @classmethod
    def of(cls, day: date) -> BirthDate:
        return cls(day.year, day.month, day.day)

    def __str__(self) -> str:
        parts = [f"{self.year:04d}", *(f"{part:02d}" for part in (self.month, self.day) if part is not None)]
        return "-".join(parts)


@dataclass(frozen=True, repr=False)
class Address:
    """A postal address; `lines` hold number, street and complements, first line first.

    A place that is only described (“au domicile de sa fille, 2e étage”) is one line without postal code or city.
    """

    lines: tuple[str, ...]
    postal_code: str = ""
    city: str = ""
    country: str = "FRANCE"

    @property
    def is_empty(self) -> bool:
        return not any(part.strip() for part in (*self.lines, self.postal_code, self.city))


@dataclass(frozen=True, repr=False)
class PatientFacts:
    """The patient: five strict traits, the status of the identity, and how to reach the person.

    `local_id` is the practice's own number for the patient (IPP), under the OID `local_id_root`. `birth_given_names`
    is the whole list of the birth certificate, in its order. `birth_place_code` is a COG code, also for a country.
    """

    local_id: str
    local_id_root: str
    birth_name: str
    birth_given_names: tuple[str, ...]
    sex: Sex
    birth: BirthDate
    birth_place_code: str
    identity_status: IdentityStatus
    birth_place_name: str = ""
    used_name: str = ""
    used_given_name: str = ""
    matricule: Matricule | None = None
    address: Address | None = None
    phone: str = ""
    email: str = ""

    def __post_init__(self) -> None:
        parse_cog(self.birth_place_code)
        if not self.birth_given_names:
            raise ValueError("au moins un prénom de naissance est nécessaire")

    @property
    def matricule_to_send(self) -> Matricule | None:
        """The matricule that may leave with a document: only that of a qualified identity (R-5)."""
        return self.matricule if self.identity_status is IdentityStatus.QUAL else None


class StructureIdKind(StrEnum):
    """The prefix of a StructIdNat (§6.13)."""

    FINESS = "1"
    SIREN = "2"
    SIRET = "3"
    RPPS_RANK = "4"


_STRUCTURE_SHAPES = {
    StructureIdKind.SIREN: re.compile(r"\d{9}", re.ASCII),
    StructureIdKind.SIRET: re.compile(r"\d{14}", re.ASCII),
    StructureIdKind.RPPS_RANK: re.compile(r"\d{11}\d{2,3}", re.ASCII),
}


@dataclass(frozen=True)
class StructureId:
    """The national identifier of a place of practice; a cabinet without FINESS goes by RPPS and rank."""

    kind: StructureIdKind
    value: str

    def __post_init__(self) -> None:
        if self.kind is StructureIdKind.FINESS:
            parse_finess(self.value)
        elif not _STRUCTURE_SHAPES[self.kind].fullmatch(self.value):
            raise ValueError("l'identifiant de structure n'a pas la forme attendue")

    @property
    def national(self) -> str:
        """StructIdNat: the prefix, then the number."""
        return self.kind + self.value


class FacilityType(StrEnum):
    """Sector of activity of a place of practice: the codes of JDV_J02 where teleconsultation is practised."""

    PUBLIC_HOSPITAL = "SA01"
    PRIVATE_HOSPITAL_PSPH = "SA03"
    PRIVATE_HOSPITAL = "SA04"
    HEALTH_CENTRE = "SA05"
    SOLO_PRACTICE = "SA07"
    GROUP_PRACTICE = "SA08"
    COMPANY_PRACTICE = "SA09"
    CHILD_WELFARE = "SA15"
    HOME_FOR_THE_ELDERLY = "SA17"
    PHARMACY = "SA33"
    DUTY_OUTSIDE_PRACTICE = "SA50"
    HEALTH_HOUSE = "SA52"
    CARE_COMMUNITY = "SA63"
    TELECONSULTATION_COMPANY = "SA64"
    DUTY_HOUSE = "SA67"


@dataclass(frozen=True)
class PlaceFacts:
    """A place of practice, or the organisation that keeps the document (custodian)."""

    name: str
    structure: StructureId
    facility: FacilityType
    address: Address
    phone: str = ""


@dataclass(frozen=True)
class Qualification:
    """Profession and speciality, a code of JDV_J01 (`G15_10/SM54`) with its label."""

    code: str
    label: str


@dataclass(frozen=True)
class ProfessionalFacts:
    """A health professional as named in a report."""

    rpps: str
    family_name: str
    given_name: str
    qualification: Qualification
    place: PlaceFacts | None = None
    civility: Civility | None = None
    title: Title | None = None
    phone: str = ""

    def __post_init__(self) -> None:
        parse_rpps(self.rpps)


@dataclass(frozen=True)
class Participant:
    """A professional beside the patient or in the call; `act_code` is the accompanying act (TLS, TLL…), if any."""

    professional: ProfessionalFacts
    role: str
    act_code: str = ""
