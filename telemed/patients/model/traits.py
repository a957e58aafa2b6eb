"""The five strict traits of the INS and the names that the patient uses."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from telemed.kernel.period import age_on

UNKNOWN_PLACE = "99999"
"""The COG code written when the place of birth cannot be known: it is a recorded trait, not an absent one."""

_LONGEST_NAME = 100
_STRICT_SHAPE = re.compile(r"[A-Z]+(?:[ '-]{1,3}[A-Z]+)*'?", re.ASCII)
_BIRTH_DATE_SHAPE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_LIGATURES = str.maketrans({"Œ": "OE", "Æ": "AE", "ẞ": "SS", "Ø": "O", "Ł": "L", "Đ": "D", "’": "'", "ʼ": "'"})
_DASHES = re.compile("[\u2010-\u2015\u2212]")


class Sex(StrEnum):
    """As INSi codes it; `I` is « indéterminé », which is not the same as not yet asked (None)."""

    MALE = "M"
    FEMALE = "F"
    UNDETERMINED = "I"


@dataclass(frozen=True)
class BirthDate:
    """A birth date with the precision that is known: the year, the month of it, or the day (trap 17)."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.month is None and self.day is not None:
            raise ValueError("un jour de naissance ne va pas sans son mois")
        if not 1850 <= self.year <= 2200:
            raise ValueError("l'année de naissance n'est pas vraisemblable")
        try:
            date(self.year, self.month or 1, self.day or 1)
        except ValueError:
            raise ValueError("cette date de naissance n'existe pas") from None

    def __str__(self) -> str:
        """`1955`, `1955-03` or `1955-03-12`: a FHIR `date`."""
        parts = [f"{self.year:04d}", *(f"{part:02d}" for part in (self.month, self.day) if part is not None)]
        return "-".join(parts)

    @property
    def is_exact(self) -> bool:
        return self.day is not None

    @property
    def earliest(self) -> date:
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        if self.month is None:
            return date(self.year, 12, 31)
        if self.day is None:
            return date(self.year + self.month // 12, self.month % 12 + 1, 1) - timedelta(days=1)
        return self.earliest

    def age_bounds_on(self, day: date) -> tuple[int, int]:
        """Least and greatest age in completed years on `day`; equal when the date is exact."""
        return age_on(day, self.latest), age_on(day, self.earliest)

    def is_under(self, years: int, day: date) -> bool | None:
        """Is the person younger than `years` on `day`? None when the known precision cannot tell."""
        least, greatest = self.age_bounds_on(day)
        if greatest < years:
            return True
        return False if least >= years else None


def parse_birth_date(text: str) -> BirthDate:
    """Read `1955`, `1955-03` or `1955-03-12`. Raises ValueError with a French reason."""
    match = _BIRTH_DATE_SHAPE.fullmatch(text.strip())
    if not match:
        raise ValueError("une date de naissance s'écrit AAAA-MM-JJ, ou AAAA-MM, ou AAAA si le reste est inconnu")
    year, month, day = (int(part) if part else None for part in match.groups())
    return BirthDate(year or 0, month, day)


def parse_strict_name(text: str) -> str:
    """A name as the RNIV writes strict traits: capitals without accents, hyphens and apostrophes kept.

    Raises ValueError with a French reason on anything else than letters, hyphens, apostrophes and spaces.
    """
    name = re.sub(r"\s+", " ", _strip_accents(_DASHES.sub("-", text))).strip()
    if not name or len(name) > _LONGEST_NAME:
        raise ValueError(f"un nom compte de 1 à {_LONGEST_NAME} lettres")
    if not _STRICT_SHAPE.fullmatch(name):
        raise ValueError("un nom de l'état civil ne compte que des lettres, des traits d'union et des apostrophes")
    return name


def parse_used_name(text: str) -> str:
    """A name as the patient uses it, accents kept. Raises ValueError with a French reason."""
    parse_strict_name(text)
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()


def fold_name(text: str) -> str:
    """What two spellings of one name have in common: its letters, capital and without accents."""
    return re.sub("[^A-Z]", "", _strip_accents(text))


def name_words(*names: str) -> frozenset[str]:
    """The words under which names are found: each part, and each name as a whole, folded."""
    parts = [part for name in names for part in re.split(r"[\s'’-]+", name)]
    return frozenset(filter(None, map(fold_name, [*names, *parts])))


def _strip_accents(text: str) -> str:
    capitals = text.upper().translate(_LIGATURES)
    return "".join(char for char in unicodedata.normalize("NFD", capitals) if not unicodedata.combining(char))


@dataclass(frozen=True)
class Traits:
    """The strict traits. Sex and place of birth may still be unasked (None); a teleconsultation needs all (R-3)."""

    birth_name: str = field(repr=False)
    birth_given_names: tuple[str, ...] = field(repr=False)
    birth_date: BirthDate = field(repr=False)
    sex: Sex | None = field(default=None, repr=False)
    birth_place: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not self.birth_given_names:
            raise ValueError("au moins un prénom de naissance est nécessaire")

    @property
    def first_given_name(self) -> str:
        return self.birth_given_names[0]

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of the traits still unasked."""
        return tuple(name for name in ("sex", "birth_place") if getattr(self, name) is None)

    @property
    def is_complete(self) -> bool:
        return not self.missing


@dataclass(frozen=True)
class UsedNames:
    """The names of daily life, when they differ from the strict ones or carry accents."""

    family: str | None = field(default=None, repr=False)
    given: str | None = field(default=None, repr=False)
