"""Pages around a follow-up: its settings, past measures from a file, the accesses of a device."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from telemed.web.views import device, follow_up_settings, history, practice_devices
from telemed.web.views.follow_up import Issued
from telemed.web.views.frame import Badge, Choice, Form, Pager
from tests.unit.web.examples.follow_up import FRAME, HEART, HOME, PATIENT
from tests.unit.web.examples.frames import BLANK, FINE, NOW, SOON, Example

HISTORIES = history.HistoriesView(
    base=f"{HOME}/historique",
    home=HOME,
    patient=PATIENT,
    pathway=HEART,
    form=Form({}, {"fichier": "Ce fichier dépasse 16 Mo : coupez-le en plusieurs. Rien n’en est gardé."}),
    lines=(
        history.HistoryLine(f"{HOME}/historique/2", NOW, "Léa Marchand", "90 mesures", Badge("À décider", SOON)),
        history.HistoryLine(
            f"{HOME}/historique/1",
            NOW - timedelta(days=40),
            "Dr Claire Martin",
            "365 mesures, 2 lignes rejetées",
            Badge("Gardé", FINE),
        ),
    ),
    pager=Pager(),
    columns=("date", "mesure", "valeur", "unité", "appareil"),
    wanted=(history.MeasureLine("Poids", "weight", "kg"),),
    others=(
        history.MeasureLine("Pression artérielle systolique", "systolic_pressure", "mmHg"),
        history.MeasureLine("Fréquence cardiaque", "heart_rate", "/min"),
        history.MeasureLine("Articulations douloureuses", "tender_joints", ""),
    ),
    most_lines=200_000,
    most_bytes=16_777_216,
)
HISTORY = history.HistoryView(
    base=f"{HOME}/historique/2",
    home=f"{HOME}/historique",
    patient=PATIENT,
    state=Badge("À décider", SOON),
    at=NOW,
    by="Léa Marchand",
    fresh=86,
    known=3,
    conflicting=1,
    doubtful=1,
    rejected=2,
    measures="Poids, Fréquence cardiaque",
    first_at=NOW - timedelta(days=90),
    last_at=NOW - timedelta(days=1),
    faults=(
        history.FaultLine(14, "Cette date n’existe pas."),
        history.FaultLine(52, "Unité inconnue pour « Poids » ; elle est attendue en kg, ou s’y convertit."),
    ),
    may_keep=True,
    may_drop=True,
)
KEPT_HISTORY = replace(HISTORY, state=Badge("Gardé", FINE), may_keep=False, may_drop=False, may_undo=True, faults=())
HISTORY_UNDER_WAY = replace(
    KEPT_HISTORY,
    state=Badge("En train d’être gardé", SOON),
    may_undo=False,
    work=history.Work(
        "Les mesures sont en train d’être gardées", "Chacune compte dès qu’elle est gardée.", 4_000, 86_000
    ),
)
DEVICE = device.DeviceView(
    base=f"{HOME}/dispositifs/d1",
    home=HOME,
    patient=PATIENT,
    label="Balance de la chambre",
    what="Bathscale 3 · urn:example|SN-42",
    supplies="Poids",
    sent_at=NOW - timedelta(hours=5),
    lines=(
        device.CredentialLine(
            "c2",
            "Certificat",
            Badge("Ouvert", FINE),
            NOW,
            NOW + timedelta(days=200),
            subject="CN=SN-42,O=Exploitant Santé",
            thumbprint=" ".join(["9F3A"] * 16),
            revoke_address=f"{HOME}/dispositifs/d1/acces/c2/revoquer",
        ),
        device.CredentialLine(
            "c1", "Jeton", Badge("Révoqué"), NOW - timedelta(days=90), NOW + timedelta(days=270), NOW
        ),
    ),
    form=Form({"pem": "abc"}, {"pem": "Ceci n’est pas un certificat."}),
    may_change=True,
)
SETTINGS = follow_up_settings.SettingsView(
    base=f"{HOME}/reglages",
    home=HOME,
    patient=PATIENT,
    pathway="Diabète de type 1 ou de type 2 sous insuline",
    form=Form(
        {"silence": "9", "saisis": "weight", "exploitant": "Exploitant Santé"},
        {"silence": "L’alerte de non-transmission vient au plus tard après 7 jours : elle ne se désactive pas."},
    ),
    version=3,
    silence="7 jours",
    most_days=7,
    reference="Arrêté du 22 juin 2023 (diabète)",
    silences=(follow_up_settings.SilenceLine("7 jours au lieu de 3", NOW, "Dr Claire Martin", "Stable depuis mai."),),
    signals=(Choice("weight", "Poids"), Choice("capillary_glucose", "Glycémie capillaire")),
    papers=("CORDIVA, MyDiabby", "Exploitant Santé"),
    increase=follow_up_settings.IncreaseCard(
        "3 mois de suite au plus, renouvelable une fois",
        "Arrêté du 21 décembre 2023",
        "/textes?nom=telemonitoring/operator/increased/months/diabete",
        (Choice("0", "Pas de forfait majoré"), Choice("1", "Majoré, niveau 1 : 56,00 € par mois")),
        (follow_up_settings.IncreaseLine("Majoré, niveau 1", "Critères de l’arrêté : III-1", NOW, "Dr Claire Martin"),),
        (follow_up_settings.IncreasedMonth(1, "Majoré, niveau 1", Badge("TVB · 56,00 €", FINE), "/facturation/1"),),
    ),
    may_decide=True,
    may_change=True,
)
GATEWAYS = (Choice("g1", "Serveur, Exploitant Santé"),)
SIGNALS = (Choice("weight", "Poids"), Choice("heart_rate", "Fréquence cardiaque"))
PARK = practice_devices.PracticeDevicesView(
    form=Form({"nom": "Balance"}, {"identifiant": "Un dispositif de cet identifiant est déjà connu du cabinet."}),
    lines=(
        practice_devices.PracticeDeviceLine("/d/1", "Balance", "Bathscale 3 · SN-42", Badge("Confié", FINE)),
        practice_devices.PracticeDeviceLine("/d/2", "Serveur", "Exploitant · GW-1", Badge("Passerelle", FINE)),
        practice_devices.PracticeDeviceLine("/d/3", "Tensiomètre", "M7 · SN-9", Badge("Hors d’usage")),
    ),
    pager=Pager("/suite"),
    kinds=(Choice("device", "Dispositif d’un patient"), Choice("gateway", "Passerelle : parle pour plusieurs")),
    gateways=GATEWAYS,
    signals=SIGNALS,
)
GATEWAY = practice_devices.PracticeDeviceView(
    base="/surveillance/dispositifs/g1",
    label="Serveur",
    what="Exploitant · GW-1",
    state=Badge("Passerelle", FINE),
    is_gateway=True,
    lines=DEVICE.lines,
    form=Form({"nom": "Serveur"}),
    gateways=(),
    signals=SIGNALS,
    may_change=True,
    issued=Issued("Serveur", "https://telemed.example/fhir", "tmd1_AbC" * 12, BLANK),
)
EXAMPLES = {
    "surveillance-dispositifs": Example("Dispositifs", "professional/practice_devices.html", FRAME, PARK),
    "surveillance-passerelle": Example("Passerelle", "professional/practice_device.html", FRAME, GATEWAY),
    "suivi-reglages": Example("Réglages d’un suivi", "professional/follow_up_settings.html", FRAME, SETTINGS),
    "suivi-dispositif": Example("Dispositif d’un suivi", "professional/device.html", FRAME, DEVICE),
    "suivi-historique": Example("Mesures passées", "professional/histories.html", FRAME, HISTORIES),
    "suivi-fichier": Example("Fichier de mesures", "professional/history.html", FRAME, HISTORY),
    "suivi-fichier-garde": Example("Fichier de mesures gardé", "professional/history.html", FRAME, KEPT_HISTORY),
    "suivi-fichier-en-cours": Example(
        "Fichier de mesures en cours", "professional/history.html", FRAME, HISTORY_UNDER_WAY
    ),
}
