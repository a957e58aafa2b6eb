"""Where signed documents went, in the words of the pages."""

from __future__ import annotations

from collections.abc import Sequence

from telemed.documents.model import Delivery, DeliveryReason, DeliveryStep, DocumentKind, Recipient
from telemed.web.views.frame import Badge, Tone
from telemed.web.views.report import Departure, Fate

KINDS = {
    DocumentKind.EXPERTISE_REQUEST: "Demande d’avis",
    DocumentKind.EXPERTISE_REPORT: "Compte rendu de téléexpertise",
    DocumentKind.TELECONSULTATION_REPORT: "Compte rendu de téléconsultation",
    DocumentKind.MONITORING_REPORT: "Rapport de télésurveillance",
}
RECIPIENTS = {
    Recipient.REQUERANT: "À qui l’a demandé",
    Recipient.PRESCRIBER: "Au prescripteur",
    Recipient.MEDECIN_TRAITANT: "Au médecin traitant",
    Recipient.PATIENT: "Au patient",
    Recipient.DMP: "Au DMP, Mon espace santé",
}
FATES = {
    DeliveryStep.QUEUED: Fate.WAITS,
    DeliveryStep.AVAILABLE: Fate.LEAVES,
    DeliveryStep.TOLD: Fate.LEAVES,
    DeliveryStep.HANDED_OVER: Fate.LEAVES,
    DeliveryStep.WITHHELD: Fate.STAYS,
    DeliveryStep.FAILED: Fate.STAYS,
}
REASONS = {
    DeliveryReason.IN_CASE: "Il est dans ce dossier.",
    DeliveryReason.OPENED: "Il l’a ouvert.",
    DeliveryReason.IS_AUTHOR: "C’est lui qui l’a signé.",
    DeliveryReason.IS_REQUERANT: "C’est lui qui l’a demandé.",
    DeliveryReason.IS_PRESCRIBER: "C’est lui qui a prescrit le suivi.",
    DeliveryReason.TO_TELL: "Un message va le lui dire.",
    DeliveryReason.HAS_ACCOUNT: "Il l’ouvre depuis son compte.",
    DeliveryReason.NO_CONTACT: "Aucune adresse n’est connue\u00a0: remettez-le en main propre.",
    DeliveryReason.MESSAGE_TAKEN: "Un message le lui a dit.",
    DeliveryReason.MESSAGE_REFUSED: "Le message a été refusé\u00a0: remettez-le en main propre.",
    DeliveryReason.BY_HAND: "Remis en main propre.",
    DeliveryReason.MASKED: "Caché aux autres professionnels de santé.",
    DeliveryReason.HIDDEN_FROM_PATIENT: "Caché au patient.",
    DeliveryReason.NO_ATTENDING_DOCTOR: "Aucun médecin traitant n’est connu.",
    DeliveryReason.DECEASED: "Le patient est décédé.",
    DeliveryReason.RPPS_UNKNOWN: "Son numéro RPPS n’est pas connu\u00a0: remettez-lui le PDF.",
    DeliveryReason.MSSANTE_NOT_CONNECTED: "MSSanté n’est pas raccordée.",
    DeliveryReason.DMP_NOT_CONNECTED: "Le DMP n’est pas raccordé\u00a0: il partira quand il le sera.",
    DeliveryReason.INS_NOT_QUALIFIED: "L’identité n’est pas qualifiée\u00a0: seul le statut QUAL le permet.",
}
WHAT_TO_DO = {
    DeliveryReason.NO_CONTACT: "Ni téléphone ni adresse dans sa fiche\u00a0: complétez-la et renvoyez, ou remettez-le "
    "en main propre.",
    DeliveryReason.MESSAGE_REFUSED: "Le message a été refusé\u00a0: vérifiez l’adresse et renvoyez, ou remettez-le en "
    "main propre.",
    DeliveryReason.NO_ATTENDING_DOCTOR: "Aucun médecin traitant n’est connu\u00a0: déclarez-le dans la fiche du "
    "patient, puis renvoyez.",
    DeliveryReason.MSSANTE_NOT_CONNECTED: "Il n’a pas de compte ici et MSSanté n’est pas raccordée\u00a0: le rapport "
    "attend. D’ici là, remettez-lui le PDF.",
}
"""Of what did not arrive: what somebody of the team may do about it."""
_STATES = {
    DeliveryStep.QUEUED: Badge("En attente", Tone.SOON),
    DeliveryStep.AVAILABLE: Badge("Disponible", Tone.FINE),
    DeliveryStep.TOLD: Badge("Prévenu", Tone.FINE),
    DeliveryStep.HANDED_OVER: Badge("Remis", Tone.FINE),
    DeliveryStep.WITHHELD: Badge("Pas envoyé", Tone.SOON),
    DeliveryStep.FAILED: Badge("Échec", Tone.NOW),
}


def state_of(delivery: Delivery) -> Badge:
    """Where a delivery stands; one that the recipient opened is read."""
    if delivery.reason is DeliveryReason.OPENED:
        return Badge("Ouvert", Tone.FINE)
    if delivery.reason is DeliveryReason.NO_CONTACT:
        return Badge("Pas prévenu", Tone.SOON)
    return _STATES[delivery.step]


def advice_of(delivery: Delivery) -> str:
    """Why it stands there, and what to do where it did not arrive."""
    return WHAT_TO_DO.get(delivery.reason, REASONS[delivery.reason])


def departures_of(deliveries: Sequence[Delivery]) -> tuple[Departure, ...]:
    """Where each recipient's delivery stands: its last line."""
    last = {one.recipient: one for one in deliveries}
    return tuple(
        Departure(RECIPIENTS[recipient], "", FATES[last[recipient].step], REASONS[last[recipient].reason])
        for recipient in Recipient
        if recipient in last
    )
