"""The files that come with the service: read and checked once a process, the same for every application of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from telemed.acts.telemonitoring.formats.default_rules import Defaults
from telemed.acts.telemonitoring.formats.packaged import (
    PackagedQuestionnaire,
    add_words,
    load_catalogue,
    load_default_rules,
    load_keyed,
    load_pathways,
    load_questionnaires,
)
from telemed.acts.telemonitoring.formats.triage import load_triage
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.pathway import Pathway
from telemed.acts.telemonitoring.model.questionnaire import KeyedGroup
from telemed.acts.telemonitoring.model.triage import TriageTable
from telemed.consent.formats import Wordings
from telemed.consent.store import published_wordings
from telemed.experts.model import SkillList
from telemed.experts.model.search import Weights
from telemed.experts.store.skills import published_skills
from telemed.experts.store.weights import read_weights
from telemed.law.law import Law


class Followed(NamedTuple):
    """What a follow-up is made of, before any practice has changed a word of it."""

    catalogue: Catalogue
    pathways: Mapping[str, Pathway]
    questionnaires: tuple[PackagedQuestionnaire, ...]
    rules: Defaults
    keyed: Mapping[str, KeyedGroup]
    triage: TriageTable


@cache
def the_law() -> Law:
    """Raises LawError."""
    return Law.load()


@cache
def what_is_followed() -> Followed:
    """Raises PathwayError if the catalogue or a pathway is not borne out by the law, or the rules do not fit them."""
    catalogue = load_catalogue()
    pathways = load_pathways(the_law(), catalogue)
    questionnaires = load_questionnaires(catalogue, pathways)
    catalogue = add_words(catalogue, questionnaires)
    rules, keyed = load_default_rules(pathways, catalogue), load_keyed(catalogue)
    return Followed(catalogue, pathways, questionnaires, rules, keyed, load_triage())


@cache
def the_skills() -> SkillList:
    """Raises ValueError if a file cannot be read."""
    return published_skills()


@cache
def the_weights() -> tuple[Weights, ...]:
    """Raises ValueError if a file cannot be read."""
    return read_weights()


@cache
def the_wordings() -> Wordings:
    """Raises ValueError if a file cannot be read."""
    return published_wordings()
