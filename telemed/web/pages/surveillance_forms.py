"""What people type about an alert, read and bounded."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from telemed.acts.telemonitoring.formats.figures import parse_value
from telemed.acts.telemonitoring.model.alert import AlertOutcome
from telemed.acts.telemonitoring.model.triage import ActionKind
from telemed.web import forms
from telemed.web.views.frame import Choice

MUTE_LENGTHS = (
    Choice("1", "Jusqu’à demain"),
    Choice("3", "Trois jours"),
    Choice("7", "Une semaine"),
    Choice("14", "Deux semaines"),
    Choice("30", "Un mois"),
)
ACTIONS = (
    Choice(ActionKind.CALL, "Appel du patient"),
    Choice(ActionKind.ADVICE, "Conseil donné"),
    Choice(ActionKind.PRESCRIPTION, "Traitement modifié"),
    Choice(ActionKind.VISIT, "Visite"),
)
"""What is noted with words; a teleconsultation is booked instead."""
BOOKED = "Téléconsultation prévue"
Words = Annotated[str, Field(min_length=1, max_length=4_000)]
Reason = Annotated[str, Field(min_length=1, max_length=500)]


class NoteForm(forms.FormModel):
    note: Words


class InterpretationForm(forms.FormModel):
    interpretation: Words
    decision: Annotated[str, Field(max_length=4_000)] = ""


class DecisionForm(forms.FormModel):
    decision: Words


class ActionForm(forms.FormModel):
    action: Literal[ActionKind.CALL, ActionKind.ADVICE, ActionKind.PRESCRIPTION, ActionKind.VISIT]
    fait: Words


class CloseForm(forms.FormModel):
    issue: AlertOutcome
    mots: Words


def _read_tolerance(text: object) -> object:
    """Millionths of what was typed; nothing is none. Raises ValueError, in French."""
    value = parse_value(text) if isinstance(text, str) and text.strip() else 0
    if value < 0:
        raise ValueError("une aggravation est un nombre positif, comme 0,5")
    return value


class MuteForm(forms.FormModel):
    duree: Annotated[int, Field(ge=1, le=90)]
    aggravation: Annotated[int, BeforeValidator(_read_tolerance)] = 0
    motif_sourdine: Reason
