"""Rules of télésurveillance: the list, the editor with a trial, groups within groups, JSON, the quality of alerts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from telemed.acts.telemonitoring.formats.packaged import load_catalogue
from telemed.acts.telemonitoring.model.alert import Severity
from telemed.acts.telemonitoring.model.evidence import Finding, FindingKind
from telemed.acts.telemonitoring.model.rule import Answer, AtLeast, Rule, Side, Threshold, Trend, TrendMeasure
from telemed.acts.telemonitoring.rules.dry_run import DryRun
from telemed.web import rule_words, trials
from telemed.web.pages import rule_editor, rule_form
from telemed.web.views import surveillance_rules as views
from telemed.web.views.frame import Choice, Form
from telemed.web.views.surveillance import Filter
from tests.unit.web.examples.frames import NOW, Example, ago
from tests.unit.web.examples.surveillance import TODAY, WATCHING

CATALOGUE = load_catalogue()
WEIGHT_GAIN = Rule(
    name="weight_gain",
    label="Prise de poids",
    severity=Severity.SOON,
    direction=Side.ABOVE,
    when=Trend(
        signal="weight", unit="kg", measure=TrendMeasure.DELTA, side=Side.ABOVE, days=3, patient_limit="weight_gain"
    ),
)
HEAVY = Rule(
    name="heavy_and_fast",
    label="Poids et pouls en hausse",
    severity=Severity.NOW,
    when=AtLeast(
        count=2,
        of=(
            Trend(
                signal="weight", unit="kg", measure=TrendMeasure.SLOPE, side=Side.ABOVE, days=7, limit=Decimal("0.25")
            ),
            Threshold(
                signal="heart_rate", unit="/min", side=Side.ABOVE, patient_limit="heart_rate_high", count=2, of=3
            ),
            Answer(signal="device_state", among=("unplugged", "off")),
        ),
    ),
)
NESTED = Rule(
    name="nested",
    label="Emboîtée",
    severity=Severity.WATCH,
    when=AtLeast(count=1, of=(AtLeast(count=1, of=(WEIGHT_GAIN.when,)), WEIGHT_GAIN.when, HEAVY.when)),
)
EDITOR = replace(WATCHING, current="surveillance/rules")
PATHWAYS = (Choice("insuffisance_cardiaque", "Insuffisance cardiaque chronique"), Choice("diabete", "Diabète"))


def line_of(rule: Rule, number: int) -> views.RuleLine:
    return views.RuleLine(
        address=f"/surveillance/regles/{number}",
        label=rule.label,
        severity=rule_editor.severity_of(rule),
        lines=rule_words.sentences(rule, CATALOGUE),
        version=number,
        since=ago(60 * 24 * 40),
        by="Dr Claire MARTIN",
        whom="Tous les patients du parcours",
    )


def run_of(*back: int) -> DryRun:
    """A call on each of these days back from today."""
    days = {(TODAY - timedelta(days=one)).toordinal(): 1 for one in back}
    return DryRun(tuple(Finding(FindingKind.FIRED, one, one, one) for one in back), days)


TRIAL = trials.draw_trial(
    [
        trials.Tried("LEROY Jeanne", "/surveillance/1", run_of(1, 2, 14, 40, 41)),
        trials.Tried("BERNARD-LÉVY Anne-Sophie", "/surveillance/2", run_of(2, 60)),
        trials.Tried("GARCIA Manuel", "", run_of()),
    ],
    TODAY,
    90,
)
LIST = views.RulesView(
    group=views.PathwayRules(
        "Insuffisance cardiaque chronique",
        "insuffisance_cardiaque",
        (replace(line_of(WEIGHT_GAIN, 3), is_mandatory=True), line_of(HEAVY, 1)),
        "L’équipe est prévenue au plus tard après 1 jour sans mesure (poids).",
    ),
    pathways=(Filter("Insuffisance cardiaque", "/surveillance/regles", is_chosen=True), Filter("Diabète", "/x")),
    retired=(replace(line_of(WEIGHT_GAIN, 2), is_retired=True),),
    may_write=True,
)
NEW = rule_editor.editor_view(rule_form.blank(CATALOGUE), CATALOGUE, pathways=PATHWAYS)
KNOWN = replace(
    rule_editor.editor_view(
        rule_form.write_form(HEAVY), CATALOGUE, rule_id="7", whom="Insuffisance cardiaque chronique"
    ),
    sentence=rule_words.sentence(HEAVY, CATALOGUE),
    said=rule_words.sentences(HEAVY, CATALOGUE),
    habits=rule_words.habits(HEAVY),
    dry_run=TRIAL,
    versions=(
        views.VersionLine(2, ago(60), None, "Dr Claire MARTIN", line_of(HEAVY, 2).severity, line_of(HEAVY, 2).lines),
        views.VersionLine(
            1,
            ago(60 * 24 * 30),
            ago(60),
            "Dr Claire MARTIN",
            line_of(WEIGHT_GAIN, 1).severity,
            line_of(WEIGHT_GAIN, 1).lines,
        ),
    ),
)
_FAULTY = rule_form.write_form(NESTED)
GROUPS = replace(
    rule_editor.editor_view(
        Form(_FAULTY.values | {"jours_3": "100"}, {"jours_3": "Un nombre entier est attendu, de 1 à 90."}),
        CATALOGUE,
        rule_id="8",
        whom="Diabète",
    ),
    sentence=rule_words.sentence(NESTED, CATALOGUE),
    said=rule_words.sentences(NESTED, CATALOGUE),
    habits=rule_words.habits(NESTED),
)
RAW = rule_editor.editor_view(
    Form({"mode": "json", "regle": rule_form.pretty(NESTED)}), CATALOGUE, rule_id="8", whom="Diabète"
)
ROW = views.QualityRow(
    name="Prise de poids",
    fired=48,
    open=3,
    actionable=29,
    false=12,
    technical=4,
    silences=0,
    half="1\u00a0h\u00a040",
    most="6\u00a0h",
    muted="2\u00a0%",
    share=64,
)
QUALITY = views.QualityView(
    periods=(
        Filter("30 jours", "/surveillance/qualite?jours=30", is_chosen=True),
        Filter("90 jours", "/surveillance/qualite?jours=90"),
    ),
    sides=(
        Filter("Par règle", "/surveillance/qualite", is_chosen=True),
        Filter("Par patient", "/surveillance/qualite?par=patient"),
    ),
    rows=(
        ROW,
        replace(
            ROW,
            name="Non-transmission",
            actionable=0,
            false=0,
            technical=0,
            silences=48,
            share=None,
            half="",
            most="",
        ),
    ),
    by="Règle",
    days=30,
    summary="Trente derniers jours, jusqu’au mardi 24 novembre.",
    export="/telemonitoring/quality.csv",
    total=replace(ROW, name="Ensemble"),
)
EXAMPLES: dict[str, Example] = {
    "regles": Example("Règles", "professional/rules.html", EDITOR, LIST),
    "regle-nouvelle": Example("Nouvelle règle", "professional/rule_editor.html", EDITOR, NEW),
    "regle-essayee": Example("Règle essayée", "professional/rule_editor.html", EDITOR, KNOWN),
    "regle-groupes": Example("Règle à groupes", "professional/rule_editor.html", EDITOR, GROUPS),
    "regle-json": Example("Règle en JSON", "professional/rule_editor.html", EDITOR, RAW),
    "qualite": Example(
        "Qualité des alertes",
        "professional/alert_quality.html",
        replace(EDITOR, current="surveillance/quality", now=NOW),
        QUALITY,
    ),
}
