"""Surveillance: the board full and empty, one alert at each of its ages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from telemed.acts.telemonitoring.model.alert import AlertState, Severity
from telemed.acts.telemonitoring.model.curve import DayFigures
from telemed.acts.telemonitoring.model.rule import Side
from telemed.web import sparks, surveillance_words
from telemed.web.pages.surveillance_forms import ACTIONS, MUTE_LENGTHS
from telemed.web.views import surveillance as views
from telemed.web.views.frame import Flash, Form, NavItem, Pager, Tone, Undo
from tests.unit.web.examples.expertise import AVIS
from tests.unit.web.examples.frames import DOCTOR, FINE, NAVIGATION, SOON, URGENT, Example, ago

TABS = (
    NavItem("surveillance", "Alertes", "/surveillance"),
    NavItem("surveillance/rules", "Règles", "/surveillance/regles"),
    NavItem("surveillance/quality", "Qualité", "/surveillance/qualite"),
)
RAIL = NavItem("surveillance", "Surveillance", "/surveillance", "pulse", 4)
WATCHING = replace(
    DOCTOR, navigation=(NAVIGATION[0], AVIS, RAIL, *NAVIGATION[1:]), current="surveillance", tabs=TABS, waiting_count=2
)
TODAY = WATCHING.today
WEIGHTS = (71.2, 71.0, 71.3, 71.1, None, 71.2, 71.4, 71.3, None, None, None, 72.4, 73.1, 74.1)
OXYGEN = (94, 95, 93, 94, 94, 93, 92, 93, 92, 91, 90, 90, 89, 88)


def days_of(values: tuple[float | None, ...], spread: float = 0) -> list[DayFigures]:
    """The last days, today the last; `spread` around each."""
    found = []
    for back, value in enumerate(reversed(values)):
        if value is not None:
            low, high = round((value - spread) * 1e6), round((value + spread) * 1e6)
            found.append(
                DayFigures(TODAY - timedelta(days=back), 2 if spread else 1, low, high, low + (high if spread else 0))
            )
    return found[::-1]


def spark_of(values: tuple[float | None, ...], label: str, unit: str, side: Side, limit: float) -> views.Spark:
    return sparks.make_spark(days_of(values), TODAY, label=label, unit=unit, side=side, limit=round(limit * 1e6))


WEIGHT = spark_of(WEIGHTS, "Poids", "kg", Side.ABOVE, 73)
FIRST = views.AlertLine(
    id="1",
    address="/surveillance/alertes/1",
    severity=surveillance_words.severity(Severity.NOW),
    patient="LEROY Jeanne",
    age=71,
    pathway="Insuffisance cardiaque chronique",
    what="Saturation basse",
    figure="88\u00a0% (seuil 90\u00a0%)",
    spark=spark_of(OXYGEN, "Saturation en oxygène", "%", Side.BELOW, 90),
    since=ago(42),
    times=3,
    state=surveillance_words.state(AlertState.NEW),
    owner="",
    is_mine=False,
    due_at=ago(12),
    due_tone=Tone.NOW,
    due_what="À regarder",
    may_take=True,
    last=views.LastValue("Saturation en oxygène", "91\u00a0%", ago(7)),
    outcomes=surveillance_words.find_close_outcomes(AlertState.NEW),
)
LINES = (
    FIRST,
    replace(
        FIRST,
        id="2",
        address="/surveillance/alertes/2",
        severity=surveillance_words.severity(Severity.SOON),
        patient="BERNARD-LÉVY Anne-Sophie",
        age=45,
        what="Prise de poids",
        figure="+2,9\u00a0kg en 3 jours (seuil 2\u00a0kg)",
        spark=WEIGHT,
        since=ago(60 * 7),
        times=1,
        state=surveillance_words.state(AlertState.TAKEN),
        owner="Vous",
        is_mine=True,
        due_at=ago(-75),
        due_tone=Tone.SOON,
        due_what="À interpréter",
        may_take=False,
        note="Valeurs normales",
    ),
    replace(
        FIRST,
        id="3",
        address="/surveillance/alertes/3",
        severity=surveillance_words.severity(Severity.SOON),
        patient="GARCIA Manuel",
        age=59,
        pathway="Diabète de type 1 ou de type 2 sous insuline",
        what="Plus aucune mesure",
        figure="dispositif éteint",
        spark=sparks.make_spark([], TODAY, label="Glucose interstitiel", unit="mg/dL"),
        since=ago(60 * 26),
        times=1,
        state=surveillance_words.state(AlertState.QUEUED),
        due_at=ago(-60 * 19),
        due_tone=Tone.PLAIN,
        due_what="Ouverture",
    ),
    replace(
        FIRST,
        id="4",
        address="/surveillance/alertes/4",
        severity=surveillance_words.severity(Severity.WATCH),
        patient="PETIT Karim",
        age=9,
        pathway="Insuffisance respiratoire : ventilation (VNI)",
        what="Fuites de la ventilation",
        figure="38 L/min (seuil 30 L/min)",
        since=ago(60 * 50),
        state=surveillance_words.state(AlertState.DECIDED),
        owner="Dr Karim BENALI",
        due_at=ago(-60 * 30),
        due_tone=Tone.PLAIN,
        due_what="À terminer",
        may_take=False,
        outcomes=surveillance_words.find_close_outcomes(AlertState.DECIDED),
    ),
)
BOARD = views.BoardView(
    lines=LINES,
    views=(
        views.Filter("Toutes", "/surveillance", is_chosen=True, count=31),
        views.Filter("À moi", "/surveillance?vue=mine", count=1),
        views.Filter("Sans responsable", "/surveillance?vue=unowned", count=12, tone=SOON),
        views.Filter("En retard", "/surveillance?vue=overdue", count=2, tone=URGENT),
        views.Filter("Closes", "/surveillance?vue=closed"),
    ),
    severities=(
        views.Filter("Toutes gravités", "/surveillance", is_chosen=True),
        views.Filter("Tout de suite", "/surveillance?gravite=now", count=1, tone=URGENT),
        views.Filter("Bientôt", "/surveillance?gravite=soon", count=120, tone=SOON),
        views.Filter("À surveiller", "/surveillance?gravite=watch", count=7),
    ),
    pathways=(
        views.Filter("Tous les parcours", "/surveillance", is_chosen=True),
        views.Filter("Insuffisance cardiaque", "/surveillance?parcours=insuffisance_cardiaque"),
        views.Filter("Diabète", "/surveillance?parcours=diabete"),
    ),
    pager=Pager("/surveillance?apres=x"),
    follow="/surveillance/fil",
    chosen="/surveillance",
    outcomes=tuple(surveillance_words.OUTCOMES.values()),
    may_write=True,
    waiting=4,
    version="a1",
    late=views.Filter("Reçu tard", "/surveillance/retards", count=3),
)
TAKING = replace(WATCHING, flash=Flash("Alertes prises.", FINE, Undo("/surveillance/rendre/x", "Rendre")))
EMPTY = replace(BOARD, lines=(), pager=Pager(), waiting=0)
CURVE = sparks.make_curve(
    days_of((70.8, 70.9, 71.0, 70.7, 70.9, 71.1, *WEIGHTS), 0.3),
    TODAY,
    label="Poids",
    unit="kg",
    side=Side.ABOVE,
    limit=73_000_000,
    marks={TODAY - timedelta(days=1): "Prise de poids"},
)
MUTED = views.MuteLine(
    "Fréquence cardiaque haute",
    ago(-60 * 40),
    "Fibrillation connue, traitement changé.",
    "Dr Karim BENALI",
    ago(60 * 8),
    beyond="au-delà de 130/min",
    lift_address="/surveillance/alertes/2/sourdine/1/lever",
)
TAKEN = views.AlertView(
    id="2",
    base="/surveillance/alertes/2",
    stage="taken",
    severity=surveillance_words.severity(Severity.SOON),
    patient="BERNARD-LÉVY Anne-Sophie",
    age=45,
    sheet="/surveillance/9",
    phone="+33612345678",
    pathway="Insuffisance cardiaque chronique",
    what="Prise de poids",
    state=surveillance_words.state(AlertState.TAKEN),
    sentence=surveillance_words.sentence(AlertState.TAKEN),
    due_at=ago(-75),
    due_tone=Tone.SOON,
    due_what="À interpréter",
    owner="Dr Claire MARTIN",
    is_mine=True,
    since=ago(60 * 31),
    last_at=ago(60 * 7),
    times=2,
    note="",
    evidence=(
        views.EvidenceLine("Poids", "+2,9\u00a0kg en 3 jours", "seuil 2\u00a0kg"),
        views.EvidenceLine("Fréquence cardiaque", "104/min", "seuil 100/min"),
    ),
    rule="Prise de poids",
    rule_address="/surveillance/regles/7",
    rule_version=3,
    rule_lines=("Poids : hausse de plus du seuil du patient (« prise de poids ») en 3 jours",),
    lasts=(
        views.LastValue("Poids", "74,1\u00a0kg", ago(60 * 7)),
        views.LastValue("Fréquence cardiaque", "98/min", ago(60 * 31)),
    ),
    curves=(CURVE,),
    thread=(
        views.AlertEntry(ago(60 * 31), "Alerte", "Poids 73,1 kg : +2,1 kg en 3 jours (seuil 2 kg)", tone=URGENT),
        views.AlertEntry(ago(60 * 7), "Toujours anormale", "Poids 74,1 kg", tone=SOON),
        views.AlertEntry(ago(30), "Prise", by="Dr Claire MARTIN", tone=FINE),
        views.AlertEntry(ago(20), "Note", "Appelée : œdèmes des chevilles depuis deux jours.", by="Mme Inès MARCHAND"),
    ),
    mutes=(MUTED,),
    gestures=views.AlertGestures(
        may_release=True, may_filter=True, may_interpret=True, may_comment=True, may_mute=True
    ),
    form=Form(),
    outcomes=surveillance_words.find_close_outcomes(AlertState.TAKEN),
    actions=ACTIONS,
    mute_lengths=MUTE_LENGTHS,
    mute_what="Vous ne serez plus prévenu de « Prise de poids », sauf au-delà de +2,9 kg en 3 jours.",
    mute_unit="kg",
    mute_hint="Vide : vous êtes prévenu dès qu’une valeur est au-delà de +2,9 kg en 3 jours. Avec 0,1 : seulement …",
    booking="/surveillance/alertes/2/teleconsultation",
    former="/surveillance/alertes/0",
    version="b2",
)
UNTAKEN = replace(
    TAKEN,
    stage="new",
    state=surveillance_words.state(AlertState.NEW),
    sentence=surveillance_words.sentence(AlertState.NEW),
    owner="",
    is_mine=False,
    due_tone=Tone.NOW,
    due_at=ago(9),
    what="Plus aucune mesure",
    curves=(sparks.make_curve([], TODAY, label="Glucose interstitiel", unit="mg/dL"),),
    evidence=(),
    rule="",
    rule_lines=(),
    mutes=(),
    gestures=views.AlertGestures(may_take=True, may_comment=True),
)
DECIDED = replace(
    TAKEN,
    stage="decided",
    state=surveillance_words.state(AlertState.DECIDED),
    sentence=surveillance_words.sentence(AlertState.DECIDED),
    gestures=views.AlertGestures(may_act=True, may_close=True, may_comment=True),
    outcomes=surveillance_words.find_close_outcomes(AlertState.DECIDED),
    form=Form({"issue": "", "mots": ""}, {"issue": "Choisissez une réponse de la liste.", "mots": "À remplir."}),
)
LATE = views.LateView(
    lines=tuple(
        views.LateLine(name, "/surveillance/1?periode=semaine&jour=2026-11-20#courbes", what, ago(60 * 80), ago(95))
        for name, what in (("LEROY Jeanne", "Prise de poids"), ("BERNARD-LÉVY Anne-Sophie", "Saturation basse"))
    ),
    days=7,
    pager=Pager("/surveillance/retards?apres=x"),
)
EXAMPLES: dict[str, Example] = {
    "surveillance-retards": Example("Reçu trop tard", "professional/surveillance_late.html", WATCHING, LATE),
    "surveillance-aucun-retard": Example(
        "Rien trop tard", "professional/surveillance_late.html", WATCHING, replace(LATE, lines=(), pager=Pager())
    ),
    "surveillance": Example("Surveillance", "professional/surveillance.html", TAKING, BOARD),
    "surveillance-vide": Example("Surveillance, rien", "professional/surveillance.html", WATCHING, EMPTY),
    "alerte-nouvelle": Example("Alerte à prendre", "professional/surveillance_alert.html", WATCHING, UNTAKEN),
    "alerte-prise": Example("Alerte prise", "professional/surveillance_alert.html", WATCHING, TAKEN),
    "alerte-decidee": Example("Alerte décidée", "professional/surveillance_alert.html", WATCHING, DECIDED),
}
