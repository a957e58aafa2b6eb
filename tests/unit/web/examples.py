"""One believable example of every page: the gallery draws them, the unit tests render them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from telemed.web.views import (
    billing,
    booking,
    enrolment,
    oversight,
    patient_journey,
    patients,
    problems,
    report,
    sign_in,
    today,
    visit,
)
from telemed.web.views.frame import (
    Badge,
    Choice,
    DoctorCard,
    Flash,
    Form,
    Frame,
    NavItem,
    PatientFrame,
    ProfessionalFrame,
    ReasonLine,
    Step,
    Tone,
    Undo,
)
from telemed.web.wording import read_blocks

NOW = datetime(2026, 11, 24, 13, 36, tzinfo=UTC)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


@dataclass(frozen=True)
class Example:
    """A template with its frame and its view, and a title for the gallery."""

    title: str
    template: str
    frame: Frame
    view: object
    more: Mapping[str, object] = field(default_factory=dict)


NAVIGATION = (
    NavItem("today", "Aujourd’hui", "/aujourdhui", "today"),
    NavItem("bookings", "Rendez-vous", "/rendez-vous", "calendar"),
    NavItem("patients", "Patients", "/patientele", "people"),
    NavItem("billing", "Facturation", "/facturation", "euro"),
)
OVERSIGHT = (
    NavItem("trace", "Traçabilité", "/tracabilite", "trace"),
    NavItem("accounts", "Comptes", "/comptes", "key"),
)
DOCTOR = ProfessionalFrame(
    now=NOW,
    person="Dr Claire Martin",
    role="Médecin",
    navigation=NAVIGATION,
    current="today",
    waiting_count=2,
    may_search=True,
)
SECRETARY = replace(DOCTOR, person="Sophie Lambert", role="Secrétaire", navigation=NAVIGATION[:3])
AUDITOR = ProfessionalFrame(now=NOW, person="Paul Roussel", role="Auditeur", navigation=OVERSIGHT[:1], current="trace")
ADMINISTRATOR = ProfessionalFrame(
    now=NOW, person="Inès Bonnet", role="Administratrice", navigation=OVERSIGHT[1:], current="accounts"
)
CARD = DoctorCard("Dr Claire Martin", "Médecine générale", "10003461033", "Maison de santé des Tilleuls, Rennes")
PATIENT = PatientFrame(now=NOW, doctor=CARD, practice_phone="+33299000102")
NOBODY = Frame(now=NOW)


def patient_at(step: Step) -> PatientFrame:
    return replace(PATIENT, step=step)


FINE = Tone.FINE
SOON = Tone.SOON
URGENT = Tone.NOW
QUALIFIED = patients.StatusCard(
    "QUAL",
    "Identité qualifiée",
    "L’INS vient du téléservice et la pièce est contrôlée : le matricule peut accompagner les documents.",
    Badge("QUAL", FINE),
    is_ins_called=True,
    is_document_checked=True,
    matricule="279035121518989",
)
PROVISIONAL = patients.StatusCard(
    "PROV",
    "Identité provisoire",
    "Les soins ne sont jamais bloqués ; le matricule INS, lui, ne sort pas du cabinet.",
    Badge("PROV", SOON),
    is_ins_called=False,
    is_document_checked=False,
    doubt="Le prénom dit par le patient n’est pas celui de la pièce.",
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
PIECES = (Choice("CN", "Carte nationale d’identité"), Choice("PA", "Passeport"), Choice("TS", "Titre de séjour"))
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
PLACES = (Choice("home", "Chez moi"), Choice("care_home", "Dans un établissement"), Choice("other", "Ailleurs"))
CONTROLS = (
    Choice("traits_stated", "Cinq traits dits par le patient"),
    Choice("document_on_camera", "Pièce d’identité montrée à la caméra"),
)
TRAITS = (
    visit.Trait("birth_name", "Nom de naissance", "LEROY", is_confirmed=True),
    visit.Trait("first_names", "Prénoms de naissance", "Jeanne Marie", is_confirmed=True),
    visit.Trait("born_on", "Date de naissance", "3 mars 1955"),
    visit.Trait("sex", "Sexe", "Femme"),
    visit.Trait("birth_place", "Lieu de naissance", "Rennes (35238)"),
)
WORDING = read_blocks(
    """# Votre accord

