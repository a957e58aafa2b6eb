"""The patient's page of his follow-up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from telemed.web.views.frame import Choice, Form
from telemed.web.views.own import (
    AnswerLine,
    Asking,
    CompanionLine,
    DueLine,
    EntryLine,
    EntryView,
    Hidden,
    LatestLine,
    LinkLine,
    MeasureField,
    MeasureView,
    OwnConsentView,
    OwnEndedView,
    OwnHomeView,
    OwnOverView,
    OwnReportLine,
    QuestionView,
    Reading,
)
from tests.unit.web.examples.frames import NOW, PATIENT, WORDING, Example, ago

FRAME = replace(PATIENT, step=None, is_follow_up=True)
_HOURS = "9\u00a0h – 12\u00a0h, 14\u00a0h – 18\u00a0h"
WEEK = tuple((day, _HOURS) for day in ("Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi"))
OPEN = Reading(True, NOW, (*WEEK, ("Samedi", "fermé"), ("Dimanche", "fermé")))
CLOSED = replace(OPEN, is_open=False, opens_at=NOW + timedelta(hours=19, minutes=24))
BREATH = "Par rapport à votre état habituel, êtes-vous essoufflé\u00a0?"
ADVICE = ("Vous avez répondu «\u00a0Oui, même au repos\u00a0»\u00a0: appelez le 15 maintenant. N’attendez pas.",)
NOTED = (
    EntryLine("Poids", "72,4\u00a0kg", ago(300), "/suivi/saisies/1"),
    EntryLine("Tension", "132\u00a0mmHg · 81\u00a0mmHg · 74\u00a0/min", ago(1740), "/suivi/saisies/2"),
    EntryLine("Votre cœur aujourd’hui", "4\u00a0réponses", ago(1750), "/suivi/saisies/3", is_taken_back=True),
)
REPORTS = (
    OwnReportLine("Fin du suivi", ago(300), "/suivi/rapports/fin"),
    OwnReportLine("1er mois", ago(50_000), "/suivi/rapports/1"),
)
HOME = OwnHomeView(
    name="Jeanne",
    pathway="Insuffisance cardiaque chronique",
    due=(
        DueLine("Votre cœur aujourd’hui", "/suivi/questions/1", 5),
        DueLine("Votre douleur cette semaine", "/suivi/questions/2", 1, date(2026, 11, 29)),
    ),
    done=(),
    measures=(LinkLine("Poids", "/suivi/mesures/weight"),),
    other_measures=(LinkLine("Tension", "/suivi/mesures/pressure"), LinkLine("Saturation", "/suivi/mesures/oxygen")),
    latest=(LatestLine("Poids", "72,4\u00a0kg", ago(300), "par mon appareil"),),
    entries=NOTED,
    team=(
        CompanionLine("Dr Claire Martin", "médecin responsable de mon suivi · Cardiologie"),
        CompanionLine("Léa Marchand", "soignant"),
    ),
    reading=CLOSED,
    reports=REPORTS[1:],
)
QUESTION = QuestionView(
    title="Votre cœur aujourd’hui",
    action="/suivi/questions/1",
    number=2,
    asking=Asking(
        "r1",
        "Vos jambes ou vos chevilles sont-elles gonflées\u00a0?",
        "choice",
        "La marque des chaussettes ou un doigt qui laisse un creux sont des signes de gonflement.",
        (Choice("no", "Non"), Choice("usual", "Oui, comme d’habitude"), Choice("more", "Oui, plus que d’habitude")),
    ),
    kept=(Hidden("saisie", "01a20381-f5f6-74d3-8fb4-eb4497c5ceed"), Hidden("r0", "rest")),
    advice=ADVICE,
    may_go_back=True,
)
MEASURE = MeasureView(
    title="Tension",
    question="Quelle est votre tension\u00a0?",
    hint="Assis au calme depuis cinq minutes. Notez les deux grands nombres de l’écran, par exemple 132 et 81.",
    action="/suivi/mesures/pressure",
    fields=(
        MeasureField("v-s", "Premier nombre (maximum)", (Choice("mm[Hg]", "mmHg"),), "u-s"),
        MeasureField("v-d", "Deuxième nombre (minimum)", (Choice("mm[Hg]", "mmHg"),), "u-d"),
        MeasureField("v-g", "Glycémie", (Choice("g/L", "g/L"), Choice("mg/dL", "mg/dL")), "u-g", is_required=False),
    ),
    form=Form({"v-s": "132", "jour": "2026-11-24", "heure": "14:36"}),
    first_day="2026-10-25",
    last_day="2026-11-24",
)
ANSWERS = (
    AnswerLine(BREATH, "Oui, même au repos", "r0"),
    AnswerLine("Vos jambes sont-elles gonflées\u00a0?", "Non", "r1"),
)
ENTRY = EntryView(
    "Votre cœur aujourd’hui",
    ago(1),
    ANSWERS,
    ADVICE,
    CLOSED,
    was_sent=True,
    correct_address="/suivi/saisies/1/reponses",
    take_back_address="/suivi/saisies/1/retirer",
)

EXAMPLES: dict[str, Example] = {
    "mon-suivi": Example("Mon suivi", "patient/own_home.html", FRAME, HOME),
    "mon-suivi-question": Example("Question", "patient/own_question.html", FRAME, QUESTION),
    "mon-suivi-reponses": Example(
        "Mes réponses", "patient/own_question.html", FRAME, replace(QUESTION, asking=None, answers=ANSWERS)
    ),
    "mon-suivi-mesure": Example(
        "Mesure fausse",
        "patient/own_measure.html",
        FRAME,
        replace(MEASURE, form=Form(MEASURE.form.values, {"v-d": "Cette question attend une réponse."})),
    ),
    "mon-suivi-mesure-doute": Example(
        "Mesure à confirmer",
        "patient/own_measure.html",
        FRAME,
        replace(MEASURE, doubts=("Poids\u00a0: 82\u00a0kg. La dernière fois, c’était 72,4\u00a0kg.",)),
    ),
    "mon-suivi-saisie": Example("Saisie envoyée", "patient/own_entry.html", FRAME, ENTRY),
    "mon-suivi-accord": Example("Mon accord", "patient/own_consent.html", FRAME, OwnConsentView(WORDING, WORDING)),
    "mon-suivi-termine": Example(
        "Suivi terminé",
        "patient/own_ended.html",
        FRAME,
        OwnEndedView("Cabinet des Tilleuls", "+33299000102", REPORTS),
    ),
    "mon-suivi-arrete": Example("Suivi arrêté", "patient/own_over.html", FRAME, OwnOverView("+33299000102")),
}
