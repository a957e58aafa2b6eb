"""What people type about an alert, read and bounded."""

from __future__ import annotations

from telemed.web.views.frame import Choice

MUTE_LENGTHS = (
    Choice("1", "Jusqu’à demain"),
    Choice("3", "Trois jours"),
    Choice("7", "Une semaine"),
    Choice("14", "Deux semaines"),
    Choice("30", "Un mois"),
)
ACTIONS = (
    Choice("call", "Appel du patient"),
    Choice("advice", "Conseil donné"),
    Choice("prescription", "Traitement modifié"),
    Choice("visit", "Visite"),
    Choice("teleconsultation", "Téléconsultation"),
)
