"""Mes disponibilités and Équipes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from telemed.web.views import roster
from telemed.web.views.frame import Badge, Choice, Flash, Form, Tone, Undo
from tests.unit.web.examples.expertise import EXPERT, NURSE, SPECIALTIES
from tests.unit.web.examples.frames import FINE, NOW, SOON, Example

SHIFTS = (
    roster.HoursLine("Chaque lundi et jeudi, de 14 h à 16 h", "", "/avis/disponibilites/horaires/1/retirer"),
    roster.HoursLine(
        "Chaque jour de semaine, une semaine sur 2, de 22 h à 6 h le lendemain",
        "pour Dermatologie du Mail",
        "/avis/disponibilites/horaires/2/retirer",
    ),
)
AWAY = (roster.HoursLine("Du lundi 3 août au vendredi 14 août", "", "/avis/disponibilites/absences/1/retirer"),)
HOURS = Form({"premier_jour": "2026-11-24", "rythme": "1", "jours": "MO,TH"})
AVAILABLE = roster.AvailabilityView(
    may_answer=True,
    specialty="Dermatologie",
    presence=roster.PresenceCard(NOW + timedelta(minutes=45)),
    profile_form=Form({"ouvert": "oui", "competences": "dermoscopy", "langues": "fr, en", "capacite": "6"}),
    hours_form=HOURS,
    away_form=Form(),
    notice_form=Form({"courriel": "karim.benali@exemple.fr"}),
    skills=(Choice("dermoscopy", "Dermoscopie"), Choice("wounds", "Plaies et cicatrisation")),
    lines=(Choice("1", "Dermatologie du Mail"),),
    shifts=SHIFTS,
    absences=AWAY,
    extras=(roster.HoursLine("Du samedi 28 novembre à 9 h au samedi 28 novembre à 12 h", "", "/x"),),
    days=(
        roster.OpenDay(date(2026, 11, 24), ("14 h – 16 h", "18 h – 19 h (Dermatologie du Mail)")),
        roster.OpenDay(date(2026, 11, 26), ("14 h – 16 h",)),
    ),
    is_open=True,
)
NEW = replace(
    AVAILABLE,
    presence=roster.PresenceCard(None),
    profile_form=Form({"langues": "xx1"}, {"langues": "Une langue s’écrit par son code ISO 639."}),
    shifts=(),
    absences=(),
    extras=(),
    days=(),
    is_open=False,
)
TEAM = roster.LineView(
    base="/avis/equipes/1",
    name="Dermatologie du Mail",
    specialty="Dermatologie",
    managers="Dr Yves LE GOFF",
    is_managed=True,
    is_member=True,
    is_closed=False,
    roster=(
        roster.RosterDay(date(2026, 11, 24), (Choice("1", "Dr Yves LE GOFF", "14 h – 16 h, 18 h – 19 h"),)),
        roster.RosterDay(
            date(2026, 11, 25),
            (Choice("1", "Dr Yves LE GOFF", "9 h – 12 h"), Choice("2", "Dr Nadia CHÉRIF", "9 h – 18 h")),
        ),
    ),
    members=(
        roster.MemberLine(
            "Dr Yves LE GOFF",
            Badge("Membre", FINE),
            SHIFTS[:1],
            "1 avis à rendre.",
            "/avis/equipes/1/membres/1/retirer",
        ),
        roster.MemberLine(
            "Dr Karim BENALI", Badge("Invité, pas encore répondu", SOON), (), "", "/avis/equipes/1/membres/2/retirer"
        ),
    ),
    form=HOURS,
    member_choices=(Choice("1", "Dr Yves LE GOFF"),),
    candidates=(Choice("3", "Dr Nadia CHÉRIF", "Cabinet de dermatologie du Mail"),),
    is_searched=True,
    figures=(
        roster.Figure("Réponse médiane", "5 h"),
        roster.Figure("Neuf sur dix en", "21 h"),
        roster.Figure("En retard", "4 %", "2 sur 48"),
        roster.Figure("Refusées", "8 %", "4 sur 52"),
        roster.Figure("Consultations évitées", "71 %", "34 sur 48"),
    ),
    since=NOW - timedelta(days=90),
)
LINES = roster.LinesView(
    (
        roster.LineCard(
            "Dermatologie du Mail", "Dermatologie", Badge("Vous en êtes responsable", FINE), "/avis/equipes/1"
        ),
        roster.LineCard("Plaies de Touraine", "Dermatologie", Badge("Vous y êtes invité", SOON), "", "/x", "/y"),
    ),
    Form(),
    SPECIALTIES,
)
EXPERT_OF_LINES = replace(EXPERT, current="expertise/teams")
CALENDAR = roster.CalendarView(
    "/avis/disponibilites/agenda/1",
    ("Chaque lundi et jeudi, de 14 h à 16 h", "Absence : du lundi 3 août au vendredi 14 août"),
    2,
    (Choice("3", "Cet événement est annulé."),),
    1,
    is_waiting=True,
    is_kept=False,
)
EXAMPLES = {
    "agenda": Example("Agenda importé", "professional/calendar_import.html", EXPERT, CALENDAR),
    "disponibilites": Example(
        "Mes disponibilités",
        "professional/availability.html",
        replace(
            EXPERT,
            current="expertise/availability",
            flash=Flash("Horaires retirés.", Tone.SOON, Undo("/x", "Rétablir")),
        ),
        AVAILABLE,
    ),
    "disponibilites-debut": Example("Disponibilités, rien", "professional/availability.html", EXPERT, NEW),
    "disponibilites-infirmier": Example(
        "Disponibilités, qui ne répond pas",
        "professional/availability.html",
        NURSE,
        replace(NEW, may_answer=False, profile_form=Form()),
    ),
    "equipes": Example("Équipes", "professional/teams.html", EXPERT_OF_LINES, LINES),
    "equipes-vide": Example("Équipes, aucune", "professional/teams.html", EXPERT_OF_LINES, replace(LINES, lines=())),
    "equipe": Example("Une équipe", "professional/team.html", EXPERT_OF_LINES, TEAM),
}
