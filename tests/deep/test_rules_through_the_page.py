"""Any rule of the language is written in the editor, with its form or its JSON, and read back the same."""

from __future__ import annotations

from hypothesis import assume, given, settings

from telemed.acts.telemonitoring.formats.rules import read_rule
from telemed.acts.telemonitoring.model.rule import Rule
from telemed.acts.telemonitoring.rules.program import check_rule
from telemed.web import rule_words
from telemed.web.pages import rule_form
from telemed.web.rendering import Rendering
from telemed.web.views.frame import Form
from tests.unit.web.test_rule_form import CATALOGUE, RULES, rendering, sent_back

__all__ = ["rendering"]


@settings(max_examples=40)
@given(rule=RULES)
def test_any_rule_goes_through_the_page_and_its_json_unchanged(rendering: Rendering, rule: Rule) -> None:
    assume(check_rule(rule, CATALOGUE).is_allowed)
    shown = rule_form.write_form(rule)
    assert rule_form.read_form(sent_back(rendering, shown), CATALOGUE) == rule
    raw = Form({"mode": "json", "regle": rule_form.pretty(rule)})
    assert rule_form.read_form(sent_back(rendering, raw), CATALOGUE) == rule
    assert read_rule(rule_form.pretty(rule_form.read_form(shown, CATALOGUE))) == rule
    assert rule_words.sentence(rule, CATALOGUE).startswith("Alerte si ")
