"""The catalogue and the pathways that come with the service: read once at start, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import yaml

from telemed.acts.telemonitoring.formats.catalogue import parse_catalogue
from telemed.acts.telemonitoring.formats.default_rules import Defaults, parse_default_rules
from telemed.acts.telemonitoring.formats.fhir.questionnaire import read_questionnaire
from telemed.acts.telemonitoring.formats.keyed import parse_keyed
from telemed.acts.telemonitoring.formats.pathways import parse_pathway
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.pathway import Pathway
from telemed.acts.telemonitoring.model.questionnaire import KeyedGroup, Questionnaire
from telemed.law.law import Law

_SLICE = Path(__file__).parents[1]
SIGNALS = _SLICE / "catalogue" / "signals.yaml"
KEYED = _SLICE / "catalogue" / "keyed.yaml"
PATHWAYS = _SLICE / "pathways"
DEFAULT_RULES = _SLICE / "catalogue" / "default_rules.yaml"
QUESTIONNAIRES = _SLICE / "questionnaires"


class PathwayError(Exception):
    """The files of pathways are not fit to be used. `faults` names each file and its reason."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def load_catalogue(path: Path = SIGNALS) -> Catalogue:
    """The signals. Raises PathwayError."""
    try:
        return parse_catalogue(path.read_text("utf-8"))
    except (ValueError, yaml.YAMLError) as error:
        raise PathwayError([f"{path.name}: {error}"]) from error


def load_pathways(law: Law, catalogue: Catalogue, root: Path = PATHWAYS) -> Mapping[str, Pathway]:
    """Every pathway by code. Raises PathwayError with all faults, not only the first."""
    pathways: dict[str, Pathway] = {}
    faults = []
    for path in sorted(root.glob("*.yaml")):
        try:
            pathways[path.stem] = parse_pathway(path.stem, path.read_text("utf-8"), catalogue, law)
        except (ValueError, yaml.YAMLError) as error:
            faults.append(f"{path.stem}: {error}")
    if faults or not pathways:
        raise PathwayError(faults or [f"no pathway under {root.name}"])
    return MappingProxyType(pathways)


class PackagedQuestionnaire(NamedTuple):
    """A questionnaire of ours, and the FHIR resource that it is."""

    questionnaire: Questionnaire
    content: bytes


def load_keyed(catalogue: Catalogue, path: Path = KEYED) -> Mapping[str, KeyedGroup]:
    """What people may key in, by code. Raises PathwayError."""
    try:
        return parse_keyed(path.read_text("utf-8"), catalogue)
    except (ValueError, yaml.YAMLError) as error:
        raise PathwayError([f"{path.name}: {error}"]) from error


def load_questionnaires(
    catalogue: Catalogue, pathways: Mapping[str, Pathway], root: Path = QUESTIONNAIRES
) -> tuple[PackagedQuestionnaire, ...]:
    """Ours, by title of file. Raises PathwayError with all faults: unreadable, or for a pathway that is not ours."""
    found, faults = [], []
    for path in sorted(root.glob("*.json")):
        content = path.read_bytes()
        read = read_questionnaire(content, catalogue)
        faults += [f"{path.stem}: {issue.place}: {issue.text}" for issue in read.issues]
        if read.questionnaire is not None:
            strange = read.questionnaire.pathways - set(pathways)
            faults += [f"{path.stem}: no pathway {code}" for code in sorted(strange)]
            found.append(PackagedQuestionnaire(read.questionnaire, content))
    if faults:
        raise PathwayError(faults)
    return tuple(found)


def load_default_rules(pathways: Mapping[str, Pathway], catalogue: Catalogue, path: Path = DEFAULT_RULES) -> Defaults:
    """The rules that a practice starts with, by pathway. Raises PathwayError."""
    try:
        return parse_default_rules(path.read_text("utf-8"), pathways, catalogue)
    except (ValueError, yaml.YAMLError) as error:
        raise PathwayError([f"{path.name}: {error}"]) from error


_DEVICE_STATES = {"off": "éteint", "unplugged": "débranché", "failure": "en panne"}


def add_words(catalogue: Catalogue, packaged: Iterable[PackagedQuestionnaire]) -> Catalogue:
    """The catalogue whose answers are in the words of our questionnaires, and of what a device says of itself."""
    words: dict[str, dict[str, str]] = {"device_state": dict(_DEVICE_STATES)}
    for one in packaged:
        for signal, options in one.questionnaire.words.items():
            words.setdefault(signal, {}).update(options)
    return catalogue.with_words(words)
