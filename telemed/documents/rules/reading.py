"""Who may open a signed document."""

from __future__ import annotations

from collections.abc import Iterator

from telemed.documents.model import SignedDocument, Visibility
from telemed.kernel.caller import Caller, CallerKind, Role
from telemed.kernel.decision import ALLOWED, Decision, Reason, refuse


def check_reading(caller: Caller, document: SignedDocument) -> Decision:
    """May the caller open this document? A refusal is shown as “not found”: the two are never told apart.

    A doctor of the practice may, unless it is masked from professionals and he is not its author. The patient's link
    opens the documents of its own act, unless they are hidden from the patient or from the legal representatives: who
    holds the telephone of a minor is not known (R-40). A secretary and an auditor do not read reports.
    """
    reasons = tuple(_reading_obstacles(caller, document))
    return refuse(*reasons) if reasons else ALLOWED


def _reading_obstacles(caller: Caller, document: SignedDocument) -> Iterator[Reason]:
    if caller.kind is CallerKind.PATIENT:
        if caller.act_id != document.act_id:
            yield Reason("document.other_act", "Ce document appartient à un autre acte.")
        hidden = {Visibility.INVISIBLE_PATIENT, Visibility.INVISIBLE_REPRESENTANTS_LEGAUX} & document.visibility
        if hidden:
            yield Reason("document.hidden_from_patient", "Ce document n'est pas visible par le patient.", "JDV_J08")
    elif caller.kind is CallerKind.PROFESSIONAL:
        if caller.practice_id != document.practice_id:
            yield Reason("document.other_practice", "Ce document appartient à un autre cabinet.")
        if not caller.has_role(Role.DOCTOR):
            yield Reason("document.role", "Ce document est réservé aux médecins.", "CSP, art. L. 1110-4")
        if Visibility.MASQUE_PS in document.visibility and caller.id != document.author_id:
            yield Reason("document.masked", "Ce document est masqué aux professionnels.", "JDV_J08")
