"""What happened to a follow-up, in French: its steps, its limits, its sessions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from telemed.acts.telemonitoring.formats.figures import format_measure
from telemed.acts.telemonitoring.model.care import EducationSession, EducationTopic, FollowUpMove, ThresholdSetting
from telemed.acts.telemonitoring.model.curve import EventKind
from telemed.acts.telemonitoring.model.follow_up import FollowUpStep
from telemed.acts.telemonitoring.model.late import LateFinding
from telemed.acts.telemonitoring.model.observation import Signal

STEPS: Mapping[FollowUpStep, tuple[EventKind, str]] = MappingProxyType(
    {
        FollowUpStep.START: (EventKind.START, "Début du suivi"),
        FollowUpStep.SUSPEND: (EventKind.SUSPENSION, "Suivi suspendu"),
        FollowUpStep.RESUME: (EventKind.RETURN, "Retour du patient"),
        FollowUpStep.FLAG: (EventKind.SUSPENSION, "Trop peu de données reçues : décision attendue"),
        FollowUpStep.KEEP: (EventKind.RETURN, "Suivi poursuivi sur décision du médecin"),
        FollowUpStep.RENEW: (EventKind.RENEWAL, "Prescription renouvelée"),
        FollowUpStep.LAPSE: (EventKind.SUSPENSION, "Prescription échue"),
        FollowUpStep.STOP: (EventKind.END, "Suivi arrêté"),
        FollowUpStep.WITHDRAW: (EventKind.END, "Accord retiré par le patient : suivi arrêté"),
        FollowUpStep.CLOSE: (EventKind.END, "Suivi clos, faute de renouvellement"),
    }
)
"""The steps that a curve shows."""

TOPICS: Mapping[EducationTopic, str] = MappingProxyType(
    {
        EducationTopic.DEVICE: "se servir du dispositif",
        EducationTopic.DISEASE: "comprendre la maladie",
        EducationTopic.TREATMENT: "le traitement",
        EducationTopic.DIET: "l’alimentation",
        EducationTopic.ACTIVITY: "l’activité physique",
        EducationTopic.SIGNS: "les signes d’alerte",
        EducationTopic.EMERGENCY: "que faire en urgence",
    }
)


def step_words(move: FollowUpMove) -> str:
    """`Suivi suspendu : hospitalisation`."""
    said = STEPS[move.step][1]
    return f"{said} : {move.reason}" if move.reason else said


def late_words(late: LateFinding, received_on: date) -> str:
    """`Arrivé en retard, reçu le 03/11 : « Prise de poids » aurait sonné`."""
    return f"Arrivé en retard, reçu le {received_on:%d/%m} : « {late.label} » aurait sonné"


def limit_words(name: str, signal: Signal) -> str:
    """What a limit is about: `Poids, seuil haut`; a name of no axis is said after its signal."""
    for end, side in (("_high", "seuil haut"), ("_low", "seuil bas"), ("_severe", "seuil grave")):
        if name.endswith(end):
            return f"{signal.label}, {side}"
    return f"{signal.label}, {_OTHER.get(name.rpartition('_')[2], name.replace('_', ' '))}"


_OTHER = {"gain": "hausse", "loss": "baisse", "slope": "pente", "change": "variation", "average": "moyenne"}


def setting_words(setting: ThresholdSetting, signal: Signal) -> str:
    """`Poids, seuil haut : 73,5 kg`, `Poids, seuil haut : retiré`."""
    value = "retiré" if setting.value is None else format_measure(signal, setting.value, decimals=6)
    return f"{limit_words(setting.name, signal)} : {value}"


def session_words(session: EducationSession) -> str:
    """`Séance d’accompagnement, 30 min : l’alimentation`."""
    topics = ", ".join(TOPICS[topic] for topic in session.topics)
    return f"Séance d’accompagnement, {session.minutes}\u00a0min{f' : {topics}' if topics else ''}"
