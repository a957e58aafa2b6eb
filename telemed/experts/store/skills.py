"""The folder of the lists of skills."""

from __future__ import annotations

from importlib.resources import files

from telemed.experts.formats.skills import read_skills
from telemed.experts.model import SkillList


def published_skills() -> SkillList:
    """The latest list. Raises ValueError if a file cannot be read."""
    folder = files("telemed.experts").joinpath("skills")
    lists = [read_skills(one.name, one.read_bytes()) for one in folder.iterdir() if one.name.endswith(".yaml")]
    return max(lists, key=lambda one: one.published_on)
