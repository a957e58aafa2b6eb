"""The documents of a case, and how far its opinion went: requérant, médecin traitant, patient, DMP."""

from __future__ import annotations

from collections.abc import Sequence

from telemed.acts.teleexpertise.service.lists import CaseView
from telemed.documents.model import (
    Delivery,
    DeliveryReason,
    DeliveryStep,
    DocumentKind,
    DocumentState,
    Recipient,
    SignedDocument,
)
from telemed.web.pages.page import Visitor
from telemed.web.views.expertise import PaperLine
from telemed.web.views.report import Departure, Fate

_KINDS = {
    DocumentKind.EXPERTISE_REQUEST: "Demande d’avis",
    DocumentKind.EXPERTISE_REPORT: "Compte rendu de téléexpertise",
    DocumentKind.TELECONSULTATION_REPORT: "Compte rendu de téléconsultation",
    DocumentKind.MONITORING_REPORT: "Rapport de télésurveillance",
}
_RECIPIENTS = {
    Recipient.REQUERANT: "À qui l’a demandé",
    Recipient.MEDECIN_TRAITANT: "Au médecin traitant",
    Recipient.PATIENT: "Au patient",
    Recipient.DMP: "Au DMP, Mon espace santé",
}
_FATES = {
    DeliveryStep.QUEUED: Fate.WAITS,
    DeliveryStep.AVAILABLE: Fate.LEAVES,
    DeliveryStep.TOLD: Fate.LEAVES,
    DeliveryStep.HANDED_OVER: Fate.LEAVES,
    DeliveryStep.WITHHELD: Fate.STAYS,
    DeliveryStep.FAILED: Fate.STAYS,
}
_REASONS = {
    DeliveryReason.IN_CASE: "Il est dans ce dossier.",
    DeliveryReason.OPENED: "Il l’a ouvert.",
    DeliveryReason.IS_AUTHOR: "C’est lui qui l’a signé.",
    DeliveryReason.IS_REQUERANT: "C’est lui qui l’a demandé.",
    DeliveryReason.TO_TELL: "Un message va le lui dire.",
    DeliveryReason.HAS_ACCOUNT: "Il l’ouvre depuis son compte.",
    DeliveryReason.NO_CONTACT: "Aucune adresse n’est connue\u00a0: remettez-le en main propre.",
    DeliveryReason.MESSAGE_TAKEN: "Un message le lui a dit.",
    DeliveryReason.MESSAGE_REFUSED: "Le message a été refusé\u00a0: remettez-le en main propre.",
    DeliveryReason.BY_HAND: "Remis en main propre.",
    DeliveryReason.MASKED: "Caché aux autres professionnels de santé.",
    DeliveryReason.HIDDEN_FROM_PATIENT: "Caché au patient.",
    DeliveryReason.NO_ATTENDING_DOCTOR: "Aucun médecin traitant n’est connu.",
    DeliveryReason.MSSANTE_NOT_CONNECTED: "MSSanté n’est pas raccordée.",
    DeliveryReason.DMP_NOT_CONNECTED: "Le DMP n’est pas raccordé\u00a0: il partira quand il le sera.",
    DeliveryReason.INS_NOT_QUALIFIED: "L’identité n’est pas qualifiée\u00a0: seul le statut QUAL le permet.",
}


async def papers_of(visitor: Visitor, one: CaseView) -> tuple[tuple[PaperLine, ...], tuple[Departure, ...]]:
    """The documents of a case, the newest first, and where its present opinion went."""
    if one.case.sent_at is None:
        return (), ()
    archive = visitor.services.archive
    found = await archive.of_act(visitor.known, one.case.id, limit=50)
    current = [
        each
        for each in found
        if each.kind is DocumentKind.EXPERTISE_REPORT and each.state is not DocumentState.SUPERSEDED
    ]
    went: Sequence[Delivery] = ()
    if current:
        went = await archive.deliveries(visitor.known, current[-1].identity.document_id, limit=50)
    return tuple(_line(each) for each in reversed(found)), departures_of(went)


def departures_of(deliveries: Sequence[Delivery]) -> tuple[Departure, ...]:
    """Where each recipient's delivery stands: its last line."""
    last = {one.recipient: one for one in deliveries}
    return tuple(
        Departure(_RECIPIENTS[recipient], "", _FATES[last[recipient].step], _REASONS[last[recipient].reason])
        for recipient in Recipient
        if recipient in last
    )


def _line(document: SignedDocument) -> PaperLine:
    identity, base = document.identity, f"/documents/{document.identity.document_id}"
    return PaperLine(
        title=_KINDS[document.kind],
        version=identity.version,
        is_replaced=document.state is DocumentState.SUPERSEDED,
        signed_at=document.signed_at,
        pdf_address=f"{base}/pdf",
        cda_address=f"{base}/cda",
    )
