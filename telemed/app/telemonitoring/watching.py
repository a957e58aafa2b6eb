"""Builds what reads observations: the rules, on arrival and over past data, and what watches over silence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from telemed.acts.telemonitoring.formats.packaged import load_default_rules
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.pathway import Pathway
from telemed.acts.telemonitoring.ports.watching import AlertBook
from telemed.acts.telemonitoring.service.roster import Roster
from telemed.acts.telemonitoring.service.watching import RuleWatcher


@dataclass(frozen=True)
class Watching:
    """The use cases of rules."""

    watcher: RuleWatcher


def build_watching(catalogue: Catalogue, pathways: Mapping[str, Pathway], alerts: AlertBook) -> Watching:
    """Raises PathwayError if the rules that come with the service do not fit its pathways."""
    roster = Roster(load_default_rules(pathways, catalogue))
    return Watching(watcher=RuleWatcher(roster=roster, alerts=alerts))
