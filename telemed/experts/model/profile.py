"""What an expert says of himself: what he answers, where, how many requests a day, by which channel."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from telemed.kernel.clock import Territory

MOST_SKILLS = 30
MOST_WORDS = 20
MOST_LANGUAGES = 10
MOST_A_DAY = 200
_LANGUAGE = re.compile(r"[a-z]{2,3}", re.ASCII)
_DEPARTMENT = re.compile(r"2[AB]|(?!00|20)[0-8][0-9]|9[0-5]", re.ASCII)
_OVERSEAS = {
    Territory.GUADELOUPE: "971",
    Territory.MARTINIQUE: "972",
    Territory.GUYANE: "973",
    Territory.LA_REUNION: "974",
    Territory.MAYOTTE: "976",
}


class AnswerChannel(StrEnum):
    """How an expert accepts to be asked: in writing, or someone now, live."""

    WRITTEN = "written"
    LIVE = "live"


@dataclass(frozen=True)
class Abilities:
    """What a person or a line answers: `skills` are codes of our own list, `words` are free, `languages` ISO 639."""

    specialty_code: str
    skills: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("fr",)


@dataclass(frozen=True)
class Place:
    """Where: `department` is INSEE's code, empty where a person answers for the whole territory alike."""

    territory: Territory
    department: str = ""


@dataclass(frozen=True)
class Profile:
    """An expert. `capacity_per_day` None: no limit of his own; `auto_accept`: an offer is taken for him at once."""

    professional_id: UUID
    practice_id: UUID
    rpps: str
    abilities: Abilities
    place: Place
    is_open: bool = False
    capacity_per_day: int | None = None
    auto_accept: bool = False
    channels: frozenset[AnswerChannel] = frozenset({AnswerChannel.WRITTEN})
    suspended_at: datetime | None = None

    @property
    def may_be_found(self) -> bool:
        """Does he take requests at all? His openings exist only then."""
        return self.is_open and self.suspended_at is None


def parse_language(text: str) -> str:
    """A language by its ISO 639 code of two or three letters, in lower case. Raises ValueError."""
    code = text.strip().lower()
    if not _LANGUAGE.fullmatch(code):
        raise ValueError("une langue s'écrit par son code ISO 639 : fr, en, ar…")
    return code


def parse_department(text: str, territory: Territory) -> str:
    """A department of the territory; empty is all of it. Raises ValueError."""
    code = text.strip().upper()
    known = _OVERSEAS.get(territory)
    if code and not (code == known if known else _DEPARTMENT.fullmatch(code)):
        raise ValueError("ce département n'est pas du territoire")
    return code
