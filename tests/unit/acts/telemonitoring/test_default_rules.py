"""The rules that every practice starts with: the alerts of the law are there, and no number is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from telemed.acts.telemonitoring.formats.default_rules import parse_default_rules
from telemed.acts.telemonitoring.formats.packaged import load_catalogue, load_default_rules, load_pathways
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.pathway import MandatoryAlert, Pathway
from telemed.acts.telemonitoring.rules.program import compile_rule
from tests.the_law import LAW

ONE = """
- pathways: [insuffisance_cardiaque]
  rules:
    - alert: decompensation
      name: weight_high
      label: "Poids"
      severity: soon
      when: {kind: threshold, signal: weight, unit: kg, side: above, patient_limit: weight_high}
"""


@cache
def ground() -> tuple[Catalogue, dict[str, Pathway]]:
    catalogue = load_catalogue()
    return catalogue, dict(load_pathways(LAW, catalogue))


def test_each_mandatory_alert_has_a_rule_that_waits_for_a_limit_of_the_patient() -> None:
    catalogue, pathways = ground()
    found = load_default_rules(pathways, catalogue)
    assert set(found) == set(pathways)
    for code, pathway in pathways.items():
        wanted = {alert.code for alert in pathway.versions[-1].alerts if not alert.is_silence}
        assert {default.mandatory for default in found[code]} >= wanted
        for default in found[code]:
            limits = compile_rule(default.rule).limits
            assert limits or "device_state" in compile_rule(default.rule).signals


def test_an_alert_that_comes_later_has_its_rule_from_its_own_day() -> None:
    """And its rule is wanted before that day comes."""
    catalogue, pathways = ground()
    heart = pathways["insuffisance_cardiaque"]
    (first, *_), later = heart.versions, date(2030, 1, 1)
    more = replace(
        first, since=later, alerts=(*first.alerts, MandatoryAlert("arrhythmia", "Arythmie", is_silence=False))
    )
    both = {heart.code: replace(heart, versions=(first, more))}
    with pytest.raises(ValueError, match="no rule for arrhythmia"):
        parse_default_rules(ONE, both, catalogue)
    rule = ONE.partition("  rules:\n")[2].replace("decompensation", "arrhythmia").replace("weight_high", "weight_low")
    found = parse_default_rules(ONE + rule, both, catalogue)[heart.code]
    assert [one.since.date() for one in found] == [first.since, later]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("patient_limit: weight_high", 'limit: "80"', "no clinical threshold"),
        ("alert: decompensation", "alert: nothing", "no mandatory alert nothing"),
        ("- alert: decompensation\n      name", "- name", "no rule for decompensation"),
        ("unit: kg", "unit: lb", "rule_unit"),
        ("severity: soon", "severity: sometime", "weight_high"),
        ("[insuffisance_cardiaque]", "[nowhere]", "nowhere is no pathway"),
        ("- pathways", "- places", "each part says"),
    ],
)
def test_what_the_law_or_the_catalogue_does_not_bear_out_stops_the_start(old: str, new: str, fault: str) -> None:
    catalogue, pathways = ground()
    only = {"insuffisance_cardiaque": pathways["insuffisance_cardiaque"]}
    assert len(parse_default_rules(ONE, only, catalogue)["insuffisance_cardiaque"]) == 1
    with pytest.raises(ValueError, match=fault):
        parse_default_rules(ONE.replace(old, new), only, catalogue)
