"""Suivis: their list, an enrolment, and the sheet of a patient."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from telemed.acts.telemonitoring.formats.curves import WIDTHS, draw
from telemed.acts.telemonitoring.formats.packaged import load_catalogue
from telemed.acts.telemonitoring.model.alert import Severity
from telemed.acts.telemonitoring.model.curve import (
    AlertMark,
    Answered,
    Chart,
    Event,
    EventKind,
    Limit,
    Point,
    Series,
    Window,
)
from telemed.kernel.clock import Territory
from telemed.kernel.period import Interval
from telemed.web.views import follow_up, monitoring_practice
from telemed.web.views.frame import Badge, Choice, Form, NavItem, Pager, ReasonLine
from tests.unit.web.examples.frames import BLANK, DOCTOR, FINE, NOW, SOON, URGENT, WORDING, Example
from tests.unit.web.examples.surveillance import MUTED

FRAME = replace(DOCTOR, current="surveillance/patients")
HEART, PATIENT = "Insuffisance cardiaque chronique", "LEROY Jeanne"
HOME = "/surveillance/1"
RUNNING = Badge("En cours", FINE)


def _chart() -> Chart:
    """A week of weights: a gap, a limit that changed, an alert, insulin, answers."""
    window, catalogue = Window(date(2026, 11, 24), 7, Territory.METROPOLE), load_catalogue()

    def points(values: dict[float, float]) -> tuple[Point, ...]:
        found = []
        for day, value in values.items():
            millionths, at = round(value * 1_000_000), window.start + timedelta(days=day)
            found.append(Point(at, millionths, millionths, millionths, 1, at + timedelta(days=2 if day == 1.3 else 0)))
        return tuple(found)

    def series(name: str, values: dict[float, float]) -> Series:
        signal = catalogue.find(name)
        assert signal is not None
        return Series(signal, points(values))

    gap = Interval(window.start + timedelta(days=2), window.start + timedelta(days=4))
    limits = (
        Limit("weight_high", 73_000_000, True, Interval(window.start, window.start + timedelta(days=5.5))),
        Limit("weight_high", 74_500_000, True, Interval(window.start + timedelta(days=5.5), window.end)),
    )
    weight = series("weight", {0.3: 71.8, 1.3: 72.1, 4.3: 73.4, 5.3: 74.0, 6.3: 74.2})
    return Chart(
        window,
        (
            replace(weight, gaps=(gap,), limits=limits),
            series("systolic_pressure", {0.3: 128, 1.3: 131, 4.4: 140, 6.3: 136}),
            series("diastolic_pressure", {0.3: 78, 1.3: 80, 4.4: 84, 6.3: 82}),
            series("basal_insulin", {day + 0.9: 18 for day in range(6)}),
        ),
        alerts=(
            AlertMark(
                1,
                window.start + timedelta(days=4.3),
                window.start + timedelta(days=6.3),
                Severity.NOW,
                "Poids au-dessus du seuil",
                frozenset({"weight"}),
            ),
        ),
        events=(Event(window.start + timedelta(days=5.5), EventKind.THRESHOLD, "Poids, seuil haut : 74,5 kg"),),
        answers=tuple(
            Answered(window.start + timedelta(days=day + 0.4), "device_state", words)
            for day, words in enumerate(("allumé", "allumé", "éteint"))
        ),
        away=(Interval(window.start + timedelta(days=2.2), window.start + timedelta(days=3)),),
    )


CHART = _chart()
WEIGHT, PRESSURE = "Poids (kg)", "Pression artérielle systolique (mmHg)"
CURVES = follow_up.CurvesCard(
    title="Mesures du 18 au 24 novembre 2026",
    spans=(
        NavItem("jour", "Jour", f"{HOME}?periode=jour"),
        NavItem("semaine", "Semaine", f"{HOME}?periode=semaine"),
        NavItem("90-jours", "90 jours", f"{HOME}?periode=90-jours"),
    ),
    span="semaine",
    last_day=date(2026, 11, 24),
    earlier=f"{HOME}?periode=semaine&jour=2026-11-17",
    later="",
    drawings=tuple(draw(CHART, {"device_state": "État du dispositif"}, width=one, key=f"c{one}") for one in WIDTHS),
    marks=("gap", "away", "limit", "beyond", "late"),
    columns=(WEIGHT, PRESSURE, "Réponses"),
    rows=tuple(
        follow_up.FigureRow(
            date(2026, 11, 24) - timedelta(days=number),
            None,
            (
                follow_up.Cell(WEIGHT, "74,2", "au-dessus du seuil" if number < 2 else ""),
                follow_up.Cell(PRESSURE, "121 à 140, moyenne 131,5 (6)"),
                follow_up.Cell("Réponses", ""),
            ),
            f"{HOME}?periode=jour&jour=2026-11-24",
        )
        for number in range(4)
    ),
    alerts=(
        follow_up.AlertLine(
            1,
            "Poids au-dessus du seuil",
            Badge("Maintenant", URGENT),
            Badge("à prendre"),
            NOW - timedelta(days=2),
            "/surveillance/alertes/1",
        ),
    ),
    events=(follow_up.EventLine("A", NOW - timedelta(days=1), "Poids, seuil haut : 74,5 kg"),),
    zooms=(Choice("weight", "Poids"), Choice("systolic_pressure", "Pression artérielle systolique")),
)
LIMITS = follow_up.LimitsCard(
    base=HOME,
    form=Form(),
    lines=(
        follow_up.LimitLine(
            "Poids, seuil haut", "74,5 kg", NOW - timedelta(days=1), None, "Dr Claire Martin", "Poids de forme", "w"
        ),
    ),
    past=(
        follow_up.LimitLine(
            "Poids, seuil haut", "73 kg", NOW - timedelta(days=20), NOW, "Dr Claire Martin", "Sortie d’hôpital"
        ),
    ),
    asked=(
        follow_up.LimitField("seuil_weight_high", "Poids, seuil haut", "kg"),
        follow_up.LimitField("seuil_weight_gain", "Poids, hausse", "kg", "Hausse sur 3 jours."),
    ),
)
DEVICES = follow_up.DevicesCard(
    base=HOME,
    form=Form(),
    lines=(
        follow_up.DeviceLine(
            "d1",
            "Balance de la chambre",
            "Bathscale 3 · urn:example|SN-42",
            "Poids",
            (follow_up.AccessLine("Jeton", Badge("Ouvert", FINE), NOW + timedelta(days=300)),),
        ),
    ),
    free=(Choice("d2", "Tensiomètre, Omron M7"),),
    signals=(Choice("weight", "Poids"), Choice("heart_rate", "Fréquence cardiaque")),
)
TEAM = follow_up.TeamCard(
    base=HOME,
    form=Form(),
    lines=(
        follow_up.TeamLine("Dr Claire Martin", "Médecin responsable", NOW - timedelta(days=60)),
        follow_up.TeamLine("Léa Marchand", "Soignant", NOW - timedelta(days=60), f"{HOME}/equipe/2/retirer"),
    ),
    people=(Choice("1", "Dr Claire Martin"), Choice("2", "Léa Marchand")),
    roles=(Choice("carer", "Soignant"),),
)
PRESCRIPTIONS = follow_up.PrescriptionsCard(
    base=HOME,
    form=Form({"prescrit_le": "2026-11-24"}),
    lines=(follow_up.PrescriptionLine("Dr Anne Petit", date(2026, 9, 1), date(2026, 9, 3), date(2027, 9, 2)),),
    gesture="Renouveler la prescription",
)
SHEET = follow_up.SheetView(
    base=HOME,
    around=follow_up.SheetNeighbours("/surveillance/suivis", "Patients suivis", "/surveillance/5", "/surveillance/7"),
    patient=PATIENT,
    patient_address="/patientele/1",
    age=71,
    pathway=HEART,
    state=RUNNING,
    sentence="depuis le 3 septembre 2026 · prescription jusqu’au 2 septembre 2027",
    curves=CURVES,
    limits=LIMITS,
    devices=DEVICES,
    prescriptions=PRESCRIPTIONS,
    team=TEAM,
    form=Form({"absent_le": "2026-11-24"}),
    asides=(
        follow_up.AsideLine("k", NOW - timedelta(hours=3), "Poids", "702 kg", "hors de ce qu’un corps peut montrer"),
    ),
    sessions=(
        follow_up.SessionLine(date(2026, 11, 10), "Séance d’accompagnement, 30 min : l’alimentation", "Sel", "Léa"),
    ),
    topics=(Choice("diet", "L’alimentation"),),
    months=(
        follow_up.MonthLine(2, date(2026, 10, 3), date(2026, 11, 2), 27, 31, Badge("Assez de données", FINE), "/r"),
    ),
    settled="L’équipe est prévenue après 1 jour sans données. CORDIVA, Exploitant Santé.",
    end_reasons=(Choice("goal_reached", "Objectif atteint"),),
    gestures=follow_up.Gestures(may_suspend=True, may_stop=True, may_keep=True),
    mutes=(replace(MUTED, lift_address=f"{HOME}/sourdines/1/lever"),),
    past_mutes=(replace(MUTED, what="Prise de poids", lift_address="", lifted_at=NOW, is_over=True),),
)
STEPS = tuple(
    follow_up.DraftStep(key, label, f"{HOME}/inscription/{key}", state, is_current=key == "materiel")
    for key, label, state in (
        ("suivi", "Le suivi", Badge("Fait", FINE)),
        ("prescription", "Prescription", Badge("Fait", FINE)),
        ("accords", "Accords", Badge("À faire", SOON)),
        ("materiel", "Matériel", Badge("À faire", SOON)),
        ("commencer", "Commencer", Badge("À compléter", SOON)),
    )
)
DRAFT = follow_up.DraftView(
    base=f"{HOME}/inscription",
    patient=PATIENT,
    age=71,
    pathway=HEART,
    minimum="Données minimales : poids.",
    steps=STEPS,
    step="materiel",
    next_address=f"{HOME}/inscription/seuils",
    devices=replace(DEVICES, issued=follow_up.Issued("Balance", "https://telemed.example/fhir", "v1.AbC" * 12, BLANK)),
)
CONSENTS = replace(
    DRAFT,
    step="accords",
    devices=None,
    consents=(
        follow_up.ConsentCard("telemonitoring", "Télésurveillance", Badge("Accepté", FINE), WORDING, NOW),
        follow_up.ConsentCard("usage", "Transmission des données d’utilisation", Badge("À recueillir", SOON), WORDING),
    ),
)
START = replace(
    DRAFT,
    step="commencer",
    devices=None,
    next_address="",
    reasons=(ReasonLine("Les dispositifs ne fournissent pas : poids.", "Arrêté du 22 juin 2023"),),
    warnings=(ReasonLine("Aucune déclaration à l’ARS ne couvre ce suivi.", "CSS, art. D. 162-32", SOON),),
)
PLAN = replace(
    DRAFT,
    step="suivi",
    devices=None,
    plan=follow_up.PlanCard(
        Form({"silence": "1", "version": "2", "saisis": "weight"}),
        (Choice("usage", "Le patient ne peut pas utiliser le dispositif"),),
        (Choice("weight", "Poids"),),
        1,
    ),
)
LIST = follow_up.FollowUpsView(
    kinds=(NavItem("en-cours", "En cours", "/x"), NavItem("brouillons", "Inscriptions", "/y")),
    current="en-cours",
    lines=(
        follow_up.FollowUpLine(
            HOME, PATIENT, 71, HEART, RUNNING, "", NOW - timedelta(hours=3), alerts=Badge("2 alertes", URGENT)
        ),
        follow_up.FollowUpLine(
            "/surveillance/2",
            "PETIT Karim",
            54,
            "Diabète de type 1 ou de type 2 sous insuline",
            Badge("Prescription échue", URGENT),
            "Renouveler ou arrêter",
        ),
    ),
    pager=Pager("/suite"),
    may_enrol=True,
)
NEW = follow_up.BeginView(
    Form({"nom": "ler"}, {"parcours": "À remplir."}),
    (
        follow_up.PathwayChoice(
            "c", HEART, "Données minimales : poids.", "Prévenir après 1 jour sans données au plus."
        ),
        follow_up.PathwayChoice("d", "Diabète", "Données minimales : glucose.", "Prévenir après 7 jours."),
    ),
    (follow_up.PatientChoice("1", PATIENT, "12 mars 1955", 71), follow_up.PatientChoice("2", "LEROY Paul", "1990", 36)),
    has_searched=True,
)
PRACTICE = monitoring_practice.MonitoringPracticeView(
    form=Form({"nom": "2026-ARS-12"}, {"debut": "À remplir."}),
    papers=(
        monitoring_practice.PaperLine(
            "Déclaration à l’ARS", "2026-ARS-12", HEART, date(2026, 1, 1), None, RUNNING, "/surveillance/cabinet/p"
        ),
        monitoring_practice.PaperLine(
            "Inscription du dispositif",
            "CORDIVA",
            "Toutes les activités",
            date(2020, 1, 1),
            date(2025, 1, 1),
            Badge("Échue", SOON),
        ),
    ),
    kinds=(Choice("convention", "Convention avec l’exploitant"),),
    activities=(Choice("insuffisance_cardiaque", HEART),),
    hours_form=Form({"jour_0": "9h-12h, 14h-18h"}),
    days=(Choice("jour_0", "Lundi", "Comme 9h-12h, 14h-18h."), Choice("jour_1", "Mardi")),
    calendars=(Choice("alsace_moselle", "Alsace-Moselle, avec le vendredi saint"),),
    is_usual=True,
)
EXAMPLES = {
    "suivi": Example("Fiche d’un suivi", "professional/follow_up.html", FRAME, SHEET),
    "suivi-cabinet": Example("Pièces et horaires", "professional/monitoring_practice.html", FRAME, PRACTICE),
    "suivis": Example("Patients suivis", "professional/follow_ups.html", FRAME, LIST),
    "suivi-nouveau": Example("Nouveau suivi", "professional/follow_up_new.html", FRAME, NEW),
    "suivi-materiel": Example("Inscription, matériel", "professional/follow_up_draft.html", FRAME, DRAFT),
    "suivi-accords": Example("Inscription, accords", "professional/follow_up_draft.html", FRAME, CONSENTS),
    "suivi-commencer": Example("Inscription, commencer", "professional/follow_up_draft.html", FRAME, START),
    "suivi-plan": Example("Inscription, le suivi", "professional/follow_up_draft.html", FRAME, PLAN),
}
