"""A rule as a form and as a sentence: what was typed is the rule, and each fault is at its field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.acts.telemonitoring.formats.packaged import load_catalogue
from telemed.acts.telemonitoring.model.rule import AtLeast, Rule, Side, Threshold, TrendMeasure
from telemed.web import rule_words
from telemed.web.forms import FormError
from telemed.web.pages import rule_form
from telemed.web.views.frame import Form
from tests.unit.web.examples.rules import HEAVY, NESTED, WEIGHT_GAIN

CATALOGUE = load_catalogue()


def filled(**changes: str) -> Form:
    return Form(rule_form.blank(CATALOGUE).values | {"libelle": "Saturation basse"} | changes)


@pytest.mark.parametrize("rule", [WEIGHT_GAIN, HEAVY, NESTED], ids=lambda rule: rule.name)
def test_a_rule_goes_through_the_form_unchanged(rule: Rule) -> None:
    assert rule_form.read_form(rule_form.write_form(rule), CATALOGUE) == rule


def test_the_least_that_is_typed_makes_a_rule_with_the_usual_threshold() -> None:
    rule = rule_form.read_form(filled(signal_1="oxygen_saturation", cote_1=Side.BELOW), CATALOGUE)
    assert (rule.name, rule.label) == ("saturation_basse", "Saturation basse")
    assert rule.when == Threshold(
        signal="oxygen_saturation", unit="%", side=Side.BELOW, patient_limit="oxygen_saturation_low"
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"limite_1": "beaucoup"}, "limite_1"),
        ({"marge_1": "-1"}, "limite_1"),
        ({"fois_1": "3", "sur_1": "2"}, "fois_1"),
        ({"fois_1": "deux"}, "fois_1"),
        ({"jours_1": "91", "genre_1": TrendMeasure.DELTA}, "jours_1"),
        ({"signal_1": "nothing_known"}, "signal_1"),
        ({"genre_1": "answer", "parmi_1": "oui"}, "signal_1"),
        ({"signal_1": "device_state", "parmi_1": ""}, "parmi_1"),
        ({"libelle": ""}, "libelle"),
        ({"libelle": "9"}, "libelle"),
        ({"gravite": "panic"}, "gravite"),
        ({"calme_de": "22:00"}, "calme_de"),
        ({"repeter": "0"}, "repeter"),
        ({"nombre": "2", "combien": "9", "signal_2": "weight", "cote_2": "above"}, "genre_2"),
        ({"mode": "json", "regle": "{"}, "regle"),
    ],
)
def test_a_fault_is_told_at_its_field(changes: dict[str, str], field: str) -> None:
    with pytest.raises(FormError) as refused:
        rule_form.read_form(filled(**changes), CATALOGUE)
    assert list(refused.value.form.errors) == [field]
    assert refused.value.form.values["libelle"] == changes.get("libelle", "Saturation basse")


def test_conditions_are_added_and_taken_away_in_order() -> None:
    form = rule_form.add_condition(rule_form.add_condition(filled(limite_1="1")))
    form = Form(form.values | {"limite_2": "2", "limite_3": "3", "signal_2": "weight", "signal_3": "weight"})
    form = rule_form.remove_condition(form, 2)
    when = rule_form.read_form(Form(form.values | {"combien": "1"}), CATALOGUE).when
    assert isinstance(when, AtLeast)
    assert [one.limit for one in when.of if isinstance(one, Threshold)] == [1, 3]
    one = rule_form.remove_condition(rule_form.remove_condition(form, 1), 1)
    assert list(rule_form.condition_numbers(one)) == [1]


@given(st.dictionaries(st.sampled_from(sorted(rule_form.write_form(HEAVY).values)), st.text(max_size=20)))
def test_whatever_is_typed_is_a_rule_or_a_form_to_mend(changes: dict[str, str]) -> None:
    form = Form(rule_form.write_form(HEAVY).values | changes)
    try:
        said, errors = rule_form.read_form(form, CATALOGUE).label, {}
    except FormError as err:
        said, errors = "", err.form.errors
    assert bool(said) != bool(errors)


def test_a_rule_is_said_in_french() -> None:
    assert rule_words.sentence(WEIGHT_GAIN, CATALOGUE) == (
        "Poids\u00a0: hausse au-delà du seuil du patient («\u00a0poids, hausse permise\u00a0») en 3\u00a0jours"
    )
    assert rule_words.sentences(HEAVY, CATALOGUE)[:2] == (
        "Au moins 2 à la fois\u00a0:",
        "—\u00a0Poids\u00a0: hausse par jour de plus de 0,25\u00a0kg, sur 7\u00a0jours",
    )