Votre médecin vous propose une consultation **à distance**, par vidéo.

## Ses limites

- Le médecin ne peut pas vous examiner avec les mains.
- L’image ou le son peuvent se couper.

Vous êtes libre de refuser, et de changer d’avis à tout moment.
"""
)
CALL = visit.CallView(
    act_id="1",
    patient="LEROY Jeanne",
    age=71,
    state=Badge("En appel", FINE),
    is_admitted=True,
    status=QUALIFIED,
    traits=TRAITS,
    document_choices=CONTROLS,
    checklist_form=Form({"controle": "document_on_camera"}),
    place_form=Form(),
    emergency=visit.EmergencyCard("12 rue des Tilleuls, 35000 Rennes, 2e étage", "+33612345678", ago(7)),
    consent=visit.ConsentCard(Badge("Donné", FINE)),
    blockers=(
        ReasonLine("Deux traits d’identité restent à confirmer.", "Bonnes pratiques de la HAS ; R-3", Tone.SOON),
    ),
    notes="Toux depuis cinq jours, pas de fièvre.",
    token_address="/teleconsultations/1/room-token",
    admit_address="/consultations/1/admettre",
    checklist_address="/consultations/1/identite",
    location_address="/consultations/1/lieu",
    consent_address="/consultations/1/accord",
    notes_address="/consultations/1/notes",
    finish_address="/consultations/1/terminer",
    finish_reasons=(Choice("completed", "Consultation menée à son terme"), Choice("redirected", "Patient réorienté")),
    places=PLACES,
    patient_file="/patientele/1",
    report_address="/consultations/1/compte-rendu",
    reason="Toux persistante",
)
CALL_ORAL = replace(
    CALL,
    status=PROVISIONAL,
    emergency=visit.EmergencyCard("", ""),
    consent=visit.ConsentCard(
        Badge("Manquant", URGENT),
        blocks=WORDING,
        may_be_minor=True,
        may_record_orally=True,
    ),
)
BLANK = "data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=="
DEPARTURES = (
    report.Departure("Compte rendu, PDF", "au patient, par son lien", report.Fate.LEAVES),
    report.Departure(
        "Matricule INS",
        "",
        report.Fate.STAYS,
        "L’identité est provisoire : seul le statut QUAL permet de le transmettre.",
        "R-5",
    ),
    report.Departure(
        "Compte rendu, CDA",
        "au DMP",
        report.Fate.WAITS,
        "Le raccordement au DMP n’est pas encore configuré pour ce cabinet.",
    ),
)
FLAGS = report.FlagsCard(
    exceptions=(Choice("under_16", "patient de moins de 16 ans"), Choice("zip", "zone d’intervention prioritaire")),
    sick_leave_text="Un arrêt prescrit en télémédecine ne dépasse pas trois jours, renouvellement compris.",
    reimbursement_text="Le remboursement suppose parcours, alternance et territorialité, ou une exception.",
    reimbursement_reference="Convention médicale 2024-2029, articles 87 à 90",
    held=("zone d’intervention prioritaire",),
)
REPORT = report.ReportPageView(
    act_id="1",
    patient="LEROY Jeanne",
    held_at=ago(20),
    length=timedelta(minutes=12, seconds=30),
    video=Badge("Vidéo établie", FINE),
    form=Form(
        {
            "revision": "3",
            "motif": "Toux persistante",
            "examen": "Pas de fièvre, pas de dyspnée à la parole.",
            "conclusion": "Bronchite aiguë probable.",
            "prescription-1": "Hydratation, repos",
            "nature-1": "other",
            "arret_debut": "2026-11-24",
            "arret_fin": "2026-11-29",
        },
        {"arret_fin": "Trois jours au plus en téléconsultation, sauf par le médecin traitant."},
    ),
    sections=(
        report.Section("motif", "Motif"),
        report.Section("examen", "Interrogatoire et examen", ("La vidéo a été établie pendant 11 min 48 s.",)),
        report.Section("conclusion", "Conclusion", is_required=True),
        report.Section("conduite", "Conduite à tenir"),
    ),
    kinds=(Choice("drug", "Médicament"), Choice("other", "Autre")),
    prescriptions=(
        report.PrescriptionLine("prescription-1", "nature-1"),
        report.PrescriptionLine("prescription-2", "nature-2"),
    ),
    incidents=(report.Incident(ago(14), "Coupure du côté de la patiente, reprise", timedelta(seconds=12)),),
    departures=DEPARTURES,
    flags=FLAGS,
    picture=BLANK,
    pdf_address="/teleconsultations/1/report/preview",
    save_address="/consultations/1/compte-rendu",
    sign_address="/consultations/1/compte-rendu/signer",
    blockers=(ReasonLine("Le compte rendu doit comporter une conclusion.", "CSP, art. R. 6316-4, 1°", SOON),),
    warnings=(ReasonLine("Sans territorialité ni exception, l’acte peut ne pas être remboursé.", "", Tone.PLAIN),),
    resume_address="/consultations/1/reprendre",
)
PROPOSAL = report.ProposalCard(
    "TCG", "Téléconsultation d’un médecin généraliste", 2500, Badge("Proposée", FINE), "Convention médicale 2024-2029"
)
SIGNED = report.SignedReportView(
    act_id="1",
    patient="LEROY Jeanne",
    held_at=ago(20),
    signed_at=ago(1),
    signatory="Dr Claire Martin",
    rpps="10003461033",
    version=2,
    versions=2,
    fingerprint="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    picture=BLANK,
    pdf_address="/documents/1/pdf",
    cda_address="/documents/1/cda",
    seal_address="/documents/1/seal",
    departures=DEPARTURES,
    proposal=PROPOSAL,
    correct_address="/consultations/1/compte-rendu/corriger",
)
CAP = billing.BillingView(
    year=2026,
    doctor="Dr Claire Martin",
    limit=0.2,
    limit_reference="Convention médicale 2024, art. 87.7 : exactement 20 % est permis.",
    badge=Badge("À surveiller", SOON),
    reasons=(ReasonLine("Selon le calcul que des caisses appliquent, la part serait de 21,5 %.", "Art. 87.7", SOON),),
    readings=(
        billing.Reading(
            "Sur toute l’activité conventionnée",
            "téléconsultations hors patientèle médecin traitant",
            142,
            1000,
            0.142,
            0.17,
            0.155,
            0.19,
            decides=True,
            explanation="Lecture du texte.",
            badge=Badge("Sous la limite", FINE),
        ),
        billing.Reading(
            "Sur l’activité hors patientèle médecin traitant",
            "téléconsultations hors patientèle médecin traitant",
            142,
            740,
            None,
            0.215,
            0.19,
            0.24,
            decides=False,
            explanation="Lecture que des caisses appliquent, plus stricte.",
            badge=Badge("Au-dessus attendu", SOON),
        ),
    ),
    basis="Projection sur le volume annuel que vous avez déclaré.",
    computed_on=NOW.date(),
    outside_acts=820,
    outside_as_of=date(2026, 11, 1),
    form=Form({"annee": "2026", "source": "relevé d’activité", "volume_annuel": "4000"}),
    proposals=(
        billing.ProposalLine(
            date(2026, 11, 25), "LEROY Jeanne", "TCG", 2500, Badge("Proposée"), "/consultations/1/compte-rendu"
        ),
        billing.ProposalLine(
            date(2026, 11, 23),
            "NGUYEN Van Minh",
            "",
            None,
            Badge("Non facturable", URGENT),
            "/consultations/2/compte-rendu",
            "La vidéo n’a pas été établie.",
        ),
    ),
    previous_year=2025,
)
TRACE = oversight.TraceView(
    Form(),
    (
        oversight.TraceLine(
            1042, ago(1), "Dr Claire Martin", "Compte rendu signé", "acte 018f…c3", "soins", Badge("Fait", FINE)
        ),
        oversight.TraceLine(
            1041,
            ago(3),
            "Sophie Lambert",
            "Dossier consulté",
            "patient 018f…a1",
            "soins",
            Badge("Refusé", URGENT),
            "forbidden",
        ),
    ),
    next_page="/tracabilite?apres=x",
)
ACCOUNTS = oversight.AccountsView(
    (
        oversight.AccountLine(
            "1",
            "Dr Claire Martin",
            "Médecin",
            "10003461033",
            Badge("Actif", FINE),
            may_suspend=True,
        ),
        oversight.AccountLine(
            "2", "Sophie Lambert", "Secrétaire", "", Badge("Suspendu", SOON), may_invite=True, may_restore=True
        ),
    )
)
ACCOUNT_FORM = oversight.AccountFormView(
    Form({"nom": "Martin"}, {"roles": "Choisissez au moins un rôle."}),
    (Choice("doctor", "Médecin"), Choice("secretary", "Secrétaire")),
    (Choice("general", "Médecine générale"),),
    (Choice("sector_1", "Secteur 1"),),
)
WAITING = patient_journey.WaitingView(
    "Dr Claire Martin", 2, 10, ago(-4), ago(6), "/visite/attente/fil", "/visite/appel", "/visite/jeton"
)
CONSENT = patient_journey.ConsentView(WORDING, date(2026, 1, 1), "9f86d081")
CANCELLED = Flash(
    "Rendez-vous de DURAND Élodie annulé. Le patient n’est pas encore prévenu.",
    Tone.SOON,
    Undo("/rendez-vous/3/retablir", "Rétablir"),
)
PROBLEM = problems.ProblemView(
    404,
    "Cette page n’existe pas",
    "L’adresse est fausse, ou ce qu’elle montrait n’est pas à vous.",
    "Rien n’a été perdu.",
    "Reprenez depuis la page Aujourd’hui.",
    "/aujourdhui",
    "Aller à Aujourd’hui",
    request_id="018f-2c4e",
)

EXAMPLES: dict[str, Example] = {
    "connexion": Example("Connexion", "professional/sign_in.html", NOBODY, sign_in.SignInView()),
    "connexion-erreur": Example(
        "Connexion refusée",
        "professional/sign_in.html",
        NOBODY,
        sign_in.SignInView(
            Form(
                {"identifiant": "claire.martin"}, {"": "Identifiant ou mot de passe inconnu. Vérifiez et recommencez."}
            )
        ),
    ),
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
    "appel-medecin": Example("Appel, médecin", "professional/call.html", DOCTOR, CALL),
    "appel-medecin-oral": Example("Appel, accord oral", "professional/call.html", DOCTOR, CALL_ORAL),
    "compte-rendu": Example("Compte rendu", "professional/report.html", DOCTOR, REPORT),
    "compte-rendu-signe": Example("Compte rendu signé", "professional/report_signed.html", DOCTOR, SIGNED),
    "facturation": Example("Facturation", "professional/billing.html", replace(DOCTOR, current="billing"), CAP),
    "tracabilite": Example("Traçabilité", "professional/trace.html", AUDITOR, TRACE),
    "comptes": Example("Comptes", "professional/accounts.html", ADMINISTRATOR, ACCOUNTS),
    "compte-nouveau": Example("Nouveau compte", "professional/account_form.html", ADMINISTRATOR, ACCOUNT_FORM),
    "compte-cree": Example(
        "Compte créé",
        "professional/account_created.html",
        ADMINISTRATOR,
        oversight.InvitationView("Sophie Lambert", "https://exemple.fr/invitation/Zm9v", ago(-4000)),
    ),
    "mot-de-passe": Example(
        "Choisir un mot de passe", "professional/choose_password.html", NOBODY, enrolment.PasswordView("/invitation/x")
    ),
    "invitation-fermee": Example(
        "Invitation fermée",
        "professional/choose_password.html",
        NOBODY,
        enrolment.PasswordView("/invitation/x", is_gone=True),
    ),
    "second-facteur": Example(
        "Second facteur",
        "professional/second_factor.html",
        NOBODY,
        enrolment.SecondFactorView("/invitation/x", secret="JBSWY3DPEHPK3PXP", qr=BLANK),
    ),
    "codes-de-secours": Example(
        "Codes de secours",
        "professional/recovery_codes.html",
        NOBODY,
        enrolment.RecoveryView(("ABCD-EFGH-JKLM-NPQR", "STUV-WXYZ-2345-6789")),
    ),
    "sessions": Example(
        "Sessions",
        "professional/sessions.html",
        DOCTOR,
        oversight.SessionsView(
            (
                oversight.SessionLine("1", ago(200), ago(0), "Firefox sur Linux", is_current=True),
                oversight.SessionLine("2", ago(3000), ago(300), "Chrome sur Windows"),
            )
        ),
    ),
    "erreur": Example("Erreur", "errors/problem.html", NOBODY, PROBLEM),
    "naissance": Example(
        "Date de naissance", "patient/birth_date.html", patient_at(Step.IDENTITY), patient_journey.BirthDateView()
    ),
    "naissance-erreur": Example(
        "Date de naissance fausse",
        "patient/birth_date.html",
        patient_at(Step.IDENTITY),
        patient_journey.BirthDateView(
            Form(
                {"naissance_jour": "3", "naissance_mois": "3", "naissance_annee": "1956"},
                {"naissance": "Cette date ne correspond pas à ce rendez-vous. Il vous reste 4 essais."},
            ),
        ),
    ),
    "lien-ferme": Example(
        "Lien fermé",
        "patient/link_closed.html",
        PatientFrame(now=NOW),
        patient_journey.LinkClosedView(
            "Il a expiré, ou il a été remplacé par un lien plus récent.",
            "Cherchez le dernier message reçu, ou demandez un nouveau lien.",
        ),
    ),
    "lien-demande": Example(
        "Nouveau lien demandé",
        "patient/link_closed.html",
        PatientFrame(now=NOW),
        patient_journey.LinkClosedView("Il a expiré.", "Cherchez le dernier message reçu.", was_asked=True),
    ),
    "identite": Example(
        "Identité",
        "patient/identity.html",
        patient_at(Step.IDENTITY),
        patient_journey.IdentityView(ago(-4), TRAITS, PLACES, Form({"telephone": "06 12 34 56 78"})),
    ),
    "accord": Example("Accord", "patient/consent.html", patient_at(Step.CONSENT), CONSENT),
    "accord-refuse": Example(
        "Accord refusé", "patient/consent.html", patient_at(Step.CONSENT), replace(CONSENT, was_refused=True)
    ),
    "camera": Example("Caméra", "patient/camera.html", patient_at(Step.CAMERA), patient_journey.CameraView()),
    "attente": Example("Attente", "patient/waiting.html", patient_at(Step.WAITING), WAITING),
    "attente-prochain": Example(
        "Attente, prochain",
        "patient/waiting.html",
        patient_at(Step.WAITING),
        replace(WAITING, position=1, expected_minutes=None),
    ),
    "attente-admis": Example(
        "Attente, admis", "patient/waiting.html", patient_at(Step.WAITING), replace(WAITING, is_admitted=True)
    ),
    "appel-patient": Example(
        "Appel, patient",
        "patient/call.html",
        patient_at(Step.CALL),
        patient_journey.PatientCallView(
            "Dr Claire Martin", "Jeanne Leroy", "/visite/jeton", "/visite/fin", "/visite/attente", "+33299000102"
        ),
    ),
    "fin": Example(
        "Fin",
        "patient/end.html",
        PATIENT,
        patient_journey.EndView(
            "Dr Claire Martin",
            ago(1),
            is_over=True,
            next_steps=(
                "Votre médecin rédige et signe le compte rendu.",
                "Vous le recevez par un nouveau lien protégé.",
            ),
            withdrawal_text="Vous pouvez retirer votre accord pour les prochaines téléconsultations.",
            may_withdraw=True,
        ),
    ),
    "fin-quitte": Example(
        "Fin, appel quitté",
        "patient/end.html",
        PATIENT,
        patient_journey.EndView("Dr Claire Martin", None, is_over=False, next_steps=(), return_address="/visite/appel"),
    ),
}
