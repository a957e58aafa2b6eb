"""Read the rules that a practice starts with, and refuse what its pathway or the catalogue does not bear out."""

# ruff: noqa: TRY004 - whatever is wrong in our data is one family of faults: ValueError

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import msgspec

from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.pathway import Pathway
from telemed.acts.telemonitoring.model.rule import Rule
from telemed.acts.telemonitoring.model.rule_book import DefaultRule
from telemed.acts.telemonitoring.rules.leaves import AnswerLeaf
from telemed.acts.telemonitoring.rules.program import check_rule, compile_rule
from telemed.law.loader import read_strict_yaml

Defaults = Mapping[str, tuple[DefaultRule, ...]]


def parse_default_rules(text: str, pathways: Mapping[str, Pathway], catalogue: Catalogue) -> Defaults:
    """The rules by pathway. Raises ValueError saying what is wrong (yaml.YAMLError if it is no YAML).

    Every mandatory alert of a pathway but silence is at least one of its rules.
    """
    raw = read_strict_yaml(text)
    if not isinstance(raw, list):
        raise ValueError("default rules are a list")
    found: dict[str, tuple[DefaultRule, ...]] = {}
    for part in raw:
        if not isinstance(part, dict) or set(part) != {"pathways", "rules"}:
            raise ValueError("each part says its pathways and their rules")
        for code in part["pathways"]:
            if code in found or code not in pathways:
                raise ValueError(f"{code} is no pathway, or comes twice")
            found[code] = tuple(_rules(part["rules"], pathways[code], catalogue))
    for code, pathway in pathways.items():
        _check_complete(pathway, found.get(code, ()))
    return found


def _rules(raw: list[dict[str, Any]], pathway: Pathway, catalogue: Catalogue) -> Iterator[DefaultRule]:
    since = _wanted(pathway)
    for body in raw:
        fields = dict(body)
        alert = fields.pop("alert", None)
        if alert is not None and alert not in since:
            raise ValueError(f"{pathway.code} has no mandatory alert {alert}")
        first_day = since.get(alert, pathway.versions[0].since)
        yield DefaultRule(_rule(fields, catalogue), datetime.combine(first_day, time(), UTC), alert)


def _wanted(pathway: Pathway) -> dict[str | None, date]:
    """Each alert but silence that some version of the pathway wants, with the day from which one does."""
    found: dict[str | None, date] = {}
    for version in pathway.versions:
        for alert in version.alerts:
            if not alert.is_silence:
                found.setdefault(alert.code, version.since)
    return found


def _rule(fields: dict[str, Any], catalogue: Catalogue) -> Rule:
    try:
        rule = msgspec.convert(fields, Rule)
    except msgspec.ValidationError as error:
        raise ValueError(f"{fields.get('name')}: {error}") from error
    refusals = check_rule(rule, catalogue).refusals
    if refusals:
        raise ValueError(f"{rule.name}: {', '.join(reason.code for reason in refusals)}")
    if any(not isinstance(leaf, AnswerLeaf) and leaf.limit.name is None for leaf in compile_rule(rule).leaves):
        raise ValueError(f"{rule.name}: no clinical threshold is shipped")
    return rule


def _check_complete(pathway: Pathway, rules: tuple[DefaultRule, ...]) -> None:
    missing = sorted({code for code in _wanted(pathway) if code} - {rule.mandatory for rule in rules})
    names = [rule.rule.name for rule in rules]
    if missing:
        raise ValueError(f"{pathway.code} has no rule for {', '.join(missing)}")
    if len(names) != len(set(names)):
        raise ValueError(f"{pathway.code} has two rules of one name")
