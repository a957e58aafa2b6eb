"""Aujourd'hui, rendez-vous, patients."""

from __future__ import annotations

from dataclasses import replace

from telemed.web.views import (
    booking,
    patients,
    today,
)
from telemed.web.views.frame import (
    Badge,
    Choice,
    Flash,
    Form,
    ReasonLine,
    Tone,
    Undo,
)
from tests.unit.web.examples.frames import (
    DOCTOR,
    FINE,
    NOW,
    PIECES,
    PROVISIONAL,
    QUALIFIED,
    SECRETARY,
    SOON,
    URGENT,
    Example,
    ago,
)

WAITING_NOW = today.TodayView(
    waiting=(
        today.WaitingLine(
            "1",
            "LEROY Jeanne",
            71,
            ago(6),
            ago(6),
            today.Lights(today.Light.YES, today.Light.YES, today.Light.YES, today.Light.MIDDLING),
        ),
        today.WaitingLine(
            "2",
            "PETIT Karim",
            9,
            None,
            ago(2),
            today.Lights(today.Light.NO, today.Light.YES, today.Light.NO),
            is_present=False,
        ),
    ),
    upcoming=(
        today.UpcomingLine("3", "DURAND Élodie", 34, ago(-24), 15, Badge("Lien ouvert", FINE), "/rendez-vous/3"),
        today.UpcomingLine("4", "NGUYEN Van Minh", 52, ago(-54), 15, Badge("SMS remis"), "/rendez-vous/4"),
        today.UpcomingLine(
            "5", "BERNARD-LÉVY Anne-Sophie", 45, ago(-84), 20, Badge("SMS échoué", URGENT), "/rendez-vous/5"
        ),
    ),
    unfinished=(
        today.UnfinishedLine("6", "MOREAU Hugo", ago(90), "compte rendu non signé", "/consultations/6/compte-rendu"),
    ),
    cap=today.CapLine(2026, 0.142, 0.2, 0.17, Badge("Sous le plafond", FINE)),
    version="a1",
)


SECRETARY_DAY = replace(WAITING_NOW, unfinished=(), cap=None, is_clinical=False)


SENDINGS = (
    booking.Sending(
        "SMS",
        "06 12 •• •• 78",
        ago(180),
        Badge("Échoué", URGENT),
        "Le numéro n’a pas répondu : il est peut-être éteint.",
    ),
    booking.Sending("Courriel", "j•••@exemple.fr", ago(170), Badge("Remis", FINE)),
)


BOOKING = booking.BookingView(
    act_id="3",
    planned_at=ago(-24),
    minutes=15,
    patient="DURAND Élodie",
    age=34,
    patient_address="/patientele/3",
    phone="+33612345678",
    email="elodie@exemple.fr",
    channels=("sms", "email"),
    doctor="Dr Claire Martin",
    state=Badge("Prévu"),
    link=booking.LinkCard(
        Badge("Ouvert", FINE),
        "Le patient a ouvert son lien.",
        ago(-600),
        SENDINGS,
        ago(12),
        may_revoke=True,
    ),
    move_form=Form({"jour": "2026-11-24", "heure": "15:00"}),
    may_move=True,
    may_cancel=True,
    call_address="/consultations/3",
)


BOOKING_LINES = tuple(
    booking.BookingLine(f"/rendez-vous/{index}", ago(-24 - 30 * index), 15, name, age, "Dr Claire Martin", state, link)
    for index, (name, age, state, link) in enumerate(
        (
            ("DURAND Élodie", 34, Badge("Prévu"), Badge("Lien ouvert", FINE)),
            ("NGUYEN Van Minh", 52, Badge("Prévu"), Badge("SMS remis")),
            ("BERNARD-LÉVY Anne-Sophie", 45, Badge("Prévu"), Badge("SMS échoué", URGENT)),
            ("MOREAU Hugo", 28, Badge("Annulé", SOON), Badge("Lien révoqué")),
        )
    )
)


CHANNELS = (Choice("sms", "SMS", "Au numéro ci-dessous."), Choice("email", "Courriel", "À l’adresse ci-dessous."))


BOOKING_FORM = booking.BookingFormView(
    form=Form(
        {"patient": "3", "jour": "2026-11-20", "heure": "15:00", "canal": "sms"},
        {"jour": "Ce jour est passé : choisissez un jour à venir."},
    ),
    doctors=(Choice("1", "Dr Claire Martin, médecine générale"),),
    channels=CHANNELS,
    durations=(Choice("15", "15 minutes"), Choice("20", "20 minutes")),
    patient="DURAND Élodie, née le 4 juin 1992",
)


PATIENT_LINES = (
    patients.PatientLine("/patientele/1", "LEROY Jeanne", "3 mars 1955", 71, QUALIFIED.badge, "+33612345678"),
    patients.PatientLine("/patientele/2", "PETIT Karim", "1er août 2017", 9, PROVISIONAL.badge),
    patients.PatientLine("/patientele/3", "DURAND Élodie", "4 juin 1992", 34, Badge("VALI"), "+33698765432"),
)


