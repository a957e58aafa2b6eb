"""Télé-expertise in the words of the screens: states, moves, refusals and delays, for each side."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from telemed.acts.teleexpertise.model import (
    STANDINGS,
    Actor,
    CareSetting,
    CareUrgency,
    Case,
    Due,
    EndReason,
    Outcome,
    Owner,
    RefusalReason,
    State,
    Step,
    Urgency,
    Via,
)
from telemed.professionals.model import Practice, Professional
from telemed.web.views.expertise import PersonCard
from telemed.web.views.frame import Badge, Choice, Tone

_TO_ASKER = {
    State.DRAFT: (Badge("Brouillon"), "Cette demande n’est pas encore partie."),
    State.SENT: (
        Badge("À proposer à un autre", Tone.NOW),
        "Personne n’a pris la demande à temps. Choisissez un autre confrère\u00a0: le délai de réponse court toujours.",
    ),
    State.QUEUED: (
        Badge("Attend une équipe", Tone.SOON),
        "Personne de l’équipe n’est de garde\u00a0: ses membres sont prévenus, et la recherche continue seule.",
    ),
    State.OFFERED: (Badge("Proposée"), "Votre confrère a reçu la demande\u00a0; il ne l’a pas encore ouverte."),
    State.SEEN: (Badge("Ouverte"), "Votre confrère a ouvert la demande\u00a0; il ne l’a pas encore acceptée."),
    State.MORE_INFORMATION: (
        Badge("Précision demandée", Tone.NOW),
        "Votre confrère attend une précision de vous. Le délai de réponse court toujours.",
    ),
    State.ACCEPTED: (Badge("Acceptée", Tone.FINE), "Votre confrère a accepté la demande\u00a0: il prépare son avis."),
    State.REFUSED: (
        Badge("Refusée", Tone.NOW),
        "Votre confrère n’a pas pu répondre. Choisissez-en un autre\u00a0: votre demande est prête à repartir.",
    ),
    State.ANSWERED: (
        Badge("Avis rendu", Tone.FINE),
        "L’avis est signé. Dites que vous l’avez lu pour clore la demande.",
    ),
    State.CLOSED: (Badge("Close", Tone.FINE), "L’avis est rendu et lu."),
    State.WITHDRAWN: (Badge("Retirée"), "Cette demande est retirée."),
    State.EXPIRED: (Badge("Expirée", Tone.SOON), "Cette demande a pris fin sans réponse."),
}
_TO_EXPERT = {
    State.OFFERED: (Badge("À prendre", Tone.SOON), "Ouvrez-la, puis dites si vous la prenez."),
    State.SEEN: (Badge("À prendre", Tone.SOON), "Dites si vous la prenez, ou pourquoi non."),
    State.MORE_INFORMATION: (
        Badge("Précision attendue"),
        "Vous avez demandé une précision\u00a0: elle n’est pas encore là.",
    ),
    State.ACCEPTED: (Badge("Avis à rendre", Tone.SOON), "Vous avez accepté\u00a0: rédigez l’avis, puis signez-le."),
    State.ANSWERED: (Badge("Avis rendu", Tone.FINE), "Votre avis est signé et parti."),
    State.CLOSED: (Badge("Close", Tone.FINE), "Votre avis est rendu et lu."),
    State.WITHDRAWN: (Badge("Retirée"), "Cette demande est retirée."),
    State.EXPIRED: (Badge("Expirée", Tone.SOON), "Cette demande a pris fin sans réponse."),
}
_DUES = {
    Due.SENDING: "À envoyer",
    Due.FINDING: "À répartir",
    Due.OFFER: "À prendre",
    Due.ANSWER: "Réponse",
    Due.READING: "À lire",
}
_GESTURES = {
    (Owner.REQUERANT, State.DRAFT): "Terminer",
    (Owner.REQUERANT, State.SENT): "Choisir",
    (Owner.REQUERANT, State.MORE_INFORMATION): "Préciser",
    (Owner.REQUERANT, State.REFUSED): "Choisir",
    (Owner.REQUERANT, State.ANSWERED): "Lire l’avis",
    (Owner.REQUIS, State.OFFERED): "Ouvrir",
    (Owner.REQUIS, State.SEEN): "Ouvrir",
    (Owner.REQUIS, State.ACCEPTED): "Répondre",
}
_HANDED = (
    Badge("On vous la passe", Tone.SOON),
    "Un confrère vous propose de reprendre cette demande\u00a0: dites si vous la prenez.",
)
_VIAS = {
    Via.LINE: "par son équipe",
    Via.TERRITORY: "trouvé par la recherche",
    Via.HANDOVER: "par un confrère",
}
URGENCIES = (
    Choice(Urgency.WEEK, "Dans les sept jours", "Le délai ordinaire."),
    Choice(Urgency.TWO_DAYS, "Sous 48 heures", "Une décision attend."),
    Choice(
        Urgency.HOURS,
        "Dans les heures",
        "Réponse sous quatre heures\u00a0; cinq confrères à la fois au plus. Une urgence vitale relève du 15.",
    ),
)
_URGENCIES = {
    Urgency.WEEK: "dans les sept jours",
    Urgency.TWO_DAYS: "sous 48\u00a0heures",
    Urgency.HOURS: "dans les heures",
}
SETTINGS = (
    Choice(CareSetting.PRACTICE, "Au cabinet"),
    Choice(CareSetting.HOME, "À domicile"),
    Choice(CareSetting.CARE_HOME, "En établissement (EHPAD, foyer…)"),
    Choice(CareSetting.HOSPITAL, "À l’hôpital"),
    Choice(CareSetting.PHARMACY, "En pharmacie"),
    Choice(CareSetting.PRISON, "En détention"),
    Choice(CareSetting.OTHER, "Ailleurs"),
)
REFUSALS = (
    Choice(RefusalReason.OUT_OF_SKILL, "Hors de ma compétence"),
    Choice(RefusalReason.INCOMPLETE, "Éléments insuffisants ou de qualité insuffisante"),
    Choice(RefusalReason.NEEDS_EXAMINATION, "Le patient doit être vu en consultation"),
    Choice(RefusalReason.NOT_INDICATED, "La téléexpertise n’est pas indiquée"),
    Choice(RefusalReason.UNAVAILABLE, "Je ne peux pas répondre dans le délai"),
    Choice(RefusalReason.OTHER, "Autre raison"),
)
WITHDRAWALS = (
    Choice(EndReason.NO_LONGER_NEEDED, "L’avis n’est plus utile"),
    Choice(EndReason.SEEN_ELSEWHERE, "Le patient a été vu autrement"),
    Choice(EndReason.MISTAKE, "Demande faite par erreur"),
    Choice(EndReason.OTHER, "Autre raison"),
)
CARE_URGENCIES = (
    Choice(CareUrgency.NONE, "Pas d’urgence"),
    Choice(CareUrgency.WEEKS, "Dans les semaines"),
    Choice(CareUrgency.DAYS, "Dans les jours"),
    Choice(CareUrgency.IMMEDIATE, "Tout de suite"),
)
_ENDS = {
    EndReason.CONSENT_WITHDRAWN: "Le patient a retiré son accord\u00a0: la demande s’est arrêtée aussitôt.",
    EndReason.NOT_SENT: "Le brouillon n’a pas été envoyé dans les sept jours.",
    EndReason.NOT_ANSWERED: "Personne n’a répondu dans le délai.",
}
_OUTCOMES = {
    Outcome.PENDING: Badge("En attente", Tone.SOON),
    Outcome.ACCEPTED: Badge("A accepté", Tone.FINE),
    Outcome.REFUSED: Badge("A refusé", Tone.NOW),
    Outcome.LAPSED: Badge("N’a pas répondu", Tone.SOON),
    Outcome.OVERTAKEN: Badge("Un autre a accepté avant"),
    Outcome.CANCELLED: Badge("Annulée"),
    Outcome.HANDED_OVER: Badge("A passé la main"),
}
_STEPS = {
    Step.SEND: ("Demande envoyée", Tone.FINE),
    Step.OFFER: ("Proposée à un confrère", Tone.PLAIN),
    Step.QUEUE: ("Confiée à une équipe, sans personne de garde", Tone.PLAIN),
    Step.LOOK: ("Recherche dans l’équipe", Tone.PLAIN),
    Step.FORWARD: ("Proposée au suivant", Tone.SOON),
    Step.RETURN: ("Personne n’a pu répondre\u00a0: revenue au demandeur", Tone.NOW),
    Step.HAND_OVER: ("Proposée à un confrère par celui qui l’avait acceptée", Tone.PLAIN),
    Step.TAKE_OVER: ("Reprise par un confrère", Tone.FINE),
    Step.SEE: ("Ouverte par le confrère", Tone.PLAIN),
    Step.ASK: ("Précision demandée", Tone.SOON),
    Step.INFORM: ("Précision donnée", Tone.FINE),
    Step.RESUME: ("Précision donnée", Tone.FINE),
    Step.ACCEPT: ("Demande acceptée", Tone.FINE),
    Step.DECLINE: ("Refusée par un confrère", Tone.SOON),
    Step.REFUSE: ("Refusée", Tone.NOW),
    Step.LAPSE: ("Délai passé\u00a0: personne ne l’a prise", Tone.SOON),
    Step.ANSWER: ("Avis signé", Tone.FINE),
    Step.CORRECT: ("Réponse corrigée", Tone.SOON),
    Step.CLOSE: ("Avis lu, demande close", Tone.FINE),
    Step.WITHDRAW: ("Demande retirée", Tone.SOON),
    Step.STOP: ("Accord du patient retiré\u00a0: demande arrêtée", Tone.NOW),
    Step.ESCALATE: ("Réponse en retard\u00a0: les deux côtés sont prévenus", Tone.NOW),
    Step.EXPIRE: ("Demande expirée sans réponse", Tone.NOW),
}
_WIDENINGS = {
    Via.COLLEAGUE: "Sans réponse à temps, elle ira d’elle-même à son équipe, puis à d’autres de la spécialité.",
    Via.LINE: "Sans réponse à temps, elle ira d’elle-même à d’autres de la spécialité.",
}
_SOON = timedelta(hours=24)
_NOW = timedelta(hours=2)


def state(case: Case, actor: Actor, me: UUID | None = None) -> Badge:
    """The state in one word, as this side sees it; `me` is who looks, when he is one of several colleagues."""
    return _HANDED[0] if is_handed(case, me) else _told(case, actor)[0]


def sentence(case: Case, actor: Actor, me: UUID | None = None) -> str:
    """What the state means for this side, and why a case that ended did."""
    if case.end_reason in _ENDS:
        return _ENDS[case.end_reason]
    return _HANDED[1] if is_handed(case, me) else _told(case, actor)[1]


def is_handed(case: Case, me: UUID | None) -> bool:
    """Does somebody who accepted the case propose it to this person?"""
    offer = case.offer_of(me) if me else None
    return offer is not None and offer.is_pending and offer.via is Via.HANDOVER


def via(value: Via) -> str:
    """How an offer came to a colleague; empty for one who was named."""
    return _VIAS.get(value, "")


def widening(case: Case) -> str:
    """What the search does next by itself, if anything."""
    search = case.cascade
    if search is None or not search.widens or case.state not in (State.OFFERED, State.SEEN, State.QUEUED):
        return ""
    return _WIDENINGS.get(search.stage, "")


def _told(case: Case, actor: Actor) -> tuple[Badge, str]:
    table = _TO_ASKER if actor is Actor.REQUERANT else _TO_EXPERT
    return table.get(case.state) or _TO_ASKER[case.state]


def is_turn_of(case: Case, actor: Actor) -> bool:
    """Does this side owe something now?"""
    standing = STANDINGS[case.state]
    return standing is not None and (standing.owner is Owner.REQUERANT) is (actor is Actor.REQUERANT)


def due_what(case: Case) -> str:
    """What is due: `À prendre`, `Réponse`."""
    standing = STANDINGS[case.state]
    return _DUES[standing.due] if standing else ""


def due_tone(due_at: datetime | None, now: datetime) -> Tone:
    """How loud the time left is."""
    if due_at is None or due_at - now >= _SOON:
        return Tone.PLAIN
    return Tone.NOW if due_at - now < _NOW else Tone.SOON


def gesture(case: Case, actor: Actor) -> str:
    """What one does by opening it: `Répondre` when it is one's turn, else `Voir`."""
    owner = Owner.REQUERANT if actor is Actor.REQUERANT else Owner.REQUIS
    return _GESTURES.get((owner, case.state), "Voir")


def urgency(value: Urgency) -> str:
    return _URGENCIES[value]


def outcome(value: Outcome) -> Badge:
    return _OUTCOMES[value]


def refusal(value: RefusalReason) -> str:
    return next(one.label for one in REFUSALS if one.value == value)


def setting(value: CareSetting) -> str:
    return next(one.label for one in SETTINGS if one.value == value)


def care_urgency(value: CareUrgency) -> str:
    return next(one.label for one in CARE_URGENCIES if one.value == value)


def step(value: Step) -> tuple[str, Tone]:
    """A move as a title, and how loud it is."""
    return _STEPS[value]


def person(one: Professional, practice: Practice | None) -> PersonCard:
    """A professional as the other side reads him."""
    profession = one.profession.label if one.profession else ""
    return PersonCard(one.full_name, one.specialty.label if one.specialty else profession, place(practice))


def place(practice: Practice | None) -> str:
    """`Maison de santé des Tilleuls, Tours`."""
    if practice is None:
        return ""
    return f"{practice.name}, {practice.address.city}" if practice.address.city else practice.name
