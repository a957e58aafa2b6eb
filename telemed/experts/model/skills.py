"""Skills by code: our own list, dated, because no national one says « dermoscopie »."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Skill:
    """A skill: the specialties it belongs to (JDV_J01), none for all of them."""

    code: str
    label: str
    specialties: tuple[str, ...] = ()


@dataclass(frozen=True)
class SkillList:
    """The list published on a day."""

    published_on: date
    skills: Mapping[str, Skill]

    def unknown(self, codes: tuple[str, ...]) -> tuple[str, ...]:
        """Those of `codes` that the list does not hold."""
        return tuple(code for code in codes if code not in self.skills)
