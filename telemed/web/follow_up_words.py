"""Follow-ups in the words of the pages."""

from __future__ import annotations

from datetime import date

from telemed.acts.telemonitoring.formats.happenings import TOPICS
from telemed.acts.telemonitoring.model.care import EndReason, FollowUp, Month, Plan, TeamRole
from telemed.acts.telemonitoring.model.curve import Span
from telemed.acts.telemonitoring.model.follow_up import FollowUpState
from telemed.acts.telemonitoring.model.observation import Quarantine
from telemed.acts.telemonitoring.model.pathway import PathwayVersion
from telemed.acts.telemonitoring.model.rule import TrendMeasure
from telemed.acts.telemonitoring.rules.limits import AskedLimit
from telemed.kernel.clock import civil_date
from telemed.web import french
from telemed.web.views.frame import Badge, Choice, Tone

_STATES = {
    FollowUpState.DRAFT: Badge("Brouillon", Tone.SOON),
    FollowUpState.ACTIVE: Badge("En cours", Tone.FINE),
    FollowUpState.SUSPENDED: Badge("Suspendu"),
    FollowUpState.FLAGGED: Badge("Trop peu de données", Tone.NOW),
    FollowUpState.LAPSED: Badge("Prescription échue", Tone.NOW),
    FollowUpState.ENDED: Badge("Terminé"),
    FollowUpState.DROPPED: Badge("Abandonné"),
}
_END_REASONS = {
    EndReason.GOAL_REACHED: "Objectif atteint",
    EndReason.NOT_ADHERENT: "Trop peu de données reçues",
    EndReason.CARE_ELSEWHERE: "Suivi par une autre équipe",
    EndReason.PATIENT_WISH: "Souhait du patient",
    EndReason.DEATH: "Décès",
    EndReason.OTHER: "Autre raison",
    EndReason.CONSENT_WITHDRAWN: "Accord retiré",
    EndReason.NOT_RENEWED: "Prescription non renouvelée",
    EndReason.NOT_STARTED: "Jamais commencé",
}
_CHOSEN_ENDS = tuple(one for one in tuple(EndReason)[:6] if one is not EndReason.DEATH)
ROLES = {
    TeamRole.RESPONSIBLE: "Médecin responsable",
    TeamRole.DOCTOR: "Médecin",
    TeamRole.CARER: "Soignant",
}
SPANS = {Span.DAY: ("jour", "Jour"), Span.WEEK: ("semaine", "Semaine"), Span.QUARTER: ("90-jours", "90 jours")}
_QUARANTINES = {
    Quarantine.IMPLAUSIBLE: "hors de ce qu’un corps vivant peut montrer",
    Quarantine.CONFLICT: "le dispositif a déjà dit autre chose pour cet instant",
}


def state_badge(state: FollowUpState) -> Badge:
    return _STATES[state]


def due_words(follow_up: FollowUp, today: date) -> str:
    """What somebody owes this follow-up next."""
    match follow_up.state:
        case FollowUpState.DRAFT:
            until = civil_date(follow_up.due_at, follow_up.plan.territory) if follow_up.due_at else None
            return f"Terminer avant le {french.format_date(until)}" if until else "Terminer l’inscription"
        case FollowUpState.FLAGGED:
            return "Un médecin dit s’il continue"
        case FollowUpState.SUSPENDED:
            return "Noter le retour du patient"
        case FollowUpState.LAPSED:
            return "Renouveler ou arrêter"
        case FollowUpState.ACTIVE if follow_up.prescribed_until is not None:
            days = (follow_up.prescribed_until - today).days
            return f"Renouveler avant le {french.format_date(follow_up.prescribed_until)}" if days <= 45 else ""
    return ""


def sentence(follow_up: FollowUp) -> str:
    """Since when, and how far the prescription goes."""
    said = []
    if follow_up.started_on:
        said.append(f"depuis le {french.format_date(follow_up.started_on)}")
    if follow_up.is_living and follow_up.prescribed_until:
        said.append(f"prescription jusqu’au {french.format_date(follow_up.prescribed_until)}")
    if follow_up.end_reason:
        said.append(_END_REASONS[follow_up.end_reason].lower())
    return " · ".join(said)


def end_choices() -> tuple[Choice, ...]:
    """Why people end a follow-up; time and patients have their own reasons, a death has its own gesture."""
    return tuple(Choice(one.value, _END_REASONS[one]) for one in _CHOSEN_ENDS)


def role_choices() -> tuple[Choice, ...]:
    return tuple(Choice(role.value, label) for role, label in ROLES.items())


def topic_choices() -> tuple[Choice, ...]:
    return tuple(Choice(topic.value, label[:1].upper() + label[1:]) for topic, label in TOPICS.items())


def minimum_words(version: PathwayVersion) -> str:
    """`Données minimales : poids.`"""
    data = ", ".join(one.label[:1].lower() + one.label[1:] for one in version.minimum_data if not one.is_derived)
    return french.typographic(f"Données minimales : {data}.")


def silence_words(version: PathwayVersion) -> str:
    """`Prévenir après 1 jour sans données au plus.`"""
    return f"Prévenir après {french.format_count(version.silence.days, 'jour')} sans données au plus."


def quarantine_words(why: Quarantine) -> str:
    return _QUARANTINES[why]


def asked_hint(asked: AskedLimit) -> str:
    """What a limit that is no value of its signal means."""
    days = french.format_count(asked.days, "jour")
    match asked.measure:
        case TrendMeasure.DELTA:
            return f"Hausse sur {days}." if asked.side == "above" else f"Baisse sur {days}."
        case TrendMeasure.SLOPE:
            return f"Pente par jour, sur {days}."
        case TrendMeasure.AVERAGE:
            return f"Moyenne sur {days}."
    return ""


def month_badge(month: Month) -> Badge:
    """Did enough come, where that is checked (R-33)?"""
    if month.is_adherent is None:
        return Badge("Clos")
    return Badge("Assez de données", Tone.FINE) if month.is_adherent else Badge("Trop peu", Tone.NOW)


def settled(plan: Plan) -> str:
    """`L’équipe est prévenue après 2 jours sans données. CORDIVA, Exploitant.`"""
    told = f"L’équipe est prévenue après {french.format_count(plan.silence_days, 'jour')} sans données."
    named = ", ".join(filter(None, (plan.dmn, plan.exploitant)))
    return f"{told} {named or 'Ni dispositif ni exploitant notés'}."
