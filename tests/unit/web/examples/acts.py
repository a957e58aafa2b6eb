"""The call, the report, the cap."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from telemed.web.views import (
    billing,
    cap,
    report,
    visit,
)
from telemed.web.views.frame import (
    Badge,
    Choice,
    Form,
    ReasonLine,
    Tone,
)
from tests.unit.web.examples.frames import (
    BLANK,
    CALL,
    DOCTOR,
    FINE,
    NOW,
    PROVISIONAL,
    SOON,
    URGENT,
    WORDING,
    Example,
    ago,
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
    decision=(
        ReasonLine("Le compte rendu doit comporter une conclusion.", "CSP, art. R. 6316-4, 1°", SOON),
        ReasonLine("Sans territorialité ni exception, l’acte peut ne pas être remboursé.", "", Tone.PLAIN),
    ),
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
    acts_address="/facturation/plafond/actes?annee=2026",
    remote_here=142,
    all_here=180,
    booked=12,
    allowance=46,
    curve=cap.CurveView(
        remote="0.0,300.0 249.3,250.0 498.6,190.0 747.9,140.0 901.4,110.0",
        allowed="0.0,300.0 249.3,230.0 498.6,160.0 747.9,100.0 901.4,60.0 1000.0,20.0",
        highest=240,
        today=901.4,
        expected="901.4,110.0 1000.0,60.0 1000.0,100.0",
        summary="142 actes à distance comptés à ce jour pour 200 permis par les actes connus.",
        rows=(
            cap.CurveRow(date(2026, 10, 31), 130, 910, 182, 0.1429),
            cap.CurveRow(date(2026, 11, 25), 142, 1000, 200, 0.142),
        ),
    ),
    derogation="CPAM 37-2026-114",
    derogations=(
        cap.DerogationLine(
            "37-2026-114", "CPAM", 30, date(2026, 1, 1), date(2026, 12, 31), "Courrier", Badge("En vigueur", FINE), "/x"
        ),
    ),
    files=(
        cap.FileLine(
            "Clinique A", date(2026, 1, 1), date(2026, 6, 30), 120, date(2026, 7, 2), Badge("Compté", FINE), "/x"
        ),
    ),
)
CAP_ACTS = cap.CapActsView(
    year=2026,
    title="Actes à distance comptés",
    explanation="Ceux que le plafond limite, faits dans ce logiciel.",
    lines=(cap.CapActLine(date(2026, 11, 25), "LEROY Jeanne", "TCG", "", "/facturation/1"),),
    next_page="/facturation/plafond/actes?annee=2026&apres=x",
)
CAP_IMPORT = cap.PreviewView(
    year=2026,
    form=Form({"provenance": "Clinique A"}),
    content="",
    encoding="Windows-1252",
    delimiter="point-virgule",
    period=(date(2026, 1, 1), date(2026, 6, 30)),
    accepted=118,
    acts=640,
    rejected=(cap.RejectedLine(12, "jour", "Ce jour n’est pas encore passé."),),
    rejected_count=1,
    before="Inconnue : elle n’est pas comptée comme nulle.",
    after="640 actes au 30 juin 2026 (Clinique A).",
    notes=(ReasonLine("Le fichier est en Windows-1252 : vérifiez les accents des lieux.", "", SOON),),
)


EXAMPLES: dict[str, Example] = {
    "appel-medecin": Example("Appel, médecin", "professional/call.html", DOCTOR, CALL),
    "appel-medecin-oral": Example("Appel, accord oral", "professional/call.html", DOCTOR, CALL_ORAL),
    "compte-rendu": Example("Compte rendu", "professional/report.html", DOCTOR, REPORT),
    "compte-rendu-signe": Example("Compte rendu signé", "professional/report_signed.html", DOCTOR, SIGNED),
    "plafond-actes": Example("Actes du plafond", "professional/cap_acts.html", DOCTOR, CAP_ACTS),
    "plafond-import": Example("Aperçu d’un import", "professional/cap_import.html", DOCTOR, CAP_IMPORT),
    "facturation": Example("Facturation", "professional/billing.html", replace(DOCTOR, current="billing"), CAP),
}
