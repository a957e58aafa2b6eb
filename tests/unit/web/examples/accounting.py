"""Facturation: an insurance, a simulation with and without answers, a reconciliation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from telemed.web.views import claims, insurance, reconciliation, simulation
from telemed.web.views.frame import Badge, Choice, Form
from tests.unit.web.examples.billing import BASIS, REFUSED, TABS, TODAY, at, day
from tests.unit.web.examples.frames import ADMINISTRATOR, DOCTOR, FINE, SECRETARY, SOON, URGENT, Example

INSURANCE = insurance.InsuranceView(
    patient="PETIT Karim",
    action="/patientele/2/assurance",
    back_address="/facturation/4",
    form=Form(
        {"nss": "2 79 03 51 215 189 19", "regime": "01", "caisse": "351", "ayant_droit": "oui"},
        {"nss": "La clé du numéro ne correspond pas : relisez les 15 caractères."},
    ),
    masked_nss="",
    is_child=True,
    sources=(
        Choice("carte_vitale", "Carte Vitale lue"),
        Choice("adri", "ADRi", "Téléservice des droits en ligne."),
        Choice("attestation", "Attestation de droits", "Montrée ou envoyée par le patient."),
    ),
)

QUESTIONS = (
    simulation.Field("day", "jour", "Jour de l’acte"),
    simulation.Field(
        "choice",
        "specialite",
        "Spécialité",
        options=(Choice("gp", "Médecine générale"), Choice("neuro", "Neurologie")),
    ),
    simulation.Field(
        "radios",
        "medecin_traitant",
        "Médecin traitant",
        options=(Choice("self", "Moi"), Choice("other", "Un autre"), Choice("none", "Aucun")),
    ),
    simulation.Field("euros", "honoraires", "Honoraires demandés", "Seulement en cas de dépassement.", (), False),
    simulation.Field("tick", "video", "L’image a été établie"),
)

ACTS = (
    Choice("teleconsultation", "Téléconsultation"),
    Choice("teleexpertise", "Télé-expertise"),
    Choice("accompaniment", "Accompagnement"),
    Choice("telemonitoring", "Télésurveillance"),
)

SIMULATION = simulation.SimulationView(
    act="teleconsultation",
    acts=ACTS,
    form=Form({"jour": "2026-11-24", "medecin_traitant": "other", "video": "oui"}),
    fields=QUESTIONS,
)

ANSWERED = replace(
    SIMULATION,
    answers=(
        simulation.Answer(
            Badge("Facturable", FINE),
            "Oui : TCG, 25,00 €, avec une réserve.",
            "TCG",
            "Téléconsultation d’un généraliste",
            2500,
            (claims.ReasonCard("Le montant repose sur une seule source.", "", SOON),),
            BASIS,
            numbers=(claims.Compared("Quota de l’année", "4"), claims.Compared("Reste", "2")),
        ),
        simulation.Answer(
            Badge("Non facturable", URGENT),
            "Non : le quota de l’année est atteint.",
            "",
            "",
            None,
            REFUSED.reasons[:1],
            (),
        ),
    ),
)

RECONCILED = reconciliation.ReconciliationView(
    form=Form({"du": "2026-11-01", "au": "2026-11-24", "professionnel": ""}),
    first=date(2026, 11, 1),
    last=TODAY,
    doctors=(Choice("1", "Dr Claire Martin"), Choice("2", "Dr Karim Benali")),
    shortcuts=(
        Choice("?du=2026-11-01&au=2026-11-30", "Ce mois"),
        Choice("?du=2026-10-01&au=2026-10-31", "Mois dernier"),
        Choice("?du=2026-01-01&au=2026-12-31", "Cette année"),
    ),
    figures=(
        reconciliation.Figure("Faits", 143, 357_800),
        reconciliation.Figure("Facturés", 136, 348_000),
        reconciliation.Figure("Reçus par la caisse", 129, 330_500),
        reconciliation.Figure("Payés", 119, 305_700),
        reconciliation.Figure("Rejetés", 1, 2300),
        reconciliation.Figure("Reste dû", 17, 42_300),
    ),
    places=(
        reconciliation.PlaceLine(
            Badge("À facturer", SOON), 2, 5000, "prêts, pas encore partis", "/facturation?etape=a_facturer"
        ),
        reconciliation.PlaceLine(Badge("À compléter", SOON), 1, 0, "un montant ou une assurance manque"),
        reconciliation.PlaceLine(Badge("Envoyés"), 6, 15_000, "la caisse n’a pas encore répondu"),
        reconciliation.PlaceLine(Badge("Reçus", FINE), 9, 22_500, "ARL positif, paiement attendu"),
        reconciliation.PlaceLine(Badge("Payés", FINE), 119, 305_700, "RSP de paiement reçu"),
        reconciliation.PlaceLine(Badge("Rejetés", URGENT), 1, 2300, "à corriger une fois"),
        reconciliation.PlaceLine(Badge("Non facturables"), 3, 0, "une règle s’y oppose"),
        reconciliation.PlaceLine(Badge("Annulés"), 2, 4800, "facturés, puis annulés par une écriture contraire"),
    ),
    whole_number=143,
    whole_cents=354_600,
    codes=(
        reconciliation.CodeLine("", 3, 0, 0, 0),
        reconciliation.CodeLine("TCG", 118, 295_000, 265_000, 30_000),
        reconciliation.CodeLine("TE2", 22, 53_000, 40_700, 12_300),
    ),
    codes_total=reconciliation.CodeLine("", 143, 348_000, 305_700, 42_300),
    rejections=(reconciliation.MotiveLine("Droits fermés à la date des soins", 1, 2300),),
    outstanding=(
        reconciliation.OutstandingLine(day(1), "TCG", "01 351 0000", Badge("Envoyée"), 2500, "/facturation/4"),
        reconciliation.OutstandingLine(
            day(12), "TE2", "01 351 0000", Badge("Rejetée", URGENT), 2300, "/facturation/5", "Droits fermés"
        ),
    ),
    cashed_cents=301_200,
    csv_address="/facturation/rapprochement.csv?du=2026-11-01&au=2026-11-24",
    pdf_address="/facturation/rapprochement.pdf?du=2026-11-01&au=2026-11-24",
    outstanding_more=15,
)

EXAMPLES: dict[str, Example] = {
    "assurance": Example(
        "Assurance d’un enfant, erreur",
        "professional/insurance.html",
        replace(SECRETARY, current="patients"),
        INSURANCE,
    ),
    "assurance-connue": Example(
        "Assurance connue",
        "professional/insurance.html",
        replace(SECRETARY, current="patients"),
        replace(
            INSURANCE,
            patient="LEROY Jeanne",
            form=Form({"regime": "01", "caisse": "351", "centre": "0000", "source": "adri", "vue_le": "2026-11-20"}),
            masked_nss="•••••••••• 189 18",
            is_child=False,
            may_use_own=True,
            seen_on=day(4),
        ),
    ),
    "simulation": Example(
        "Puis-je facturer ?", "professional/simulation.html", at(DOCTOR, "billing/simulation"), SIMULATION
    ),
    "simulation-reponse": Example(
        "Puis-je facturer ? Réponses", "professional/simulation.html", at(DOCTOR, "billing/simulation"), ANSWERED
    ),
    "rapprochement": Example(
        "Rapprochement",
        "professional/reconciliation.html",
        at(DOCTOR, "billing/reconciliation"),
        RECONCILED,
    ),
    "rapprochement-vide": Example(
        "Rapprochement, vide",
        "professional/reconciliation.html",
        replace(ADMINISTRATOR, current="billing/reconciliation", tabs=TABS[1:2]),
        replace(RECONCILED, whole_number=0, doctors=()),
    ),
}
