"""A rule as a form and as a sentence: what was typed is the rule, and each fault is at its field."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.acts.telemonitoring.formats.packaged import load_catalogue
from telemed.acts.telemonitoring.model.alert import Severity
from telemed.acts.telemonitoring.model.observation import SignalKind
from telemed.acts.telemonitoring.model.rule import (
    Answer,
    AtLeast,
    Condition,
    QuietHours,
    Rule,
    Side,
    Threshold,
    Trend,
    TrendMeasure,
)
from telemed.web import rule_tree, rule_words, signal_words
from telemed.web.assets import load_assets
from telemed.web.forms import FormError
from telemed.web.pages import rule_form
from telemed.web.pages.rule_editor import editor_view
from telemed.web.rendering import Rendering
from telemed.web.views.frame import Form
from tests.rule_page import sent_of
from tests.unit.web.examples.rules import EDITOR, HEAVY, NESTED, WEIGHT_GAIN

CATALOGUE = load_catalogue()
NUMBERS = [one for one in CATALOGUE if one.kind is not SignalKind.ANSWER]
ASKED = [one for one in CATALOGUE if one.kind is SignalKind.ANSWER]
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
LINES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=40).filter(
    lambda text: text == text.strip() and text.isprintable()
)
DECIMALS = st.decimals(-(10**8), 10**8, allow_nan=False, allow_infinity=False, places=6)
FRESH = st.integers(1, 2160)


@st.composite
def numbers(draw: st.DrawFn) -> Condition:
    """A threshold or a trend, with every field that it may have."""
    signal, limit = draw(st.sampled_from(NUMBERS)), draw(st.none() | DECIMALS)
    shared: dict[str, Any] = {
        "signal": signal.name,
        "unit": signal.unit,
        "side": draw(st.sampled_from(Side)),
        "limit": limit,
        "patient_limit": None if limit is not None else draw(st.just(f"{signal.name}_high") | NAMES),
        "margin": draw(st.just(Decimal(0)) | DECIMALS.map(abs)),
        "fresh_hours": draw(FRESH),
    }
    if draw(st.booleans()):
        of = draw(st.integers(1, 60))
        lasting = draw(st.integers(0, 90 * 1440))
        return Threshold(**shared, count=draw(st.integers(1, of)), of=of, lasting_minutes=lasting)
    measure, days = draw(st.sampled_from(TrendMeasure)), draw(st.integers(1, 90))
    return Trend(**shared, measure=measure, days=days, points=draw(st.integers(2, 1000)))


ANSWERS = st.builds(
    Answer,
    signal=st.sampled_from([one.name for one in ASKED] + ["question_ours_3"]),
    among=st.lists(LINES, min_size=1, max_size=5).map(tuple),
    fresh_hours=FRESH,
)


def combined(children: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(children, min_size=1, max_size=12).map(tuple)
    return several.flatmap(lambda of: st.integers(1, len(of)).map(lambda count: AtLeast(count=count, of=of)))


HOURS = st.times().map(lambda at: f"{at:%H:%M}")
RULES = st.builds(
    Rule,
    name=NAMES,
    label=LINES,
    severity=st.sampled_from(Severity),
    when=st.recursive(numbers() | ANSWERS, combined, max_leaves=10),
    direction=st.none() | st.sampled_from(Side),
    quiet_hours=st.none() | st.builds(QuietHours, start=HOURS, end=HOURS),
    repeat_hours=st.integers(1, 720),
    late_hours=st.integers(1, 720),
)


@pytest.fixture(scope="module")
def rendering() -> Rendering:
    return Rendering(load_assets())


def sent_back(rendering: Rendering, form: Form) -> Form:
    """The form as a browser sends it that was shown it."""
    view = editor_view(form, CATALOGUE, rule_id="7")
    return Form(sent_of(rendering.render("professional/rule_editor.html", EDITOR, view=view)))


def filled(**changes: str) -> Form:
    return Form(rule_form.blank(CATALOGUE).values | {"libelle": "Saturation basse"} | changes)


@pytest.mark.parametrize("rule", [WEIGHT_GAIN, HEAVY, NESTED], ids=lambda rule: rule.name)
def test_the_rules_of_the_examples_go_through_the_form_unchanged(rule: Rule) -> None:
    assert rule_form.read_form(rule_form.write_form(rule), CATALOGUE) == rule


def test_the_least_that_is_typed_makes_a_rule_with_the_usual_threshold() -> None:
    rule = rule_form.read_form(filled(signal_1="oxygen_saturation", cote_1=Side.BELOW), CATALOGUE)
    assert (rule.name, rule.label) == ("saturation_basse", "Saturation basse")
    assert rule.when == Threshold(
        signal="oxygen_saturation", unit="%", side=Side.BELOW, patient_limit="oxygen_saturation_low"
    )


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"limite_1": "beaucoup"}, ["limite_1"]),
        ({"marge_1": "-1"}, ["marge_1"]),
        ({"fois_1": "3", "sur_1": "2"}, ["fois_1"]),
        ({"fois_1": "deux", "duree_1": "x", "repeter": "0"}, ["duree_1", "fois_1", "repeter"]),
        ({"jours_1": "91", "genre_1": TrendMeasure.DELTA}, ["jours_1"]),
        ({"signal_1": "nothing_known"}, ["signal_1"]),
        ({"genre_1": "answer", "parmi_1": "oui"}, ["signal_1"]),
        ({"signal_1": "device_state", "parmi_1": ""}, ["parmi_1"]),
        ({"signal_1": "device_state", "parmi_1": "a\u200bb"}, ["parmi_1"]),
        ({"seuil_1": "Mon seuil"}, ["seuil_1"]),
        ({"libelle": ""}, ["libelle"]),
        ({"libelle": "9"}, ["libelle"]),
        ({"gravite": "panic", "sens": "up"}, ["gravite", "sens"]),
        ({"calme_de": "22:00"}, ["calme_de"]),
        ({"calme_de": "22:00", "calme_a": "22:00"}, ["calme_de"]),
        (
            {"arbre": "3(1,2)", "combien_3": "9", "signal_2": "weight", "genre_2": "no"},
            ["combien_3", "cote_2", "genre_2"],
        ),
        ({"mode": "json", "regle": "{"}, ["regle"]),
    ],
)
def test_every_fault_is_told_at_its_field(changes: dict[str, str], fields: list[str]) -> None:
    with pytest.raises(FormError) as refused:
        rule_form.read_form(filled(**changes), CATALOGUE)
    assert sorted(refused.value.form.errors) == fields
    assert refused.value.form.values["libelle"] == changes.get("libelle", "Saturation basse")


def test_a_fault_within_groups_is_told_at_its_own_condition(rendering: Rendering) -> None:
    values = rule_form.write_form(NESTED).values
    place = next(name for name in values if name.startswith("jours_") and name != "jours_3")
    with pytest.raises(FormError) as refused:
        rule_form.read_form(Form(values | {place: "91", "jours_3": "0"}), CATALOGUE)
    assert sorted(refused.value.form.errors) == sorted((place, "jours_3"))
    again = sent_back(rendering, refused.value.form)
    assert (again.value(place), again.value("jours_3")) == ("91", "0")


def test_faults_of_json_name_their_places() -> None:
    body = json.loads(rule_form.pretty(HEAVY))
    body["when"]["of"][1] |= {"unit": "kg", "count": 9}
    with pytest.raises(FormError) as refused:
        rule_form.read_form(Form({"mode": "json", "regle": json.dumps(body)}), CATALOGUE)
    assert refused.value.form.errors["regle"].count("(when.of[1])") == 2


def test_conditions_and_groups_are_added_and_taken_away_in_order(rendering: Rendering) -> None:
    form = rule_form.add_condition(filled(limite_1="1"), 1)
    assert form.value("arbre") == "2(1,3)"
    form = rule_form.add_group(Form(form.values | {"limite_3": "2"}), 2)
    assert form.value("arbre") == "2(1,3,4(5,6))"
    form = sent_back(rendering, Form(form.values | {"limite_5": "5", "limite_6": "6"}))
    when = rule_form.read_form(form, CATALOGUE).when
    assert isinstance(when, AtLeast)
    assert [when.count, [one.limit for one in when.of[:2] if isinstance(one, Threshold)]] == [3, [1, 2]]
    inner = when.of[2]
    assert isinstance(inner, AtLeast)
    assert [inner.count, [one.limit for one in inner.of if isinstance(one, Threshold)]] == [1, [5, 6]]
    form = rule_form.remove(rule_form.remove(form, 3), 5)
    assert (form.value("arbre"), form.value("limite_6"), "limite_5" in form.values) == ("2(1,6)", "6", False)
    alone = rule_form.remove(rule_form.remove(form, 6), 1)
    assert (alone.value("arbre"), alone.value("limite_1")) == ("1", "1")


def test_a_form_stops_growing_where_the_language_does() -> None:
    form = filled()
    for _ in range(40):
        form = rule_form.add_condition(form, rule_form.tree_of(form).number)
    assert len(rule_form.tree_of(form).of) == 12
    deep = filled(arbre="1(2,3(4,5(6,7)))")
    assert rule_form.add_condition(deep, 5).value("arbre") == "1(2,3(4,5(6,7,8)))"
    assert rule_form.add_group(deep, 5).values == deep.values
    assert rule_form.add_group(deep, 3).value("arbre") == "1(2,3(4,5(6,7),8(9,10)))"
    assert rule_form.add_condition(deep, 99).values == deep.values


@given(st.text("0123456789(),x", max_size=40))
def test_no_shape_that_is_typed_breaks_the_form(text: str) -> None:
    tree = rule_tree.read_tree(text)
    assert rule_tree.read_tree(rule_tree.write_tree(tree)) == tree


@given(st.dictionaries(st.sampled_from(sorted(rule_form.write_form(HEAVY).values)), st.text(max_size=20)))
def test_whatever_is_typed_is_a_rule_or_a_form_to_mend(changes: dict[str, str]) -> None:
    form = Form(rule_form.write_form(HEAVY).values | changes)
    try:
        said, errors = rule_form.read_form(form, CATALOGUE).label, {}
    except FormError as err:
        said, errors = "", err.form.errors
    assert bool(said) != bool(errors)


def test_answers_of_another_question_are_not_kept() -> None:
    form = Form(rule_form.write_form(HEAVY).values)
    number = next(name.rpartition("_")[2] for name in form.values if name.startswith("pose_"))
    with pytest.raises(FormError) as refused:
        rule_form.read_form(Form(form.values | {f"signal_{number}": "faintness"}), CATALOGUE)
    assert list(refused.value.form.errors) == [f"parmi_{number}"]


def test_a_rule_is_said_in_french() -> None:
    def plain(text: str) -> str:
        return text.replace("\u00a0", " ")

    assert plain(rule_words.sentence(WEIGHT_GAIN, CATALOGUE)) == (
        "Alerte si le poids augmente de plus que le seuil du patient (« poids, hausse permise ») en 3 jours."
    )
    assert [plain(line) for line in rule_words.sentences(HEAVY, CATALOGUE)[:2]] == [
        "Au moins 2 à la fois :",
        "1. Le poids augmente de plus de 0,25 kg par jour, sur 7 jours",
    ]
    leak = Threshold(signal="ventilation_leak", unit="L/min", side=Side.ABOVE, limit=Decimal(30), count=2, of=3)
    mean = Trend(
        signal="oxygen_saturation",
        unit="%",
        measure=TrendMeasure.AVERAGE,
        side=Side.BELOW,
        days=2,
        limit=Decimal(90),
        margin=Decimal(1),
    )
    answer = Answer(signal="device_state", among=("off", "unplugged"), fresh_hours=12)
    nested = AtLeast(count=2, of=(leak, AtLeast(count=1, of=(mean, answer))))
    said = Rule(name="x", label="X", severity=Severity.SOON, when=nested)
    assert plain(rule_words.sentence(said, CATALOGUE)) == (
        "Alerte si les fuites de la ventilation dépassent 30 L/min, 2 fois sur 3, et si (la moyenne de la saturation "
        "en oxygène (SpO2) sur 2 jours passe sous 90 % (retour à 1 % près), ou si « État du dispositif » est noté "
        "« off » ou « unplugged » (mesure de moins de 12 h))."
    )
    assert [line.partition(".\u00a0")[0] for line in rule_words.sentences(said, CATALOGUE)][1:] == [
        "1",
        "2",
        "2.1",
        "2.2",
    ]


def test_every_measure_of_the_catalogue_has_its_article() -> None:
    assert [one.label for one in NUMBERS if not signal_words.knows(one.label)] == []