SHEET = patients.PatientView(
    id="1",
    name="LEROY Jeanne",
    birth_name="LEROY",
    used_name="",
    first_names="Jeanne Marie",
    sex="Femme",
    is_woman=True,
    born="3 mars 1955",
    birth_place="35238",
    age=71,
    status=QUALIFIED,
    contact_form=Form({"telephone": "06 12 34 56 78", "courriel": "jeanne@exemple.fr"}),
    proofs=PIECES,
    methods=(Choice("in_person", "Au cabinet, en présence"), Choice("on_video", "Montrée à la caméra")),
    doubts=(Choice("homonym", "Homonyme possible"),),
    acts=(
        patients.ActLine(ago(-24), "Téléconsultation", "Dr Claire Martin", Badge("Prévue"), "/rendez-vous/1"),
        patients.ActLine(
            ago(60 * 24 * 20),
            "Téléconsultation",
            "Dr Claire Martin",
            Badge("Terminée", FINE),
            "/consultations/9/compte-rendu",
        ),
    ),
    documents=(
        patients.DocumentLine("Compte rendu de téléconsultation", ago(60 * 24 * 20), "/consultations/9/compte-rendu"),
    ),
    consents=(patients.ConsentLine("Téléconsultation", ago(12), "sur la page du patient", Badge("Donné", FINE)),),
)


RECORD = patients.RecordView(
    id="1",
    name="LEROY Jeanne",
    birth_name="LEROY",
    first_names="Jeanne Marie",
    born="3 mars 1955",
    sex="Femme",
    birth_place="35238",
    matricule="Aucun",
    status=Badge("PROV", hint="Identité provisoire"),
    created_on=ago(60),
    age=71,
)
CANCELLED = Flash(
    "Rendez-vous annulé. Qui avait reçu un lien en est prévenu par message.",
    Tone.SOON,
    Undo("/rendez-vous/3/retablir", "Rétablir"),
)


EXAMPLES: dict[str, Example] = {
    "aujourdhui": Example("Aujourd’hui", "professional/today.html", DOCTOR, WAITING_NOW),
    "aujourdhui-vide": Example(
        "Aujourd’hui, vide", "professional/today.html", replace(DOCTOR, waiting_count=0), today.TodayView()
    ),
    "secretariat": Example("Journée du secrétariat", "professional/today.html", SECRETARY, SECRETARY_DAY),
    "rendez-vous": Example(
        "Rendez-vous",
        "professional/bookings.html",
        replace(SECRETARY, current="bookings", flash=CANCELLED),
        booking.BookingsView(NOW.date(), BOOKING_LINES, "?jour=2026-11-23", "?jour=2026-11-25", "/rendez-vous"),
    ),
    "rendez-vous-vide": Example(
        "Rendez-vous, jour vide",
        "professional/bookings.html",
        replace(SECRETARY, current="bookings"),
        booking.BookingsView(NOW.date(), (), "?jour=2026-11-23", "?jour=2026-11-25", "/rendez-vous"),
    ),
    "rendez-vous-nouveau": Example(
        "Nouveau rendez-vous", "professional/booking_form.html", replace(SECRETARY, current="bookings"), BOOKING_FORM
    ),
    "rendez-vous-qui": Example(
        "Nouveau rendez-vous, pour qui",
        "professional/booking_form.html",
        replace(SECRETARY, current="bookings"),
        replace(
            BOOKING_FORM,
            patient="",
            form=Form({"q": "dur"}),
            matches=(Choice("/rendez-vous/nouveau?patient=3", "DURAND Élodie", "4 juin 1992"),),
        ),
    ),
    "arrivee": Example(
        "Arrivée sans rendez-vous",
        "professional/booking_form.html",
        DOCTOR,
        replace(BOOKING_FORM, is_arrival=True, form=Form({"patient": "3", "canal": "sms"})),
    ),
    "rendez-vous-detail": Example(
        "Rendez-vous et lien", "professional/booking.html", replace(SECRETARY, current="bookings"), BOOKING
    ),
    "patients": Example(
        "Patients",
        "professional/patients.html",
        replace(DOCTOR, current="patients"),
        patients.PatientsView("", PATIENT_LINES, "?apres=x"),
    ),
    "patients-rien": Example(
        "Patients, rien",
        "professional/patients.html",
        replace(DOCTOR, current="patients"),
        patients.PatientsView("zzz", ()),
    ),
    "patient": Example("Fiche", "professional/patient.html", replace(DOCTOR, current="patients"), SHEET),
    "patient-doute": Example(
        "Fiche, doute",
        "professional/patient.html",
        replace(SECRETARY, current="patients"),
        replace(SHEET, status=PROVISIONAL, acts=(), documents=(), consents=(), is_clinical=False),
    ),
    "patient-doublons": Example(
        "Fiche, doublons",
        "professional/patient.html",
        replace(SECRETARY, current="patients"),
        replace(SHEET, alike=PATIENT_LINES[:1], absorbed=PATIENT_LINES[1:2], is_clinical=False),
    ),
    "patient-reunir": Example(
        "Réunir deux dossiers",
        "professional/merge.html",
        replace(SECRETARY, current="patients"),
        patients.MergeView(
            RECORD,
            replace(RECORD, id="2", name="LEROY Jean", first_names="Jean", sex="Homme"),
            warnings=(ReasonLine("Des jumeaux partagent quatre traits. Comparez.", "", Tone.SOON),),
        ),
    ),
    "patient-nouveau": Example(
        "Nouveau patient",
        "professional/patient_form.html",
        replace(DOCTOR, current="patients"),
        patients.PatientFormView(
            Form(
                {"nom_naissance": "LEROY", "naissance_jour": "31", "naissance_mois": "2", "naissance_annee": "1955"},
                {
                    "naissance": "Cette date n’existe pas.",
                    "matricule": "La clé du matricule ne correspond pas à son numéro.",
                },
            ),
            (Choice("F", "Femme"), Choice("M", "Homme")),
            PATIENT_LINES[:1],
        ),
    ),
}
