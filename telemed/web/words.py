"""Our states in the words of the screens: each as a badge or a sentence, never a code."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from telemed.acts.teleconsultation.model import (
    FinishReason,
    IdentityMethod,
    PlaceKind,
    Readiness,
    State,
)
from telemed.consent.model import ConsentBy, ConsentChannel, ConsentDecision, ConsentRecord
from telemed.kernel.caller import Role
from telemed.kernel.messages import Channel
from telemed.links.model import Delivery, SendingState
from telemed.patients.model import BirthDate, Identity, IdentityProof, IdentityStatus, Patient, Sex
from telemed.web.french import format_date
from telemed.web.views.frame import Badge, Choice, Tone
from telemed.web.views.patients import StatusCard
from telemed.web.views.today import Light
from telemed.web.views.visit import Trait

_ROLES = {
    Role.DOCTOR: "Médecin",
    Role.HEALTH_PROFESSIONAL: "Professionnel de santé",
    Role.SECRETARY: "Secrétariat",
    Role.AUDITOR: "Audit",
    Role.ADMINISTRATOR: "Administration",
}
_STATES = {
    State.BOOKED: Badge("Prévu"),
    State.WAITING: Badge("En salle d’attente", Tone.SOON),
    State.IN_CALL: Badge("En appel", Tone.FINE),
    State.FINISHED: Badge("Compte rendu à signer", Tone.SOON),
    State.CLOSED: Badge("Terminé", Tone.FINE),
    State.CANCELLED: Badge("Annulé"),
    State.NO_SHOW: Badge("Absent", Tone.NOW),
}
_CHANNELS = {Channel.SMS: "SMS", Channel.EMAIL: "Courriel"}
_SENDINGS = {
    SendingState.QUEUED: ("part à l’instant", Tone.PLAIN),
    SendingState.ACCEPTED: ("envoyé", Tone.PLAIN),
    SendingState.DELIVERED: ("remis", Tone.FINE),
    SendingState.FAILED: ("non remis", Tone.NOW),
}
_FAILURES = {
    "invalid_number": "Le numéro n’existe pas : corrigez-le dans la fiche du patient.",
    "act_over": "Le rendez-vous était déjà passé ou annulé.",
}
_STATUSES = {
    IdentityStatus.PROV: (
        "Identité provisoire",
        "Les soins ne sont jamais bloqués par ce statut\u00a0; le matricule INS, lui, ne sort pas du cabinet.",
        Tone.SOON,
    ),
    IdentityStatus.RECUP: (
        "Identité récupérée",
        "L’INS vient du téléservice ; la pièce d’identité reste à contrôler avant de la transmettre.",
        Tone.PLAIN,
    ),
    IdentityStatus.VALI: (
        "Identité validée",
        "La pièce d’identité est contrôlée ; le téléservice INSi reste à appeler avant de transmettre l’INS.",
        Tone.PLAIN,
    ),
    IdentityStatus.QUAL: (
        "Identité qualifiée",
        "L’INS vient du téléservice et la pièce est contrôlée : le matricule peut accompagner les documents.",
        Tone.FINE,
    ),
}
_SEXES = {Sex.FEMALE: "Femme", Sex.MALE: "Homme", Sex.UNDETERMINED: "Indéterminé"}
_CONSENT_WAYS = {
    ConsentChannel.PATIENT_PAGE: "sur la page du patient",
    ConsentChannel.ORAL_TO_PROFESSIONAL: "oralement, au médecin",
}
_CONSENT_BADGES = {
    ConsentDecision.GIVEN: Badge("Donné", Tone.FINE),
    ConsentDecision.REFUSED: Badge("Refusé", Tone.NOW),
    ConsentDecision.WITHDRAWN: Badge("Retiré", Tone.NOW),
}

PLACES = (
    Choice(PlaceKind.HOME, "À domicile"),
    Choice(PlaceKind.CARE_HOME, "Dans un établissement (EHPAD, foyer…)"),
    Choice(PlaceKind.PHARMACY, "En pharmacie"),
    Choice(PlaceKind.WORKPLACE, "Au travail"),
    Choice(PlaceKind.OTHER, "Ailleurs"),
)
IDENTITY_METHODS = (
    Choice(IdentityMethod.TRAITS_STATED, "Cinq traits dits par le patient"),
    Choice(IdentityMethod.DOCUMENT_ON_CAMERA, "Pièce d’identité montrée à la caméra"),
    Choice(IdentityMethod.KNOWN_PATIENT, "Patient déjà connu"),
)
FINISH_REASONS = (
    Choice(FinishReason.COMPLETED, "Consultation menée à son terme"),
    Choice(FinishReason.REDIRECTED, "Patient réorienté"),
    Choice(FinishReason.TECHNICAL_FAILURE, "Impossibilité technique"),
    Choice(FinishReason.CONSENT_WITHDRAWN, "Accord retiré par le patient"),
)
PROOFS = (
    Choice(IdentityProof.NATIONAL_CARD, "Carte nationale d’identité"),
    Choice(IdentityProof.PASSPORT, "Passeport"),
    Choice(IdentityProof.RESIDENCE_PERMIT, "Titre de séjour"),
    Choice(IdentityProof.ELECTRONIC_IDENTITY, "Identité électronique"),
    Choice(IdentityProof.DRIVING_LICENCE, "Permis de conduire"),
)


def roles(held: Iterable[Role]) -> str:
    """`Médecin, Audit`."""
    return ", ".join(label for role, label in _ROLES.items() if role in held)


def role_choices() -> tuple[Choice, ...]:
    return tuple(Choice(role, label) for role, label in _ROLES.items())


def state(value: State) -> Badge:
    return _STATES[value]


def channel(value: Channel) -> str:
    return _CHANNELS[value]


def sending(delivery: Delivery) -> Badge:
    """One sending: `SMS remis`, `Courriel ouvert`."""
    if delivery.opened_at is not None:
        return Badge(f"{_CHANNELS[delivery.channel]} ouvert", Tone.FINE)
    word, tone = _SENDINGS[delivery.state]
    return Badge(f"{_CHANNELS[delivery.channel]} {word}", tone)


def failure(delivery: Delivery) -> str:
    """What to do about a sending that failed."""
    if delivery.state is not SendingState.FAILED:
        return ""
    return _FAILURES.get(delivery.detail, "Le message n’est pas arrivé : essayez l’autre moyen, ou appelez le patient.")


def link(deliveries: tuple[Delivery, ...]) -> Badge:
    """The state of a link in one word, from its last sendings."""
    if any(delivery.opened_at for delivery in deliveries):
        return Badge("Lien ouvert", Tone.FINE)
    return sending(deliveries[0]) if deliveries else Badge("Lien pas envoyé", Tone.SOON)


def sex(value: Sex | None) -> str:
    return _SEXES[value] if value else "Pas encore demandé"


def sex_choices() -> tuple[Choice, ...]:
    return tuple(Choice(value, label) for value, label in _SEXES.items())


def birth(value: BirthDate) -> str:
    """`3 mars 1955`, `mars 1955`, `1955`, as far as it is known."""
    if value.day is not None:
        return format_date(value.earliest)
    if value.month is not None:
        return format_date(value.earliest).split("\u00a0", 1)[1]
    return str(value.year)


def age(value: BirthDate, today: date) -> int:
    """Completed years, at least."""
    return value.age_bounds_on(today)[0]


def status_badge(identity: Identity) -> Badge:
    label, _, tone = _STATUSES[identity.status]
    return Badge(identity.status.value, tone, hint=label)


def status_card(identity: Identity) -> StatusCard:
    """The status on its two axes, explained."""
    label, meaning, _ = _STATUSES[identity.status]
    return StatusCard(
        code=identity.status.value,
        label=label,
        meaning=meaning,
        badge=status_badge(identity),
        is_ins_called=identity.insi is not None,
        is_document_checked=identity.check is not None,
        matricule=identity.matricule.value if identity.matricule else "",
        doubt=_doubt(identity),
    )


def _doubt(identity: Identity) -> str:
    if identity.doubt is None:
        return ""
    return {
        "homonym": "un homonyme est possible.",
        "inconsistent": "des éléments ne concordent pas.",
        "borrowed": "l’identité est peut-être empruntée.",
        "fictitious": "l’identité est fictive.",
    }[identity.doubt.reason.value]


DOUBTS = (
    Choice("inconsistent", "Des éléments ne concordent pas"),
    Choice("homonym", "Homonyme possible"),
    Choice("borrowed", "Identité peut-être empruntée"),
    Choice("fictitious", "Identité fictive"),
)


def traits(patient: Patient, *, is_confirmed: bool = False) -> tuple[Trait, ...]:
    """The five strict traits as a person reads them."""
    known = patient.identity.traits
    return (
        Trait("birth_name", "Nom de naissance", known.birth_name, is_confirmed),
        Trait("first_names", "Prénoms de naissance", " ".join(known.birth_given_names), is_confirmed),
        Trait("born_on", "Date de naissance", birth(known.birth_date), is_confirmed),
        Trait("sex", "Sexe", sex(known.sex), is_confirmed),
        Trait(
            "birth_place", "Lieu de naissance (code officiel)", known.birth_place or "Pas encore demandé", is_confirmed
        ),
    )


def consent_badge(record: ConsentRecord) -> Badge:
    return _CONSENT_BADGES[record.decision]


def consent_way(record: ConsentRecord) -> str:
    """`sur la page du patient, par le représentant légal`."""
    way = _CONSENT_WAYS[record.channel]
    return f"{way}, par le représentant légal" if record.by is ConsentBy.LEGAL_REPRESENTATIVE else way


def light(readiness: Readiness) -> Light:
    return {
        Readiness.GOOD: Light.YES,
        Readiness.FAIR: Light.MIDDLING,
        Readiness.POOR: Light.NO,
        Readiness.UNKNOWN: Light.UNKNOWN,
    }[readiness]
