"""The dated list of skills, from its file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

import yaml

from telemed.experts.model.skills import Skill, SkillList

_NAME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.fr\.yaml", re.ASCII)
_CODE = re.compile(r"[a-z][a-z_]{1,40}", re.ASCII)


def read_skills(name: str, raw: bytes) -> SkillList:
    """A file of the folder `skills`. Raises ValueError, which stops the start, on anything that it does not expect."""
    match = _NAME.fullmatch(name)
    said = yaml.safe_load(raw)
    if match is None or set(said) != {"published_on", "skills"}:
        raise ValueError(f"{name}: a list of skills is named by its day and says published_on and skills")
    if said["published_on"] != date.fromisoformat(match[1]):
        raise ValueError(f"{name}: published_on is not the day of its name")
    skills = {code: _read_skill(name, code, one) for code, one in said["skills"].items()}
    return SkillList(said["published_on"], MappingProxyType(skills))


def _read_skill(name: str, code: str, said: Mapping[str, object]) -> Skill:
    label, specialties = said.get("label"), said.get("specialties", [])
    if not _CODE.fullmatch(code) or set(said) - {"label", "specialties"} or not isinstance(label, str) or not label:
        raise ValueError(f"{name}: {code} says a label, and specialties perhaps")
    if not isinstance(specialties, list) or not all(isinstance(one, str) for one in specialties):
        raise ValueError(f"{name}: {code}: specialties are codes")
    return Skill(code, label, tuple(specialties))
