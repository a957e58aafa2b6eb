"""The patient's steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from telemed.web.views import (
    patient_journey,
)
from telemed.web.views.frame import (
    Form,
    PatientFrame,
    Step,
)
from tests.unit.web.examples.frames import NOW, PATIENT, PLACES, TRAITS, WORDING, Example, ago, patient_at

WAITING = patient_journey.WaitingView(
    "Dr Claire Martin", 2, 10, ago(-4), ago(6), "/visite/attente/fil", "/visite/appel", "/visite/jeton"
)


CONSENT = patient_journey.ConsentView(WORDING, date(2026, 1, 1), "9f86d081")


EXAMPLES: dict[str, Example] = {
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
