"""National identifiers of the health field: matricule INS (NIR or NIA), RPPS, FINESS, COG codes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_NIR_SHAPE = re.compile(r"[1-9][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{8}", re.ASCII)
_RPPS_SHAPE = re.compile(r"[0-9]{11}", re.ASCII)
_FINESS_SHAPE = re.compile(r"[0-9](?:[0-9]|[AB])[0-9]{7}", re.ASCII)
_COG_SHAPE = re.compile(r"(?:[0-9]{2}|2[AB])[0-9]{3}", re.ASCII)


class InsOid(StrEnum):
    """The authorities that assign a matricule INS; the last two are for tests only (R-8)."""

    NIR = "1.2.250.1.213.1.4.8"
    NIA = "1.2.250.1.213.1.4.9"
    NIR_TEST = "1.2.250.1.213.1.4.10"
    NIR_DEMO = "1.2.250.1.213.1.4.11"

    @property
    def is_for_tests(self) -> bool:
        return self in (InsOid.NIR_TEST, InsOid.NIR_DEMO)


def nir_key(number: str) -> str:
    """The two-digit key of the 13 first characters of a NIR or NIA: 97 - (N mod 97), 2A read 19 and 2B 18 (R-7)."""
    digits = number.replace("2A", "19", 1) if number[5:7] == "2A" else number
    digits = digits.replace("2B", "18", 1) if digits[5:7] == "2B" else digits
    return f"{97 - int(digits) % 97:02d}"


@dataclass(frozen=True)
class Matricule:
    """A matricule INS: 13 characters and their key, kept as text (trap 18), under the OID that assigned it.

    Nothing is read out of the number: neither sex nor birth date (trap 17).
    """

    value: str
    oid: InsOid = InsOid.NIR

    def __post_init__(self) -> None:
        if not _NIR_SHAPE.fullmatch(self.value):
            raise ValueError("un matricule INS compte 13 caractères et une clé de 2 chiffres")
        if nir_key(self.value[:13]) != self.value[13:]:
            raise ValueError("la clé du matricule ne correspond pas à son numéro")

    def __repr__(self) -> str:
        return "Matricule(…)"


def parse_matricule(text: str, oid: InsOid = InsOid.NIR) -> Matricule:
    """Read a matricule written with or without spaces. Raises ValueError with a French reason."""
    return Matricule(re.sub(r"[\s\u00a0\u202f.]", "", text).upper(), oid)


def luhn_is_valid(digits: str) -> bool:
    """Does the last digit match the others by Luhn? Only a warning for RPPS: official test numbers break it."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def parse_rpps(text: str) -> str:
    """An RPPS number: 11 digits, no check of the key (§6.12). Raises ValueError."""
    number = re.sub(r"\s", "", text)
    if not _RPPS_SHAPE.fullmatch(number):
        raise ValueError("un numéro RPPS compte 11 chiffres")
    return number


def parse_finess(text: str) -> str:
    """A FINESS number: 9 characters, no check of the key (§6.13). Raises ValueError."""
    number = re.sub(r"\s", "", text).upper()
    if not _FINESS_SHAPE.fullmatch(number):
        raise ValueError("un numéro FINESS compte 9 caractères")
    return number


def parse_cog(text: str) -> str:
    """A COG code of a commune or a country: five characters. Raises ValueError."""
    code = text.strip().upper()
    if not _COG_SHAPE.fullmatch(code):
        raise ValueError("un code lieu de naissance (COG) compte 5 caractères")
    return code
