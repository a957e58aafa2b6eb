"""Télésurveillance in the words of the screens: how grave, where an alert stands, what is owed, what was done."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from telemed.acts.telemonitoring.model.alert import (
    ALERT_STANDINGS,
    AlertDue,
    AlertOutcome,
    AlertState,
    AlertStep,
    Severity,
    find_outcomes,
)
from telemed.web.views.frame import Badge, Choice, Tone

SEVERITIES = {
    Severity.NOW: Badge("Tout de suite", Tone.NOW),
    Severity.SOON: Badge("Bientôt", Tone.SOON),
    Severity.WATCH: Badge("À surveiller"),
}
_STATES = {
    AlertState.QUEUED: (Badge("Hors des heures"), "Elle attend l’ouverture de l’équipe. Vous pouvez la prendre avant."),
    AlertState.NEW: (Badge("À prendre", Tone.SOON), "Personne ne s’en occupe encore."),
    AlertState.TAKEN: (Badge("Prise"), "Regardez-la, puis classez-la sans suite ou passez-la à un médecin."),
    AlertState.INTERPRETED: (Badge("À décider", Tone.SOON), "Un médecin a dit ce qu’elle signifie\u00a0: il décide."),
    AlertState.DECIDED: (
        Badge("Décidée", Tone.FINE),
        "Ce qu’il faut faire est décidé\u00a0: faites-le, notez-le, puis closez.",
    ),
    AlertState.CLOSED: (Badge("Close", Tone.FINE), "Cette alerte est close. Elle reste lisible."),
}
_DUES = {
    AlertDue.OPENING: "Ouverture",
    AlertDue.LOOK: "À regarder",
    AlertDue.INTERPRETATION: "À interpréter",
    AlertDue.DECISION: "À décider",
    AlertDue.COMPLETION: "À terminer",
}
OUTCOMES = {
    AlertOutcome.ACTIONABLE: Choice(AlertOutcome.ACTIONABLE, "Justifiée", "Elle a conduit à faire quelque chose."),
    AlertOutcome.FALSE: Choice(AlertOutcome.FALSE, "Sans suite", "La mesure est juste, il n’y avait rien à faire."),
    AlertOutcome.TECHNICAL: Choice(
        AlertOutcome.TECHNICAL, "Technique", "Mesure fausse, dispositif ou transmission en cause."
    ),
}
_STEPS = {
    AlertStep.OPEN: ("Ouverte aux heures de l’équipe", Tone.PLAIN),
    AlertStep.TAKE: ("Prise", Tone.FINE),
    AlertStep.RELEASE: ("Rendue à l’équipe", Tone.SOON),
    AlertStep.FILTER: ("Classée", Tone.FINE),
    AlertStep.INTERPRET: ("Interprétée par un médecin", Tone.FINE),
    AlertStep.DECIDE: ("Conduite décidée", Tone.FINE),
    AlertStep.ACT: ("Fait", Tone.FINE),
    AlertStep.CLOSE: ("Close", Tone.FINE),
    AlertStep.REPEAT: ("Toujours anormale", Tone.SOON),
    AlertStep.ESCALATE: ("En retard\u00a0: portée plus haut", Tone.NOW),
}
_SOON = timedelta(hours=2)
E = TypeVar("E", bound=StrEnum)


def find_member(kind: type[E], text: object) -> E | None:
    """The member of this value; None for anything else that an address or a kept detail may hold."""
    return next((one for one in kind if one.value == text), None)


def severity(value: Severity) -> Badge:
    return SEVERITIES[value]


def state(value: AlertState) -> Badge:
    return _STATES[value][0]


def sentence(value: AlertState) -> str:
    """What the state means for whoever looks."""
    return _STATES[value][1]


def due_what(value: AlertState) -> str:
    """What is owed: `À regarder`; empty at the end."""
    standing = ALERT_STANDINGS[value]
    return _DUES[standing.due] if standing else ""


def due_tone(due_at: datetime | None, now: datetime) -> Tone:
    """How loud the time left is: late, within two hours, or later."""
    if due_at is None or due_at - now >= _SOON:
        return Tone.PLAIN
    return Tone.NOW if due_at <= now else Tone.SOON


def outcome(value: AlertOutcome) -> str:
    return OUTCOMES[value].label


def step(value: AlertStep) -> tuple[str, Tone]:
    """A step as a title, and how loud it is."""
    return _STEPS[value]


def find_close_outcomes(value: AlertState) -> tuple[Choice, ...]:
    """What may be said of an alert that somebody closes now: by filtering it, or once all is done; else nothing.

    One that nobody holds is taken on the way.
    """
    if value in (AlertState.QUEUED, AlertState.NEW, AlertState.TAKEN):
        allowed = find_outcomes(AlertStep.FILTER)
    elif value is AlertState.DECIDED:
        allowed = find_outcomes(AlertStep.CLOSE)
    else:
        return ()
    return tuple(choice for one, choice in OUTCOMES.items() if one in allowed)
