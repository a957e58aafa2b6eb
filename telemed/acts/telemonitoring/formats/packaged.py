"""The catalogue and the pathways that come with the service: read once at start, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import yaml

from telemed.acts.telemonitoring.formats.catalogue import parse_catalogue
from telemed.acts.telemonitoring.formats.pathways import parse_pathway
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.pathway import Pathway
from telemed.law.law import Law

_SLICE = Path(__file__).parents[1]
SIGNALS = _SLICE / "catalogue" / "signals.yaml"
PATHWAYS = _SLICE / "pathways"


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
