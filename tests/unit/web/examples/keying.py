"""A nurse on the phone, and the patient's page as his team runs it."""

from __future__ import annotations

from dataclasses import replace

from telemed.web.views.booking import Sending
from telemed.web.views.frame import Badge, Choice, Form, Pager, Tone
from telemed.web.views.keying import (
    AskedLine,
    KeyedLine,
    KnownLine,
    OwnDeskView,
    PhoneForm,
    PhoneFormView,
    PhoneQuestion,
    PhoneView,
    QuestionnairesView,
)
from telemed.web.views.own import LinkLine
from tests.unit.web.examples.frames import DOCTOR, Example, ago
from tests.unit.web.examples.own import ANSWERS, MEASURE, QUESTION

FRAME = replace(DOCTOR, current="surveillance/patients")
PATHWAY = "Insuffisance cardiaque chronique"
PHONE = PhoneView(
    patient="Jeanne LEROY",
    pathway=PATHWAY,
    base="/surveillance/1",
    phone="+33639981234",
    forms=(
        PhoneForm(
            "Votre cœur aujourd’hui",
            "/surveillance/1/saisie/2",
            Badge("Attendu", Tone.SOON),
            "Le patient n’y a pas répondu.",
        ),
        PhoneForm(
            "Votre douleur",
            "/surveillance/1/saisie/2",
            Badge("Répondu", Tone.FINE),
            "Le remplir de nouveau s’il a changé depuis.",
        ),
    ),
    measures=(
        LinkLine("Poids", "/surveillance/1/saisie/2"),
        LinkLine("Tension", "/surveillance/1/saisie/2"),
        LinkLine("Saturation", "/surveillance/1/saisie/2"),
    ),
    entries=(
        KeyedLine(
            "Votre cœur aujourd’hui",
            ANSWERS,
            ago(40),
            "Léa Marchand, au téléphone",
            Badge("Corrigée", Tone.SOON),
            is_doubtful=True,
            versions=2,
            correct_address="/surveillance/1/saisie/2",
            take_back_address="/surveillance/1/saisie/2",
        ),
        KeyedLine("Votre cœur", ANSWERS[:1], ago(1500), "le patient", Badge("Retirée", Tone.NOW), False, 3),
    ),
    pager=Pager("/surveillance/1/saisie?apres=2"),
)
assert QUESTION.asking
PHONE_FORM = PhoneFormView(
    patient="Jeanne LEROY",
    title="Votre cœur aujourd’hui",
    hint="Lisez chaque question au patient, dans ses mots.",
    action="/surveillance/1/saisie/questions/1",
    back="/surveillance/1/saisie",
    questions=(
        PhoneQuestion(QUESTION.asking),
        PhoneQuestion(
            replace(QUESTION.asking, field="r2", text="Pourquoi\u00a0?", help=""),
            "Seulement si le patient a répondu «\u00a0Non, aucun\u00a0»",
        ),
    ),
    fields=MEASURE.fields,
    form=Form({"v-s": "haut"}, {"r1": "Cette question attend une réponse.", "v-s": "Un nombre est attendu."}),
)
DESK = OwnDeskView(
    patient="Jeanne LEROY",
    pathway=PATHWAY,
    base="/surveillance/1/page-patient",
    is_running=True,
    phone="+33639981234",
    email="",
    channels=("sms",),
    sendings=(Sending("SMS", "06 39 •• •• 34", ago(3), Badge("SMS remis", Tone.FINE)),),
    asked=(
        AskedLine(
            "1",
            "Votre cœur aujourd’hui",
            "Chaque jour, rappel à 18:00",
            Badge("Attend", Tone.SOON),
            True,
            False,
            Form({"tous_les": "1", "rappel": "sms", "heure": "18:00"}),
        ),
        AskedLine("2", "Votre douleur", "Chaque semaine, sans rappel", Badge("Pas posé"), True, True, Form()),
    ),
    others=(Choice("3", "Votre sommeil"),),
    frequencies=(Choice("1", "Chaque jour"), Choice("7", "Chaque semaine")),
    reminders=(Choice("", "Pas de rappel"), Choice("sms", "Par SMS")),
    made_link="https://telemed.example/s/kR3jv0w1h5Xc",
)
KNOWN = KnownLine(
    "Votre cœur aujourd’hui",
    "1",
    ("Êtes-vous essoufflé\u00a0?", "Avez-vous mal\u00a0?"),
    PATHWAY,
    Badge("En service", Tone.FINE),
)

EXAMPLES: dict[str, Example] = {
    "telephone": Example("Au téléphone", "professional/phone.html", FRAME, PHONE),
    "telephone-saisie": Example("Saisie au téléphone", "professional/phone_form.html", FRAME, PHONE_FORM),
    "page-patient": Example("La page du patient", "professional/own_desk.html", FRAME, DESK),
    "questionnaires": Example(
        "Questionnaires",
        "professional/questionnaires.html",
        FRAME,
        QuestionnairesView(
            (KNOWN,),
            (replace(KNOWN, title="Votre douleur", retire_address="/surveillance/1/saisie/2"),),
            may_import=True,
            faults=("Questionnaire.item[0]\u00a0: une question a un texte.",),
        ),
    ),
}
