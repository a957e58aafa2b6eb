"""What the reference says of the rule language is what the code reads."""

from __future__ import annotations

import json
import re

from telemed.acts.telemonitoring.formats.rules import describe_rules, read_rule
from telemed.acts.telemonitoring.rules.program import check_rule
from tests.shared import ROOT
from tests.unit.acts.telemonitoring.making import make_reading

REFERENCE = ROOT / "docs" / "reference"


def test_the_schema_beside_the_reference_is_that_of_the_code() -> None:
    kept = json.loads((REFERENCE / "telemonitoring-rule.schema.json").read_text("utf-8"))
    assert kept == json.loads(json.dumps(describe_rules()))


def test_every_example_of_the_reference_is_a_rule_that_may_be_kept() -> None:
    page = (REFERENCE / "telemonitoring-rules.md").read_text("utf-8")
    examples = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    assert len(examples) >= 3
    catalogue = make_reading().catalogue
    assert [check_rule(read_rule(example), catalogue).refusals for example in examples] == [()] * len(examples)
