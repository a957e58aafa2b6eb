"""What the examples share: the moment, the people, a few facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from telemed.web.views import (
    patients,
    visit,
)
from telemed.web.views.frame import (
    Badge,
    Choice,
    DoctorCard,
    Form,
    Frame,
    NavItem,
    PatientFrame,
    ProfessionalFrame,
    ReasonLine,
    Step,
    Tone,
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


PIECES = (Choice("CN", "Carte nationale d’identité"), Choice("PA", "Passeport"), Choice("TS", "Titre de séjour"))


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


BLANK = "data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=="
