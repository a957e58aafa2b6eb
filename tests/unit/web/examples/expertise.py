"""Avis: the desk, one case from both sides, the page that asks, the templates of answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from telemed.web import expertise_words
from telemed.web.pages.opinion_form import HIDDEN_FROM
from telemed.web.pages.report_form import KINDS
from telemed.web.views import expertise, expertise_call
from telemed.web.views.frame import Badge, Choice, Flash, Form, NavItem, Pager, Tone, Undo
from telemed.web.views.report import Departure, Fate, PrescriptionLine
from tests.unit.web.examples.frames import DOCTOR, FINE, NAVIGATION, NOW, SOON, URGENT, WORDING, Example, ago

TABS = (
    NavItem("expertise", "En cours", "/avis"),
    NavItem("expertise/ended", "Terminés", "/avis/termines"),
    NavItem("expertise/teams", "Équipes", "/avis/equipes"),
    NavItem("expertise/availability", "Disponibilités", "/avis/disponibilites"),
    NavItem("expertise/templates", "Modèles", "/avis/modeles"),
)
AVIS = NavItem("expertise", "Avis", "/avis", "chat", 3)
EXPERT = replace(
    DOCTOR,
    person="Dr Karim Benali",
    navigation=(NAVIGATION[0], AVIS, *NAVIGATION[1:]),
    current="expertise",
    tabs=TABS,
)
NURSE = replace(
    EXPERT,
    person="Mme Inès Marchand",
    role="Professionnel de santé",
    waiting_count=None,
    navigation=(AVIS, NAVIGATION[2], NAVIGATION[3]),
)
QUESTION = "Cette lésion pigmentée du dos justifie-t-elle une exérèse ?"
LINES = (
    expertise.CaseLine(
        "/avis/1",
        ago(-75),
        URGENT,
        "BERNARD Paul",
        87,
        "Demandé par Mme Inès MARCHAND",
        "Faut-il s’inquiéter de ces bulles tendues des jambes, apparues hier soir avec un prurit ?",
        Badge("À prendre", SOON),
        "Ouvrir",
        is_mine=True,
    ),
    expertise.CaseLine(
        "/avis/2",
        ago(-60 * 20),
        SOON,
        "BERNARD-LÉVY Anne-Sophie",
        45,
        "Chez Dr Lucie FONTAINE",
        QUESTION,
        Badge("Précision demandée", URGENT),
        "Préciser",
        is_mine=True,
    ),
    expertise.CaseLine(
        "/avis/3",
        ago(-60 * 75),
        Tone.PLAIN,
        "GARCIA Manuel",
        59,
        "Demandé par Dr Claire MOREAU",
        QUESTION,
        Badge("Avis à rendre", SOON),
        "Répondre",
        is_mine=True,
    ),
)
WAITING = replace(LINES[1], state=Badge("Ouverte"), gesture="Voir", is_mine=False, due_tone=Tone.PLAIN)
LATE = replace(LINES[0], due_at=ago(95), who="Chez Dr Lucie FONTAINE", state=Badge("Acceptée", FINE), is_mine=False)
DRAFT = replace(LINES[2], state=Badge("Brouillon"), who="Pas encore envoyée", gesture="Terminer", is_mine=False)
PATIENT = expertise.PatientCard("LEROY Jeanne", 71, "Femme", "3 mars 1955", "DURAND JEANNE MARIE", "/patientele/1")
ASKER = expertise.PersonCard("Mme Inès MARCHAND", "Soins infirmiers", "Maison de santé des Tilleuls, Tours")
ANSWERER = expertise.PersonCard("Dr Karim BENALI", "Dermatologie", "Cabinet de dermatologie du Mail, Tours")
FACTS = (
    expertise.Fact("Ce qui est constaté", "Lésion de 7 mm, bords irréguliers.\nApparue depuis un an."),
    expertise.Fact("Traitements", "amlodipine, apixaban"),
    expertise.Fact("Où le patient est soigné", "À domicile"),
)
THREAD = (
    expertise.ThreadEntry(ago(180), "Demande envoyée", "Par Mme Inès MARCHAND.", FINE),
    expertise.ThreadEntry(ago(120), "Ouverte par le confrère", "Par Dr Karim BENALI."),
    expertise.ThreadEntry(
        ago(60),
        "Dr Karim BENALI demande une précision",
        "Depuis quand est-elle là ?\nSaigne-t-elle ?",
        SOON,
        is_message=True,
    ),
)
OFFERED = expertise.CaseView(
    id="1",
    base="/avis/1",
    stage="seen",
    is_requerant=False,
    patient=replace(PATIENT, address=""),
    state=Badge("À prendre", SOON),
    sentence="Dites si vous la prenez, ou pourquoi non.",
    widening="",
    due_at=ago(-75),
    due_tone=URGENT,
    due_what="À prendre",
    asker=ASKER,
    expert=None,
    asked_at=ago(180),
    deadline=ago(-60 * 21),
    urgency="sous 48\u00a0heures",
    wanted="dermoscopie",
    question=QUESTION,
    facts=FACTS,
    offers=(),
    thread=THREAD[:2],
    pending_question="",
    opinion=None,
    gestures=expertise.Gestures(may_accept=True, may_ask=True, may_refuse=True, may_write=True),
    finder=expertise.Finder(),
    form=Form(),
    refusals=expertise_words.REFUSALS,
    version="a1",
)
ANSWERING = replace(
    OFFERED,
    stage="accepted",
    state=Badge("Avis à rendre", SOON),
    sentence="Vous avez accepté : rédigez l’avis, puis signez-le.",
    due_at=ago(-60 * 21),
    due_tone=SOON,
    due_what="Réponse",
    expert=ANSWERER,
    gestures=expertise.Gestures(may_ask=True, may_refuse=True, may_answer=True, may_pass=True, may_write=True),
    form=Form(
        {"conclusion": "Aspect de kératose séborrhéique.", "urgence_soins": "none", "revision": "3"},
        {"": "Avant de signer, indiquez la conduite à tenir."},
    ),
    revision=3,
    specialties=(Choice("G15_10/SM15", "Dermatologie"),),
    templates=(Choice("1", "Kératose séborrhéique"), Choice("2", "Nævus banal")),
    care_urgencies=expertise_words.CARE_URGENCIES,
    prescriptions=(PrescriptionLine("prescription-1", "nature-1"), PrescriptionLine("prescription-2", "nature-2")),
    kinds=KINDS,
    hidden_from=HIDDEN_FROM,
)
ASKED_BACK = replace(
    OFFERED,
    stage="more_information",
    is_requerant=True,
    patient=PATIENT,
    state=Badge("Précision demandée", URGENT),
    sentence="Votre confrère attend une précision de vous. Le délai de réponse court toujours.",
    due_what="Réponse",
    offers=(
        expertise.OfferLine(
            "Dr Karim BENALI", "Dermatologie", Badge("En attente", SOON), ago(120), "Ouverte, pas encore acceptée."
        ),
    ),
    thread=THREAD,
    pending_question=THREAD[2].text,
    gestures=expertise.Gestures(may_inform=True, may_withdraw=True, may_write=True),
    withdrawals=expertise_words.WITHDRAWALS,
)
CANDIDATES = (
    expertise.Candidate(
        "1",
        "Dr Yves LE GOFF",
        "Dermatologie",
        "Cabinet de dermatologie du Mail, Tours",
        is_chosen=True,
        reasons=("Disponible maintenant.", "1 demande en cours ou prise ce jour pour 6 au plus par jour."),
    ),
    expertise.Candidate(
        "2", "Dr Nadia CHÉRIF", "Dermatologie", "Cabinet de dermatologie du Mail, Tours", warnings=("En congé.",)
    ),
)
WHOLE_FINDER = expertise.Finder(
    lines=(expertise.Candidate("equipe:1", "Dermatologie du Mail", "Dermatologie", "Équipe"),),
    search_words="Dermatologie : qui est disponible le plus tôt",
    candidates=CANDIDATES,
    is_searched=True,
)
SPECIALTIES = (Choice("G15_10/SM04", "Cardiologie"), Choice("G15_10/SM15", "Dermatologie"))
REFUSED = replace(
    ASKED_BACK,
    stage="refused",
    state=Badge("Refusée", URGENT),
    sentence="Votre confrère n’a pas pu répondre. Choisissez-en un autre : votre demande est prête à repartir.",
    pending_question="",
    offers=(
        expertise.OfferLine(
            "Dr Karim BENALI",
            "Dermatologie",
            Badge("A refusé", URGENT),
            ago(30),
            "Hors de ma compétence. Voyez plutôt un allergologue.",
        ),
    ),
    gestures=expertise.Gestures(may_offer=True, may_withdraw=True, may_write=True),
    finder=WHOLE_FINDER,
    specialties=SPECIALTIES,
    form=Form({"specialite": "G15_10/SM15"}),
)
ANSWERED = replace(
    ASKED_BACK,
    stage="answered",
    state=Badge("Avis rendu", FINE),
    sentence="L’avis est signé. Dites que vous l’avez lu pour clore la demande.",
    due_what="À lire",
    due_at=NOW + timedelta(days=6),
    due_tone=Tone.PLAIN,
    expert=ANSWERER,
    pending_question="",
    opinion=expertise.OpinionCard(
        conclusion="Aspect de kératose séborrhéique, sans critère de malignité.",
        conduct="Surveillance simple.\nNouvel avis si elle change.",
        urgency="Pas d’urgence",
        prescribed=(expertise.Fact("Biologie", "NFS, plaquettes"),),
        incidents="",
        hidden_from=("Aux autres professionnels de santé",),
        avoided="Oui",
        signed_at=ago(10),
        by="Dr Karim BENALI",
    ),
    gestures=expertise.Gestures(may_close=True, may_write=True),
    papers=(
        expertise.PaperLine("Compte rendu de téléexpertise", 2, False, ago(10), "/documents/2/pdf", "/documents/2/cda"),
        expertise.PaperLine("Compte rendu de téléexpertise", 1, True, ago(90), "/documents/1/pdf", "/documents/1/cda"),
    ),
    departures=(
        Departure("À qui l’a demandé", "", Fate.LEAVES, "Il est dans ce dossier."),
        Departure("Au patient", "", Fate.WAITS, "Un message va le lui dire."),
        Departure("Au DMP, Mon espace santé", "", Fate.STAYS, "L’identité n’est pas qualifiée."),
    ),
)
CORRECTING = replace(
    ANSWERED,
    is_requerant=False,
    gestures=expertise.Gestures(may_correct=True, may_write=True),
    form=Form({"conclusion": "Aspect de kératose.", "raison": ""}, {"raison": "À remplir."}),
    prescriptions=ANSWERING.prescriptions,
    kinds=KINDS,
    hidden_from=HIDDEN_FROM,
    care_urgencies=expertise_words.CARE_URGENCIES,
)
COMPOSER = expertise.ComposerView(
    base="/avis/1",
    patient=PATIENT,
    form=Form({"question": QUESTION, "urgence": "hours", "accord_par": "patient", "version": "4", "ald": "oui"}),
    urgencies=expertise_words.URGENCIES,
    settings=expertise_words.SETTINGS,
    specialties=SPECIALTIES,
    finder=replace(WHOLE_FINDER, may_choose_many=True),
    consent=None,
    consent_at=None,
    wording=WORDING,
    may_be_minor=False,
    kept_until=NOW + timedelta(days=7),
    saved_at=NOW,
)
MISSING = Form(
    {"accord_par": "legal_representative", "urgence": "7_days", "version": "4"},
    {
        "question": "Écrivez la question posée au confrère.",
        "constat": "Joignez au moins une donnée médicale utile.",
        "confrere": "Choisissez à qui demander.",
        "accord": "Dites que le patient est informé et qu’il accepte.",
        "representant": "Indiquez le nom du représentant légal.",
    },
)
TEMPLATES = expertise.TemplatesView(
    (
        expertise.TemplateLine("1", "Kératose séborrhéique", "Aspect de kératose séborrhéique.", "Surveillance."),
        expertise.TemplateLine("2", "Nævus banal", "", "Rien à faire ; revoir si la lésion change."),
    ),
    Form({"titre": "Kératose séborrhéique"}),
    editing="1",
)
ENDED = expertise.CaseListView(
    "Avis terminés",
    (
        Choice("recues", "J’ai répondu", "/avis/termines?cote=recues"),
        Choice("demandees", "J’ai demandé", "/avis/termines?cote=demandees"),
    ),
    "recues",
    (replace(LINES[2], due_at=None, ended_at=ago(60 * 30), state=Badge("Close", FINE), gesture="Voir", is_mine=False),),
    Pager("/avis/termines?apres=x", "/avis/termines"),
    is_ended=True,
)
CALL = expertise_call.CallView(
    id="1",
    base="/avis/1",
    patient="BERNARD Paul",
    is_requerant=True,
    is_ringing=False,
    may_ring=True,
    is_accepted=False,
    rung=0,
    outcome="Personne n’a répondu. Votre demande suit son cours par écrit.",
)
ROOM = expertise_call.RoomView(
    id="1",
    base="/avis/1",
    other="Mme Inès MARCHAND",
    patient="BERNARD Paul",
    age=87,
    state=Badge("Acceptée", FINE),
    question=QUESTION,
    findings="Lésion de 7 mm, bords irréguliers.",
    token_address="/teleexpertises/1/room-token",
    end_address="/avis/1/raccrocher",
    watch_address="/teleexpertises/1/live",
    started_at=ago(4),
)
EXAMPLES = {
    "avis": Example(
        "Avis",
        "professional/expertise.html",
        EXPERT,
        expertise.DeskView(
            LINES,
            (WAITING, LATE),
            (DRAFT,),
            may_answer=True,
            queued=(expertise.QueuedLine("9", "Dermatologie du Mail", "dans les heures", ago(-40), ago(12)),),
            more=(Choice("/avis/en-cours?cote=recues", "Tout ce que je reçois"),),
            version="a",
        ),
    ),
    "avis-vide": Example(
        "Avis, rien", "professional/expertise.html", NURSE, expertise.DeskView((), (), (), may_answer=False)
    ),
    "avis-termines": Example(
        "Avis terminés", "professional/expertise_list.html", replace(EXPERT, current="expertise/ended"), ENDED
    ),
    "avis-patient": Example(
        "Avis, patient",
        "professional/expertise_patient.html",
        NURSE,
        expertise.ChoosePatientView(Form({"q": "Leroy"}), (Choice("1", "LEROY Jeanne", "3 mars 1955"),)),
    ),
    "avis-demande": Example("Demander un avis", "professional/expertise_compose.html", NURSE, COMPOSER),
    "avis-demande-erreurs": Example(
        "Demande incomplète",
        "professional/expertise_compose.html",
        NURSE,
        replace(
            COMPOSER,
            form=MISSING,
            finder=expertise.Finder(is_searched=True),
            may_be_minor=True,
            consent=Badge("Retiré", URGENT),
            consent_at=ago(60),
        ),
    ),
    "avis-recu": Example("Demande reçue", "professional/expertise_case.html", EXPERT, OFFERED),
    "avis-reponse": Example("Rédiger un avis", "professional/expertise_case.html", EXPERT, ANSWERING),
    "avis-precision": Example("Précision demandée", "professional/expertise_case.html", NURSE, ASKED_BACK),
    "avis-appeler": Example("Parler maintenant", "professional/expertise_ringing.html", NURSE, CALL),
    "avis-sonne": Example(
        "Appel en cours",
        "professional/expertise_ringing.html",
        NURSE,
        replace(CALL, is_ringing=True, may_ring=False, rung=2, outcome=""),
    ),
    "avis-appel": Example("Appel avec un confrère", "professional/expertise_call.html", EXPERT, ROOM),
    "avis-refuse": Example("Avis refusé", "professional/expertise_case.html", NURSE, REFUSED),
    "avis-rendu": Example("Avis rendu", "professional/expertise_case.html", NURSE, ANSWERED),
    "avis-expire": Example(
        "Demande expirée",
        "professional/expertise_case.html",
        NURSE,
        replace(
            REFUSED,
            stage="expired",
            state=Badge("Expirée", SOON),
            sentence="Personne n’a répondu dans le délai.",
            due_at=None,
            gestures=expertise.Gestures(may_resume=True),
        ),
    ),
    "avis-correction": Example("Avis à corriger", "professional/expertise_case.html", EXPERT, CORRECTING),
    "avis-modeles": Example(
        "Modèles",
        "professional/expertise_templates.html",
        replace(
            EXPERT,
            current="expertise/templates",
            flash=Flash("Modèle supprimé.", SOON, Undo("/avis/modeles/3/retablir", "Rétablir")),
        ),
        TEMPLATES,
    ),
}
